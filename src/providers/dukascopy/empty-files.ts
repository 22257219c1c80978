import { weekday } from '../../market/calendar.ts';
import { DAY_MS } from '../../market/period.ts';
import type { TimeRange } from '../../market/time-range.ts';
import type { CandleFile } from './candle-files.ts';

const WEEK_MS = 7 * DAY_MS;
const CURRENCIES = /^[A-WYZ][A-Z]{2}-[A-Z]{3}$/;

/** 25 December and 1 January: the two weekdays on which currencies rest. */
function isFeast(date: number): boolean {
  const day = new Date(date).toISOString().slice(5, 10);
  return day === '12-25' || day === '01-01';
}

/**
 * True when a file of the range must have candles. Coins trade every day, currencies on every weekday but two; when metals
 * and indices rest is not known, but no week goes by without a trade.
 */
export function mustTrade(symbol: string, weekends: boolean, { from, to }: TimeRange): boolean {
  if (weekends || to - from >= WEEK_MS) return true;
  if (!CURRENCIES.test(symbol)) return false;
  for (let date = from; date < to; date += DAY_MS) {
    if (weekday(date) !== 0 && weekday(date) !== 6 && !isFeast(date)) return true;
  }
  return false;
}

/** A file that was answered. */
export interface AnsweredFile {
  readonly file: CandleFile;
  readonly isEmpty: boolean;
}

/** A complete file without a candle that follows a full one, though there was trade in its time. */
export interface SuspectFile {
  readonly file: CandleFile;
  /** A later file of the same answer is full, so that the history goes on. Else what follows has to be looked at. */
  readonly isBetween: boolean;
}

/**
 * The first such file of an answer; undefined when there is none.
 * @param files oldest first
 * @param wasFull a file before them was full
 */
export function suspectFile(
  files: readonly AnsweredFile[],
  wasFull: boolean,
  isDue: (range: TimeRange) => boolean,
): SuspectFile | undefined {
  let hasBegun = wasFull;
  for (const [place, { file, isEmpty }] of files.entries()) {
    if (!isEmpty) hasBegun = true;
    else if (hasBegun && file.complete && isDue(file.range)) {
      return { file, isBetween: files.slice(place + 1).some((later) => !later.isEmpty) };
    }
  }
  return undefined;
}
