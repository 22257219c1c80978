import { weekday } from '../src/market/calendar.ts';
import { DAY_MS } from '../src/market/period.ts';
import type { Period } from '../src/market/period.ts';
import type { TimeRange } from '../src/market/time-range.ts';
import { instantOf, offsetAt } from '../src/market/time-zone.ts';
import { stampZone } from './barchart-listing.ts';
import type { DrawnFaults } from './faults.ts';
import { barsThere } from './row-faults.ts';
import { priceOf } from './securities.ts';
import type { Security } from './securities.ts';
import { calendarUnit } from './truth.ts';
import type { Truth } from './truth.ts';

/** One bar as the site has it. */
export interface BarchartRow {
  /** What its clock shows, as if in UTC; of a day or longer the last date in it. */
  readonly wall: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** The period of so many minutes; undefined for sizes that the sandbox has no truth of. */
export function minutesPeriod(interval: string | null): Period | undefined {
  const known: Readonly<Record<string, Period>> = { '1': '1m', '5': '5m', '15': '15m', '30': '30m', '60': '1h' };
  return known[interval ?? ''];
}

/** The period of the site's word for it. */
export function longPeriod(word: string | null): Period | undefined {
  const known: Readonly<Record<string, Period>> = { daily: '1d', weekly: '1wk', monthly: '1mo' };
  return known[word ?? ''];
}

/** Rows of a day or longer that have a date in the half-open range. */
export function longRows(
  truth: Truth,
  security: Security,
  period: Period,
  dates: TimeRange,
  now: number,
  faults: DrawnFaults,
): BarchartRow[] {
  const { start, next } = calendarUnit(period);
  // The last weekday of a week, the last day of a month.
  const closing = (date: number): number => next(date) - (period === '1wk' ? 3 : 1) * DAY_MS;
  const range = { from: start(dates.from), to: dates.to };
  return rows(truth, security, period, range, now, faults, closing);
}

/** Rows within the days: those whose clock shows a date of the half-open range. */
export function minuteRows(
  truth: Truth,
  security: Security,
  period: Period,
  dates: TimeRange,
  now: number,
  faults: DrawnFaults,
): BarchartRow[] {
  const zone = stampZone(security);
  const range = { from: instantOf(dates.from, 0, zone), to: instantOf(dates.to, 0, zone) };
  return rows(truth, security, period, range, now, faults, (time) => time + offsetAt(time, zone));
}

function rows(
  truth: Truth,
  security: Security,
  period: Period,
  range: TimeRange,
  now: number,
  faults: DrawnFaults,
  wallOf: (time: number) => number,
): BarchartRow[] {
  const { quirks, rebaseFactor } = faults;
  const ticks = barsThere(truth.bars(security, period, range, now), security.key, faults, now);
  const scale = truth.scaleAt(security, now);
  const factor = scale.price / (quirks.has('rebase') ? rebaseFactor : 1);
  const price = (value: number | undefined): number => priceOf((value ?? 0) * factor, security.price);
  return Array.from(ticks.time, (time, row) => {
    const wall = wallOf(time);
    // Two bars of five, never all: a correction is no new basis.
    const isRevised = quirks.has('revise') && (weekday(wall) === 2 || weekday(wall) === 4);
    const close = (ticks.close[row] ?? 0) + (isRevised ? 1 : 0);
    return {
      wall,
      open: price(ticks.open[row]),
      high: price(Math.max(ticks.high[row] ?? 0, close)),
      low: price(ticks.low[row]),
      close: price(close),
      volume: (ticks.volume[row] ?? 0) * scale.volume,
    };
  });
}
