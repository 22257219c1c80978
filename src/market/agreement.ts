import { firstBarFrom } from './bars.ts';
import type { Bars } from './bars.ts';
import { gridOf } from './grid.ts';
import type { Period } from './period.ts';

/** So many bars that both sources have are to agree before bars of the one stand beside those of the other. */
const COMMON_BARS = 5;
/** Prices agree when their ratio is no farther from 1: pence, cents, price magnifiers and other adjustments are. */
const TOLERANCE = 0.005;

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1 + (sorted.length % 2)], sorted[middle]];
  return (low + high) / 2;
}

const agrees = (ratio: number): boolean => Math.abs(ratio - 1) <= TOLERANCE;

/** Close of the one by close of the other, of each bar that both have. A price of 0, or one of another sign, is no ratio. */
function ratiosOf(stored: Bars, other: Bars): number[] {
  return Array.from(other.time).flatMap((time, row) => {
    const at = firstBarFrom(stored.time, time);
    if (stored.time[at] !== time) return [];
    const ratio = (other.close[row] ?? Number.NaN) / (stored.close[at] ?? Number.NaN);
    return Number.isFinite(ratio) && ratio > 0 ? [ratio] : [];
  });
}

/**
 * Why bars of another source cannot stand beside the stored ones, in words; undefined when they can.
 * @param stored bars of the range that both sources have told of
 * @param other the other source's bars of the same range
 */
export function disagreement(stored: Bars, other: Bars, period: Period): string | undefined {
  const ratios = ratiosOf(stored, other).sort((a, b) => a - b);
  if (ratios.length < COMMON_BARS) {
    return `it has ${ratios.length} bars in common with the stored ones, and ${COMMON_BARS} are to agree`;
  }
  const [ours, theirs] = [gridOf(stored.time, period), gridOf(other.time, period)];
  if (ours.join() !== theirs.join()) {
    return `its bars begin at minute ${theirs.join(', ')}, the stored ones at ${ours.join(', ')}`;
  }
  const middle = median(ratios);
  if (!agrees(middle)) return `its prices are ${Number(middle.toPrecision(4))} times the stored ones`;
  const near = ratios.filter(agrees).length;
  return near >= COMMON_BARS ? undefined : `${near} of ${ratios.length} common bars agree, and ${COMMON_BARS} are to`;
}
