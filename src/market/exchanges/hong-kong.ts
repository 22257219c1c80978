import { weekday } from '../calendar.ts';
import { DAY_MS } from '../period.ts';
import { all, dates, during, EASTER_MONDAY, GOOD_FRIDAY, movedOn, since, yearly } from './holiday.ts';
import type { Holiday } from './holiday.ts';
import { CHING_MING, lunar } from './lunar.ts';
import { at } from './rules.ts';
import type { ExchangeRules } from './rules.ts';

const dayAfter =
  (holiday: Holiday): Holiday =>
  (year) =>
    holiday(year).map((date) => date + DAY_MS);

/** Three days; until 2011 a Sunday among them was made up for on the Saturday before, since then on the fourth day. */
const NEW_YEAR: Holiday = (year) => {
  const days = lunar('new-year')(year).flatMap((date) => [date, date + DAY_MS, date + 2 * DAY_MS]);
  return year < 2012 ? days.filter((date) => weekday(date) !== 0) : days;
};

/** The day after mid-autumn; on a Sunday until 2010, the feast itself on the Saturday. */
const AFTER_MID_AUTUMN: Holiday = (year) =>
  dayAfter(lunar('mid-autumn'))(year).filter((date) => year > 2010 || weekday(date) !== 0);

const CLOSED = all(
  movedOn(
    all(
      yearly(1, 1),
      NEW_YEAR,
      CHING_MING,
      GOOD_FRIDAY,
      EASTER_MONDAY,
      lunar('buddha'),
      yearly(5, 1),
      lunar('dragon-boats'),
      yearly(7, 1),
      AFTER_MID_AUTUMN,
      yearly(10, 1),
      lunar('double-ninth'),
      yearly(12, 25),
      yearly(12, 26),
    ),
  ),
  // Seventy years after the war.
  dates('2015-09-03'),
);

/** Whole days lost to typhoons and rain; since 23 September 2024 the exchange trades through them. */
const STORMS = dates(`2008-08-06 2008-08-22 2011-09-29 2013-08-14 2016-08-02 2016-10-21 2017-08-23 2020-10-13
  2021-10-13 2023-07-17 2023-09-01 2023-09-08 2024-09-06`);

const NEW_YEARS_EVE: Holiday = (year) => lunar('new-year')(year).map((date) => date - DAY_MS);
const EVES = all(since(2007, all(yearly(12, 24), yearly(12, 31))), since(2012, NEW_YEARS_EVE));

export const XHKG: () => ExchangeRules = () => ({
  zone: 'Asia/Hong_Kong',
  isProven: true,
  known: [2005, 2035],
  hours: [
    { open: at(10), close: at(16) },
    { since: '2011-03-07', open: at(9, 30), close: at(16) },
  ],
  closed: all(CLOSED, STORMS),
  half: [
    { days: during(0, 2010, EVES), close: at(12, 30) },
    { days: since(2011, EVES), close: at(12) },
  ],
});

/** Hong Kong's futures: the evening session belongs to the next trade date. */
export const XHKF: () => ExchangeRules = () => ({
  zone: 'Asia/Hong_Kong',
  known: [2013, 2035],
  hours: [{ open: at(17, 15) - at(24), close: at(16, 30) }],
  closed: all(CLOSED, STORMS),
  half: [{ days: EVES, close: at(12, 30) }],
});
