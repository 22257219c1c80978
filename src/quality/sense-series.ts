import type { Bars } from '../market/bars.ts';
import { DAY_MS, isIntraday, periodMs } from '../market/period.ts';
import type { Period } from '../market/period.ts';

/** A future, as the rules look at it. */
export interface SenseFuture {
  /** When the life of the contract ends, exclusive, milliseconds since the epoch, UTC; undefined for one without a month. */
  readonly end: number | undefined;
}

/** A history as the rules look at it. */
export interface SenseSeries {
  readonly bars: Bars;
  /** A bar holds several days, so that a dividend may lie anywhere in it. */
  readonly isLong: boolean;
  readonly isIntraday: boolean;
  /** Rows that have a close, ascending. */
  readonly rows: Int32Array;
  /** What is said of a future; undefined for any other instrument. */
  readonly future: SenseFuture | undefined;
  /** Usual size of a move from close to close, as a logarithm: a standard deviation that outliers do not touch. */
  readonly moveNoise: number;
}

/** No market is taken to be quieter than this; it covers the rounding of prices that hardly move. */
const LEAST_NOISE = 0.002;
/** Rows looked at to tell the usual size of a move. */
const NOISE_SAMPLE = 20_000;
/** The share of moves below 1.645 standard deviations of a normal distribution, either way. */
const SHARE = 0.9;
const DEVIATIONS = 1.645;
/** Below so many moves a fault or two are among the largest tenth: the median tells the usual size. */
const FEW_MOVES = 60;
const MEDIAN_DEVIATIONS = 0.6745;

/** Pence in a pound, cents in a dollar: the move (a logarithm) that a wrong unit makes. */
export const UNIT_MOVE = Math.log(100);

/** The value of a row; NaN outside the column. */
export function at(column: Float64Array | undefined, row: number): number {
  return column?.[row] ?? Number.NaN;
}

/** Logarithm of later / earlier; NaN unless both are above zero. */
export function move(earlier: number, later: number): number {
  return earlier > 0 && later > 0 ? Math.log(later / earlier) : Number.NaN;
}

function noiseOf(rows: Int32Array, close: Float64Array): number {
  const step = Math.max(1, Math.floor(rows.length / NOISE_SAMPLE));
  const sizes: number[] = [];
  for (let index = 1; index < rows.length; index += step) {
    const size = Math.abs(move(at(close, rows[index - 1] ?? 0), at(close, rows[index] ?? 0)));
    if (size >= 0) sizes.push(size);
  }
  const sorted = Float64Array.from(sizes).sort();
  if (sorted.length < FEW_MOVES) {
    return Math.max(LEAST_NOISE, (sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) / MEDIAN_DEVIATIONS);
  }
  const typical = sorted[Math.floor(SHARE * (sorted.length - 1))] ?? 0;
  return Math.max(LEAST_NOISE, typical / DEVIATIONS);
}

function rowsWithClose(close: Float64Array): Int32Array {
  const rows = new Int32Array(close.length);
  let count = 0;
  for (let row = 0; row < close.length; row++) {
    if (Number.isFinite(at(close, row))) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** How near (as a logarithm) a move has to be to a wrong unit: a market that moves by itself in the same night adds this much at most. */
const UNIT_TOLERANCE = 0.25;
/** Sources quote futures in units that are up to this power of ten apart: yen by the unit and by the million. */
const LARGEST_POWER = 6;

/**
 * The power of ten that a move comes to, below zero for one down: 2 for pence in a pound. Undefined for a move that no
 * unit explains; of other instruments than futures only hundreds are known.
 */
export function unitPower(size: number, future: SenseFuture | undefined): number | undefined {
  const power = Math.round(size / Math.LN10);
  const isKnown = future === undefined ? Math.abs(power) === 2 : power !== 0 && Math.abs(power) <= LARGEST_POWER;
  return isKnown && Math.abs(size - power * Math.LN10) < UNIT_TOLERANCE ? power : undefined;
}

/** What is wrong with a unit, in words; of a future it says that it is a power of ten. */
export function unitReason(text: string, future: SenseFuture | undefined): string {
  return future === undefined ? text : `${text}: a power of ten, as another price magnifier makes it`;
}

export function senseSeries(bars: Bars, period: Period, future?: SenseFuture): SenseSeries {
  const rows = rowsWithClose(bars.close);
  return {
    bars,
    isLong: periodMs(period) > DAY_MS,
    isIntraday: isIntraday(period),
    future,
    rows,
    moveNoise: noiseOf(rows, bars.close),
  };
}
