import { tradeDate, weekday } from '../calendar.ts';
import type { TradeDate } from '../calendar.ts';
import { DAY_MS } from '../period.ts';
import { all, dates, during, except, MONDAY, nthOf, since, yearly } from './holiday.ts';
import type { Holiday } from './holiday.ts';
import { at, BY_RULE } from './rules.ts';
import type { ExchangeRules } from './rules.ts';

/** Day of March and of September on which the equinox falls in Japan: the usual approximation, right from 1980 to 2099. */
function equinox(month: 3 | 9): Holiday {
  const inThe1980s = month === 3 ? 20.8431 : 23.2488;
  return (year) => {
    const years = year - 1980;
    return [tradeDate(year, month, Math.floor(inThe1980s + 0.242194 * years) - Math.floor(years / 4))];
  };
}

const OLYMPIC_YEARS = [2020, 2021];

/** The holidays that the law names, as they fall. */
const BY_LAW = all(
  yearly(1, 1),
  during(1949, 1999, yearly(1, 15)),
  since(2000, nthOf(1, MONDAY, 2)),
  yearly(2, 11),
  since(2020, yearly(2, 23)),
  equinox(3),
  yearly(4, 29),
  yearly(5, 3),
  since(2007, yearly(5, 4)),
  yearly(5, 5),
  during(1996, 2002, yearly(7, 20)),
  since(2003, except(OLYMPIC_YEARS, nthOf(7, MONDAY, 3))),
  since(2016, except(OLYMPIC_YEARS, yearly(8, 11))),
  during(1966, 2002, yearly(9, 15)),
  since(2003, nthOf(9, MONDAY, 3)),
  equinox(9),
  during(1966, 1999, yearly(10, 10)),
  since(2000, except(OLYMPIC_YEARS, nthOf(10, MONDAY, 2))),
  yearly(11, 3),
  yearly(11, 23),
  during(1989, 2018, yearly(12, 23)),
  // Olympic moves, mourning, weddings and enthronements.
  dates(`1990-11-12 1993-06-09 2019-05-01 2019-10-22 2020-07-23 2020-07-24 2020-08-10 2021-07-22 2021-07-23
    2021-08-08`),
);

/** A Sunday's holiday moves on to the next free day (until 2006 to Monday, if free); a day between two holidays is one. */
const JAPANESE: Holiday = (year) => {
  const named = new Set(BY_LAW(year));
  const kept = new Set(named);
  for (const date of named) {
    if (weekday(date) !== 0) continue;
    let free: TradeDate = date + DAY_MS;
    while (year >= 2007 && named.has(free)) free += DAY_MS;
    kept.add(free);
  }
  for (const date of named) {
    if (named.has(date + 2 * DAY_MS)) kept.add(date + DAY_MS);
  }
  return [...kept];
};

const CLOSED = all(JAPANESE, yearly(1, 2), yearly(1, 3), yearly(12, 31));

export const XTKS: () => ExchangeRules = () => ({
  zone: 'Asia/Tokyo',
  isProven: true,
  known: BY_RULE,
  hours: [
    { open: at(9), close: at(15) },
    { since: '2024-11-05', open: at(9), close: at(15, 30) },
  ],
  // The system failed on 1 October 2020.
  closed: all(CLOSED, dates('2020-10-01')),
});

/** Osaka's futures: the night session before belongs to the trade date; so do sessions on holidays, to the next one. */
export const XOSE: () => ExchangeRules = () => ({
  zone: 'Asia/Tokyo',
  known: BY_RULE,
  hours: [
    { open: at(9), close: at(15, 15) },
    { since: '2011-07-19', open: at(16, 30) - at(24), close: at(15, 15) },
    { since: '2024-11-05', open: at(17) - at(24), close: at(15, 45) },
  ],
  closed: CLOSED,
});
