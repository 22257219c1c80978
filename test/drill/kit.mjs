// What the scenarios of the drill share: a store of generated data, commands, times.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const here = import.meta.dirname;
const program = process.env.PROGRAM_UNDER_TEST ?? resolve(here, '../../dist/main.js');

/** The evening of the backup, and the one after, in which the disaster comes. */
export const EVENING = '2024-07-02T23:00:00Z';
export const DISASTER = '2024-07-03T23:00:00Z';

/** Starts the market that all data come from. */
export async function openMarket() {
  const child = spawn(process.execPath, [join(here, 'market.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((settle) => child.stdout.once('data', (data) => settle(Number(String(data)))));
  return { base: `http://127.0.0.1:${port}`, close: () => child.kill() };
}

/** A folder with settings and a list of symbols, in which commands run. */
export class Site {
  constructor(folder, market, series, backup) {
    this.folder = folder;
    this.data = join(folder, 'data');
    mkdirSync(join(folder, 'config'), { recursive: true });
    const stocks = Object.fromEntries(
      Array.from({ length: series }, (_, index) => [
        `T${String(index + 1).padStart(5, '0')}`,
        { start_date: '2024-01-02' },
      ]),
    );
    const settings = {
      formats: ['csv', 'parquet'],
      providers: { yahoo: { base_url: market.base, pace_ms: 0 } },
      logging: { level: 'warn' },
      backup,
      stocks,
    };
    writeFileSync(join(folder, 'config/config.json'), JSON.stringify(settings));
  }

  command(args) {
    return [process.execPath, [program, ...args], { cwd: this.folder, env: this.env() }];
  }

  env() {
    const { PATH, HOME, TMPDIR } = process.env;
    const known = Object.entries({ PATH, HOME, TMPDIR, NO_PROXY: '127.0.0.1', ...this.secrets });
    return Object.fromEntries(known.filter(([, value]) => value !== undefined));
  }

  /** Runs `vortex …` and says what it came to; fails when the exit code is another than meant. */
  vortex(args, meant = 0) {
    const [node, rest, options] = this.command(args);
    const done = spawnSync(node, rest, { ...options, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (done.status === meant) return done.stdout;
    throw new Error(
      `vortex ${args.join(' ')}: exit ${done.status}\n${done.stdout.slice(-2000)}\n${done.stderr.slice(-2000)}`,
    );
  }

  /** Starts `vortex …`, to be killed. */
  start(args) {
    const [node, rest, options] = this.command(args);
    return spawn(node, rest, { ...options, stdio: 'ignore' });
  }

  download(now) {
    return this.vortex(['download', '-p', 'yahoo', '--now', now]);
  }
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(csv|parquet)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Hash of each data file, by its path below the folder. */
export function hashes(root) {
  const files = filesBelow(join(root, 'stocks'));
  return new Map(
    files.map((path) => [path.slice(root.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** Days that the newest bar of each CSV is behind the disaster's, the most of all. */
export function daysBehind(root, evening) {
  const day = Date.parse(evening.slice(0, 10));
  const csv = filesBelow(join(root, 'stocks')).filter((path) => path.endsWith('.csv'));
  const last = csv.map((path) => Date.parse(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1).slice(0, 10)));
  return Math.max(...last.map((time) => (day - time) / 86_400_000));
}

/** Says what differs from an undisturbed store; nothing when all is there to the last byte. */
export function differences(root, meant) {
  const now = hashes(root);
  const missing = [...meant.keys()].filter((path) => !now.has(path));
  const changed = [...now].filter(([path, hash]) => meant.get(path) !== hash).map(([path]) => path);
  return [...missing, ...changed];
}

/** Milliseconds that something takes. */
export async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
