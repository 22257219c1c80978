// The figures of the speed table: `npm run bench`. Whole processes, medians of several runs, pace 0, ratios against the floor
// on the same machine in the same minute. Nothing is asserted.
import { execFileSync, spawn } from 'node:child_process';
import { cpus, tmpdir } from 'node:os';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchAppend } from './append.mjs';
import { measure as measureIn, median, pair, RUNS } from './measure.mjs';

const here = import.meta.dirname;
const vortex = join(here, '../../dist/main.js');
const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'vortex-bench-'));
const NOW = '2025-06-02T12:00:00Z';

const measure = (args, env) => measureIn(folder, args, env);

function symbolsFile(count) {
  const path = join(folder, `symbols-${count}.txt`);
  writeFileSync(path, Array.from({ length: count }, (_, i) => `stock:T${String(i + 1).padStart(5, '0')}\n`).join(''));
  return path;
}

const rows = [];
const say = (work, ours, other, ratio, bar, extra = '') => rows.push({ work, ours, other, ratio, bar, extra });
const ms = (value) => `${value.toFixed(0)} ms`;

const server = spawn(process.execPath, [join(here, 'yahoo-server.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
const port = await new Promise((resolve) => server.stdout.once('data', (data) => resolve(Number(String(data)))));
const base = `http://127.0.0.1:${port}`;
const env = { VORTEX_YAHOO_BASE_URL: base, VORTEX_YAHOO_PACE_MS: '0', VORTEX_LOGGING_LEVEL: 'warn' };

try {
  const list = symbolsFile(1000);
  const download = (out, file) => [
    'download',
    '--symbols-file',
    file,
    '-p',
    'yahoo',
    '--start',
    '2024-01-01',
    '--now',
    NOW,
    '-o',
    out,
  ];
  // A folder of its own for each run: a file system that has just deleted thousands of files makes new ones slowly.
  let runs = 0;
  const fresh = (name) => join(folder, `${name}-${++runs}`);
  measure([join(here, 'floor.mjs'), base, fresh('warm'), '1000']);
  let ours;
  const first = pair(
    () => measure([vortex, ...download((ours = fresh('ours')), list)], env),
    () => measure([join(here, 'floor.mjs'), base, fresh('floor'), '1000']),
  );
  say(
    '1,000 daily series of 250 bars, empty folder',
    ms(first.a),
    `${ms(first.b)} floor`,
    first.ratio,
    '≤ 1.5',
    `peak ${first.peak.toFixed(0)} MiB (≤ 200)`,
  );

  const peer = pair(
    () => measure([vortex, ...download(fresh('beside'), list)], env),
    () => measure([join(here, 'peer.mjs'), base, fresh('peer'), '1000']),
  );
  say('the same job', ms(peer.a), `${ms(peer.b)} yahoo-finance2 and a CSV writer`, peer.ratio, 'none');

  const again = median(Array.from({ length: RUNS }, () => measure([vortex, ...download(ours, list)], env).wall));
  say('the same again, nothing new', ms(again), `${ms(first.a)} first run`, again / first.a, '≤ 0.15');

  const many = symbolsFile(10_000);
  const folderOfMany = fresh('many');
  measure([vortex, ...download(folderOfMany, many)], env);
  const manyAgain = measure([vortex, ...download(folderOfMany, many)], env);
  say(
    '10,000 series again, nothing new',
    ms(manyAgain.wall),
    '',
    Number.NaN,
    '≤ 3 s',
    `peak ${manyAgain.peak.toFixed(0)} MiB`,
  );

  const day = benchAppend(vortex, fresh('append'), env);
  say(
    `one day of 1m onto ${day.rows.toLocaleString('en')} rows, CSV and Parquet`,
    ms(day.a),
    `${ms(day.b)} onto ${day.shortRows.toLocaleString('en')}`,
    day.ratio,
    '≤ 1.5',
    `peak ${day.peak.toFixed(0)} and ${day.otherPeak.toFixed(0)} MiB`,
  );

  const { parquet, hyparquet, csv, join: joined } = JSON.parse(measure([join(here, 'writing.mjs')]).stdout);
  const speed = ({ rowsPerSecond }) => `${(rowsPerSecond / 1000).toFixed(0)}k rows/s`;
  const size = parquet.bytes / hyparquet.bytes;
  say(
    'writing Parquet, 500,000 rows',
    speed(parquet),
    `${speed(hyparquet)} hyparquet-writer`,
    parquet.rowsPerSecond / hyparquet.rowsPerSecond,
    '≥ 1.0',
    `size ${size.toFixed(2)} × (≤ 1.3)`,
  );
  say(
    'writing CSV, 500,000 rows',
    speed(csv),
    `${speed(joined)} string join`,
    csv.rowsPerSecond / joined.rowsPerSecond,
    '≥ 0.5',
  );

  const empty = () => measure(['-e', '0']);
  const help = pair(() => measure([vortex, '--help']), empty);
  say('vortex --help', ms(help.a), `${ms(help.b)} node -e 0`, help.ratio, '≤ 2.5');
  const plan = pair(() => measure([vortex, 'plan', 'SPY']), empty);
  say('vortex plan SPY', ms(plan.a), `${ms(plan.b)} node -e 0`, plan.ratio, '≤ 4');
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

const node = execFileSync(process.execPath, ['--version'], { encoding: 'utf8' }).trim();
console.log(`Node ${node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, medians of ${RUNS} runs\n`);
for (const { work, ours, other, ratio, bar, extra } of rows) {
  const told = Number.isNaN(ratio) ? '' : `ratio ${ratio.toFixed(2)} `;
  console.log(`${work.padEnd(58)} ${ours.padStart(12)}  ${other.padEnd(38)} ${told}(bar ${bar}) ${extra}`);
}
