import {
  all,
  dates,
  during,
  easter,
  EASTER_MONDAY,
  GOOD_FRIDAY,
  movedOn,
  since,
  weekdayBefore,
  yearly,
} from './holiday.ts';
import { at, BY_RULE } from './rules.ts';
import type { ExchangeRules } from './rules.ts';

const WHIT_MONDAY = easter(50);
const ASCENSION = easter(39);

/** What nearly every exchange of the continent keeps. */
const CONTINENT = all(yearly(1, 1), GOOD_FRIDAY, EASTER_MONDAY, yearly(5, 1), yearly(12, 25), yearly(12, 26));
const EVES = all(yearly(12, 24), yearly(12, 31));

/** Before 2001 each country of Euronext kept holidays of its own. */
const SINCE_2002 = [2002, 2035] as const;

/** Paris, Amsterdam, Brussels, Lisbon, Dublin, and their derivatives. */
export const XPAR: () => ExchangeRules = () => ({
  zone: 'Europe/Paris',
  known: SINCE_2002,
  hours: [{ open: at(9), close: at(17, 30) }],
  closed: CONTINENT,
  half: [{ days: EVES, close: at(14, 5) }],
});

const XETRA_CLOSED = all(
  CONTINENT,
  EVES,
  during(2007, 2007, WHIT_MONDAY),
  during(2015, 2021, WHIT_MONDAY),
  during(2014, 2021, yearly(10, 3)),
  dates('2017-10-31'),
);

export const XETR: () => ExchangeRules = () => ({
  zone: 'Europe/Berlin',
  isProven: true,
  known: SINCE_2002,
  hours: [{ open: at(9), close: at(17, 30) }],
  closed: XETRA_CLOSED,
  half: [{ days: since(2010, yearly(12, 30, weekdayBefore)), close: at(14) }],
});

/** Eurex trades on Whit Monday and on the day of German unity. */
export const XEUR: () => ExchangeRules = () => ({
  zone: 'Europe/Berlin',
  known: SINCE_2002,
  hours: [
    { open: at(8), close: at(22) },
    { since: '2018-12-10', open: at(1), close: at(22) },
  ],
  closed: all(CONTINENT, EVES),
});

export const XSWX: () => ExchangeRules = () => ({
  zone: 'Europe/Zurich',
  known: BY_RULE,
  hours: [{ open: at(9), close: at(17, 30) }],
  closed: all(CONTINENT, yearly(1, 2), ASCENSION, WHIT_MONDAY, yearly(8, 1), EVES),
});

export const XMIL: () => ExchangeRules = () => ({
  zone: 'Europe/Rome',
  known: SINCE_2002,
  hours: [{ open: at(9), close: at(17, 30) }],
  closed: all(CONTINENT, yearly(8, 15), EVES),
});

export const XMAD: () => ExchangeRules = () => ({
  zone: 'Europe/Madrid',
  known: [2005, 2035],
  hours: [{ open: at(9), close: at(17, 30) }],
  closed: CONTINENT,
  half: [{ days: EVES, close: at(14) }],
});

/** Vienna kept more holidays before 2019. */
export const XWBO: () => ExchangeRules = () => ({
  zone: 'Europe/Vienna',
  known: [2019, 2035],
  hours: [{ open: at(9), close: at(17, 30) }],
  closed: all(CONTINENT, WHIT_MONDAY, yearly(10, 26), EVES),
});

/** Johannesburg: a holiday on a Sunday is kept on Monday. Elections are closed. */
export const XJSE: () => ExchangeRules = () => ({
  zone: 'Africa/Johannesburg',
  known: [1996, 2035],
  hours: [{ open: at(8, 30), close: at(17, 30) }],
  closed: all(
    movedOn(
      all(
        yearly(1, 1),
        yearly(3, 21),
        yearly(4, 27),
        yearly(5, 1),
        yearly(6, 16),
        yearly(8, 9),
        yearly(9, 24),
        yearly(12, 16),
        yearly(12, 25),
        yearly(12, 26),
      ),
    ),
    GOOD_FRIDAY,
    EASTER_MONDAY,
    dates(`1999-06-02 1999-12-31 2000-01-03 2004-04-14 2006-03-01 2008-05-02 2009-04-22 2011-05-18 2011-12-27 2014-05-07
      2016-08-03 2016-12-27 2019-05-08 2021-11-01 2022-12-27 2023-12-15 2024-05-29`),
  ),
});
