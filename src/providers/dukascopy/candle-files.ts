import { firstOfMonth, firstOfNextMonth, utcDate } from '../../market/calendar.ts';
import { DAY_MS, periodMs } from '../../market/period.ts';
import type { Period } from '../../market/period.ts';
import type { TimeRange } from '../../market/time-range.ts';

/** The candles that Dukascopy has; all other bars are made of them. */
export type CandleSize = 'minute' | 'hour' | 'day';

/** The candles that a period is made of. */
export const CANDLE_OF: Readonly<Record<Period, CandleSize>> = {
  '1m': 'minute',
  '5m': 'minute',
  '15m': 'minute',
  '30m': 'minute',
  '1h': 'hour',
  '1d': 'day',
  '1wk': 'day',
  '1mo': 'day',
};

/** Length of a candle in milliseconds. */
export const CANDLE_MS: Readonly<Record<CandleSize, number>> = {
  minute: periodMs('1m'),
  hour: periodMs('1h'),
  day: DAY_MS,
};

/** What one address answers: the minutes of a day, the hours of a month, the days of a year. */
export interface CandleFile {
  readonly size: CandleSize;
  /** Its candles start in here; instants, UTC. */
  readonly range: TimeRange;
  /** What follows /v1/candles/<size>/<code>/<side>. */
  readonly tail: string;
  /** False while the day, month or year is in progress: what it answers will change. */
  readonly complete: boolean;
}

const newYear = (year: number): number => Date.UTC(year, 0, 1);
const yearOf = (instant: number): number => new Date(instant).getUTCFullYear();

function fileRange(size: CandleSize, instant: number): TimeRange {
  if (size === 'hour') return { from: firstOfMonth(instant), to: firstOfNextMonth(instant) };
  if (size === 'day') return { from: newYear(yearOf(instant)), to: newYear(yearOf(instant) + 1) };
  const from = utcDate(instant);
  return { from, to: from + DAY_MS };
}

/** Month and day count from 1 and have no leading zero. */
function completeTail(size: CandleSize, from: number): string {
  const date = new Date(from);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  if (size === 'day') return `/${year}`;
  return size === 'hour' ? `/${year}/${month}` : `/${year}/${month}/${day}`;
}

/**
 * The files that together hold the candles of a range, oldest first; none of a time that has not begun.
 * @param now milliseconds since the epoch, UTC
 */
export function candleFiles(size: CandleSize, range: TimeRange, now: number): CandleFile[] {
  const files: CandleFile[] = [];
  const end = Math.min(range.to, now);
  for (let from = range.from; from < end;) {
    const whole = fileRange(size, from);
    const complete = whole.to <= now;
    files.push({
      size,
      range: whole,
      complete,
      tail: complete ? completeTail(size, whole.from) : `?from=${whole.from}`,
    });
    from = whole.to;
  }
  return files;
}
