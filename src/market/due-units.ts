import { mondayOf, firstOfMonth, firstOfNextMonth, utcDate } from './calendar.ts';
import type { TradeDate } from './calendar.ts';
import type { ExchangeTable } from './exchange-table.ts';
import { DAY_MS, isIntraday } from './period.ts';
import type { Period } from './period.ts';
import type { TimeRange } from './time-range.ts';

/**
 * What one bar (1d, 1wk, 1mo) or one session of bars (intraday) stands for: it has data when a bar's stamp lies in
 * [from, to). `stamp` names it: the trade date, its Monday, its 1st, or the instant at which the session opens.
 */
export interface DueUnit extends TimeRange {
  readonly stamp: number;
  /** The trade date, or the last due one of a week or month. */
  readonly date: TradeDate;
}

function dayUnit(date: TradeDate, table: ExchangeTable): DueUnit | undefined {
  return table.day(date).isDue ? { stamp: date, from: date, to: date + DAY_MS, date } : undefined;
}

function sessionUnit(date: TradeDate, table: ExchangeTable): DueUnit | undefined {
  const { session, isDue } = table.day(date);
  if (!isDue) return undefined;
  const { open, close } = session ?? { open: date, close: date + DAY_MS };
  return { stamp: open, from: open, to: close, date };
}

/** The unit of a week or month: due when a date in it is. */
function longUnit(first: TradeDate, next: TradeDate, table: ExchangeTable): DueUnit | undefined {
  for (let date = next - DAY_MS; date >= first; date -= DAY_MS) {
    if (table.day(date).isDue) return { stamp: first, from: first, to: next, date };
  }
  return undefined;
}

/**
 * The units of a period that are due and lie wholly in the range, ascending.
 * @param range trade dates (daily and longer) or instants (intraday); half-open
 */
export function* dueUnits(table: ExchangeTable, { from, to }: TimeRange, period: Period): Generator<DueUnit> {
  if (period === '1wk' || period === '1mo') {
    const begin = period === '1wk' ? mondayOf : firstOfMonth;
    const after = (first: TradeDate): TradeDate => (period === '1wk' ? first + 7 * DAY_MS : firstOfNextMonth(first));
    for (let first = begin(from); first < to; first = after(first)) {
      const unit = first < from ? undefined : longUnit(first, after(first), table);
      if (unit !== undefined) yield unit;
    }
    return;
  }
  const isOfInstants = isIntraday(period);
  const margin = isOfInstants ? DAY_MS : 0;
  for (let date = utcDate(from) - margin; date < to + margin; date += DAY_MS) {
    const unit = isOfInstants ? sessionUnit(date, table) : dayUnit(date, table);
    if (unit !== undefined && unit.from >= from && unit.to <= to) yield unit;
  }
}

/** The units that are due before an instant or date, newest first; asked only as far back as they are read. */
export function* dueUnitsBefore(table: ExchangeTable, before: number, period: Period): Generator<DueUnit> {
  const step = period === '1mo' ? 400 : period === '1wk' ? 100 : 20;
  let to = before;
  let span = step;
  for (let turn = 0; turn < 200 && span <= 200 * step; turn++) {
    const from = to - span * DAY_MS;
    const start = period === '1wk' ? mondayOf(from) : period === '1mo' ? firstOfMonth(from) : from;
    const units = [...dueUnits(table, { from: start, to }, period)].reverse();
    yield* units;
    // The next part ends where the oldest unit begins, so that none is cut in two and lost between two parts.
    const oldest = units.at(-1);
    to = oldest?.from ?? to;
    span = oldest === undefined ? 2 * span : step;
  }
}
