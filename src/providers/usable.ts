import { badRows, countDropped } from '../market/bar-checks.ts';
import type { CheckedBars } from '../market/bar-checks.ts';
import type { Bars } from '../market/bars.ts';
import { VortexError } from '../market/errors.ts';
import { DAY_MS } from '../market/period.ts';

/** So many bad rows are borne, whatever their share. */
const FEW_ROWS = 5;
/** More than this share of bad rows says that the whole answer is not to be believed. */
const MOST_BAD = 0.2;

/**
 * Judges the rows of one answer that lie in the asked range. Rows without a trade are neither good nor bad: what an answer of
 * only such rows proves is decided where the due dates are known.
 * @param what the answer, for the message: `yahoo's answer for SPY, 1d`
 * @throws VortexError `bad-answer` when no row is usable, when more than a fifth and at least five are not, or when all rows
 * (five or more) are of another time than was asked for
 */
export function expectUsable({ bars, dropped }: CheckedBars, what: string): void {
  const bad = badRows(dropped);
  const unusable = countDropped(bad);
  // A bar that is not over yet is left out, and speaks for the answer all the same.
  const usable = bars.time.length + (dropped.unfinished ?? 0);
  const rows = usable + unusable;
  const kinds = Object.entries(bad).map(([kind, count]) => `${count} ${kind}`);
  if (unusable > 0 && usable === 0) {
    throw unbelievable(`${what} has ${rows} rows, and none is usable (${kinds.join(', ')})`);
  }
  if (unusable >= FEW_ROWS && unusable > rows * MOST_BAD) {
    throw unbelievable(`${what} has ${unusable} rows of ${rows} that are not usable (${kinds.join(', ')})`);
  }
  const elsewhere = dropped['outside-range'] ?? 0;
  if (elsewhere >= FEW_ROWS && rows === 0 && countDropped(dropped) === elsewhere) {
    throw unbelievable(`${what} has ${elsewhere} rows, and all are outside the range that was asked for`);
  }
}

function unbelievable(what: string): VortexError {
  return new VortexError(`${what}; nothing of it is stored, run again later`, {
    code: 'bad-answer',
    disposition: 'skip-series',
  });
}

/**
 * When the source's bars begin by its own word, where nothing speaks against it: a time that lies after now, or after a bar of
 * the same answer by more than a day (zones), says nothing. Milliseconds since the epoch, UTC.
 */
export function believedFirst(firstBar: number | undefined, { time }: Bars, now: number): number | undefined {
  const known = Math.min(now, (time[0] ?? Infinity) + DAY_MS);
  return firstBar === undefined || firstBar > known ? undefined : firstBar;
}
