import { all, dates, during, easter, GOOD_FRIDAY, since, weekdayBefore, yearly } from './holiday.ts';
import { at } from './rules.ts';
import type { ExchangeRules } from './rules.ts';

/**
 * São Paulo. Holidays of the city and of the state closed the exchange until 2021 (the state's until 2019; both were moved in
 * the year of the epidemic); the day of black consciousness was the city's until 2019 and is the nation's since 2024.
 */
export const BVMF: () => ExchangeRules = () => ({
  zone: 'America/Sao_Paulo',
  isProven: true,
  known: [2005, 2035],
  hours: [
    { open: at(10), close: at(17) },
    { since: '2019-11-04', open: at(10), close: at(18) },
  ],
  closed: all(
    yearly(1, 1),
    during(0, 2021, yearly(1, 25)),
    easter(-48),
    easter(-47),
    GOOD_FRIDAY,
    yearly(4, 21),
    yearly(5, 1),
    easter(60),
    during(1998, 2019, yearly(7, 9)),
    yearly(9, 7),
    yearly(10, 12),
    yearly(11, 2),
    yearly(11, 15),
    during(2006, 2019, yearly(11, 20)),
    since(2024, yearly(11, 20)),
    yearly(12, 24),
    yearly(12, 25),
    yearly(12, 31, weekdayBefore),
    // The opening of the world cup in São Paulo; the state's holiday once more.
    dates('2014-06-12 2021-07-09'),
  ),
  // Ash Wednesday opens after noon.
  half: [{ days: since(2016, easter(-46)), open: at(13) }],
});
