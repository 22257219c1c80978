import { checkBars } from '../../market/bar-checks.ts';
import type { CheckedBars } from '../../market/bar-checks.ts';
import { allocateBars } from '../../market/bars.ts';
import type { Bars } from '../../market/bars.ts';
import { weekday } from '../../market/calendar.ts';
import { DAY_MS, HOUR_MS, isIntraday, MINUTE_MS, periodMs } from '../../market/period.ts';
import type { Period } from '../../market/period.ts';
import { barOfDate } from '../../market/session.ts';
import type { TimeRange } from '../../market/time-range.ts';
import { instantsOfWalls } from '../../market/wall-times.ts';
import { numberOf, stampOf } from './csv.ts';
import type { Column, Sheet } from './csv.ts';
import { badAnswer } from './errors.ts';

/** The stamp of a row that only the margin around the wanted range brought: the checks pass over it. */
const SETTLED = Number.NaN;

/** One row, read: stamp as the site's clock shows it, as if in UTC, and its numbers. */
export interface Row {
  readonly wall: number;
  readonly values: Readonly<Record<Exclude<Column, 'time'>, number>>;
}

/** Rows of one download, oldest first. */
export interface Rows {
  readonly rows: readonly Row[];
  /** The site sent them newest first. */
  readonly newestFirst: boolean;
  readonly hasOpenInterest: boolean;
}

/** Reads the rows of a download, whichever way they are ordered. @throws VortexError `bad-answer` */
export function rowsOf({ rows, places }: Sheet, period: Period, url: string): Rows {
  const field = (row: readonly string[], column: Column): string | undefined => row[places.get(column) ?? -1];
  const read = rows.map((row, index): Row => {
    const text = field(row, 'time') ?? '';
    const stamp = stampOf(text);
    const isMidnight = stamp?.hasTime === false || (stamp?.wall ?? 1) % DAY_MS === 0;
    if (stamp === undefined || (isIntraday(period) ? !stamp.hasTime : !isMidnight)) {
      throw badAnswer(`Time of row ${index + 1}, ${JSON.stringify(text)}, is no time of a ${period} bar`, url);
    }
    const number = (column: Column): number => numberOf(field(row, column));
    const volume = number('volume');
    return {
      wall: stamp.wall,
      values: {
        open: number('open'),
        high: number('high'),
        low: number('low'),
        close: number('close'),
        volume: Number.isFinite(volume) ? volume : Number.NaN,
        openInterest: number('openInterest'),
      },
    };
  });
  const newestFirst = (read[0]?.wall ?? 0) > (read.at(-1)?.wall ?? 0);
  if (newestFirst) read.reverse();
  return { rows: read, newestFirst, hasOpenInterest: places.has('openInterest') };
}

/** How a download is to be read. */
export interface Reading {
  readonly period: Period;
  /** IANA zone of intraday stamps. */
  readonly zone: string;
  /** Dates that were asked for, half-open; rows outside them came unasked. */
  readonly asked: TimeRange;
  readonly wanted: TimeRange;
  /** The part of an exchange's day that is wanted, milliseconds after its midnight; absent: all of it. */
  readonly hours?: TimeRange;
  /** The site sent the rows newest first. */
  readonly newestFirst: boolean;
  readonly url: string;
}

/** Bars of another size than asked would be filed under the wrong period. */
function sameSize(rows: readonly Row[], period: Period, url: string): void {
  const length = periodMs(period);
  const gaps = rows.slice(1).map(({ wall }, index) => wall - (rows[index]?.wall ?? wall));
  const short = gaps.filter((gap) => gap > 0 && gap < length);
  if (short.length * 2 > gaps.length) {
    throw badAnswer(`bars of ${(short[0] ?? 0) / MINUTE_MS} minutes for ${period}`, url);
  }
}

/** The trade date that a row of a day or longer is filed under. */
function dateOfRow(wall: number, period: Period, url: string): number {
  // A Sunday may close one week or begin the next.
  if (period === '1wk' && weekday(wall) === 0) throw badAnswer('Time of a week is a Sunday', url);
  return barOfDate(wall, period);
}

function allocate(rows: readonly Row[], hasOpenInterest: boolean): Bars {
  const bars = allocateBars(rows.length, hasOpenInterest ? ['Open Interest'] : []);
  const interest = bars.extras.get('Open Interest');
  rows.forEach(({ values }, row) => {
    bars.open[row] = values.open;
    bars.high[row] = values.high;
    bars.low[row] = values.low;
    bars.close[row] = values.close;
    bars.volume[row] = values.volume;
    if (interest !== undefined && Number.isFinite(values.openInterest)) interest[row] = values.openInterest;
  });
  return bars;
}

/** Pairs rest from Friday 16:00 to Sunday 16:00 by the clock of Chicago; a bar there means that the clock was misread. */
export function inForexWeekend(wall: number): boolean {
  const [day, time] = [weekday(wall), ((wall % DAY_MS) + DAY_MS) % DAY_MS];
  const evening = 16 * HOUR_MS;
  return day === 6 || (day === 5 && time >= evening) || (day === 0 && time < evening);
}

/** Turns rows into bars: instants or trade dates, what is outside counted. @throws VortexError `bad-answer` */
export function barsOfRows(
  rows: readonly Row[],
  hasOpenInterest: boolean,
  reading: Reading,
): CheckedBars & { readonly undecided: number } {
  const { period, zone, asked, wanted, hours, newestFirst, url } = reading;
  const intraday = isIntraday(period);
  const walls = Float64Array.from(rows, ({ wall }) => wall);
  if (intraday) sameSize(rows, period, url);
  const { instants, undecided } = intraday
    ? instantsOfWalls(walls, zone)
    : { instants: walls.map((wall) => dateOfRow(wall, period, url)), undecided: 0 };
  const bars = allocate(rows, hasOpenInterest);
  let outside = 0;
  walls.forEach((wall, row) => {
    const time = instants[row] ?? SETTLED;
    const timeOfDay = wall % DAY_MS;
    const isWanted = time >= wanted.from && time < wanted.to;
    const wasAsked = wall >= asked.from && wall < asked.to;
    const inHours = hours === undefined || (timeOfDay + periodMs(period) > hours.from && timeOfDay < hours.to);
    if (isWanted && !inHours) outside += 1;
    bars.time[row] = (isWanted && inHours) || !wasAsked ? time : SETTLED;
  });
  const checked = checkBars(bars, wanted, newestFirst);
  if (checked.bars.time.length === 0 && (checked.dropped['not-a-number'] ?? 0) > 0) {
    throw badAnswer('no row has prices that are numbers', url);
  }
  const dropped = outside > 0 ? { ...checked.dropped, 'outside-session': outside } : checked.dropped;
  return { bars: checked.bars, dropped, undecided };
}
