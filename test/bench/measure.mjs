// What the benches share: whole processes, their wall time and peak memory, medians of pairs.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';

export const RUNS = Number(process.env.BENCH_RUNS ?? 5);

const timed = (args) => ['-f', 'peak %M', process.execPath, ...args];
const options = (cwd, env) => ({ cwd, env: { PATH: process.env.PATH, ...env } });

function outcome(args, started, status, stderr) {
  const wall = performance.now() - started;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr.slice(-2000)}`);
  return { wall, peak: Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024 };
}

/** Runs a Node process and tells its wall time (ms) and its peak memory (MiB). */
export function measure(cwd, args, env = {}) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync('/usr/bin/time', timed(args), {
    ...options(cwd, env),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { ...outcome(args, started, status, stderr), stdout };
}

function descriptorsBelow(pid) {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return readdirSync(`/proc/${child}/fd`).length;
  } catch {
    // It has ended, or this is no Linux.
    return 0;
  }
}

/** The same, looking every 10 ms how many files and sockets it has open. */
export async function measureOpenFiles(cwd, args, env = {}) {
  const started = performance.now();
  const child = spawn('/usr/bin/time', timed(args), { ...options(cwd, env), stdio: ['ignore', 'ignore', 'pipe'] });
  let [open, stderr] = [0, ''];
  child.stderr.on('data', (data) => (stderr += data));
  const watch = setInterval(() => (open = Math.max(open, descriptorsBelow(child.pid))), 10);
  const status = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  return { ...outcome(args, started, status, stderr), open };
}

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Medians of several runs of a and b in turn. */
export function pair(a, b) {
  const [left, right] = [[], []];
  for (let turn = 0; turn < RUNS; turn++) {
    left.push(a(turn));
    right.push(b(turn));
  }
  const of = (list, key) => median(list.map((entry) => entry[key]));
  return {
    a: of(left, 'wall'),
    b: of(right, 'wall'),
    ratio: median(left.map((entry, i) => entry.wall / right[i].wall)),
    peak: of(left, 'peak'),
    otherPeak: of(right, 'peak'),
  };
}
