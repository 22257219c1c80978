import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { FaultyProvider } from '../../sandbox/fault-list.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { truthAt } from './truth.ts';
import type { TruthBar } from './truth.ts';

const state = z.object({
  requests: z.record(z.string(), z.number()),
  counts: z.record(z.string(), z.record(z.string(), z.number())),
});

/** The part of a test's context that cleans up; concurrent tests hand on their own. */
export interface Cleanup {
  readonly onTestFinished: (end: () => Promise<void> | void) => void;
}

const CURRENT_TEST: Cleanup = { onTestFinished };

const FUTURES = [
  {
    id: 'GOLD',
    root: 'GC',
    suffix: 'CMX',
    cycle: 'GJMQVZ',
    timezone: 'America/New_York',
    exchange: 'COMEX',
    code: 'GC',
  },
  {
    id: 'GAS_US',
    root: 'NG',
    suffix: 'NYM',
    cycle: 'FGHJKMNQUVXZ',
    timezone: 'America/New_York',
    exchange: 'NYMEX',
  },
  {
    id: 'CRUDE_W',
    root: 'CL',
    suffix: 'NYM',
    cycle: 'FGHJKMNQUVXZ',
    timezone: 'America/New_York',
    exchange: 'NYMEX',
  },
  { id: 'AUD', root: '6A', suffix: 'CME', cycle: 'HMUZ', timezone: 'America/Chicago', exchange: 'CME', code: 'A6' },
];

/** A sandbox in this process. */
export interface StandIn {
  readonly url: string;
  /** What points the program at it. */
  readonly env: Readonly<Record<string, string>>;
  /** How often a provider's stand-in was asked. */
  requests(provider?: FaultyProvider): Promise<number>;
  /** What a provider's stand-in counts beside requests. */
  counts(provider: string): Promise<Record<string, number>>;
  /** Puts other faults or another time upon it. */
  change(wish: { faults?: string; now?: string }): Promise<void>;
  /** Finished bars, `stock/SPY?period=1d&from=…&to=…`; `to` is exclusive. */
  truth(query: string): Promise<TruthBar[]>;
  /** Ends it before the test does. */
  stop(): Promise<void>;
}

/** Starts a sandbox whose clock stands still; it ends with the test. */
export async function standIn(now: string, faults = '', { onTestFinished: atEnd } = CURRENT_TEST): Promise<StandIn> {
  const sandbox = await startSandbox({ port: 0, ibPort: 0, now: () => Date.parse(now), futures: FUTURES, faults });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= sandbox.close());
  atEnd(stop);
  const { url } = sandbox;
  const control = async () => state.parse(await (await fetch(`${url}/control`)).json());
  return {
    url,
    env: sandbox.env,
    requests: async (provider = 'yahoo') => (await control()).requests[provider] ?? 0,
    counts: async (provider) => (await control()).counts[provider] ?? {},
    change: async (wish) => {
      const response = await fetch(`${url}/control`, { method: 'POST', body: JSON.stringify(wish) });
      if (!response.ok) throw new Error(await response.text());
    },
    stop,
    truth: (query) => truthAt(url, query),
  };
}
