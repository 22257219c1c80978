import { allocateBars, EXTRA_COLUMNS, sliceBars } from './bars.ts';
import type { Bars, ExtraColumn } from './bars.ts';

/** Stored bars with an answer worked in. */
export interface MergedBars {
  readonly bars: Bars;
  /** Bars that were not stored before. */
  readonly added: number;
  /** Stored bars of which the answer has another value. */
  readonly revised: number;
  /** Stored bars inside the answer's range that the answer lacks; they are kept. */
  readonly vanished: number;
  /** What was revised, value by value, and what vanished; oldest first. */
  readonly changes: readonly BarChange[];
}

/** Columns of bars beside their stamp, by the names that files give them. */
export type ColumnName = 'Open' | 'High' | 'Low' | 'Close' | 'Volume' | ExtraColumn;

/** A value that the source has corrected after it was stored; without a column, a bar that the source has no more. */
export interface BarChange {
  /** Stamp of the bar. */
  readonly time: number;
  readonly column?: ColumnName;
  /** NaN where there was no value. */
  readonly old?: number;
  readonly fresh?: number;
}

type Column = readonly [Float64Array | undefined, Float64Array | undefined, Float64Array, ColumnName];

function pairColumns(a: Bars, b: Bars, out: Bars): readonly Column[] {
  return [
    [a.open, b.open, out.open, 'Open'],
    [a.high, b.high, out.high, 'High'],
    [a.low, b.low, out.low, 'Low'],
    [a.close, b.close, out.close, 'Close'],
    [a.volume, b.volume, out.volume, 'Volume'],
    ...[...out.extras].map(([name, column]): Column => [a.extras.get(name), b.extras.get(name), column, name]),
  ];
}

const at = (column: Float64Array | undefined, row: number): number => column?.[row] ?? Number.NaN;

/**
 * Works an answer into the stored bars. Nothing stored is lost: of a bar that both have, the answer's value counts where it
 * differs, and a bar that only one has is taken from it. Where the answer has no value the stored one stays.
 * Both inputs ascend and are unique in time.
 */
export function mergeBars(stored: Bars, answer: Bars): MergedBars {
  if (stored.time.length === 0)
    return { bars: answer, added: answer.time.length, revised: 0, vanished: 0, changes: [] };
  const extras = EXTRA_COLUMNS.filter((name) => stored.extras.has(name) || answer.extras.has(name));
  const merged = allocateBars(stored.time.length + answer.time.length, extras);
  const columns = pairColumns(stored, answer, merged);
  const [first, last] = [at(answer.time, 0), at(answer.time, answer.time.length - 1)];
  const changes: BarChange[] = [];
  let [row, old, fresh, added, revised, vanished] = [0, 0, 0, 0, 0, 0];
  while (old < stored.time.length || fresh < answer.time.length) {
    const oldTime = stored.time[old] ?? Infinity;
    const freshTime = answer.time[fresh] ?? Infinity;
    const time = Math.min(oldTime, freshTime);
    merged.time[row] = time;
    if (freshTime > time) {
      for (const [from, , to] of columns) to[row] = at(from, old);
      if (time >= first && time <= last) {
        vanished += 1;
        changes.push({ time });
      }
    } else if (oldTime > time) {
      for (const [, from, to] of columns) to[row] = at(from, fresh);
      added += 1;
    } else {
      let differs = false;
      for (const [before, after, to, column] of columns) {
        const known = at(before, old);
        const told = at(after, fresh);
        // No value is no correction.
        to[row] = Number.isNaN(told) ? known : told;
        if (Number.isNaN(told) || told === known) continue;
        differs = true;
        changes.push({ time, column, old: known, fresh: told });
      }
      if (differs) revised += 1;
    }
    if (oldTime === time) old += 1;
    if (freshTime === time) fresh += 1;
    row += 1;
  }
  return { bars: sliceBars(merged, 0, row), added, revised, vanished, changes };
}
