import { lastDayOfMonth, parseTradeDate, tradeDate, weekday } from '../calendar.ts';
import type { TradeDate } from '../calendar.ts';
import { DAY_MS } from '../period.ts';

/** The trade dates of a year that a rule names; none in years without it. Dates may be weekends. */
export type Holiday = (year: number) => readonly TradeDate[];

/** Where a holiday that falls on a weekend is kept; undefined: it is lost. */
export type Observed = (date: TradeDate) => TradeDate | undefined;

const SUNDAY = 0;
const SATURDAY = 6;

/** Sunday → Monday; Saturday is lost. */
export const sundayToMonday: Observed = (date) => (weekday(date) === SUNDAY ? date + DAY_MS : date);

/** Saturday → Friday, Sunday → Monday: the rule of US holidays. */
export const nearestWeekday: Observed = (date) => (weekday(date) === SATURDAY ? date - DAY_MS : sundayToMonday(date));

/** Saturday and Sunday → Monday. */
export const nextMonday: Observed = (date) => (weekday(date) === SATURDAY ? date + 2 * DAY_MS : sundayToMonday(date));

/** The last weekday at or before the date. */
export const weekdayBefore: Observed = (date) => {
  if (weekday(date) === SATURDAY) return date - DAY_MS;
  return weekday(date) === SUNDAY ? date - 2 * DAY_MS : date;
};

const asItFalls: Observed = (date) => date;

const some = (date: TradeDate | undefined): readonly TradeDate[] => (date === undefined ? [] : [date]);

/** The same day each year; month is 1 to 12. */
export function yearly(month: number, day: number, observed = asItFalls): Holiday {
  return (year) => some(observed(tradeDate(year, month, day)));
}

/**
 * The nth weekday of a month: the third Monday, the last (−1) Thursday. Month is 1 to 12, day is 0 Sunday to 6 Saturday.
 * An n that the month does not have runs into the next month.
 */
export function nthOf(month: number, day: number, n: number): Holiday {
  return (year) => {
    if (n > 0) {
      const first = tradeDate(year, month, 1);
      return [first + (((day - weekday(first) + 7) % 7) + 7 * (n - 1)) * DAY_MS];
    }
    const last = lastDayOfMonth(year, month);
    return [last - (((weekday(last) - day + 7) % 7) + 7 * (-n - 1)) * DAY_MS];
  };
}

export const MONDAY = 1;
export const THURSDAY = 4;

/** Easter Sunday of the Gregorian calendar, by the rule of Meeus. */
export function easterSunday(year: number): TradeDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const moonShift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - moonShift + 15) % 30;
  const week = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * week) / 451);
  const day = epact + week - 7 * late + 114;
  return tradeDate(year, Math.floor(day / 31), (day % 31) + 1);
}

/** So many days after Easter Sunday; −2 is Good Friday, 1 Easter Monday, 39 Ascension, 50 Whit Monday, 60 Corpus Christi. */
export function easter(days: number): Holiday {
  return (year) => [easterSunday(year) + days * DAY_MS];
}

export const GOOD_FRIDAY = easter(-2);
export const EASTER_MONDAY = easter(1);

/** A rule that holds from one year to another, both inclusive. */
export function during(from: number, to: number, holiday: Holiday): Holiday {
  return (year) => (year >= from && year <= to ? holiday(year) : []);
}

/** A rule that holds from a year on. */
export function since(from: number, holiday: Holiday): Holiday {
  return during(from, Number.POSITIVE_INFINITY, holiday);
}

/** A rule that does not hold in some years. */
export function except(years: readonly number[], holiday: Holiday): Holiday {
  return (year) => (years.includes(year) ? [] : holiday(year));
}

/** The rule only where its date is one of these days of the week, 0 Sunday to 6 Saturday. */
export function ifOn(days: readonly number[], holiday: Holiday): Holiday {
  return (year) => holiday(year).filter((date) => days.includes(weekday(date)));
}

/** Days that were or are closed once: dates such as 2012-10-29, separated by white space. */
export function dates(text: string): Holiday {
  let all: readonly TradeDate[] | undefined;
  return (year) => {
    all ??= text
      .trim()
      .split(/\s+/)
      .flatMap((word) => some(parseTradeDate(word)));
    return all.filter((date) => new Date(date).getUTCFullYear() === year);
  };
}

/** Several rules as one. */
export function all(...holidays: readonly Holiday[]): Holiday {
  return (year) => holidays.flatMap((holiday) => holiday(year));
}

/** Each holiday on a Sunday (or, on request, a Saturday) moves to the next weekday that is no holiday itself. */
export function movedOn(holiday: Holiday, moving: readonly number[] = [SUNDAY]): Holiday {
  return (year) => {
    const named = [...holiday(year)].sort((a, b) => a - b);
    const taken = new Set<TradeDate>();
    const waiting: TradeDate[] = [];
    for (const date of named) {
      if (moving.includes(weekday(date)) || taken.has(date)) waiting.push(date);
      else taken.add(date);
    }
    for (const date of waiting) {
      let free = date + DAY_MS;
      while (taken.has(free) || weekday(free) === SUNDAY || moving.includes(weekday(free))) free += DAY_MS;
      taken.add(free);
    }
    return [...taken];
  };
}

/** 25 and 26 December; what falls on a weekend is kept on the Monday and Tuesday after it. */
export const CHRISTMAS_AND_BOXING = movedOn(all(yearly(12, 25), yearly(12, 26)), [SUNDAY, SATURDAY]);
