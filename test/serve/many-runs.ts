// Makes scheduled runs by a clock that is wound on, and tells what the heap holds on the way. Run with --expose-gc.
import { loadContext } from '../../src/cli/context.ts';
import { openLog } from '../../src/cli/log.ts';
import { runName } from '../../src/cli/download.ts';
import { ServeRuns } from '../../src/cli/serve-runs.ts';
import { Redactor } from '../../src/http/redact.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { CachedProbe, healthOf } from '../../src/serve/checks.ts';
import { DueTimes } from '../../src/serve/cron.ts';
import { page } from '../../src/serve/page.ts';
import { RunDesk } from '../../src/serve/run-desk.ts';
import type { PreparedRun } from '../../src/serve/run-desk.ts';
import { Schedule } from '../../src/serve/schedule.ts';

const [wanted = '100', folder = '.', kind = 'real'] = process.argv.slice(2);
const count = Number(wanted);
const flags = { start: '2024-06-03', now: '2024-07-03T06:00:00Z', outputDir: folder };
const output = { out: () => undefined, err: () => undefined, isTerminal: false, columns: 80 };
const context = await loadContext(flags, [], output);
const metrics = new Metrics('test');
const log = await openLog({
  settings: { ...context.settings.logging, level: 'info', format: 'json' },
  isTerminal: false,
  colour: false,
  secrets: new Redactor([]),
  warn: () => undefined,
  stderr: { write: () => undefined },
});
let now = Date.parse('2024-07-03T06:00:30Z');
const runs = new ServeRuns({ symbols: ['SPY', 'KO'], flags }, context, metrics, log, () => now);
const desk = new RunDesk(runName, () => now);
/** A run that does nothing, but is told like any other. */
const light: PreparedRun = async (run, _, onProgress) => {
  onProgress(1, 1);
  log.child({ run }).info('done');
  const series = { planned: 1, updated: 1, unchanged: 0, empty: 0, postponed: 0, failed: 0, unservable: 0, stale: 0, suspect: 0 };
  const traffic = { yahoo: { requests: { 200: 1 }, retries: {}, circuit: 'closed' as const } };
  metrics.addRun({
    exitCode: 0,
    finishedAt: 0,
    seconds: 1,
    report: { series, results: [] },
    traffic,
    durations: new Map([['yahoo', [40]]]),
  });
  return Promise.resolve({ exitCode: 0, summary: '1 series' });
};
const stop = new AbortController();
const probes = [new CachedProbe({ name: 'one', goodMs: 0, badMs: 0, look: () => Promise.resolve('ok') }, () => now)];
const heaps: number[] = [];
let done = 0;
let failed = 0;
let wake = (): void => undefined;
desk.onEnd(({ exitCode }) => {
  done += 1;
  if (exitCode !== 0) failed += 1;
  if (done % Math.floor(count / 10) === 0) {
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
  }
  if (done >= count) stop.abort();
  wake();
});
const schedule = new Schedule(
  { due: new DueTimes('* * * * *', 'America/New_York', now), jitterMs: 0, catchUp: true },
  {
    now: () => now,
    random: () => 0,
    say: () => undefined,
    begin: (cause) =>
      desk.begin(cause, kind === 'light' ? light : runs.scheduled()) === undefined ? 'busy' : undefined,
    sleep: async (ms, signal) => {
      if (desk.going !== undefined) await new Promise<void>((resolve) => (wake = resolve));
      signal.throwIfAborted();
      now += ms;
      await metrics.text();
      const health = await healthOf(probes, now);
      page(
        {
          schema: 1,
          version: 'test',
          now: new Date(now).toISOString(),
          startedAt: new Date(now).toISOString(),
          ready: true,
          schedule: null,
          running: null,
          lastSuccess: null,
          runs: desk.finished,
          ages: [],
          holdings: runs.holdings ?? null,
        },
        health,
      );
    },
  },
);
await schedule.run(stop.signal);
process.stdout.write(`${JSON.stringify({ done, failed, heaps })}\n`);
