import { isWeekday } from './calendar.ts';
import type { TradeDate } from './calendar.ts';
import type { ExchangeSession, ExchangeTable } from './exchange-table.ts';
import { DAY_MS } from './period.ts';
import type { TimeRange } from './time-range.ts';

/** No exchange rests for longer: a table that names no session for so long knows nothing of those years. */
const LONGEST_REST_MS = 14 * DAY_MS;

/** The trade dates in [from, to), ascending, on which a daily bar is due. */
export function dueDates(table: ExchangeTable, { from, to }: TimeRange): TradeDate[] {
  const dates: TradeDate[] = [];
  for (let date = from; date < to; date += DAY_MS) {
    if (table.day(date).isDue) dates.push(date);
  }
  return dates;
}

/** How many due dates lie in [from, to). */
export function sessionsBetween(table: ExchangeTable, { from, to }: TimeRange): number {
  let count = 0;
  for (let date = from; date < to; date += DAY_MS) {
    if (table.day(date).isDue) count++;
  }
  return count;
}

/** The last `count` dates up to and with `last` for which the word is yes, ascending; fewer where there is none for long. */
function lookBack(last: TradeDate, count: number, isSession: (date: TradeDate) => boolean): TradeDate[] {
  const dates: TradeDate[] = [];
  let silentBefore = last - LONGEST_REST_MS;
  for (let date = last; date > silentBefore && dates.length < count; date -= DAY_MS) {
    if (!isSession(date)) continue;
    dates.push(date);
    silentBefore = date - LONGEST_REST_MS;
  }
  return dates.reverse();
}

/** The last `count` due dates before a date, ascending; fewer where the table begins, none in years that it does not know. */
export function lastSessions(table: ExchangeTable, before: TradeDate, count: number): TradeDate[] {
  return lookBack(before - DAY_MS, count, (date) => table.day(date).isDue);
}

/** The sessions of the trade dates in [from, to), those without a due bar included, with their dates. */
export function sessionsOf(
  table: ExchangeTable,
  { from, to }: TimeRange,
): { readonly date: TradeDate; readonly session: ExchangeSession }[] {
  const sessions: { readonly date: TradeDate; readonly session: ExchangeSession }[] = [];
  for (let date = from; date < to; date += DAY_MS) {
    const { session } = table.day(date);
    if (session !== undefined) sessions.push({ date, session });
  }
  return sessions;
}

/** The table's word on a date where it knows the years around it; else a weekday counts as due. */
function knownOrWeekday(table: ExchangeTable | undefined, date: TradeDate): (date: TradeDate) => boolean {
  if (table === undefined) return isWeekday;
  const known = sessionsBetween(table, { from: date - LONGEST_REST_MS, to: date + DAY_MS }) > 0;
  return known ? (each) => table.day(each).isDue : isWeekday;
}

/** As lastSessions, up to and with `last`; weekdays where there is no table or it knows nothing of that time. */
export function sessionsUpTo(table: ExchangeTable | undefined, last: TradeDate, count: number): TradeDate[] {
  return lookBack(last, count, knownOrWeekday(table, last));
}

/** Due dates after `from` up to and with `to`; weekdays where there is no table or it knows nothing of that time. */
export function sessionsAfter(table: ExchangeTable | undefined, from: TradeDate, to: TradeDate): number {
  const isSession = knownOrWeekday(table, to);
  let count = 0;
  for (let date = from + DAY_MS; date <= to; date += DAY_MS) {
    if (isSession(date)) count++;
  }
  return count;
}
