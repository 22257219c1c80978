import { z } from 'zod';
import { startSandbox } from '../../sandbox/server.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/server.ts';
import { truthAt } from '../support/truth.ts';
import type { TruthBar } from '../support/truth.ts';

export const FUTURES = [
  { id: 'GOLD', root: 'GC', suffix: 'CMX', cycle: 'GJMQVZ', timezone: 'America/New_York', exchange: 'COMEX' },
  { id: 'AUD', root: '6A', suffix: 'CME', cycle: 'HMUZ', timezone: 'America/Chicago', exchange: 'CME', code: 'A6' },
  { id: 'JPY', root: '6J', suffix: 'CME', cycle: 'HMUZ', timezone: 'America/Chicago', exchange: 'CME', code: 'J6' },
];

/** A Wednesday, 15:10:20 in New York, in the middle of every session. */
export const WEDNESDAY = '2024-05-15T19:10:20Z';

export const BROWSER = { 'user-agent': 'Mozilla/5.0 (compatible; test)' };

/** A sandbox on any free port whose clock stands still. */
export function start(now: string, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  return startSandbox({ port: 0, now: () => Date.parse(now), futures: FUTURES, ...options });
}

const numbers = z.array(z.number().nullable());
const wirePeriod = z.object({ timezone: z.string(), start: z.number(), end: z.number(), gmtoffset: z.number() });
const wireDay = z.object({ pre: wirePeriod, regular: wirePeriod, post: wirePeriod });

const chart = z.object({
  meta: z.looseObject({
    currency: z.string().nullable(),
    symbol: z.string(),
    exchangeTimezoneName: z.string(),
    timezone: z.string(),
    gmtoffset: z.number(),
    dataGranularity: z.string(),
    instrumentType: z.string(),
    regularMarketTime: z.number(),
    regularMarketPrice: z.number(),
    currentTradingPeriod: wireDay,
  }),
  timestamp: z.array(z.number()).optional(),
  events: z
    .object({
      dividends: z.record(z.string(), z.object({ amount: z.number(), date: z.number() })).optional(),
      splits: z
        .record(
          z.string(),
          z.object({ date: z.number(), numerator: z.number(), denominator: z.number(), splitRatio: z.string() }),
        )
        .optional(),
    })
    .optional(),
  indicators: z.object({
    quote: z.tuple([
      z.object({ open: numbers, high: numbers, low: numbers, close: numbers, volume: numbers }).partial(),
    ]),
    adjclose: z.tuple([z.object({ adjclose: numbers.optional() })]).optional(),
  }),
});
const chartBody = z.object({ chart: z.object({ result: z.tuple([chart]), error: z.null() }) });
export type Chart = z.infer<typeof chart>;

const errorBody = z.object({
  chart: z.object({ result: z.null(), error: z.object({ code: z.string(), description: z.string() }) }),
});

export function askYahoo(sandbox: Sandbox, symbol: string, query: string): Promise<Response> {
  return fetch(`${sandbox.url}/yahoo/v8/finance/chart/${encodeURIComponent(symbol)}?${query}`, { headers: BROWSER });
}

/** A chart that is expected to come. */
export async function chartOf(sandbox: Sandbox, symbol: string, query: string): Promise<Chart> {
  return chartBody.parse(await (await askYahoo(sandbox, symbol, query)).json()).chart.result[0];
}

/** An error that is expected to come: status, code and text. */
export async function refusalOf(sandbox: Sandbox, symbol: string, query: string): Promise<[number, string, string]> {
  const response = await askYahoo(sandbox, symbol, query);
  const { code, description } = errorBody.parse(await response.json()).chart.error;
  return [response.status, code, description];
}

/** The truth about a security: path as `stock/SPY`. */
export function truthOf(sandbox: Sandbox, path: string, query: string): Promise<TruthBar[]> {
  return truthAt(sandbox.url, `${path}?${query}`);
}

export async function control(sandbox: Sandbox, change: unknown): Promise<Response> {
  return fetch(`${sandbox.url}/control`, { method: 'POST', body: JSON.stringify(change) });
}

/** Seconds since the epoch. */
export function at(instant: string): number {
  return Date.parse(instant) / 1000;
}

/** period1 and period2 of a query. */
export function span(from: string, to: string): string {
  return `period1=${at(from)}&period2=${at(to)}`;
}

export function closes(answer: Chart): (number | null)[] {
  return answer.indicators.quote[0].close ?? [];
}

/** Stamps of an answer as instants. */
export function stamps(answer: Chart): string[] {
  return (answer.timestamp ?? []).map((stamp) => new Date(stamp * 1000).toISOString().replace('.000Z', 'Z'));
}
