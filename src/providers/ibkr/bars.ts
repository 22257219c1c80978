import { checkBars } from '../../market/bar-checks.ts';
import type { CheckedBars } from '../../market/bar-checks.ts';
import { allocateBars } from '../../market/bars.ts';
import { isIntraday } from '../../market/period.ts';
import type { Period } from '../../market/period.ts';
import { barOfDate } from '../../market/session.ts';
import type { TimeRange } from '../../market/time-range.ts';
import { dateOfText } from './contracts.ts';
import type { HistoryRow } from './link.ts';
import { problem } from './words.ts';

/** The stamp of a row that is dealt with: the checks pass over it. */
const SETTLED = Number.NaN;

/** No value is NaN; what is no number is infinite and so refused later. */
const price = (value: number | undefined): number =>
  value === undefined ? Number.NaN : Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;

/** The server writes −1 where it has no volume: of pairs always. */
const volumeOf = (value: number | undefined): number =>
  value !== undefined && value >= 0 && value < Infinity ? value : Number.NaN;

/**
 * Stamp of a row: seconds since the epoch of an intraday bar, the trade date of a daily or longer one.
 * @returns milliseconds since the epoch, UTC
 * @throws VortexError `bad-answer`
 */
export function stampOf(text: string, period: Period, what: string): number {
  if (isIntraday(period)) {
    if (/^\d{1,11}$/.test(text) && text.length > 8) return Number(text) * 1000;
  } else {
    const date = dateOfText(text);
    if (date !== undefined) return barOfDate(date, period);
  }
  throw problem(`ibkr's answer has an unknown form: date ${JSON.stringify(text)} of ${what}`, 'bad-answer');
}

/** What is wanted of an answer. */
export interface Reading {
  readonly period: Period;
  readonly wanted: TimeRange;
  /** Exclusive end that was asked for; an instant. What lies between the wanted range and it goes uncounted. */
  readonly end: number;
  /** For messages: `1d bars of SPY`. */
  readonly what: string;
}

/** Turns the rows of one answer into bars; good rows that came only because more was asked for are left out uncounted. */
export function barsOf(rows: readonly HistoryRow[], { period, wanted, end, what }: Reading): CheckedBars {
  const bars = allocateBars(rows.length, []);
  rows.forEach((row, index) => {
    const time = stampOf(row.time, period, what);
    const isMargin = time < wanted.from || (time >= wanted.to && time < end);
    bars.time[index] = isMargin ? SETTLED : time;
    bars.open[index] = price(row.open);
    bars.high[index] = price(row.high);
    bars.low[index] = price(row.low);
    bars.close[index] = price(row.close);
    bars.volume[index] = volumeOf(row.volume);
  });
  return checkBars(bars, wanted);
}
