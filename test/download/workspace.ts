import { basename } from 'node:path';
import { NO_BARS } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import { barsWithin } from '../../src/market/bars.ts';
import { VortexError } from '../../src/market/errors.ts';
import type { Disposition, ErrorCode } from '../../src/market/errors.ts';
import type { Series } from '../../src/market/instrument.ts';
import type { TimeRange } from '../../src/market/time-range.ts';
import type { Job, Plan } from '../../src/plan/plan.ts';
import { runPlan } from '../../src/download/run.ts';
import type { RunOptions, RunOutcome } from '../../src/download/run.ts';
import type { Progress } from '../../src/download/run-tools.ts';
import type { FetchedBars, Provider, ProviderSession } from '../../src/providers/provider.ts';
import { bars, NOW, storeOf } from '../store/workspace.ts';

export const day = (text: string): number => Date.parse(text);

/** The days from–to, both in it. */
export function days(from: string, to: string): TimeRange {
  return { from: day(from), to: day(to) + 86_400_000 };
}

export const JANUARY = days('2024-01-01', '2024-01-31');

export function fault(code: ErrorCode, disposition: Disposition): VortexError {
  return new VortexError(`${code} in a test`, { code, disposition });
}

type Answer = (range: TimeRange, series: Series) => FetchedBars | VortexError | Promise<FetchedBars>;

/** A good answer: every day of January 2024 inside the range. */
export function good(range: TimeRange, table: Bars = bars(31)): FetchedBars {
  return { bars: barsWithin(table, range.from, range.to), dropped: {}, source: { symbol: 'X', timezone: 'UTC' } };
}

export const nothing = (): FetchedBars => ({ bars: NO_BARS, dropped: {}, source: { symbol: 'X', timezone: 'UTC' } });

/** A job of one series, for January unless told. */
export function job(root: string, series: Series, change: Partial<Job> = {}): Job {
  const { stored } = storeOf(root).read(series);
  const requests = change.requests ?? [JANUARY];
  const base = {
    series,
    provider: 'a',
    sourceSymbol: series.symbol,
    reason: 'new',
    missing: requests,
    requests,
  } as const;
  return { ...base, allowance: 0, suggested: false, stored, ...change };
}

/** What a run came to. */
export interface Ran extends RunOutcome {
  readonly progress: readonly Progress[];
  readonly warnings: readonly string[];
  /** Most requests that were under way at once. */
  readonly atOnce: number;
  readonly asked: readonly string[];
}

const capabilities: Provider['capabilities'] = {
  assetClasses: ['stock', 'future', 'forex'],
  periods: { '1d': {}, '1h': {} },
  servesWholeLife: true,
  dayBoundary: {},
  paceMs: 0,
};

/** Runs jobs against made-up answers; the runner and the store are the real ones. */
export async function run(
  root: string,
  jobs: readonly Job[],
  answer: Answer,
  options: Partial<RunOptions> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  const store = storeOf(root, `run-${basename(root)}`);
  await store.recover();
  const known = new Map(jobs.map(({ series }) => [series.key, store.read(series)]));
  const [progress, warnings, asked]: [Progress[], string[], string[]] = [[], [], []];
  let [atOnce, underWay] = [0, 0];
  const session: ProviderSession = {
    async fetchBars(request) {
      asked.push(request.job);
      underWay += 1;
      atOnce = Math.max(atOnce, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      const found = jobs.find(({ series }) => series.key === request.job);
      if (found === undefined) throw new Error('a job that was not planned');
      try {
        const told = await answer(request.range, found.series);
        if (told instanceof VortexError) throw told;
        return told;
      } finally {
        underWay -= 1;
      }
    },
  };
  const plan: Plan = { jobs, settled: [], notices: [] };
  const outcome = await runPlan(
    plan,
    {
      formats: ['csv'],
      concurrency: 2,
      extendedHours: false,
      settleMs: 900_000,
      failFast: false,
      now: NOW,
      ...options,
    },
    {
      store,
      knownOf: (series) => known.get(series.key) ?? store.read(series),
      provider: (id) => ({ id, capabilities }) as Provider,
      open: () => Promise.resolve(session),
      namesLike: () => ['SPY'],
      onProgress: (step) => progress.push(step),
      warn: (message) => warnings.push(message),
    },
    signal,
  );
  return { ...outcome, progress, warnings, atOnce, asked };
}
