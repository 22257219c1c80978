import {
  all,
  CHRISTMAS_AND_BOXING,
  dates,
  EASTER_MONDAY,
  except,
  GOOD_FRIDAY,
  MONDAY,
  nextMonday,
  nthOf,
  weekdayBefore,
  yearly,
} from './holiday.ts';
import { at, BY_RULE } from './rules.ts';
import type { ExchangeRules, HalfDays } from './rules.ts';

/** Bank holidays of England: the early May one moved for the days of victory, the late May one for the jubilees. */
const BANK_HOLIDAYS = all(
  yearly(1, 1, nextMonday),
  GOOD_FRIDAY,
  EASTER_MONDAY,
  except([1995, 2020], nthOf(5, MONDAY, 1)),
  except([2002, 2012, 2022], nthOf(5, MONDAY, -1)),
  nthOf(8, MONDAY, -1),
  CHRISTMAS_AND_BOXING,
  dates(`1995-05-08 1999-12-31 2002-06-03 2002-06-04 2011-04-29 2012-06-04 2012-06-05 2020-05-08 2022-06-02
    2022-06-03 2022-09-19 2023-05-08`),
);

const LAST_BEFORE: HalfDays = {
  days: all(yearly(12, 24, weekdayBefore), yearly(12, 31, weekdayBefore)),
  close: at(12, 30),
};

export const XLON: () => ExchangeRules = () => ({
  zone: 'Europe/London',
  isProven: true,
  known: BY_RULE,
  hours: [{ open: at(8), close: at(16, 30) }],
  closed: BANK_HOLIDAYS,
  half: [LAST_BEFORE],
});

/** London metals keep the bank holidays. */
export const XLME: () => ExchangeRules = () => ({
  zone: 'Europe/London',
  known: BY_RULE,
  hours: [{ open: at(1), close: at(19) }],
  closed: BANK_HOLIDAYS,
});

/**
 * ICE Futures Europe, energy and financials: energy trades through the bank holidays, sterling rates do not; so no bar is
 * due on them.
 */
export const IFEU: () => ExchangeRules = () => ({
  zone: 'Europe/London',
  known: BY_RULE,
  hours: [{ open: at(1), close: at(23) }],
  closed: all(yearly(1, 1, nextMonday), GOOD_FRIDAY, yearly(12, 25, nextMonday)),
  withoutBar: BANK_HOLIDAYS,
  half: [LAST_BEFORE],
});

/** ICE Endex, Dutch gas and power. */
export const NDEX: () => ExchangeRules = () => ({
  zone: 'Europe/Amsterdam',
  known: BY_RULE,
  hours: [{ open: at(8), close: at(18) }],
  closed: all(yearly(1, 1), GOOD_FRIDAY, yearly(12, 25)),
  withoutBar: all(EASTER_MONDAY, yearly(12, 26)),
});
