import { all, yearly } from './holiday.ts';
import { at, BY_RULE } from './rules.ts';
import type { ExchangeRules } from './rules.ts';

/** Currencies: from 17:00 New York on the evening before. Quotes exist on 25 December and 1 January, a bar is not due. */
export const FX: () => ExchangeRules = () => ({
  zone: 'America/New_York',
  isProven: true,
  known: BY_RULE,
  hours: [{ open: at(17) - at(24), close: at(17) }],
  closed: () => [],
  withoutBar: all(yearly(1, 1), yearly(12, 25)),
});

/** Coins: every date, midnight to midnight UTC. */
export const COINS: () => ExchangeRules = () => ({
  zone: 'UTC',
  isProven: true,
  known: BY_RULE,
  hours: [{ open: 0, close: at(24) }],
  closed: () => [],
  everyDay: true,
});
