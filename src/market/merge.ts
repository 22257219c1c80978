import { allocateBars, EXTRA_COLUMNS, NO_BARS, PRICE_COLUMNS, sliceBars } from './bars.ts';
import type { Bars } from './bars.ts';

/** Stored bars with an answer worked in. */
export interface MergedBars {
  readonly bars: Bars;
  /** Bars that were not stored before. */
  readonly added: number;
  /** Stored bars of which the answer has another value. */
  readonly revised: number;
  /** Stored bars inside the answer's range that the answer lacks; they are kept. */
  readonly vanished: number;
}

type Columns = readonly (readonly [Float64Array | undefined, Float64Array | undefined, Float64Array])[];

function pairColumns(a: Bars, b: Bars, out: Bars): Columns {
  return [
    ...PRICE_COLUMNS.map((name) => [a[name], b[name], out[name]] as const),
    [a.volume, b.volume, out.volume] as const,
    ...[...out.extras].map(([name, column]) => [a.extras.get(name), b.extras.get(name), column] as const),
  ];
}

const at = (column: Float64Array | undefined, row: number): number => column?.[row] ?? Number.NaN;

/**
 * Works an answer into the stored bars. Nothing stored is lost: of a bar that both have, the answer's value counts where it
 * differs, and a bar that only one has is taken from it. Where the answer has no value the stored one stays.
 * Both inputs ascend and are unique in time.
 */
export function mergeBars(stored: Bars, answer: Bars): MergedBars {
  if (stored.time.length === 0) return { bars: answer, added: answer.time.length, revised: 0, vanished: 0 };
  const extras = EXTRA_COLUMNS.filter((name) => stored.extras.has(name) || answer.extras.has(name));
  const merged = allocateBars(stored.time.length + answer.time.length, extras);
  const columns = pairColumns(stored, answer, merged);
  const [first, last] = [at(answer.time, 0), at(answer.time, answer.time.length - 1)];
  let [row, old, fresh, added, revised, vanished] = [0, 0, 0, 0, 0, 0];
  while (old < stored.time.length || fresh < answer.time.length) {
    const oldTime = stored.time[old] ?? Infinity;
    const freshTime = answer.time[fresh] ?? Infinity;
    const time = Math.min(oldTime, freshTime);
    merged.time[row] = time;
    if (freshTime > time) {
      for (const [from, , to] of columns) to[row] = at(from, old);
      if (time >= first && time <= last) vanished += 1;
    } else if (oldTime > time) {
      for (const [, from, to] of columns) to[row] = at(from, fresh);
      added += 1;
    } else {
      let differs = false;
      for (const [before, after, to] of columns) {
        const known = at(before, old);
        const told = at(after, fresh);
        // No value is no correction.
        to[row] = Number.isNaN(told) ? known : told;
        if (!Number.isNaN(told) && told !== known) differs = true;
      }
      if (differs) revised += 1;
    }
    if (oldTime === time) old += 1;
    if (freshTime === time) fresh += 1;
    row += 1;
  }
  return { bars: sliceBars(merged, 0, row), added, revised, vanished };
}

/** Joins answers of one series that follow each other in time. */
export function joinBars(parts: readonly Bars[]): Bars {
  return parts.reduce((joined, part) => mergeBars(joined, part).bars, NO_BARS);
}
