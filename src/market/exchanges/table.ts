import { isWeekday, parseTradeDate, tradeDate } from '../calendar.ts';
import type { TradeDate } from '../calendar.ts';
import type { ExchangeDay, ExchangeSession, ExchangeTable } from '../exchange-table.ts';
import { DAY_MS, MINUTE_MS } from '../period.ts';
import { instantOf } from '../time-zone.ts';
import type { ExchangeRules, HalfDays, Hours } from './rules.ts';

const CLOSED: ExchangeDay = { isDue: false };

interface DayHours {
  readonly open: number;
  readonly close: number;
  readonly isHalf: boolean;
}

/** An open day. Its instants need the time zone, so they are worked out when they are asked for. */
class OpenDay implements ExchangeDay {
  readonly isDue: boolean;
  readonly #session: () => ExchangeSession;
  #known: ExchangeSession | undefined;

  constructor(isDue: boolean, session: () => ExchangeSession) {
    this.isDue = isDue;
    this.#session = session;
  }

  get session(): ExchangeSession {
    this.#known ??= this.#session();
    return this.#known;
  }
}

function hoursOn(hours: readonly [Hours, ...Hours[]], date: TradeDate): Hours {
  let found = hours[0];
  for (const next of hours) {
    if (next.since === undefined || (parseTradeDate(next.since) ?? Number.POSITIVE_INFINITY) <= date) found = next;
  }
  return found;
}

function halvesOf(half: readonly HalfDays[], year: number): Map<TradeDate, HalfDays> {
  return new Map(half.flatMap((rule) => rule.days(year).map((date) => [date, rule] as const)));
}

/** The days of one year in order, 1 January first. */
function daysOfYear(rules: ExchangeRules, year: number, closures: ReadonlySet<TradeDate>): ExchangeDay[] {
  const closed = new Set(rules.closed(year));
  const withoutBar = new Set(rules.withoutBar?.(year));
  const halves = halvesOf(rules.half ?? [], year);
  const isKnown = year >= rules.known[0] && year <= rules.known[1];
  const days: ExchangeDay[] = [];
  const end = tradeDate(year + 1, 1, 1);
  for (let date = tradeDate(year, 1, 1); date < end; date += DAY_MS) {
    const isOpen = (rules.everyDay ?? isWeekday(date)) && !closed.has(date) && !closures.has(date);
    if (!isOpen) {
      days.push(CLOSED);
      continue;
    }
    const half = halves.get(date);
    days.push(
      new OpenDay(isKnown && !withoutBar.has(date), () =>
        sessionOf(rules.zone, date, { ...hoursOn(rules.hours, date), ...half, isHalf: half !== undefined }),
      ),
    );
  }
  return days;
}

function sessionOf(zone: string, date: TradeDate, { open, close, isHalf }: DayHours): ExchangeSession {
  return {
    open: instantOf(date, open * MINUTE_MS, zone),
    close: instantOf(date, close * MINUTE_MS, zone),
    isHalf,
  };
}

/** The table that follows from the rules, and from days that are closed besides. A year is worked out once. */
export function tableOf(id: string, rules: ExchangeRules, closures: ReadonlySet<TradeDate>): ExchangeTable {
  const years = new Map<number, readonly ExchangeDay[]>();
  return {
    id,
    zone: rules.zone,
    isProven: rules.isProven ?? false,
    day: (date) => {
      const year = new Date(date).getUTCFullYear();
      let days = years.get(year);
      if (days === undefined) {
        days = daysOfYear(rules, year, closures);
        years.set(year, days);
      }
      return days[Math.round((date - tradeDate(year, 1, 1)) / DAY_MS)] ?? CLOSED;
    },
  };
}
