import * as z from 'zod';
import { formatTradeDate, tradeDate } from '../../market/calendar.ts';
import { defineProvider } from '../provider.ts';
import type { Capabilities, ProviderSession, ProviderTools } from '../provider.ts';
import type { CandleSource } from './candles.ts';
import { dukascopySymbol } from './symbols.ts';

const since = tradeDate(2003, 5, 5);

// About as many candles as one file of theirs has, or a few of them: what a failure costs is bounded, and so is the memory.
const MINUTES = { spanDays: 7, answerDays: 1, since };
const HOURS = { spanDays: 31, since };
const DAYS = { spanDays: 366, since };

const capabilities: Capabilities = {
  assetClasses: ['forex', 'stock'],
  periods: {
    '1m': MINUTES,
    '5m': MINUTES,
    '15m': MINUTES,
    '30m': MINUTES,
    '1h': HOURS,
    '1d': DAYS,
    '1wk': DAYS,
    '1mo': DAYS,
  },
  servesWholeLife: false,
  dayBoundary: { forex: 'UTC' },
  // Ten a second is what others have found to be borne.
  paceMs: 100,
};

const Options = z.strictObject({
  base_url: z.url().default('https://jetta.dukascopy.com').describe('What stands before /v1/candles/…'),
  side: z.enum(['BID', 'ASK']).default('BID').describe('Whose price the bars are made of'),
  pace_ms: z
    .int()
    .min(0)
    .default(capabilities.paceMs)
    .describe('Least time between the starts of two requests, milliseconds'),
});

/** What the source is asked about to see whether it answers. */
const SOME_PAIR = 'EUR-USD';

function create(options: z.infer<typeof Options>, { http, now, offline }: ProviderTools): ProviderSession {
  const source = {
    http,
    now,
    isOffline: offline === true,
    base: options.base_url.replace(/\/+$/, ''),
    side: options.side,
  };
  let candles: Promise<CandleSource> | undefined;
  return {
    // Loaded with the first request: a plan does without.
    async fetchBars(request, signal) {
      candles ??= import('./candles.ts').then(({ candleSource }) => candleSource(source));
      return (await candles)(request, signal);
    },
    checkAccess: async (signal) => {
      const archive = new (await import('./archive.ts')).Archive(source);
      const first = await archive.firstCandle(SOME_PAIR, 'day', undefined, signal);
      const reach = Number.isFinite(first) ? ` from ${formatTradeDate(first)} on` : '';
      return `${new URL(source.base).host} answers, and has ${SOME_PAIR}${reach}`;
    },
  };
}

/** Dukascopy's price archive: forex, metals and coins from 2003 on, indices where the settings name them. No account. */
export const dukascopy = defineProvider({ id: 'dukascopy', capabilities, Options, symbolFor: dukascopySymbol, create });
