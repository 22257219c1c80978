import { describe, expect, it } from 'vitest';
import { formatTradeDate } from '../../src/market/calendar.ts';
import { easterSunday, futuresHolidays, londonHolidays, newYorkHolidays } from '../../sandbox/holidays.ts';

const list = (days: ReadonlySet<number>): string[] => [...days].map(formatTradeDate).sort();

describe('holidays by rule', () => {
  it('put Easter where it was', () => {
    const years = [1999, 2000, 2019, 2024, 2025, 2038];
    const days = ['1999-04-04', '2000-04-23', '2019-04-21', '2024-03-31', '2025-04-20', '2038-04-25'];
    expect(years.map((year) => formatTradeDate(easterSunday(year)))).toEqual(days);
  });

  it('close New York on the days of 2024 and shorten three', () => {
    expect(list(newYorkHolidays(2024).closed)).toEqual([
      '2024-01-01',
      '2024-01-15',
      '2024-02-19',
      '2024-03-29',
      '2024-05-27',
      '2024-06-19',
      '2024-07-04',
      '2024-09-02',
      '2024-11-28',
      '2024-12-25',
    ]);
    expect(list(newYorkHolidays(2024).half)).toEqual(['2024-07-03', '2024-11-29', '2024-12-24']);
  });

  it('move a holiday on a weekend, but not New Year on a Saturday', () => {
    const closed = list(newYorkHolidays(2022).closed);
    expect(closed).toContain('2022-06-20');
    expect(closed).toContain('2022-12-26');
    expect(closed).not.toContain('2021-12-31');
    expect(list(newYorkHolidays(2021).closed)).toContain('2021-07-05');
    expect(list(newYorkHolidays(2021).half)).not.toContain('2021-12-24');
  });

  it('know the bank holidays of London and the three days of the futures exchanges', () => {
    expect(list(londonHolidays(2022).closed)).toEqual(
      ['2022-01-03', '2022-04-15', '2022-04-18', '2022-05-02', '2022-05-30', '2022-08-29'].concat([
        '2022-12-26',
        '2022-12-27',
      ]),
    );
    expect(list(futuresHolidays(2024).closed)).toEqual(['2024-01-01', '2024-03-29', '2024-12-25']);
  });
});
