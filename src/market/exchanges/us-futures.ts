import { all, dates, ifOn, since, yearly } from './holiday.ts';
import { CHRISTMAS_EVE, DAY_AFTER_THANKSGIVING, US_EARLY_HALTS, US_FULL_CLOSES } from './north-america.ts';
import { at, BY_RULE } from './rules.ts';
import type { ExchangeRules, HalfDays } from './rules.ts';

/** Days on which some markets of the group had a daily bar and others had none. */
const UNEVEN = dates('2001-09-12 2001-09-13 2001-09-14 2004-06-11 2018-12-05');

/** 11 September 2001 closed every US market. */
const CLOSED = all(US_FULL_CLOSES, dates('2001-09-11'));

const INDEPENDENCE_EVE = all(ifOn([1, 2, 4], yearly(7, 3)), since(2013, ifOn([3], yearly(7, 3))));

const HALF: HalfDays = { days: all(US_EARLY_HALTS, DAY_AFTER_THANKSGIVING, CHRISTMAS_EVE), close: at(12) };

/** CME, CBOT, NYMEX and COMEX. */
export const CMES: () => ExchangeRules = () => ({
  zone: 'America/Chicago',
  isProven: true,
  known: BY_RULE,
  hours: [{ open: at(17) - at(24), close: at(16) }],
  closed: CLOSED,
  withoutBar: all(US_EARLY_HALTS, UNEVEN),
  half: [HALF],
});

/** ICE Futures US: softs, the dollar index. */
export const IFUS: () => ExchangeRules = () => ({
  zone: 'America/New_York',
  known: BY_RULE,
  hours: [{ open: at(20) - at(24), close: at(18) }],
  closed: CLOSED,
  withoutBar: all(US_EARLY_HALTS, UNEVEN),
  half: [{ ...HALF, close: at(13) }],
});

/** Cboe Futures: volatility, credit indices. */
export const XCBF: () => ExchangeRules = () => ({
  zone: 'America/Chicago',
  known: BY_RULE,
  hours: [{ open: at(17) - at(24), close: at(16) }],
  closed: CLOSED,
  withoutBar: all(US_EARLY_HALTS, UNEVEN, dates('2007-01-02 2012-10-29 2012-10-30 2025-01-09')),
  half: [
    { days: US_EARLY_HALTS, close: at(10, 30) },
    { days: all(DAY_AFTER_THANKSGIVING, CHRISTMAS_EVE, INDEPENDENCE_EVE), close: at(12, 15) },
  ],
});
