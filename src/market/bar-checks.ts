import { allocateBars, PRICE_COLUMNS } from './bars.ts';
import type { Bars } from './bars.ts';
import type { TimeRange } from './time-range.ts';

/** Why a row of an answer was not taken. */
export type DropReason =
  /** A row without a close whose volume is above 0. */
  | 'null-close'
  /** A row without a close, and without a volume above 0: there was no trade. No bad row. */
  | 'no-trade'
  | 'not-a-number'
  | 'high-below-low'
  | 'out-of-order'
  | 'duplicate-time'
  | 'outside-range'
  | 'outside-session'
  | 'live-quote'
  | 'unfinished';

/** How many rows of an answer were not taken, by reason. */
export type DroppedBars = Readonly<Partial<Record<DropReason, number>>>;

export interface CheckedBars {
  readonly bars: Bars;
  readonly dropped: DroppedBars;
}

/** The rows of the table at the given indices, copied. */
export function pickBars(bars: Bars, rows: readonly number[]): Bars {
  const picked = allocateBars(rows.length, [...bars.extras.keys()]);
  const copy = (from: Float64Array, to: Float64Array): void => {
    rows.forEach((row, index) => {
      to[index] = from[row] ?? Number.NaN;
    });
  };
  copy(bars.time, picked.time);
  for (const name of PRICE_COLUMNS) copy(bars[name], picked[name]);
  copy(bars.volume, picked.volume);
  for (const [name, column] of picked.extras) {
    const source = bars.extras.get(name);
    if (source !== undefined) copy(source, column);
  }
  return picked;
}

function faultOf(bars: Bars, row: number): DropReason | undefined {
  const close = bars.close[row] ?? Number.NaN;
  if (Number.isNaN(close)) return (bars.volume[row] ?? Number.NaN) > 0 ? 'null-close' : 'no-trade';
  const high = bars.high[row] ?? Number.NaN;
  const low = bars.low[row] ?? Number.NaN;
  if (high < low) return 'high-below-low';
  const columns = [...PRICE_COLUMNS.map((name) => bars[name]), bars.volume, ...bars.extras.values()];
  return columns.some((column) => Math.abs(column[row] ?? 0) === Infinity) ? 'not-a-number' : undefined;
}

/**
 * Takes the good rows of an answer and counts the others. Rows may come unsorted in `time` only as a fault: a row before
 * the one kept last is `out-of-order`, an equal stamp a `duplicate-time` (the first one stays).
 * A row whose stamp is NaN was dealt with by the provider and is passed over. NaN stands for null; an open, high or low that is null stays NaN.
 */
export function checkBars(bars: Bars, range: TimeRange): CheckedBars {
  const kept: number[] = [];
  const dropped: Partial<Record<DropReason, number>> = {};
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < bars.time.length; row++) {
    const time = bars.time[row] ?? Number.NaN;
    let reason: DropReason | undefined;
    if (Number.isNaN(time)) continue;
    if (time < range.from || time >= range.to) reason = 'outside-range';
    else if (time === last) reason = 'duplicate-time';
    else if (time < last) reason = 'out-of-order';
    else reason = faultOf(bars, row);
    if (reason === undefined) {
      kept.push(row);
      last = time;
    } else dropped[reason] = (dropped[reason] ?? 0) + 1;
  }
  return { bars: kept.length === bars.time.length ? bars : pickBars(bars, kept), dropped };
}

/** Adds two counts of dropped rows. */
export function addDropped(a: DroppedBars, b: DroppedBars): DroppedBars {
  const sum: Partial<Record<DropReason, number>> = { ...a };
  for (const [reason, count] of Object.entries(b) as [DropReason, number][]) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

/** Reasons that say nothing against a row: it is not wanted, not over yet, or says that there was no trade. */
const NOT_BAD: ReadonlySet<string> = new Set<DropReason>([
  'no-trade',
  'outside-range',
  'outside-session',
  'live-quote',
  'unfinished',
]);

/** The rows that are bad, by reason: those left out are not. */
export function badRows(dropped: DroppedBars): DroppedBars {
  return Object.fromEntries(Object.entries(dropped).filter(([reason]) => !NOT_BAD.has(reason)));
}

/** How many rows in all. */
export function countDropped(dropped: DroppedBars): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

/**
 * How many bars have an open or a close outside their high and low. They are kept as the source gave them (real FX data has
 * such bars) and told of.
 */
export function countOutsideHighLow(bars: Bars): number {
  let count = 0;
  for (let row = 0; row < bars.time.length; row++) {
    const high = bars.high[row] ?? Number.NaN;
    const low = bars.low[row] ?? Number.NaN;
    const outside = (price: number): boolean => price > high || price < low;
    if (outside(bars.open[row] ?? Number.NaN) || outside(bars.close[row] ?? Number.NaN)) count += 1;
  }
  return count;
}
