import { utcDate } from './calendar.ts';
import { DAY_MS, HOUR_MS, isIntraday, periodMs } from './period.ts';
import type { Period } from './period.ts';
import type { StoredSeries } from './stored-series.ts';
import { intersect } from './time-range.ts';

/** The easternmost zones are so far ahead of UTC. */
const EAST_MS = 14 * HOUR_MS;
/** A week is final on its Friday, a month on its last session: so long before it ends. */
const EARLY_MS = 5 * DAY_MS;

/** Where coverage can end at most. @param now milliseconds since the epoch, UTC */
function latestEnd(period: Period, now: number): number {
  if (isIntraday(period)) return now;
  return period === '1d' ? utcDate(now + EAST_MS) + DAY_MS : now + EARLY_MS;
}

/**
 * A series without coverage of the future, which only a wrong clock can have made: what follows its last bar is unknown
 * then.
 * @param now milliseconds since the epoch, UTC
 * @returns undefined when there is no such coverage
 */
export function withoutFuture(stored: StoredSeries, period: Period, now: number): StoredSeries | undefined {
  const latest = latestEnd(period, now);
  if ((stored.coverage.at(-1)?.to ?? -Infinity) <= latest) return undefined;
  const last = stored.tail.at(-1);
  const end = last === undefined ? latest : Math.min(latest, last + (isIntraday(period) ? periodMs(period) : DAY_MS));
  const known = { from: -Infinity, to: end };
  return {
    ...stored,
    coverage: stored.coverage.flatMap((range) => intersect(range, known) ?? []),
    ...(stored.suspects === undefined ? {} : { suspects: stored.suspects.filter(({ stamp }) => stamp < end) }),
  };
}
