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

/** A complete file without a candle, though there was trade in its time. */
export interface SuspectFile {
  readonly file: CandleFile;
  /** Whether a file before it, and one after it, is known to have candles. What is not known has to be looked at. */
  readonly isFullBefore: boolean;
  readonly isFullAfter: boolean;
}

/**
 * The first such file of an answer; undefined when there is none.
 * @param files oldest first
 * @param wasFull a file before them is known to have candles
 */
export function suspectFile(
  files: readonly AnsweredFile[],
  wasFull: boolean,
  isDue: (range: TimeRange) => boolean,
): SuspectFile | undefined {
  const place = files.findIndex(({ file, isEmpty }) => isEmpty && file.complete && isDue(file.range));
  const found = files[place];
  if (found === undefined) return undefined;
  const isFull = ({ isEmpty }: AnsweredFile): boolean => !isEmpty;
  return {
    file: found.file,
    isFullBefore: wasFull || files.slice(0, place).some(isFull),
    isFullAfter: files.slice(place + 1).some(isFull),
  };
}
