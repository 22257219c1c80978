import { firstBarFrom } from '../market/bars.ts';
import { utcDate } from '../market/calendar.ts';
import { dueUnits } from '../market/due-units.ts';
import type { ExchangeTable } from '../market/exchange-table.ts';
import { DAY_MS, isIntraday } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { isWithin, subtract, unite } from '../market/time-range.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';

/** The longest unit: a month. */
const LONGEST_MS = 32 * DAY_MS;

/** Where the session opens that an instant lies in; the instant itself where it lies in none. */
function openOf(instant: number, table: ExchangeTable): number {
  for (let date = utcDate(instant) - DAY_MS; date <= instant + DAY_MS; date += DAY_MS) {
    const { session } = table.day(date);
    if (session !== undefined && session.open < instant && instant < session.close) return session.open;
  }
  return instant;
}

/**
 * Answered ranges as they are judged: from the bar before them on, so that a silence that began earlier is seen whole, and
 * from the opening of the session in which they begin, so that a session answered for in parts is; as far as all of that is
 * known.
 */
export function judgedRanges(
  time: Float64Array,
  answered: TimeRanges,
  covered: TimeRanges,
  table: ExchangeTable,
  period: Period,
): TimeRanges {
  return answered.reduce<TimeRanges>((all, { from, to }) => {
    const before = time[firstBarFrom(time, from) - 1] ?? from;
    const starts = isIntraday(period) ? [before, openOf(from, table)] : [before];
    const known = starts.filter((start) => start < from && subtract({ from: start, to: from }, covered).length === 0);
    return unite(all, { from: Math.min(from, ...known), to });
  }, []);
}

/** Tells of a stamp whether the whole unit that it names was answered for. */
export function answeredWhole(
  answered: TimeRanges,
  table: ExchangeTable | undefined,
  period: Period,
): (stamp: number) => boolean {
  const unitOf = (stamp: number): TimeRange => {
    const [unit] = table === undefined ? [] : dueUnits(table, { from: stamp, to: stamp + LONGEST_MS }, period);
    return unit?.from === stamp ? unit : { from: stamp, to: stamp + 1 };
  };
  return (stamp) => answered.some((range) => isWithin(stamp, range)) && subtract(unitOf(stamp), answered).length === 0;
}
