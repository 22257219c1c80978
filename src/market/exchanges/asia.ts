import { DAY_MS } from '../period.ts';
import { all, dates, GOOD_FRIDAY, movedOn, sundayToMonday, yearly } from './holiday.ts';
import type { Holiday } from './holiday.ts';
import { lunar } from './lunar.ts';
import { at } from './rules.ts';
import type { ExchangeRules } from './rules.ts';

/** So many days around a feast: from the day `before` it to the day `after` it. */
function around(feast: Holiday, before: number, after: number): Holiday {
  return (year) =>
    feast(year).flatMap((date) =>
      Array.from({ length: before + after + 1 }, (_, index) => date + (index - before) * DAY_MS),
    );
}

/** Vesak, the two Hari Raya, Deepavali and elections, listed by year. */
const SINGAPORE_LISTED = dates(`2020-05-07 2020-05-25 2020-07-10 2020-07-31 2021-05-13 2021-05-26 2021-07-20 2021-11-04
  2022-05-03 2022-05-16 2022-07-11 2022-10-24 2023-06-02 2023-06-29 2023-09-01 2023-11-13 2024-04-10 2024-05-22
  2024-06-17 2024-10-31 2025-03-31 2025-05-03 2025-05-12 2025-10-20 2026-05-27 2026-06-01 2026-11-09`);

export const XSES: () => ExchangeRules = () => ({
  zone: 'Asia/Singapore',
  known: [2020, 2026],
  hours: [{ open: at(9), close: at(17) }],
  closed: all(
    movedOn(all(yearly(1, 1), around(lunar('new-year'), 0, 1), yearly(5, 1), yearly(8, 9), yearly(12, 25))),
    GOOD_FRIDAY,
    SINGAPORE_LISTED,
  ),
  half: [
    {
      days: all(
        around((year) => lunar('new-year')(year).map((date) => date - DAY_MS), 0, 0),
        yearly(12, 24),
        yearly(12, 31),
      ),
      close: at(12),
    },
  ],
});

/** Singapore's futures: most trade on every weekday but New Year, whatever the holidays of the place. */
export const XSCE: () => ExchangeRules = () => ({
  zone: 'Asia/Singapore',
  known: [2007, 2035],
  hours: [{ open: at(18) - at(24), close: at(18) }],
  closed: yearly(1, 1, sundayToMonday),
});

/** Korea: fixed days and the feasts of three days; what was moved, elections and days given once are listed. */
const KOREAN = all(
  yearly(1, 1),
  yearly(3, 1),
  yearly(5, 1),
  yearly(5, 5),
  yearly(6, 6),
  yearly(8, 15),
  yearly(10, 3),
  yearly(10, 9),
  yearly(12, 25),
  yearly(12, 31),
  around(lunar('new-year'), 1, 1),
  around(lunar('mid-autumn'), 1, 1),
  lunar('buddha'),
  dates(`2015-08-14 2015-09-29 2016-02-10 2016-04-13 2016-05-06 2017-01-30 2017-05-09 2017-10-02 2017-10-06 2018-05-07
    2018-06-13 2018-09-26 2019-05-06 2020-01-27 2020-04-15 2020-08-17 2021-08-16 2021-10-04 2021-10-11 2022-03-09
    2022-06-01 2022-09-12 2022-10-10 2022-12-30 2023-01-24 2023-05-29 2023-10-02 2023-12-29 2024-02-12 2024-04-10
    2024-05-06 2024-10-01 2025-01-27 2025-03-03 2025-05-06 2025-06-03 2025-10-08 2026-03-02 2026-05-25 2026-06-03
    2026-08-17 2026-10-05`),
);

export const XKRX: () => ExchangeRules = () => ({
  zone: 'Asia/Seoul',
  known: [2019, 2026],
  hours: [{ open: at(9), close: at(15, 30) }],
  closed: KOREAN,
});

/** India's holidays follow several calendars and are decided every year: listed. */
const INDIAN = dates(`2020-02-21 2020-03-10 2020-04-02 2020-04-06 2020-04-10 2020-04-14 2020-05-01 2020-05-25 2020-10-02
  2020-11-16 2020-11-30 2020-12-25 2021-01-26 2021-03-11 2021-03-29 2021-04-02 2021-04-14 2021-04-21 2021-05-13
  2021-07-21 2021-08-19 2021-09-10 2021-10-15 2021-11-04 2021-11-05 2021-11-19 2022-01-26 2022-03-01 2022-03-18
  2022-04-14 2022-04-15 2022-05-03 2022-08-09 2022-08-15 2022-08-31 2022-10-05 2022-10-24 2022-10-26 2022-11-08
  2023-01-26 2023-03-07 2023-03-30 2023-04-04 2023-04-07 2023-04-14 2023-05-01 2023-06-29 2023-08-15 2023-09-19
  2023-10-02 2023-10-24 2023-11-14 2023-11-27 2023-12-25 2024-01-22 2024-01-26 2024-03-08 2024-03-25 2024-03-29
  2024-04-11 2024-04-17 2024-05-01 2024-05-20 2024-06-17 2024-07-17 2024-08-15 2024-10-02 2024-11-01 2024-11-15
  2024-11-20 2024-12-25 2025-02-26 2025-03-14 2025-03-31 2025-04-10 2025-04-14 2025-04-18 2025-05-01 2025-08-15
  2025-08-27 2025-10-02 2025-10-21 2025-10-22 2025-11-05 2025-12-25`);

/** Mumbai, both exchanges. The hour of Diwali and sessions on Saturdays are bars on dates that are not due. */
export const XBOM: () => ExchangeRules = () => ({
  zone: 'Asia/Kolkata',
  known: [2020, 2025],
  hours: [{ open: at(9, 15), close: at(15, 30) }],
  closed: INDIAN,
});

/** Thailand's futures; the holidays of the one year that recorded contracts show. */
export const TFEX: () => ExchangeRules = () => ({
  zone: 'Asia/Bangkok',
  known: [2023, 2023],
  hours: [{ open: at(9, 45), close: at(16, 55) }],
  closed: dates(`2023-01-02 2023-03-06 2023-04-06 2023-04-13 2023-04-14 2023-05-01 2023-05-04 2023-05-05 2023-06-05
    2023-07-28 2023-08-01 2023-08-14 2023-10-13 2023-10-23 2023-12-05 2023-12-11 2023-12-29`),
});
