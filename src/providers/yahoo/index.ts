import * as z from 'zod';
import type { HttpResponse } from '../../http/http-client.ts';
import { NO_BARS } from '../../market/bars.ts';
import { VortexError } from '../../market/errors.ts';
import { DAY_MS, isIntraday } from '../../market/period.ts';
import type { Period } from '../../market/period.ts';
import { firstOfMonth, firstOfNextMonth, mondayOf } from '../../market/calendar.ts';
import type { TimeRange } from '../../market/time-range.ts';
import { localDate } from '../../market/time-zone.ts';
import { defineProvider } from '../provider.ts';
import type {
  BarRequest,
  Capabilities,
  FetchedBars,
  ProviderSession,
  ProviderTools,
  SourceFacts,
} from '../provider.ts';
import { barsOfChart, STOCK_EXTRAS } from './bars.ts';
import { chartProblem, readChart, sameGranularity } from './answers.ts';
import { yahooSymbol } from './symbols.ts';
import type { ChartResult } from './wire.ts';

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

const HOUR_MS = 3_600_000;
/** The earliest and the latest zones are 14 hours ahead of UTC and 12 behind. */
const EAST_MS = 14 * HOUR_MS;
const WEST_MS = 12 * HOUR_MS;

/**
 * The instants to ask for. Dates are asked with a margin that holds them in every zone, and whole weeks or months, since
 * Yahoo begins a longer bar where the request begins, and may end it where the request ends.
 */
function rangeOnTheWire(period: Period, wanted: TimeRange): TimeRange {
  if (isIntraday(period)) return wanted;
  const { from, to } = wholeBars(period, wanted);
  return { from: from - EAST_MS, to: to + WEST_MS };
}

/** The dates of all bars that have a date of the range. */
function wholeBars(period: Period, { from, to }: TimeRange): TimeRange {
  if (period === '1wk') return { from: mondayOf(from), to: mondayOf(to - DAY_MS) + 7 * DAY_MS };
  return period === '1mo' ? { from: firstOfMonth(from), to: firstOfNextMonth(to - DAY_MS) } : { from, to };
}

function chartQuery(period: Period, asked: TimeRange, extendedHours: boolean): string {
  const seconds = (instant: number): string => String(Math.ceil(instant / 1000));
  return new URLSearchParams({
    period1: seconds(asked.from),
    period2: seconds(asked.to),
    interval: period,
    includePrePost: String(extendedHours),
    events: 'div,splits',
  }).toString();
}

function factsOf(result: ChartResult, symbol: string, request: BarRequest): SourceFacts {
  const { meta } = result;
  const regular = meta.currentTradingPeriod?.regular;
  const zone = meta.exchangeTimezoneName;
  return {
    symbol,
    timezone: zone,
    ...(meta.currency ? { currency: meta.currency } : {}),
    dayBoundary: request.instrument.class === 'forex' ? zone : 'exchange',
    ...(regular === undefined
      ? {}
      : { session: { tradeDate: localDate(regular.start * 1000, zone), closesAt: regular.end * 1000 } }),
    ...(typeof meta.firstTradeDate === 'number' ? { firstBar: meta.firstTradeDate * 1000 } : {}),
  };
}

function create(options: z.infer<typeof Options>, { http }: ProviderTools): ProviderSession {
  const base = options.base_url.replace(/\/+$/, '');
  const hosts = base === HOST ? [HOST, TWIN_HOST] : [base];

  async function fetchBars(request: BarRequest, signal: AbortSignal): Promise<FetchedBars> {
    const symbol = yahooSymbol(request.instrument, request.contract);
    if (symbol === undefined || capabilities.periods[request.period] === undefined) {
      throw new VortexError(`yahoo has no name for ${request.instrument.id}; give it one as symbols.yahoo`, {
        code: 'not-servable',
        disposition: 'skip-series',
      });
    }
    if (request.range.from >= request.range.to) return { bars: NO_BARS, dropped: {}, source: { symbol } };
    const asked = rangeOnTheWire(request.period, request.range);
    const path = `/v8/finance/chart/${encodeURIComponent(symbol)}?${chartQuery(request.period, asked, request.extendedHours)}`;
    const response: HttpResponse = await http.send(
      {
        url: hosts.map((host) => host + path),
        headers: { 'User-Agent': options.user_agent, Accept: 'application/json' },
        job: request.job,
        check: chartProblem,
      },
      signal,
    );
    const result = readChart(response, symbol);
    if (result === 'no-data') return { bars: NO_BARS, dropped: {}, source: { symbol } };
    sameGranularity(result, request.period, response.url);
    const { bars, dropped } = barsOfChart(result, {
      period: request.period,
      asked,
      wanted: request.range,
      extras: request.instrument.class === 'stock' && !isIntraday(request.period) ? STOCK_EXTRAS : [],
      extendedHours: request.extendedHours,
      url: response.url,
    });
    return { bars, dropped, source: factsOf(result, symbol, request) };
  }

  return { fetchBars };
}

/** Yahoo Finance, by its chart endpoint: stocks, forex, indices, live futures contracts and front months. No account. */
export const yahoo = defineProvider({ id: 'yahoo', capabilities, Options, symbolFor: yahooSymbol, create });
