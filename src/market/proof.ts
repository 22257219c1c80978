import { firstBarFrom } from './bars.ts';
import { dueUnits } from './due-units.ts';
import type { DueUnit } from './due-units.ts';
import type { ExchangeTable } from './exchange-table.ts';
import { DAY_MS, isIntraday, periodMs } from './period.ts';
import type { Period } from './period.ts';
import { isRegular, joinedRhythm, LEAST_UNITS, RHYTHM_UNITS, rhythmAt } from './rhythm.ts';
import type { Rhythm, SeriesKind } from './rhythm.ts';
import type { TimeRange, TimeRanges } from './time-range.ts';

/** A run of due units without a bar, with no bar of the series in between. */
export interface MissingRun {
  readonly units: readonly DueUnit[];
  /** Where it lies: before the first bar, between two bars, after the last one. */
  readonly place: 'before' | 'between' | 'after';
  /** The series has been regular up to there, so that bars are to be expected. */
  readonly isExpected: boolean;
}

/** Due units between two bars from which on a silence is an answer that proves nothing. */
export const HOLE_UNITS = 5;

export interface ProofInput {
  /** Stamps of all bars of the series, or of its end as far as they were read, ascending. */
  readonly time: Float64Array;
  readonly period: Period;
  readonly kind: SeriesKind;
  readonly table: ExchangeTable;
  /** Ranges to look at: what was answered. */
  readonly ranges: TimeRanges;
  /** What is known of older bars, where only the end was read. */
  readonly older?: { readonly rhythm: Rhythm | undefined } | undefined;
}

interface Stretch extends TimeRange {
  /** There is a bar on either side. */
  readonly isInner: boolean;
}

/** The stretches of a range in which no bar begins, oldest first. */
function* emptyStretches(time: Float64Array, { from, to }: TimeRange): Generator<Stretch> {
  let start = from;
  for (let row = firstBarFrom(time, from); start < to; row++) {
    const end = Math.min(time[row] ?? Infinity, to);
    if (end > start) yield { from: start, to: end, isInner: start > from && end < to };
    start = end + 1;
  }
}

function hasBar(time: Float64Array, { from, to }: TimeRange): boolean {
  const at = time[firstBarFrom(time, from)];
  return at !== undefined && at < to;
}

/** The runs of due units in the ranges of which the series has no bar, oldest first. Pure. */
export function missingRuns(input: ProofInput): MissingRun[] {
  const { time, period, table, ranges } = input;
  const longest = isIntraday(period) ? DAY_MS : periodMs(period);
  return ranges.flatMap((range) =>
    [...emptyStretches(time, range)].flatMap((stretch): MissingRun[] => {
      // Two bars side by side have no date between them; most stretches end here.
      if (stretch.isInner && stretch.to - stretch.from < longest) return [];
      const within = { from: stretch.from, to: Math.min(range.to, stretch.to + longest) };
      const units = [...dueUnits(table, within, period)].filter(
        (unit) => unit.from < stretch.to && !hasBar(time, unit),
      );
      return units.length === 0 ? [] : [{ units, ...placeOf(input, units) }];
    }),
  );
}

function placeOf(
  { time, period, kind, table, older }: ProofInput,
  [first]: readonly DueUnit[],
): Pick<MissingRun, 'place' | 'isExpected'> {
  const row = firstBarFrom(time, first?.from ?? 0) - 1;
  if (row < 0 && older === undefined) return { place: 'before', isExpected: kind === 'undated' };
  const place = row === time.length - 1 ? 'after' : 'between';
  const before = rhythmAt(time, row, table, period);
  if (older !== undefined) return { place, isExpected: isRegular(joinedRhythm(before, older.rhythm), kind) };
  // Near the first bar what came later tells how the series trades.
  const isYoung = before.due < LEAST_UNITS && row < time.length - 1;
  const rhythm = isYoung ? rhythmAt(time, Math.min(time.length - 1, RHYTHM_UNITS), table, period) : before;
  return { place, isExpected: isRegular(rhythm, kind) };
}
