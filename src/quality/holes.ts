import { firstOfMonth, firstOfNextMonth, isWeekday, mondayOf } from '../market/calendar.ts';
import { DAY_MS, isIntraday } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { subtract } from '../market/time-range.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';

/** Whether a bar can be stamped inside the range: not on a weekend, for weeks a Monday, for months a 1st. */
function canHoldBar({ from, to }: TimeRange, period: Period, weekends: boolean): boolean {
  if (isIntraday(period)) return true;
  if (period === '1wk') return mondayOf(from) === from || mondayOf(from) + 7 * DAY_MS < to;
  if (period === '1mo') return firstOfMonth(from) === from || firstOfNextMonth(from) < to;
  if (weekends || to - from > 2 * DAY_MS) return true;
  return isWeekday(from) || isWeekday(to - DAY_MS);
}

/**
 * The ranges between the first and the last covered stamp that are neither data nor proven empty, and in which a bar could
 * stand.
 * @param said coverage by the manifest's word; its ends are the ends of what is looked at
 * @param known coverage that the files bear out
 * @param weekends whether Saturdays and Sundays can be trade dates
 */
export function holes(said: TimeRanges, known: TimeRanges, period: Period, weekends: boolean): TimeRanges {
  const [first, last] = [said[0], said.at(-1)];
  if (first === undefined || last === undefined) return [];
  return subtract({ from: first.from, to: last.to }, known).filter((range) => canHoldBar(range, period, weekends));
}
