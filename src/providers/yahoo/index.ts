import * as z from 'zod';
import { defineProvider } from '../provider.ts';
import type { Capabilities, ProviderSession, ProviderTools } from '../provider.ts';
import { yahooSymbol } from './symbols.ts';

const HOST = 'https://query2.finance.yahoo.com';
/** Answers the same; asked in turn after a failure. */
const TWIN_HOST = 'https://query1.finance.yahoo.com';

// One day less than where Yahoo refuses, counted from the moment of asking.
const HOURLY = { spanDays: 728, depthDays: 728 };
const MINUTES = { spanDays: 58, depthDays: 58 };
// Yahoo refuses more than 100 years.
const A_CENTURY = { spanDays: 36_000, depthDays: 36_000 };

const capabilities: Capabilities = {
  assetClasses: ['future', 'stock', 'forex'],
  periods: {
    '1m': { spanDays: 7, depthDays: 28 },
    '5m': MINUTES,
    '15m': MINUTES,
    '30m': MINUTES,
    '1h': HOURLY,
    '1d': A_CENTURY,
    '1wk': A_CENTURY,
    '1mo': A_CENTURY,
  },
  expiredContractDays: 0,
  servesWholeLife: true,
  dayBoundary: { forex: 'Europe/London' },
  paceMs: 500,
};

const Options = z.strictObject({
  base_url: z.url().default(HOST).describe('What stands before /v8/finance/chart/…'),
  user_agent: z
    .string()
    .min(1)
    .default(
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    )
    .describe('Yahoo answers 429 to clients that do not look like a browser'),
  pace_ms: z
    .int()
    .min(0)
    .default(capabilities.paceMs)
    .describe('Least time between the starts of two requests, milliseconds'),
});

function create(options: z.infer<typeof Options>, { http, now }: ProviderTools): ProviderSession {
  const base = options.base_url.replace(/\/+$/, '');
  const source = { http, hosts: base === HOST ? [HOST, TWIN_HOST] : [base], userAgent: options.user_agent };
  return {
    // Loaded with the first request: a plan does without.
    fetchBars: async (request, signal) => (await import('./chart.ts')).fetchChart(request, source, signal),
    checkAccess: async (signal) => (await import('./access.ts')).checkChart(source, now(), signal),
  };
}

/** Yahoo Finance, by its chart endpoint: stocks, forex, indices, live futures contracts and front months. No account. */
export const yahoo = defineProvider({ id: 'yahoo', capabilities, Options, symbolFor: yahooSymbol, create });
