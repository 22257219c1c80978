import { allocateBars } from '../../market/bars.ts';
import type { Bars } from '../../market/bars.ts';
import { firstOfMonth, firstOfNextMonth, mondayOf, weekday } from '../../market/calendar.ts';
import { DAY_MS, isIntraday, periodMs } from '../../market/period.ts';
import type { Period } from '../../market/period.ts';
import type { TimeRange } from '../../market/time-range.ts';

const WEEK_MS = 7 * DAY_MS;
/** What is smaller in a sum of volumes comes of the sum; volumes have six decimals. */
const VOLUME_DECIMALS = 9;

/** How the bars of a period lie on the time line. Stamps and instants in milliseconds since the epoch, UTC. */
export interface Buckets {
  /** Stamp of the bar that a candle which starts then belongs to. */
  readonly stampOf: (time: number) => number;
  /** Where the candles lie of all bars whose stamp is in the range; empty when no stamp is. */
  readonly candlesFor: (range: TimeRange) => TimeRange;
  /** Exclusive end of the candles of a bar. */
  readonly endOf: (stamp: number) => number;
}

function evenBuckets(length: number): Buckets {
  const next = (instant: number): number => Math.ceil(instant / length) * length;
  return {
    stampOf: (time) => Math.floor(time / length) * length,
    candlesFor: ({ from, to }) => ({ from: next(from), to: next(to) }),
    endOf: (stamp) => stamp + length,
  };
}

/** Saturday and Sunday count to Monday, where they are not days like others: the week of currencies opens on Sunday evening. */
function tradeDay(date: number, weekends: boolean): number {
  if (weekends) return date;
  const day = weekday(date);
  if (day === 6) return date + 2 * DAY_MS;
  return day === 0 ? date + DAY_MS : date;
}

/** Midnight at which the trading days before a date end: that before the weekend, if one lies between. */
function endBefore(date: number, weekends: boolean): number {
  if (weekends) return date;
  const day = weekday(date);
  if (day === 0) return date - DAY_MS;
  return day === 1 ? date - 2 * DAY_MS : date;
}

function calendarBuckets(first: (date: number) => number, next: (date: number) => number, weekends: boolean): Buckets {
  const stampFrom = (date: number): number => (first(date) === date ? date : next(date));
  return {
    stampOf: (time) => first(tradeDay(time, weekends)),
    candlesFor: ({ from, to }) => ({
      from: endBefore(stampFrom(from), weekends),
      to: endBefore(stampFrom(to), weekends),
    }),
    endOf: (stamp) => endBefore(next(stamp), weekends),
  };
}

/**
 * The bars of a period. A week is stamped its Monday, a month its 1st.
 * @param weekends true when Saturday and Sunday are trading days like others
 */
export function bucketsOf(period: Period, weekends: boolean): Buckets {
  if (period === '1wk') return calendarBuckets(mondayOf, (date) => mondayOf(date) + WEEK_MS, weekends);
  if (period === '1mo') return calendarBuckets(firstOfMonth, firstOfNextMonth, weekends);
  return evenBuckets(isIntraday(period) ? periodMs(period) : DAY_MS);
}

/** A sum of decimals without what doubles leave behind it. */
function decimal(sum: number): number {
  return Number.isInteger(sum) || Number.isNaN(sum) ? sum : Number(sum.toFixed(VOLUME_DECIMALS));
}

/** One bar for all neighbours of one stamp: first open, highest high, lowest low, last close, sum of the volumes. */
export function foldBars(candles: Bars, { stampOf }: Buckets): Bars {
  const rows: { readonly stamp: number; readonly from: number; to: number }[] = [];
  candles.time.forEach((time, row) => {
    const stamp = stampOf(time);
    const last = rows.at(-1);
    if (last?.stamp === stamp) last.to = row + 1;
    else rows.push({ stamp, from: row, to: row + 1 });
  });
  const bars = allocateBars(rows.length, []);
  rows.forEach(({ stamp, from, to }, row) => {
    bars.time[row] = stamp;
    bars.open[row] = candles.open[from] ?? Number.NaN;
    bars.high[row] = candles.high.subarray(from, to).reduce((high, value) => Math.max(high, value));
    bars.low[row] = candles.low.subarray(from, to).reduce((low, value) => Math.min(low, value));
    bars.close[row] = candles.close[to - 1] ?? Number.NaN;
    bars.volume[row] = decimal(candles.volume.subarray(from, to).reduce((sum, value) => sum + value));
  });
  return bars;
}
