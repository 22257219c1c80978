import { firstBarFrom } from './bars.ts';
import { dueUnits, dueUnitsBefore } from './due-units.ts';
import type { DueUnit } from './due-units.ts';
import type { ExchangeTable } from './exchange-table.ts';
import { utcDate } from './calendar.ts';
import type { Period } from './period.ts';
import type { TimeRanges } from './time-range.ts';

/** Sessions of the same kind (full or half) that a session is compared with: the last so many … */
const LIKE_SESSIONS = 20;
/** … at least so many of which must be known. */
const LEAST_LIKE = 10;
/** How far back they are looked for, sessions. */
const LOOK_BACK = 60;
/** A session with less than this part of the usual number of bars is short. */
const SHORT = 0.5;
/** A silence so many times as long as the longest of the like sessions is a hole. */
const LONG_HOLE = 5;

interface SessionShape {
  readonly bars: number;
  /** Longest time from one bar to the next, and from the last to the close, milliseconds. */
  readonly longestHole: number;
}

function shapeOf(time: Float64Array, { from, to }: DueUnit): SessionShape {
  const [first, end] = [firstBarFrom(time, from), firstBarFrom(time, to)];
  let longestHole = 0;
  for (let row = first; row < end; row++) {
    longestHole = Math.max(longestHole, (row + 1 < end ? (time[row + 1] ?? to) : to) - (time[row] ?? to));
  }
  return { bars: end - first, longestHole };
}

const isHalf = (table: ExchangeTable, date: number): boolean => table.day(date).session?.isHalf === true;

/** The shapes of the last sessions of the same kind before one, as far as the bars go back. */
function likeShapes(time: Float64Array, unit: DueUnit, table: ExchangeTable, period: Period): SessionShape[] {
  const shapes: SessionShape[] = [];
  let looked = 0;
  for (const other of dueUnitsBefore(table, unit.from, period)) {
    if (looked >= LOOK_BACK || shapes.length >= LIKE_SESSIONS || other.from < (time[0] ?? Infinity)) break;
    looked += 1;
    if (isHalf(table, other.date) !== isHalf(table, unit.date)) continue;
    const shape = shapeOf(time, other);
    if (shape.bars > 0) shapes.push(shape);
  }
  return shapes;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/**
 * Sessions with bars that seem to be cut short: less than half the usual bars, or a hole five times as long as any usual
 * one. Intraday periods only. Pure.
 * @param time stamps of the bars, ascending
 * @param ranges where to look; sessions that do not lie wholly in one are passed over
 */
export function shortSessions(time: Float64Array, ranges: TimeRanges, table: ExchangeTable, period: Period): DueUnit[] {
  return ranges.flatMap((range) =>
    [...dueUnits(table, range, period)].filter((unit) => {
      const shape = shapeOf(time, unit);
      if (shape.bars === 0 || utcDate(unit.from) < (time[0] ?? Infinity)) return false;
      const like = likeShapes(time, unit, table, period);
      if (like.length < LEAST_LIKE) return false;
      const hole = Math.max(...like.map(({ longestHole }) => longestHole));
      return shape.bars < SHORT * median(like.map(({ bars }) => bars)) || shape.longestHole > LONG_HOLE * hole;
    }),
  );
}
