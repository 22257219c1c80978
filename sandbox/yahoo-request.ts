import { DAY_MS } from '../src/market/period.ts';
import { badRequest } from './yahoo-answers.ts';
import type { Answer } from './answer.ts';

/** Bar sizes in the order of Yahoo's own error text. */
const INTERVALS = ['1m', '2m', '5m', '15m', '30m', '60m', '90m', '1h', '4h', '1d', '5d', '1wk', '1mo', '3mo'] as const;
export type Interval = Exclude<(typeof INTERVALS)[number], '60m'>;

/** Ranges that can be asked for instead of two times. */
export const VALID_RANGES = ['1d', '5d', '1mo', '3mo', '6mo', '1y', '2y', '5y', '10y', 'ytd', 'max'] as const;

/** Length of an intraday interval in minutes; undefined for a day and longer. */
export const INTERVAL_MINUTES: Readonly<Partial<Record<Interval, number>>> = {
  '1m': 1,
  '2m': 2,
  '5m': 5,
  '15m': 15,
  '30m': 30,
  '90m': 90,
  '1h': 60,
  '4h': 240,
};

/** One request for a chart, understood. */
export interface ChartRequest {
  readonly interval: Interval;
  /** Seconds since the epoch; inclusive. */
  readonly from: number;
  /** Seconds since the epoch; exclusive, as far as Yahoo keeps to it. */
  readonly to: number;
  /** As asked; empty when two times were given. */
  readonly range: string;
  readonly prePost: boolean;
  readonly events: ReadonlySet<string>;
}

function monthsBack(now: number, months: number): number {
  const date = new Date(now);
  return date.setUTCMonth(date.getUTCMonth() - months);
}

/** Where a range begins, milliseconds since the epoch; undefined for one that is not known. */
function rangeStart(range: string, now: number, firstTrade: number): number | undefined {
  const match = /^(\d{1,4})(d|mo|y)$/.exec(range);
  if (range === 'max') return firstTrade;
  if (range === 'ytd') return Date.UTC(new Date(now).getUTCFullYear(), 0, 1);
  if (match === null) return undefined;
  const count = Number(match[1]);
  if (match[2] === 'd') return now - count * DAY_MS;
  return monthsBack(now, match[2] === 'y' ? count * 12 : count);
}

function readSeconds(text: string | null): number | undefined {
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * Reads the query of a chart request; an answer where Yahoo would refuse it.
 * @param now milliseconds since the epoch, UTC
 * @param lastOpen start of the session that is going or was the last; range=1d begins there
 * @param firstTrade milliseconds since the epoch, UTC
 */
export function readChartRequest(
  query: URLSearchParams,
  now: number,
  lastOpen: number,
  firstTrade: number,
): ChartRequest | Answer {
  const timed = query.has('period1') || query.has('period2');
  const asked = query.get('interval') ?? (timed ? '1d' : '1m');
  const interval = INTERVALS.find((name) => name === asked);
  if (interval === undefined) {
    return badRequest(`Invalid input - interval=${asked} is not supported. Valid intervals: [${INTERVALS.join(', ')}]`);
  }
  const common = {
    interval: interval === '60m' ? ('1h' as const) : interval,
    prePost: query.get('includePrePost') === 'true',
    events: new Set((query.get('events') ?? '').split(/[,|]/)),
  };
  if (timed) {
    const from = readSeconds(query.get('period1') ?? '0');
    const to = readSeconds(query.get('period2') ?? String(Math.floor(now / 1000)));
    if (from === undefined || to === undefined)
      return badRequest('Invalid input - period1 and period2 must be numbers');
    if (from > to) {
      const dates = `startDate = ${from}, endDate = ${to}`;
      return badRequest(`Invalid input - start date cannot be after end date. ${dates}`);
    }
    return { ...common, from, to, range: '' };
  }
  const range = query.get('range') ?? '1d';
  const start = range === '1d' ? lastOpen : rangeStart(range, now, firstTrade);
  if (start === undefined) {
    return badRequest(`Invalid input - range=${range} is not supported. Valid ranges: [${VALID_RANGES.join(', ')}]`);
  }
  return { ...common, from: Math.floor(start / 1000), to: Math.floor(now / 1000) + 1, range };
}
