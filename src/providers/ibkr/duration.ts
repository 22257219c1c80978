import { firstOfNextMonth, mondayOf } from '../../market/calendar.ts';
import { DAY_MS, isIntraday, periodMs } from '../../market/period.ts';
import type { Period } from '../../market/period.ts';
import type { TimeRange } from '../../market/time-range.ts';

/** One request for history: everything before an instant, so far back. */
export interface Ask {
  /** Exclusive, milliseconds since the epoch, UTC. */
  readonly end: number;
  /** `20240131-00:00:00`: UTC. */
  readonly endText: string;
  /** `6 D`, `1 M`: reaches back to the start of the range at least. */
  readonly duration: string;
}

/** A day ends at the latest zone's midnight, 12 hours after that of UTC. */
const WEST_MS = DAY_MS / 2;
const SHORTEST_MONTH = 28;
const SHORTEST_YEAR = 365;

function durationText(days: number, period: Period): string {
  if (period === '1wk') return days <= 364 ? `${Math.ceil(days / 7)} W` : `${Math.ceil(days / SHORTEST_YEAR)} Y`;
  // Of trading days the first may be one that the end has only just begun.
  if (period !== '1mo' && days <= 6) return `${isIntraday(period) ? days + 1 : days} D`;
  if (period !== '1mo' && days === 7) return '1 W';
  const months = Math.ceil(days / SHORTEST_MONTH);
  return months <= 12 ? `${months} M` : `${Math.ceil(days / SHORTEST_YEAR)} Y`;
}

/** `20240131-00:00:00`, to the whole second above. */
function endText(end: number): string {
  const iso = new Date(Math.ceil(end / 1000) * 1000).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '')}-${iso.slice(11, 19)}`;
}

/** Days beyond the range: the session that the end cuts counts as a day of its own, and longer bars begin where the request does. */
const MARGIN_DAYS: Readonly<Partial<Record<Period, number>>> = { '1wk': 8, '1mo': 32 };

/**
 * The request that covers a range. More may come, at both ends; it is left out again.
 * @param now milliseconds since the epoch, UTC; nothing is asked for that lies after it
 */
export function askFor(period: Period, { from, to }: TimeRange, now: number): Ask {
  let end = to;
  if (period === '1wk') end = mondayOf(to - DAY_MS) + 7 * DAY_MS;
  if (period === '1mo') end = firstOfNextMonth(to - DAY_MS);
  // A bar that begins in the range ends after it, and the server cuts the bar that the end falls into.
  end = Math.min(end + (isIntraday(period) ? periodMs(period) : WEST_MS), now);
  const asked = (isIntraday(period) ? Math.min(to, now) : end) - from;
  const days = Math.max(1, Math.ceil(asked / DAY_MS) + (MARGIN_DAYS[period] ?? 1));
  return { end, endText: endText(end), duration: durationText(days, period) };
}
