import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstOfMonth,
  firstOfNextMonth,
  formatInstant,
  formatTradeDate,
  isWeekday,
  lastDayOfMonth,
  mondayOf,
  parseTradeDate,
  tradeDate,
  weekday,
} from '../../src/market/calendar.ts';

const day = (text: string): number => Date.parse(text);

/** Length of a month by the rule of the Gregorian calendar. */
function lengthOfMonth(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

const two = (number: number): string => String(number).padStart(2, '0');

describe('a trade date', () => {
  it('of every day from 1899 to 2101 reads back as it was written, in order, with its weekday', () => {
    let number = 0;
    let expected = Date.UTC(1899, 0, 1);
    // 1899-01-01 was a Sunday.
    for (let year = 1899; year <= 2101; year++) {
      for (let month = 1; month <= 12; month++) {
        for (let dayOfMonth = 1; dayOfMonth <= lengthOfMonth(year, month); dayOfMonth++) {
          const text = `${year}-${two(month)}-${two(dayOfMonth)}`;
          if (parseTradeDate(text) !== expected || tradeDate(year, month, dayOfMonth) !== expected) expect.fail(text);
          if (formatTradeDate(expected) !== text || weekday(expected) !== number % 7) expect.fail(text);
          expected += 86_400_000;
          number += 1;
        }
        if (lastDayOfMonth(year, month) !== expected - 86_400_000) expect.fail(`last day of ${year}-${month}`);
      }
    }
    expect(number).toBe(74_144);
  });

  it.each([
    '2023-02-29',
    '1900-02-29',
    '2100-02-29',
    '2024-02-30',
    '2024-04-31',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-1-1',
    '24-01-01',
    '0024-01-01',
    '2024-01-01T00:00:00Z',
    ' 2024-01-01',
    '2024/01/01',
    '20240101',
    '',
    '２０２４-01-01',
  ])('is not read from %j', (text) => {
    expect(parseTradeDate(text)).toBeUndefined();
  });

  it('has the leap days of 2000, 2024 and 2400', () => {
    expect(['2000-02-29', '2024-02-29', '2400-02-29'].map((text) => parseTradeDate(text))).toEqual([
      951_782_400_000, 1_709_164_800_000, 13_574_563_200_000,
    ]);
  });
});

describe('weeks and months', () => {
  it('begin on the Monday and the first on or before the date, before 1970 too', () => {
    fc.assert(
      fc.property(fc.integer({ min: -25_000, max: 40_000 }), (number) => {
        const date = number * 86_400_000;
        const monday = mondayOf(date);
        expect(weekday(monday)).toBe(1);
        expect((date - monday) / 86_400_000).toBeGreaterThanOrEqual(0);
        expect((date - monday) / 86_400_000).toBeLessThan(7);
        expect(isWeekday(date)).toBe(date - monday < 5 * 86_400_000);
        expect(formatTradeDate(firstOfMonth(date))).toBe(`${formatTradeDate(date).slice(0, 7)}-01`);
        expect(firstOfNextMonth(date)).toBeGreaterThan(date);
        expect(formatTradeDate(firstOfNextMonth(date) - 86_400_000).slice(0, 7)).toBe(
          formatTradeDate(date).slice(0, 7),
        );
      }),
    );
  });

  it('cross the year: the week of 2025-01-01 begins in 2024, the month after December is January', () => {
    expect(mondayOf(day('2025-01-01'))).toBe(day('2024-12-30'));
    expect(mondayOf(day('2024-12-29'))).toBe(day('2024-12-23'));
    expect(firstOfNextMonth(day('2024-12-31'))).toBe(day('2025-01-01'));
    expect(firstOfNextMonth(day('2024-01-31'))).toBe(day('2024-02-01'));
    expect(firstOfMonth(day('2024-02-29'))).toBe(day('2024-02-01'));
  });

  it('an instant is written in whole seconds of UTC', () => {
    expect(formatInstant(Date.parse('2024-01-02T14:30:00.999Z'))).toBe('2024-01-02T14:30:00Z');
    expect(formatInstant(Date.parse('1969-12-31T23:59:59Z'))).toBe('1969-12-31T23:59:59Z');
  });
});
