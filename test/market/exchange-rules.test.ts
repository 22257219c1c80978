import { describe, expect, it } from 'vitest';
import { formatTradeDate, isWeekday, parseTradeDate, tradeDate } from '../../src/market/calendar.ts';
import type { ExchangeTable } from '../../src/market/exchange-table.ts';
import { exchangeIds, exchangeTable, knownYears } from '../../src/market/exchange-tables.ts';
import {
  all,
  CHRISTMAS_AND_BOXING,
  dates,
  during,
  easterSunday,
  except,
  ifOn,
  movedOn,
  nearestWeekday,
  nextMonday,
  nthOf,
  since,
  sundayToMonday,
  weekdayBefore,
  yearly,
} from '../../src/market/exchanges/holiday.ts';
import type { Holiday } from '../../src/market/exchanges/holiday.ts';
import { CHING_MING, lunar } from '../../src/market/exchanges/lunar.ts';
import { DAY_MS, HOUR_MS } from '../../src/market/period.ts';

const dateOf = (text: string): number => parseTradeDate(text) ?? Number.NaN;
const named = (holiday: Holiday, year: number): string[] => holiday(year).map((date) => formatTradeDate(date));

function tableOf(id: string): ExchangeTable {
  const table = exchangeTable(id);
  if (table === undefined) throw new Error(`no table of ${id}`);
  return table;
}

const isOpen = (id: string, date: string): boolean => tableOf(id).day(dateOf(date)).session !== undefined;
const isDue = (id: string, date: string): boolean => tableOf(id).day(dateOf(date)).isDue;

describe('rules', () => {
  it('Easter falls on the dates of the almanac, the earliest and latest of its range among them', () => {
    const almanac = ['1990-04-15', '2000-04-23', '2008-03-23', '2011-04-24', '2019-04-21', '2024-03-31', '2038-04-25'];
    expect(almanac.map((date) => formatTradeDate(easterSunday(Number(date.slice(0, 4)))))).toEqual(almanac);
  });

  it('the nth weekday counts from the start of a month, and from its end when negative', () => {
    expect(named(nthOf(1, 1, 3), 2024)).toEqual(['2024-01-15']);
    expect(named(nthOf(11, 4, 4), 2023)).toEqual(['2023-11-23']);
    expect(named(nthOf(5, 1, -1), 2024)).toEqual(['2024-05-27']);
    expect(named(nthOf(9, 0, 1), 2024)).toEqual(['2024-09-01']);
  });

  it('a holiday on a weekend is kept where its rule says', () => {
    const saturday = dateOf('2026-07-04');
    const sunday = dateOf('2021-07-04');
    const wednesday = dateOf('2025-12-31');
    const kept = (rule: (date: number) => number | undefined): (string | undefined)[] =>
      [saturday, sunday, wednesday].map((date) => {
        const found = rule(date);
        return found === undefined ? undefined : formatTradeDate(found);
      });
    expect(kept(sundayToMonday)).toEqual(['2026-07-04', '2021-07-05', '2025-12-31']);
    expect(kept(nearestWeekday)).toEqual(['2026-07-03', '2021-07-05', '2025-12-31']);
    expect(kept(nextMonday)).toEqual(['2026-07-06', '2021-07-05', '2025-12-31']);
    expect(kept(weekdayBefore)).toEqual(['2026-07-03', '2021-07-02', '2025-12-31']);
  });

  it('Christmas and Boxing Day on a weekend give a Monday and a Tuesday', () => {
    expect(named(CHRISTMAS_AND_BOXING, 2021)).toEqual(['2021-12-27', '2021-12-28']);
    expect(named(CHRISTMAS_AND_BOXING, 2022)).toEqual(['2022-12-26', '2022-12-27']);
    expect(named(CHRISTMAS_AND_BOXING, 2020)).toEqual(['2020-12-25', '2020-12-28']);
    expect(named(CHRISTMAS_AND_BOXING, 2024)).toEqual(['2024-12-25', '2024-12-26']);
  });

  it('two holidays on one date give a second day, and a moved one never lands on another holiday', () => {
    expect(named(movedOn(all(yearly(4, 5), yearly(4, 5))), 2010)).toEqual(['2010-04-05', '2010-04-06']);
    expect(named(movedOn(all(yearly(5, 3), yearly(5, 4))), 2009)).toEqual(['2009-05-04', '2009-05-05']);
  });

  it('a rule holds in its years only', () => {
    const first = yearly(6, 19);
    const years = (rule: Holiday): number[] => [2020, 2021, 2022, 2023].filter((year) => rule(year).length > 0);
    expect(years(since(2022, first))).toEqual([2022, 2023]);
    expect(years(during(2021, 2022, first))).toEqual([2021, 2022]);
    expect(years(except([2021], first))).toEqual([2020, 2022, 2023]);
    expect(years(dates('2020-06-19  2023-06-19'))).toEqual([2020, 2023]);
    expect(years(ifOn([0, 6], first))).toEqual([2021, 2022]);
  });

  it('the table of lunar dates is what the Chinese calendar of the language library gives', () => {
    const format = new Intl.DateTimeFormat('en-u-ca-chinese', { month: 'numeric', day: 'numeric', timeZone: 'UTC' });
    const shown = (date: number): string =>
      format
        .formatToParts(date)
        .filter(({ type }) => type === 'month' || type === 'day')
        .map(({ value }) => value)
        .join('/');
    for (let year = 1990; year <= 2035; year++) {
      const feasts = (['new-year', 'buddha', 'dragon-boats', 'mid-autumn', 'double-ninth'] as const).flatMap((feast) =>
        lunar(feast)(year),
      );
      expect(feasts.map(shown)).toEqual(['1/1', '4/8', '5/5', '8/15', '9/9']);
    }
    expect(lunar('new-year')(2036)).toEqual([]);
  });

  it('tombs are swept on 4 April in leap years and the year after, on the 5th else', () => {
    expect(
      [2022, 2023, 2024, 2025, 2026].flatMap((year) => named(CHING_MING, year).map((date) => date.slice(8))),
    ).toEqual(['05', '05', '04', '04', '05']);
  });
});

describe('tables', () => {
  it.each(exchangeIds())('%s has about the sessions that a year of its kind has, in every year that it knows', (id) => {
    const table = tableOf(id);
    const [first, last] = knownYears(id) ?? [0, -1];
    for (let year = first; year <= last; year++) {
      let due = 0;
      for (let date = tradeDate(year, 1, 1); date < tradeDate(year + 1, 1, 1); date += DAY_MS) {
        if (!table.day(date).isDue) continue;
        due++;
        if (id !== 'COINS' && !isWeekday(date)) throw new Error(formatTradeDate(date));
      }
      expect([year, due]).toEqual([
        year,
        expect.toSatisfy((n: number) => n >= (id === 'COINS' ? 365 : 238) && n <= 366),
      ]);
    }
    expect(table.day(tradeDate(first - 1, 6, 5)).isDue || table.day(tradeDate(last + 1, 6, 5)).isDue).toBe(false);
  });

  it('sessions of one exchange follow each other without overlap', () => {
    for (const id of exchangeIds()) {
      let before = 0;
      for (let date = dateOf('2024-01-01'); date < dateOf('2025-02-01'); date += DAY_MS) {
        const { session, isDue: wanted } = tableOf(id).day(date);
        if (session === undefined) {
          expect(wanted).toBe(false);
          continue;
        }
        expect(session.close).toBeGreaterThan(session.open);
        expect(session.open).toBeGreaterThanOrEqual(before);
        before = session.close;
      }
    }
  });

  it.each([
    ['XNYS', '2001-09-11'],
    ['XNYS', '2001-09-14'],
    ['XNYS', '2004-06-11'],
    ['XNYS', '2012-10-29'],
    ['XNYS', '2025-01-09'],
    ['XNYS', '2026-07-03'],
    ['XNYS', '2022-06-20'],
    ['XLON', '2022-09-19'],
    ['XLON', '2023-05-08'],
    ['XLON', '1999-12-31'],
    ['XTKS', '2020-10-01'],
    ['XTKS', '2019-05-02'],
    ['XTKS', '2032-09-21'],
    ['XTKS', '1993-06-09'],
    ['XHKG', '2015-09-03'],
    ['XHKG', '2026-04-07'],
    ['XASX', '2022-09-22'],
    ['BVMF', '2024-11-20'],
    ['BVMF', '2014-06-12'],
    ['XETR', '2017-10-31'],
    ['XSTO', '2024-06-21'],
    ['XSWX', '2024-08-01'],
    ['XPAR', '2024-04-01'],
    ['XTSE', '2024-12-26'],
  ])('%s is closed on %s', (id, date) => {
    expect(isOpen(id, date)).toBe(false);
    expect(isDue(id, date)).toBe(false);
  });

  it.each([
    ['XNYS', '2021-12-31'],
    ['XNYS', '2021-06-18'],
    ['XLON', '2020-05-04'],
    ['XHKG', '2024-11-14'],
    ['BVMF', '2022-01-25'],
    ['BVMF', '2023-11-20'],
    ['XETR', '2022-06-06'],
    ['XEUR', '2020-06-01'],
    ['XTKS', '2020-07-20'],
    ['XPAR', '2024-05-20'],
    ['XTSE', '2024-09-30'],
  ])('%s trades on %s', (id, date) => {
    expect(isOpen(id, date)).toBe(true);
    expect(isDue(id, date)).toBe(true);
  });

  it('futures of the US halt early on US holidays, without a daily bar; on the day of mourning of 2025 they trade', () => {
    for (const id of ['CMES', 'IFUS', 'XCBF']) {
      for (const date of [
        '2025-01-20',
        '2025-02-17',
        '2025-05-26',
        '2025-06-19',
        '2025-07-04',
        '2025-09-01',
        '2025-11-27',
      ]) {
        expect([id, date, isOpen(id, date), isDue(id, date)]).toEqual([id, date, true, false]);
        expect(tableOf(id).day(dateOf(date)).session?.isHalf).toBe(true);
      }
    }
    expect([isDue('CMES', '2025-01-09'), isDue('XNYS', '2025-01-09')]).toEqual([true, false]);
  });

  it('a futures session begins on the evening before its trade date, on Sunday for a Monday, and follows the clocks', () => {
    const at = (date: string): string[] => {
      const session = tableOf('CMES').day(dateOf(date)).session;
      return [session?.open, session?.close].map((instant) => new Date(instant ?? 0).toISOString());
    };
    expect(at('2024-01-08')).toEqual(['2024-01-07T23:00:00.000Z', '2024-01-08T22:00:00.000Z']);
    expect(at('2024-03-11')).toEqual(['2024-03-10T22:00:00.000Z', '2024-03-11T21:00:00.000Z']);
  });

  it('currencies rest on weekends, and have no bar due at Christmas and New Year; coins never rest', () => {
    const week = ['2024-06-08', '2024-06-09', '2024-06-10', '2024-12-25', '2025-01-01', '2024-12-26'];
    expect(week.map((date) => isDue('FX', date))).toEqual([false, false, true, false, false, true]);
    expect(week.map((date) => isDue('COINS', date))).toEqual([true, true, true, true, true, true]);
    expect(isOpen('FX', '2024-12-25')).toBe(true);
    const coin = tableOf('COINS').day(dateOf('2024-06-08')).session;
    expect((coin?.close ?? 0) - (coin?.open ?? 0)).toBe(24 * HOUR_MS);
  });

  it('only tables that recordings have borne out are proven', () => {
    expect(exchangeIds().filter((id) => tableOf(id).isProven)).toEqual([
      'XNYS',
      'XTSE',
      'BVMF',
      'XLON',
      'XETR',
      'XTKS',
      'XHKG',
      'XASX',
      'CMES',
      'FX',
      'COINS',
    ]);
  });

  it('a closure of the settings closes its exchange, no other, and leaves the table without it as it was', () => {
    const closures = [{ exchange: 'XNYS', date: dateOf('2026-07-06') }];
    expect(exchangeTable('XNYS', closures)?.day(dateOf('2026-07-06'))).toEqual({ isDue: false });
    expect(exchangeTable('XLON', closures)?.day(dateOf('2026-07-06')).isDue).toBe(true);
    expect(isDue('XNYS', '2026-07-06')).toBe(true);
    expect(exchangeTable('XNYS', closures)).toBe(exchangeTable('XNYS', closures));
  });

  it('an unknown id has no table', () => {
    expect(exchangeTable('XXXX')).toBeUndefined();
    expect(exchangeTable('toString')).toBeUndefined();
  });
});
