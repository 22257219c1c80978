import { utcDate } from '../market/calendar.ts';
import { DAY_MS } from '../market/period.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { PlanOptions } from './plan.ts';
import type { WantedSeries } from './wanted.ts';

/** Days between two questions for a series that seems to have ended. */
const PRESUMED_DAYS = 7;

const isWeekLater = (at: number, now: number): boolean => utcDate(now) - utcDate(at) >= PRESUMED_DAYS * DAY_MS;

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
  if (ended.kind === 'presumed') return force || isWeekLater(ended.at, now) ? wanted : undefined;
  if (ended.kind === 'contract') return force ? wanted : undefined;
  if (ended.on === undefined) return undefined;
  const end = ended.on + DAY_MS;
  const { contract } = wanted.series;
  if (contract !== undefined && stored.rows === 0 && contract.life.to > end) return undefined;
  const range = { from: wanted.range.from, to: Math.min(wanted.range.to, end) };
  return range.from < range.to ? { ...wanted, range } : undefined;
}
