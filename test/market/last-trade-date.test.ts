import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatTradeDate, isWeekday, parseTradeDate } from '../../src/market/calendar.ts';
import { lastTradeDate } from '../../src/market/last-trade-date.ts';
import { NO_RECORDINGS, recordedFolder } from '../support/recorded.ts';

/** Weekdays on which these exchanges were closed. */
const CLOSED = new Set([
  '2019-12-25',
  '2020-04-10',
  '2023-09-04',
  '2023-11-23',
  '2023-12-25',
  '2024-01-01',
  '2024-02-19',
  '2024-03-29',
]);
const BOXING_DAY = '2023-12-26';
const isSession = (date: number): boolean => isWeekday(date) && !CLOSED.has(formatTradeDate(date));

const dateOf = (market: string, month: string, open = isSession): string | undefined => {
  const date = lastTradeDate(market, Number(month.slice(0, 4)), Number(month.slice(5)), open);
  return date === undefined ? undefined : formatTradeDate(date);
};

describe('the last trade date of a contract', () => {
  it.each([
    ['CRUDE_W', '2023-12', '2023-11-20'],
    ['CRUDE_W', '2020-05', '2020-04-21'],
    ['CRUDE_W', '2024-01', '2023-12-19'],
    ['BRENT_W', '2024-02', '2023-12-28'],
    ['BRENT_W', '2024-03', '2024-01-31'],
    ['BRENT_W', '2015-12', '2015-11-13'],
    ['BRENT_W', '2016-03', '2016-01-29'],
    ['GAS_US', '2024-01', '2023-12-27'],
    ['GASOLINE', '2024-01', '2023-12-29'],
    ['GASOIL', '2024-02', '2024-02-12'],
    ['SUGAR11', '2024-03', '2024-02-29'],
    ['COTTON2', '2023-12', '2023-12-06'],
    ['CORN', '2024-03', '2024-03-14'],
    ['LEANHOG', '2024-02', '2024-02-14'],
    ['SP500', '2024-03', '2024-03-15'],
    ['TOPIX', '2024-03', '2024-03-07'],
    ['VIX', '2024-01', '2024-01-17'],
    ['EUR', '2024-03', '2024-03-18'],
    ['CAD', '2024-03', '2024-03-19'],
    ['GOLD', '2024-04', '2024-04-26'],
    ['US10', '2024-03', '2024-03-19'],
    ['US2', '2024-03', '2024-03-28'],
    ['BUND', '2024-03', '2024-03-07'],
    ['SOFR', '2023-12', '2024-03-19'],
    ['BITCOIN', '2024-03', '2024-03-28'],
  ])('of %s %s is %s', (market, month, date) => {
    expect(dateOf(market, month)).toBe(date);
  });

  it('is not known for a market without a rule, nor in the years before the rules', () => {
    expect(lastTradeDate('STEEL', 2024, 3)).toBeUndefined();
    expect(lastTradeDate('CORN', 2000, 3)).toBeUndefined();
    expect(lastTradeDate('CORN', 2001, 3)).toBe(parseTradeDate('2001-03-14'));
  });

  it('takes every weekday for a session where nobody says otherwise', () => {
    expect(lastTradeDate('CRUDE_W', 2023, 12)).toBe(parseTradeDate('2023-11-21'));
  });

  it('is found where nothing is a session', () => {
    expect(lastTradeDate('GOLD', 2024, 4, () => false)).toBe(parseTradeDate('2024-04-28'));
  });
});

describe.skipIf(NO_RECORDINGS !== undefined)('real contracts', () => {
  it('end on the date of the rule', () => {
    const folder = recordedFolder('barchart-contracts');
    const told = readdirSync(folder).flatMap((file) => {
      const [, market = '', year = '', month = ''] = /^Day_(.+)_(2023)(\d\d)00\.csv$/.exec(file) ?? [];
      const open = (date: number): boolean =>
        isSession(date) && !(market.startsWith('CAD') && !market.includes('_') && formatTradeDate(date) === BOXING_DAY);
      const rule = dateOf(market, `${year}-${month}`, open);
      const last = readFileSync(join(folder, file), 'utf8').trim().split('\n').at(-1)?.slice(0, 10) ?? '';
      return rule === undefined ? [] : [{ market, rule, last }];
    });
    expect(told.length).toBeGreaterThan(45);
    expect(told.filter(({ rule, last }) => rule !== last)).toEqual([]);
  });
});
