import type { HttpClient } from '../../http/http-client.ts';
import { NO_BARS } from '../../market/bars.ts';
import { firstOfMonth, firstOfNextMonth, mondayOf } from '../../market/calendar.ts';
import { VortexError } from '../../market/errors.ts';
import { DAY_MS, HOUR_MS, isIntraday } from '../../market/period.ts';
import type { Period } from '../../market/period.ts';
import type { TimeRange } from '../../market/time-range.ts';
import type { BarRequest, FetchedBars } from '../provider.ts';
import { chartProblem, readChart, sameGranularity } from './answers.ts';
import { barsOfChart, STOCK_EXTRAS } from './bars.ts';
import { factsOf, factsOfNothing } from './facts.ts';
import { yahooSymbol } from './symbols.ts';

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

/** The question for a chart. @param asked instants, `to` exclusive */
export function chartQuery(period: Period, asked: TimeRange, extendedHours: boolean): string {
  const seconds = (instant: number): string => String(Math.ceil(instant / 1000));
  return new URLSearchParams({
    period1: seconds(asked.from),
    period2: seconds(asked.to),
    interval: period,
    includePrePost: String(extendedHours),
    events: 'div,split,capitalGains',
  }).toString();
}

/** Where charts come from. */
export interface ChartSource {
  readonly http: HttpClient;
  /** Equal hosts, asked in turn after a failure. */
  readonly hosts: readonly string[];
  readonly userAgent: string;
}

/** Asks for the chart of a series and turns it into bars. @throws VortexError */
export async function fetchChart(request: BarRequest, source: ChartSource, signal: AbortSignal): Promise<FetchedBars> {
  const { instrument, contract, period, range, extendedHours } = request;
  const symbol = yahooSymbol(instrument, contract);
  if (symbol === undefined) {
    throw new VortexError(`yahoo has no name for ${instrument.id}; give it one as symbols.yahoo`, {
      code: 'not-servable',
      disposition: 'skip-series',
    });
  }
  if (range.from >= range.to) return { bars: NO_BARS, dropped: {}, source: { symbol } };
  const asked = rangeOnTheWire(period, range);
  const path = `/v8/finance/chart/${encodeURIComponent(symbol)}?${chartQuery(period, asked, extendedHours)}`;
  const response = await source.http.send(
    {
      url: source.hosts.map((host) => host + path),
      headers: { 'User-Agent': source.userAgent, Accept: 'application/json' },
      job: request.job,
      check: chartProblem,
    },
    signal,
  );
  const result = readChart(response, symbol);
  if (result === 'no-data') return { bars: NO_BARS, dropped: {}, source: factsOfNothing(response, symbol) };
  sameGranularity(result, period, response.url);
  const extras = instrument.class === 'stock' && !isIntraday(period) ? STOCK_EXTRAS : [];
  const reading = { period, asked, wanted: range, extras, extendedHours, url: response.url };
  return { ...barsOfChart(result, reading), source: factsOf(response, result, symbol, request) };
}
