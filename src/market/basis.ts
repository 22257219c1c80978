import { PRICE_COLUMNS } from './bars.ts';
import type { Bars, ExtraColumn } from './bars.ts';
import { decimalsOf, FLOAT32_ROUNDING } from './rounding.ts';

/** Columns that can change their basis together: the four prices, or an adjusted column by itself. */
export type BasisColumns = 'prices' | Extract<ExtraColumn, 'Adj Close'>;

/** A source that has put a series on another basis: a split, a dividend, a roll. New = old × factor + difference. */
export interface BasisChange {
  readonly columns: BasisColumns;
  readonly factor: number;
  readonly difference: number;
  /** Stored bars that differ in that way. */
  readonly bars: number;
}

/** A change of basis is no smaller than this; less is rounding. */
const LEAST_FACTOR = 1e-4;

interface Interval {
  readonly low: number;
  readonly high: number;
}

const EVERYTHING: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

function common(a: Interval, b: Interval): Interval {
  return { low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
}

/** Half of the last decimal that prices are written with, or of a float32 of that size. */
function roundingOf(price: number, decimals: number): number {
  return Math.max(10 ** -decimals / 2, Math.abs(price) * FLOAT32_ROUNDING);
}

/** A price before and after, each with its rounding. */
interface Pair {
  readonly old: number;
  readonly fresh: number;
  readonly oldRounding: number;
  readonly freshRounding: number;
}

function factorsOf({ old, fresh, oldRounding, freshRounding }: Pair): Interval {
  const [size, next] = [Math.abs(old), Math.abs(fresh)];
  if (size <= oldRounding || old > 0 !== fresh > 0) return { low: 1, high: 0 };
  return { low: (next - freshRounding) / (size + oldRounding), high: (next + freshRounding) / (size - oldRounding) };
}

function differencesOf({ old, fresh, oldRounding, freshRounding }: Pair): Interval {
  const rounding = oldRounding + freshRounding;
  return { low: fresh - old - rounding, high: fresh - old + rounding };
}

const middle = ({ low, high }: Interval): number => (low + high) / 2;

/** Prices of the bars that both have, oldest first: one list a bar. */
function pairsOf(stored: Bars, answer: Bars, columns: BasisColumns): Pair[][] {
  const list = (bars: Bars): (Float64Array | undefined)[] =>
    columns === 'prices' ? PRICE_COLUMNS.map((name) => bars[name]) : [bars.extras.get(columns)];
  const [before, after] = [list(stored), list(answer)];
  const found: { readonly old: number; readonly fresh: number }[][] = [];
  let row = 0;
  answer.time.forEach((time, fresh) => {
    while ((stored.time[row] ?? Infinity) < time) row += 1;
    if (stored.time[row] !== time) return;
    const prices = before.map((column, index) => {
      return { old: column?.[row] ?? Number.NaN, fresh: after[index]?.[fresh] ?? Number.NaN };
    });
    found.push(prices.filter((pair) => !Number.isNaN(pair.old) && !Number.isNaN(pair.fresh)));
  });
  const decimals = (of: 'old' | 'fresh'): number =>
    found.reduce((most, bar) => bar.reduce((sum, pair) => Math.max(sum, decimalsOf(pair[of])), most), 0);
  const [oldDecimals, freshDecimals] = [decimals('old'), decimals('fresh')];
  return found
    .filter((bar) => bar.length > 0)
    .map((bar) =>
      bar.map(({ old, fresh }) => ({
        old,
        fresh,
        oldRounding: roundingOf(old, oldDecimals),
        freshRounding: roundingOf(fresh, freshDecimals),
      })),
    );
}

/**
 * Whether an answer stands on another basis than the stored bars: the oldest bars that both have differ, each of their
 * prices by one factor or by one difference within its rounding, and those after them (from the day of the split on, say)
 * are equal. One bar of several that differs is reported too: only the whole series can tell a bad print from a split.
 * Undefined when nothing differs, or not in that way: those are revisions.
 */
export function basisChange(stored: Bars, answer: Bars, columns: BasisColumns): BasisChange | undefined {
  const bars = pairsOf(stored, answer, columns);
  const differs = bars.map((bar) => bar.some(({ old, fresh }) => old !== fresh));
  const count = differs.lastIndexOf(true) + 1;
  if (count === 0 || differs.slice(0, count).includes(false)) return undefined;
  const pairs = bars.slice(0, count).flat();
  const factors = pairs.map(factorsOf).reduce(common, EVERYTHING);
  const factor = middle(factors);
  if (factors.low <= factors.high && Math.abs(factor - 1) > LEAST_FACTOR) {
    return { columns, factor, difference: 0, bars: count };
  }
  const differences = pairs.map(differencesOf).reduce(common, EVERYTHING);
  const least = Math.max(...pairs.map(({ oldRounding, freshRounding }) => oldRounding + freshRounding));
  const difference = middle(differences);
  if (differences.low <= differences.high && Math.abs(difference) > least) {
    return { columns, factor: 1, difference, bars: count };
  }
  return undefined;
}
