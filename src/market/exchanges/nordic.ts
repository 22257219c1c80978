import { tradeDate, weekday } from '../calendar.ts';
import { DAY_MS } from '../period.ts';
import { all, during, easter, EASTER_MONDAY, GOOD_FRIDAY, since, yearly } from './holiday.ts';
import type { Holiday } from './holiday.ts';
import { at } from './rules.ts';
import type { ExchangeRules } from './rules.ts';

const KNOWN = [2005, 2035] as const;
const MAUNDY_THURSDAY = easter(-3);
const ASCENSION = easter(39);
const WHIT_MONDAY = easter(50);

/** The Friday between 19 and 25 June. */
const MIDSUMMER_EVE: Holiday = (year) => {
  const first = tradeDate(year, 6, 19);
  return [first + ((5 - weekday(first) + 7) % 7) * DAY_MS];
};

const COMMON = all(yearly(1, 1), GOOD_FRIDAY, EASTER_MONDAY, yearly(12, 24), yearly(12, 25), yearly(12, 26));

export const XSTO: () => ExchangeRules = () => ({
  zone: 'Europe/Stockholm',
  known: KNOWN,
  hours: [{ open: at(9), close: at(17, 30) }],
  closed: all(COMMON, yearly(1, 6), yearly(5, 1), ASCENSION, yearly(6, 6), MIDSUMMER_EVE, yearly(12, 31)),
  half: [{ days: all(MAUNDY_THURSDAY, yearly(1, 5), yearly(4, 30), easter(38)), close: at(13) }],
});

export const XHEL: () => ExchangeRules = () => ({
  zone: 'Europe/Helsinki',
  known: KNOWN,
  hours: [{ open: at(10), close: at(18, 30) }],
  closed: all(COMMON, yearly(1, 6), yearly(5, 1), ASCENSION, MIDSUMMER_EVE, yearly(12, 6), yearly(12, 31)),
});

/** The prayer day of Denmark ended with 2023. */
export const XCSE: () => ExchangeRules = () => ({
  zone: 'Europe/Copenhagen',
  known: KNOWN,
  hours: [{ open: at(9), close: at(17) }],
  closed: all(
    COMMON,
    MAUNDY_THURSDAY,
    during(0, 2023, easter(26)),
    ASCENSION,
    since(2009, easter(40)),
    WHIT_MONDAY,
    yearly(6, 5),
    yearly(12, 31),
  ),
});

export const XOSL: () => ExchangeRules = () => ({
  zone: 'Europe/Oslo',
  known: KNOWN,
  hours: [{ open: at(9), close: at(16, 20) }],
  closed: all(COMMON, MAUNDY_THURSDAY, yearly(5, 1), yearly(5, 17), ASCENSION, WHIT_MONDAY, yearly(12, 31)),
  half: [{ days: easter(-4), close: at(13, 5) }],
});
