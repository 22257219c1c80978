import { lastDayOfMonth, tradeDate, weekday } from '../src/market/calendar.ts';
import type { TradeDate } from '../src/market/calendar.ts';
import { DAY_MS } from '../src/market/period.ts';

/** The days of a year on which an exchange is shut, or shuts early. Rules of today, applied to every year. */
export interface Holidays {
  readonly closed: ReadonlySet<TradeDate>;
  readonly half: ReadonlySet<TradeDate>;
}

const MONDAY = 1;
const THURSDAY = 4;
const SATURDAY = 6;

/** The nth given weekday of a month, n from 1; month is 1 to 12. */
export function nthWeekday(year: number, month: number, day: number, n: number): TradeDate {
  const first = tradeDate(year, month, 1);
  return first + (((day - weekday(first) + 7) % 7) + (n - 1) * 7) * DAY_MS;
}

function lastMonday(year: number, month: number): TradeDate {
  const last = lastDayOfMonth(year, month);
  return last - ((weekday(last) + 6) % 7) * DAY_MS;
}

/** Easter Sunday of the Gregorian calendar. */
export function easterSunday(year: number): TradeDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const days = h + l - 7 * m + 114;
  return tradeDate(year, Math.floor(days / 31), (days % 31) + 1);
}

/** A holiday on a Saturday is kept on the Friday before, on a Sunday on the Monday after. */
function observed(date: TradeDate): TradeDate {
  const day = weekday(date);
  if (day === SATURDAY) return date - DAY_MS;
  return day === 0 ? date + DAY_MS : date;
}

/** A holiday on a weekend is kept on the Monday after. */
function substituted(date: TradeDate): TradeDate {
  const day = weekday(date);
  if (day === SATURDAY) return date + 2 * DAY_MS;
  return day === 0 ? date + DAY_MS : date;
}

/** New Year's Day: on a Sunday it is kept on Monday, on a Saturday not at all. */
function newYear(year: number): TradeDate {
  const date = tradeDate(year, 1, 1);
  return weekday(date) === 0 ? date + DAY_MS : date;
}

/** New York Stock Exchange: full and half days. */
export function newYorkHolidays(year: number): Holidays {
  const thanksgiving = nthWeekday(year, 11, THURSDAY, 4);
  const independence = observed(tradeDate(year, 7, 4));
  const christmas = observed(tradeDate(year, 12, 25));
  const closed = [
    newYear(year),
    ...(year >= 1998 ? [nthWeekday(year, 1, MONDAY, 3)] : []),
    nthWeekday(year, 2, MONDAY, 3),
    easterSunday(year) - 2 * DAY_MS,
    lastMonday(year, 5),
    ...(year >= 2022 ? [observed(tradeDate(year, 6, 19))] : []),
    independence,
    nthWeekday(year, 9, MONDAY, 1),
    thanksgiving,
    christmas,
  ];
  const half = [thanksgiving + DAY_MS, tradeDate(year, 7, 3), tradeDate(year, 12, 24)];
  return { closed: new Set(closed), half: new Set(half.filter((date) => !closed.includes(date))) };
}

/** London Stock Exchange. */
export function londonHolidays(year: number): Holidays {
  const christmas = tradeDate(year, 12, 25);
  const boxing = tradeDate(year, 12, 26);
  const easter = easterSunday(year);
  const closed = [
    substituted(tradeDate(year, 1, 1)),
    easter - 2 * DAY_MS,
    easter + DAY_MS,
    nthWeekday(year, 5, MONDAY, 1),
    lastMonday(year, 5),
    lastMonday(year, 8),
    // On Sunday and Monday both move: Boxing Day stays, Christmas takes the Tuesday.
    weekday(christmas) === 0 ? christmas + 2 * DAY_MS : substituted(christmas),
    weekday(boxing) === 0 ? boxing + 2 * DAY_MS : substituted(boxing),
  ];
  const half = [tradeDate(year, 12, 24), tradeDate(year, 12, 31)];
  return { closed: new Set(closed), half: new Set(half.filter((date) => !closed.includes(date))) };
}

/** United States futures: three days a year have no trade date. */
export function futuresHolidays(year: number): Holidays {
  const closed = [newYear(year), easterSunday(year) - 2 * DAY_MS, observed(tradeDate(year, 12, 25))];
  return { closed: new Set(closed), half: new Set() };
}

export const NO_HOLIDAYS: Holidays = { closed: new Set(), half: new Set() };
