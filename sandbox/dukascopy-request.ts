import { firstOfMonth, firstOfNextMonth } from '../src/market/calendar.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../src/market/period.ts';
import type { TimeRange } from '../src/market/time-range.ts';
import type { Answer } from './answer.ts';
import { badRequest, notFound } from './dukascopy-answers.ts';

const CANDLES = /^\/v1\/candles\/(minute|hour|day)\/([^/]+)\/(BID|ASK)((?:\/[1-9]\d*)*)$/;
const WHOLE = /^[1-9]\d*$/;

const LENGTHS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };
/** How many numbers follow the side: year; year and month; year, month and day. */
const NUMBERS: Readonly<Record<string, number>> = { day: 1, hour: 2, minute: 3 };

/** Candles that are asked for. */
export interface CandleRequest {
  /** EUR-USD */
  readonly code: string;
  readonly side: 'BID' | 'ASK';
  /** Length of a candle, milliseconds. */
  readonly length: number;
  /** Where they start; open to now for what is in progress. Instants. */
  readonly range: TimeRange;
  readonly complete: boolean;
}

/** The day, month or year of a path; undefined when the calendar has none such. */
function wholeRange([year = 0, month, day]: readonly number[]): TimeRange | undefined {
  const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  const date = new Date(from);
  const same = date.getUTCMonth() + 1 === (month ?? 1) && date.getUTCDate() === (day ?? 1);
  if (!same || year < 1970 || year > 9999) return undefined;
  if (day !== undefined) return { from, to: from + DAY_MS };
  return month === undefined
    ? { from, to: Date.UTC(year + 1, 0, 1) }
    : { from: firstOfMonth(from), to: firstOfNextMonth(from) };
}

/**
 * Reads `/v1/candles/minute/EUR-USD/BID/2024/7/3` or the same with `?from=` in place of the date; undefined for a path that is
 * no such one, an answer for one that is refused.
 */
export function readCandleRequest(
  path: string,
  query: URLSearchParams,
  now: number,
): CandleRequest | Answer | undefined {
  const [, size = '', code = '', side, date = ''] = CANDLES.exec(path) ?? [];
  const length = LENGTHS[size];
  if (length === undefined) return undefined;
  const asked = { code: decodeURIComponent(code), side: side === 'ASK' ? ('ASK' as const) : ('BID' as const), length };
  const numbers = date.split('/').slice(1).map(Number);
  if (numbers.length === 0) {
    const from = query.get('from') ?? '';
    if (!WHOLE.test(from) || Number(from) % length !== 0) return badRequest('from is the start of a candle, in ms');
    return { ...asked, range: { from: Number(from), to: now + 1 }, complete: false };
  }
  const range = numbers.length === NUMBERS[size] ? wholeRange(numbers) : undefined;
  if (range === undefined) return notFound(`no ${size} candles at ${date}`);
  // Where it is not over there is nothing that could be kept for ever.
  return range.to > now ? notFound(`${size} candles of ${date} are not complete`) : { ...asked, range, complete: true };
}
