import { utcDate } from '../market/calendar.ts';
import { DAY_MS } from '../market/period.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { PlanOptions } from './plan.ts';
import type { WantedSeries } from './wanted.ts';

/** Days between two questions for a series that seems to have ended. */
const PRESUMED_DAYS = 7;

/** Whether a series that seems to have ended waits for its weekly question. @param now milliseconds since the epoch, UTC */
export function waitsAWeek({ ended, answeredAt = -Infinity }: StoredSeries, now: number): boolean {
  if (ended?.kind !== 'presumed') return false;
  return utcDate(now) - utcDate(Math.max(ended.at, answeredAt)) < PRESUMED_DAYS * DAY_MS;
}

/**
 * The wish up to the end of a series that has ended: by the user's word up to that date, by force too; a contract that has
 * ended by itself only by force; one that seems to have ended once a week. Of a market that has ended, months that have no bars yet are not wanted.
 * @returns undefined when nothing is left to ask
 */
export function untilEnd(
  wanted: WantedSeries,
  stored: StoredSeries,
  { force, now }: Pick<PlanOptions, 'force' | 'now'>,
): WantedSeries | undefined {
  const { ended } = stored;
  if (ended === undefined) return wanted;
  // While the weekly question is waited for, only gaps before the last bar are asked for.
  if (ended.kind === 'presumed') return force || !waitsAWeek(stored, now) ? wanted : upTo(wanted, stored.tail.at(-1));
  if (ended.kind === 'contract') return force ? wanted : undefined;
  if (ended.on === undefined) return undefined;
  const end = ended.on + DAY_MS;
  const { contract } = wanted.series;
  if (contract !== undefined && stored.rows === 0 && contract.life.to > end) return undefined;
  return upTo(wanted, ended.on);
}

/** The wish up to a trade date, that included; undefined when nothing is left of it. */
function upTo(wanted: WantedSeries, last: number | undefined): WantedSeries | undefined {
  if (last === undefined) return undefined;
  const range = { from: wanted.range.from, to: Math.min(wanted.range.to, utcDate(last) + DAY_MS) };
  return range.from < range.to ? { ...wanted, range } : undefined;
}
