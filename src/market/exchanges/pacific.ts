import {
  all,
  CHRISTMAS_AND_BOXING,
  dates,
  during,
  EASTER_MONDAY,
  GOOD_FRIDAY,
  MONDAY,
  movedOn,
  nextMonday,
  nthOf,
  since,
  weekdayBefore,
  yearly,
} from './holiday.ts';
import { at } from './rules.ts';
import type { ExchangeRules } from './rules.ts';

const EASTER = all(GOOD_FRIDAY, EASTER_MONDAY);

/** Anzac Day is kept on its Sunday only, but in 2010; where it is Easter Monday too, on the Tuesday. */
const ANZAC = all(yearly(4, 25), dates('2010-04-26'));

const AUSTRALIAN = all(
  yearly(1, 1, nextMonday),
  yearly(1, 26, nextMonday),
  EASTER,
  ANZAC,
  dates('2011-04-26 2022-09-22'),
  nthOf(6, MONDAY, 2),
  CHRISTMAS_AND_BOXING,
);

const LAST_BEFORE = all(yearly(12, 24, weekdayBefore), yearly(12, 31, weekdayBefore));

export const XASX: () => ExchangeRules = () => ({
  zone: 'Australia/Sydney',
  isProven: true,
  known: [2001, 2035],
  hours: [{ open: at(10), close: at(16) }],
  closed: AUSTRALIAN,
  half: [{ days: since(2010, LAST_BEFORE), close: at(14, 10) }],
});

/** ASX 24, futures: opens on the evening before. Some markets trade on Australian holidays. */
export const XSFE: () => ExchangeRules = () => ({
  zone: 'Australia/Sydney',
  known: [2001, 2035],
  hours: [{ open: at(17, 10) - at(24), close: at(16, 30) }],
  closed: all(yearly(1, 1, nextMonday), GOOD_FRIDAY, yearly(12, 25, nextMonday)),
  withoutBar: AUSTRALIAN,
  half: [{ days: LAST_BEFORE, close: at(12, 30) }],
});

/** Matariki, whose dates the law lists. */
const MATARIKI =
  dates(`2022-06-24 2023-07-14 2024-06-28 2025-06-20 2026-07-10 2027-06-25 2028-07-14 2029-07-06 2030-06-21
  2031-07-11 2032-07-02 2033-06-24 2034-07-07 2035-06-29`);

export const XNZE: () => ExchangeRules = () => ({
  zone: 'Pacific/Auckland',
  known: [2005, 2035],
  hours: [{ open: at(10), close: at(16, 45) }],
  closed: all(
    movedOn(all(yearly(1, 1), yearly(1, 2)), [0, 6]),
    during(0, 2013, all(yearly(2, 6), yearly(4, 25))),
    since(2014, all(yearly(2, 6, nextMonday), yearly(4, 25, nextMonday))),
    EASTER,
    nthOf(6, MONDAY, 1),
    MATARIKI,
    dates('2022-09-26'),
    nthOf(10, MONDAY, 4),
    CHRISTMAS_AND_BOXING,
  ),
});
