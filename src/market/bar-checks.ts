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
  /** The first of two rows that differ and have one stamp: the second counts. */
  | 'duplicate-time'
  /** A row that says the same as the one before it, stamp and all. No bad row. */
  | 'repeated-row'
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

/** True for a row that says that there was no trade: without a close, and without a volume above 0. */
export function isNoTrade(bars: Bars, row: number): boolean {
  return Number.isNaN(bars.close[row] ?? Number.NaN) && !((bars.volume[row] ?? Number.NaN) > 0);
}

/** True where open or close lies outside high and low, or high below low. Prices that are missing contradict nothing. */
function isOutsideHighLow(bars: Bars, row: number): boolean {
  const high = bars.high[row] ?? Number.NaN;
  const low = bars.low[row] ?? Number.NaN;
  const outside = (price: number): boolean => price > high || price < low;
  return high < low || outside(bars.open[row] ?? Number.NaN) || outside(bars.close[row] ?? Number.NaN);
}

/**
 * True for a day without trade of which the exchange tells the settlement only: volume 0, and one of open, high and low
 * contradicts the other two, which are equal to the close. Its close is good.
 */
export function isSettlementRow(bars: Bars, row: number): boolean {
  if (bars.volume[row] !== 0 || !isOutsideHighLow(bars, row)) return false;
  const close = bars.close[row] ?? Number.NaN;
  const odd = [bars.open, bars.high, bars.low]
    .map((column) => column[row] ?? Number.NaN)
    .filter((each) => each !== close);
  return odd.length === 1 && odd.every(Number.isFinite);
}

function columnsOf(bars: Bars): Float64Array[] {
  return [...PRICE_COLUMNS.map((name) => bars[name]), bars.volume, ...bars.extras.values()];
}

function faultOf(bars: Bars, row: number, columns: readonly Float64Array[]): DropReason | undefined {
  if (Number.isNaN(bars.close[row] ?? Number.NaN)) return isNoTrade(bars, row) ? 'no-trade' : 'null-close';
  const isContrary = (bars.high[row] ?? Number.NaN) < (bars.low[row] ?? Number.NaN);
  if (isContrary && !isSettlementRow(bars, row)) return 'high-below-low';
  return columns.some((column) => Math.abs(column[row] ?? 0) === Infinity) ? 'not-a-number' : undefined;
}

/** Two rows of one stamp: what is said of the one that makes way for the other. */
function otherOfTwo(columns: readonly Float64Array[], first: number, second: number): DropReason {
  return columns.every((column) => Object.is(column[first], column[second])) ? 'repeated-row' : 'duplicate-time';
}

/**
 * Takes the good rows of an answer and counts the others. Rows may come unsorted in `time` only as a fault: a row before
 * the one kept last is `out-of-order`. Of good rows with one stamp the one that the source sent last counts.
 * A row whose stamp is NaN was dealt with by the provider and is passed over. NaN stands for null; an open, high or low that is null stays NaN.
 * @param wereReversed the source sent the rows newest first
 */
export function checkBars(bars: Bars, range: TimeRange, wereReversed = false): CheckedBars {
  const columns = columnsOf(bars);
  const kept: number[] = [];
  const dropped: Partial<Record<DropReason, number>> = {};
  const drop = (reason: DropReason): void => {
    dropped[reason] = (dropped[reason] ?? 0) + 1;
  };
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < bars.time.length; row++) {
    const time = bars.time[row] ?? Number.NaN;
    let reason: DropReason | undefined;
    if (Number.isNaN(time)) continue;
    if (time < range.from || time >= range.to) reason = 'outside-range';
    else if (time < last) reason = 'out-of-order';
    else reason = faultOf(bars, row, columns);
    if (reason !== undefined) {
      drop(reason);
      continue;
    }
    const first = time === last ? kept.at(-1) : undefined;
    if (first !== undefined) drop(otherOfTwo(columns, first, row));
    if (first !== undefined && wereReversed) continue;
    if (first !== undefined) kept.pop();
    kept.push(row);
    last = time;
  }
  return { bars: kept.length === bars.time.length ? bars : pickBars(bars, kept), dropped };
}

/** Adds two counts of dropped rows. */
export function addDropped(a: DroppedBars, b: DroppedBars): DroppedBars {
  const sum: Partial<Record<DropReason, number>> = { ...a };
  for (const [reason, count] of Object.entries(b) as [DropReason, number][]) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

/** Reasons that say nothing against a row: it is not wanted, not over yet, there twice, or says that there was no trade. */
const NOT_BAD: ReadonlySet<string> = new Set<DropReason | 'placeholder'>([
  'no-trade',
  'repeated-row',
  'outside-range',
  'outside-session',
  'live-quote',
  'unfinished',
  // Of an imported file: marks a contract without bars.
  'placeholder',
]);

type Counts = Readonly<Partial<Record<string, number>>>;

function only(counts: Counts, isWanted: (reason: string) => boolean): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([reason]) => isWanted(reason)));
}

/** The rows that are bad, by reason: those left out are not. */
export function badRows(dropped: Counts): Counts {
  return only(dropped, (reason) => !NOT_BAD.has(reason));
}

/** The rows that were left out though nothing is wrong with them, by reason. */
export function leftOutRows(dropped: Counts): Counts {
  return only(dropped, (reason) => NOT_BAD.has(reason));
}

/** How many rows in all. */
export function countDropped(dropped: Counts): number {
  return Object.values(dropped).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/**
 * How many bars have an open or a close outside their high and low, or are settlement rows with a high below their low.
 * They are kept as the source gave them (real FX data has such bars) and told of.
 */
export function countOutsideHighLow(bars: Bars): number {
  let count = 0;
  for (let row = 0; row < bars.time.length; row++) if (isOutsideHighLow(bars, row)) count += 1;
  return count;
}
