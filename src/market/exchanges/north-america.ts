import {
  all,
  CHRISTMAS_AND_BOXING,
  dates,
  during,
  GOOD_FRIDAY,
  ifOn,
  MONDAY,
  nearestWeekday,
  nextMonday,
  nthOf,
  since,
  sundayToMonday,
  THURSDAY,
  yearly,
} from './holiday.ts';
import type { Holiday } from './holiday.ts';
import { DAY_MS } from '../period.ts';
import { weekday } from '../calendar.ts';
import { at, BY_RULE } from './rules.ts';
import type { ExchangeRules } from './rules.ts';

/** US holidays on which stocks are closed and futures halt early: all but New Year, Good Friday and Christmas. */
export const US_EARLY_HALTS = all(
  since(1998, nthOf(1, MONDAY, 3)),
  nthOf(2, MONDAY, 3),
  nthOf(5, MONDAY, -1),
  since(2022, yearly(6, 19, nearestWeekday)),
  yearly(7, 4, nearestWeekday),
  nthOf(9, MONDAY, 1),
  nthOf(11, THURSDAY, 4),
);

/** New Year, Good Friday and Christmas. Exchanges do not keep a New Year that falls on a Saturday. */
export const US_FULL_CLOSES = all(yearly(1, 1, sundayToMonday), GOOD_FRIDAY, yearly(12, 25, nearestWeekday));

/** The Friday after Thanksgiving. */
export const DAY_AFTER_THANKSGIVING: Holiday = (year) => nthOf(11, THURSDAY, 4)(year).map((date) => date + DAY_MS);

/** Christmas Eve where it is a session: Friday's is the observed holiday. */
export const CHRISTMAS_EVE = ifOn([1, 2, 3, 4], yearly(12, 24));

const MONDAY_TO_THURSDAY = [1, 2, 3, 4];

/** Before 2013 a Wednesday 3 July was a whole day, and the Friday after a Thursday's 4 July a half one. */
const INDEPENDENCE_EVE = all(
  ifOn([1, 2, 4], yearly(7, 3)),
  since(2013, ifOn([3], yearly(7, 3))),
  during(1996, 2012, ifOn([5], yearly(7, 5))),
);

export const XNYS: () => ExchangeRules = () => ({
  zone: 'America/New_York',
  isProven: true,
  known: BY_RULE,
  hours: [{ open: at(9, 30), close: at(16) }],
  closed: all(
    US_FULL_CLOSES,
    US_EARLY_HALTS,
    dates(`1994-04-27 2001-09-11 2001-09-12 2001-09-13 2001-09-14 2004-06-11 2007-01-02 2012-10-29 2012-10-30
      2018-12-05 2025-01-09`),
  ),
  half: [
    {
      days: all(DAY_AFTER_THANKSGIVING, CHRISTMAS_EVE, INDEPENDENCE_EVE, dates('1997-12-26 1999-12-31 2003-12-26')),
      close: at(13),
    },
  ],
});

/** The Monday before 25 May. */
const VICTORIA_DAY: Holiday = (year) => yearly(5, 24)(year).map((date) => date - ((weekday(date) + 6) % 7) * DAY_MS);

const CANADIAN = all(
  yearly(1, 1, nextMonday),
  since(2008, nthOf(2, MONDAY, 3)),
  GOOD_FRIDAY,
  VICTORIA_DAY,
  yearly(7, 1, nextMonday),
  nthOf(8, MONDAY, 1),
  nthOf(9, MONDAY, 1),
  nthOf(10, MONDAY, 2),
  CHRISTMAS_AND_BOXING,
);

const CANADIAN_HALF = {
  days: since(2010, ifOn([...MONDAY_TO_THURSDAY, 5], yearly(12, 24))),
  close: at(13),
};

export const XTSE: () => ExchangeRules = () => ({
  zone: 'America/Toronto',
  isProven: true,
  known: BY_RULE,
  hours: [{ open: at(9, 30), close: at(16) }],
  closed: all(CANADIAN, dates('2001-09-11 2001-09-12')),
  half: [CANADIAN_HALF],
});

/** Montréal: the bond market's holidays beside Toronto's. */
export const XMOD: () => ExchangeRules = () => ({
  zone: 'America/Toronto',
  known: BY_RULE,
  hours: [{ open: at(20) - at(24), close: at(16, 30) }],
  closed: all(
    CANADIAN,
    since(2021, yearly(9, 30, nextMonday)),
    yearly(11, 11, nextMonday),
    dates('2001-09-11 2001-09-12'),
  ),
  half: [{ ...CANADIAN_HALF, close: at(13, 30) }],
});

/** Canola trades through most Canadian holidays. */
export const IFCA: () => ExchangeRules = () => ({
  zone: 'America/Winnipeg',
  known: BY_RULE,
  hours: [{ open: at(19) - at(24), close: at(13, 20) }],
  closed: all(yearly(1, 1, nextMonday), GOOD_FRIDAY, nthOf(9, MONDAY, 1), yearly(12, 25, nextMonday)),
});
