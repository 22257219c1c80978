import { z } from 'zod';
import { runPlan } from '../../src/download/run.ts';
import type { RunOptions, RunOutcome } from '../../src/download/run.ts';
import type { Progress, RunTools } from '../../src/download/run-tools.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Capabilities, FetchedBars, Provider, ProviderSession } from '../../src/providers/provider.ts';
import { NOW, storeOf } from '../store/workspace.ts';

const capabilities: Capabilities = {
  assetClasses: ['stock', 'future', 'forex'],
  periods: { '1d': {}, '1h': {}, '5m': {} },
  servesWholeLife: true,
  dayBoundary: {},
  paceMs: 0,
};

function provider(id: string): Provider {
  return {
    id,
    capabilities,
    Options: z.unknown(),
    symbolFor: ({ code }) => code,
    create: () => {
      throw new Error('a test opens its sessions itself');
    },
  };
}

/** A session that gives one answer after the other to whatever is asked. */
export function session(answers: readonly (FetchedBars | Error)[]): ProviderSession & { readonly asked: string[] } {
  const left = [...answers];
  const asked: string[] = [];
  return {
    asked,
    fetchBars: ({ job }) => {
      asked.push(job);
      const next = left.shift() ?? new Error(`${job} was asked for once too often`);
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
  };
}

/** What a run came to, with all that it said on its way. */
export interface WholeRun extends RunOutcome {
  readonly progress: readonly Progress[];
  readonly warnings: readonly string[];
}

/** Runs a plan on a folder with sessions of the test; the runner and the store are the real ones. */
export async function wholeRun(
  root: string,
  plan: Partial<Plan>,
  open: RunTools['open'],
  options: Partial<RunOptions> = {},
  signal: AbortSignal = new AbortController().signal,
  tools: Partial<RunTools> = {},
): Promise<WholeRun> {
  const store = storeOf(root, 'this-run');
  await store.recover();
  const [progress, warnings]: [Progress[], string[]] = [[], []];
  const outcome = await runPlan(
    { jobs: [], settled: [], notices: [], ...plan },
    {
      formats: ['csv'],
      concurrency: 1,
      extendedHours: false,
      settleMs: 900_000,
      failFast: false,
      now: NOW,
      ...options,
    },
    {
      store,
      knownOf: (series) => store.read(series),
      provider,
      open,
      namesLike: () => [],
      onProgress: (step) => {
        progress.push(step);
      },
      warn: (message) => {
        warnings.push(message);
      },
      ...tools,
    },
    signal,
  );
  return { ...outcome, progress, warnings };
}
