import { firstBarFrom } from './bars.ts';
import { dueUnitsBefore } from './due-units.ts';
import type { ExchangeTable } from './exchange-table.ts';
import { DAY_MS } from './period.ts';
import type { Period } from './period.ts';

/** How regularly a series has bars: what it has to be measured by. */
export interface Rhythm {
  /** Of the last due units that end with its last bar (60 at most), how many there are … */
  readonly due: number;
  /** … and how many of them have a bar. */
  readonly met: number;
  /** Longest time between two of its last 60 bars, whole days. */
  readonly longestPauseDays: number;
}

/** Contracts trade thinly far from delivery, so more is asked of them before a missing date says something. */
export type SeriesKind = 'contract' | 'undated';

export const RHYTHM_UNITS = 60;
const SHARE: Readonly<Record<SeriesKind, number>> = { contract: 0.95, undated: 0.8 };
/** A contract with fewer bars promises nothing; an undated series with fewer due dates is new and counts as regular. */
export const LEAST_UNITS = 20;

/**
 * The rhythm of a series up to the bar of a row.
 * @param time stamps of all its bars, ascending
 * @param row index of the bar that ends the measure
 */
export function rhythmAt(time: Float64Array, row: number, table: ExchangeTable, period: Period): Rhythm {
  const last = time[row] ?? Number.NaN;
  const first = time[0] ?? Number.NaN;
  let due = 0;
  let met = 0;
  for (const unit of dueUnitsBefore(table, last + 32 * DAY_MS, period)) {
    if (unit.from > last) continue;
    if (due >= RHYTHM_UNITS || unit.to <= first) break;
    due += 1;
    const at = time[firstBarFrom(time, unit.from)];
    if (at !== undefined && at < unit.to) met += 1;
  }
  return { due, met, longestPauseDays: longestPause(time, row) };
}

/**
 * The rhythm of a series of which only the end was read: what the end does not reach back to is taken from what was known.
 * @param end rhythm of the part that was read
 * @param before rhythm of the series before
 */
export function joinedRhythm(end: Rhythm, before: Rhythm | undefined): Rhythm {
  const rest = Math.min(RHYTHM_UNITS - end.due, before?.due ?? 0);
  if (before === undefined || rest <= 0) return end;
  return {
    due: end.due + rest,
    met: end.met + Math.round((before.met * rest) / before.due),
    longestPauseDays: Math.max(end.longestPauseDays, before.longestPauseDays),
  };
}

function longestPause(time: Float64Array, row: number): number {
  let longest = 0;
  for (let at = Math.max(1, row - RHYTHM_UNITS + 1); at <= row; at++) {
    longest = Math.max(longest, (time[at] ?? 0) - (time[at - 1] ?? 0));
  }
  return Math.ceil(longest / DAY_MS);
}

/** Whether a bar may be expected of the series on a date that its exchange trades. */
export function isRegular({ due, met }: Pick<Rhythm, 'due' | 'met'>, kind: SeriesKind): boolean {
  if (kind === 'contract') return met >= LEAST_UNITS && met >= SHARE.contract * due;
  return due < LEAST_UNITS || met >= SHARE.undated * due;
}
