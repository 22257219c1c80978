import { describe, expect, it } from 'vitest';
import { formatTradeDate, weekday } from '../../src/market/calendar.ts';
import type { ExchangeTable } from '../../src/market/exchange-table.ts';
import { seriesOf } from '../../src/market/series.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import type { StoredSeries } from '../../src/market/stored-series.ts';
import { groupSuspects } from '../../src/download/group-suspects.ts';
import { SilentDays } from '../../src/download/silent-days.ts';
import type { Standing } from '../../src/download/standing.ts';

const DAY = 86_400_000;
const day = (text: string): number => Date.parse(text);
const NOW = day('2024-07-13');
const table = (isProven: boolean, everyDay = false): ExchangeTable => ({
  id: 'TEST',
  zone: 'UTC',
  isProven,
  day: (date) => ({ isDue: everyDay || weekday(date) % 6 !== 0 }),
});

interface Given {
  readonly without?: readonly string[];
  readonly last?: string;
  readonly before?: string;
  /** So many of the newest stamps are at hand. */
  readonly at?: number;
  readonly table?: ExchangeTable;
  readonly stored?: Partial<StoredSeries>;
}

/** A stock that has each due date since May but for some, and was answered for up to 12 July. */
function standing(id: string, { without = [], last = '2024-07-12', before, at = 80, stored, ...given }: Given = {}) {
  const exchange = given.table ?? table(false);
  const stamps = [];
  for (let date = day('2024-05-01'); date <= day(last); date += DAY) {
    if (exchange.day(date).isDue && !without.includes(formatTradeDate(date))) stamps.push(date);
  }
  const standing: Standing = {
    series: seriesOf({ class: 'stock', id, code: id }, undefined, '1d'),
    provider: 'yahoo',
    table: exchange,
    stored: {
      ...NOTHING_STORED,
      coverage: [{ from: day('2024-05-01'), to: day('2024-07-13') }],
      rows: stamps.length,
      first: stamps[0] ?? 0,
      tail: stamps.slice(-10),
      rhythm: { due: 60, met: 60, longestPauseDays: 3 },
      ...stored,
    },
    before: before === undefined ? [] : [{ from: day('2024-05-01'), to: day(before) + DAY }],
    recent: Float64Array.from(stamps.slice(-at)),
    isCurrent: true,
    isAnswered: true,
  };
  return standing;
}

const suspectDates = (standings: readonly Standing[]): Record<string, string[]> =>
  Object.fromEntries(
    [...groupSuspects(standings, NOW, 30)].map(([key, found]) => [
      key,
      found.map(({ stamp }) => formatTradeDate(stamp)),
    ]),
  );

describe('the word of a group, where no proven table tells', () => {
  const others = ['B', 'C', 'D'].map((id) => standing(id));

  it('makes a date suspect that half of the others have', () => {
    expect(suspectDates([standing('A', { without: ['2024-07-09'] }), ...others])).toEqual({
      'stocks/1d/A': ['2024-07-09'],
    });
  });

  it('says nothing where fewer than three others were answered for, or fewer than half of them have the date', () => {
    const a = standing('A', { without: ['2024-07-09'] });
    expect(suspectDates([a, ...others.slice(1)])).toEqual({});
    const holiday = ['B', 'C', 'D'].map((id) => standing(id, id === 'D' ? {} : { without: ['2024-07-09'] }));
    expect(suspectDates([a, ...holiday])).toEqual({});
  });

  it('is heard in the next run when a run was killed before it came to that', () => {
    const killed = standing('A', { without: ['2024-07-09'], before: '2024-07-12' });
    expect(suspectDates([killed, ...others])).toEqual({ 'stocks/1d/A': ['2024-07-09'] });
  });

  it('does not bring back a date that may have settled', () => {
    const settled = standing('A', { without: ['2024-06-12'], before: '2024-07-12' });
    expect(suspectDates([settled, ...others])).toEqual({});
  });
});

describe('an exchange', () => {
  const words = (...standings: readonly Standing[]): readonly string[] => {
    const { questions, errors } = new SilentDays(standings, {}, NOW).word();
    return [...questions, ...errors.map(({ message }) => message)];
  };

  it('that trades each day is not called silent on dates before the ten newest stamps, which a manifest keeps', () => {
    const coins = ['A', 'B', 'C'].map((id) => standing(id, { at: 10, table: table(true, true) }));
    expect(words(...coins)).toEqual([]);
  });

  it('whose bars usually come a day late is not asked about on the newest date', () => {
    const late = (delays: readonly number[]) =>
      ['A', 'B', 'C'].map((id) => standing(id, { last: '2024-07-11', table: table(true), stored: { delays } }));
    expect(words(...late([1, 1, 1]))).toEqual([]);
    expect(words(...late([0, 0, 1]))).toEqual([expect.stringMatching(/^TEST 2024-07-12: holiday\?/)]);
  });
});
