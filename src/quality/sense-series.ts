import type { Bars } from '../market/bars.ts';
import { DAY_MS, isIntraday, periodMs } from '../market/period.ts';
import type { Period } from '../market/period.ts';

/** A history as the rules look at it. */
export interface SenseSeries {
  readonly bars: Bars;
  /** A bar holds several days, so that a dividend may lie anywhere in it. */
  readonly isLong: boolean;
  readonly isIntraday: boolean;
  /** Rows that have a close, ascending. */
  readonly rows: Int32Array;
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

export function senseSeries(bars: Bars, period: Period): SenseSeries {
  const rows = rowsWithClose(bars.close);
  return {
    bars,
    isLong: periodMs(period) > DAY_MS,
    isIntraday: isIntraday(period),
    rows,
    moveNoise: noiseOf(rows, bars.close),
  };
}
