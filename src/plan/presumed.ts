import { DAY_MS } from '../market/period.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';

/** A series that seems to have ended is asked for again after so many days. */
const ASK_AGAIN_DAYS = 7;

/** Whether a series that seems to have ended waits for its weekly question. @param now milliseconds since the epoch, UTC */
function isWaiting({ ended, answeredAt = -Infinity }: StoredSeries, now: number): boolean {
  if (ended?.kind !== 'presumed') return false;
  return now - Math.max(ended.at, answeredAt) < ASK_AGAIN_DAYS * DAY_MS;
}

/**
 * What of the unknown ranges is asked for now: of a series that seems to have ended, what lies after its last bar is asked
 * for once a week. Gaps before its last bar are asked for as ever. Pure.
 * @param now milliseconds since the epoch, UTC
 */
export function withoutPresumed(unknown: TimeRanges, stored: StoredSeries, now: number): TimeRanges {
  const last = stored.tail.at(-1);
  if (last === undefined || !isWaiting(stored, now)) return unknown;
  return unknown.filter(({ from }: TimeRange) => from <= last);
}

/** Whether suspect dates of a series get requests of their own: not while its weekly question is waited for. */
export function asksOnItsOwn(stored: StoredSeries, now: number): boolean {
  return !isWaiting(stored, now);
}
