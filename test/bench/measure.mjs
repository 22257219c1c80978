// What the benches share: whole processes, their wall time and peak memory, medians of pairs.
import { spawnSync } from 'node:child_process';

export const RUNS = Number(process.env.BENCH_RUNS ?? 5);

/** Runs a Node process and tells its wall time (ms) and its peak memory (MiB). */
export function measure(cwd, args, env = {}) {
  const started = performance.now();
  const result = spawnSync('/usr/bin/time', ['-f', 'peak %M', process.execPath, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const wall = performance.now() - started;
  if (result.status !== 0)
    throw new Error(`${args.join(' ')} ended with ${result.status}: ${result.stderr.slice(-2000)}`);
  return { wall, peak: Number(/peak (\d+)/.exec(result.stderr)?.[1]) / 1024, stdout: result.stdout };
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
