import { describe, expect, it } from 'vitest';
import type { DroppedBars } from '../../src/market/bar-checks.ts';
import { allocateBars, NO_BARS } from '../../src/market/bars.ts';
import { barchart } from '../../src/providers/barchart/index.ts';
import { believedFirst, expectUsable } from '../../src/providers/usable.ts';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { chartBody } from '../support/chart.ts';
import type { ChartParts } from '../support/chart.ts';
import { made, refusal, stock } from '../support/session.ts';

const judged = (good: number, dropped: DroppedBars): string => {
  try {
    expectUsable({ bars: allocateBars(good, []), dropped }, 'the answer');
    return 'good';
  } catch (error) {
    return error instanceof Error ? error.message : 'unreachable';
  }
};

describe('rows that cannot be used', () => {
  it.each<[number, DroppedBars, string]>([
    [0, {}, 'good'],
    [10, {}, 'good'],
    // Four are borne, whatever their share; five are one in five of 25.
    [4, { 'high-below-low': 4 }, 'good'],
    [20, { 'null-close': 3, 'not-a-number': 2 }, 'good'],
    [19, { 'null-close': 3, 'not-a-number': 2 }, '5 rows of 24 that are not usable (3 null-close, 2 not-a-number)'],
    [5, { 'high-below-low': 5 }, '5 rows of 10 that are not usable'],
    [0, { 'null-close': 1 }, 'has 1 rows, and none is usable (1 null-close)'],
    [0, { 'null-close': 2, 'outside-range': 1 }, 'has 2 rows, and none is usable'],
    // No trade, what was not asked for, and what is not over yet say nothing against an answer.
    [0, { 'no-trade': 30 }, 'good'],
    [10, { 'no-trade': 30, 'outside-session': 30, 'live-quote': 1 }, 'good'],
    [0, { 'null-close': 1, unfinished: 1 }, 'good'],
    // One row past the end comes now and then, as the latest quote does.
    [0, { 'outside-range': 1 }, 'good'],
    [0, { 'outside-range': 5 }, 'has 5 rows, and all are outside the range'],
    [1, { 'outside-range': 50 }, 'good'],
  ])('%i good rows and %o: %s', (good, dropped, verdict) => {
    expect(judged(good, dropped)).toContain(verdict);
  });
});

describe('the first bar by the word of the source', () => {
  const now = Date.UTC(2024, 6, 3);
  const bars = { ...allocateBars(1, []), time: Float64Array.of(Date.UTC(2024, 5, 3)) };

  it.each([
    ['before the bars', '1993-01-29', bars, true],
    ['at the first of them', '2024-06-03', bars, true],
    ['after a bar of the same answer', '2024-06-10', bars, false],
    ['within an answer without bars', '2024-06-10', NO_BARS, true],
    ['after now', '2027-01-01', NO_BARS, false],
  ])('%s', (_, date, table, isBelieved) => {
    const first = Date.parse(date);
    expect(believedFirst(first, table, now)).toBe(isBelieved ? first : undefined);
  });
});

const DAYS = ['03', '04', '05', '06', '07', '10', '11'].map((day) => `2024-06-${day}T13:30:00Z`);
const WISH = { instrument: stock('SPY'), period: '1d', from: '2024-06-03', to: '2024-06-12' } as const;
const PRICES = DAYS.map((_, row) => 100.25 + row);
const chart = (parts: ChartParts) => chartBody({ stamps: DAYS, close: PRICES, ...parts });

describe("Yahoo's form drifted", () => {
  const renamed = (name: string): string => chart({}).replace(`"${name}":`, `"${name}s":`);
  it.each([
    ['prices as texts', chart({ close: PRICES.map(String) }), 'open holds texts, "100.25"'],
    ['volumes as texts', chart({ volume: PRICES.map(() => '1200') }), 'volume holds texts, "1200"'],
    ['adjusted prices as texts', chart({ adjclose: PRICES.map(String) }), 'adjclose holds texts'],
    [
      'stamps in milliseconds',
      chart({}).replace(/"timestamp":\[([^\]]*)\]/, (all) => all.replaceAll(/(\d{10})/g, '$1000')),
      'timestamp 0',
    ],
    ['close under another name', renamed('close'), 'no close for 7 timestamps'],
    ['volume under another name', renamed('volume'), 'no volume for 7 timestamps'],
    ['stamps under another name', renamed('timestamp'), '7 values for 0 timestamps'],
    ['no result and no error', '{"chart":{"result":null,"error":null}}', 'without data or an error'],
    ['an empty list of results', '{"chart":{"result":[],"error":null}}', 'unknown form'],
    ['volumes without a price', chart({ close: DAYS.map(() => null), volume: DAYS.map(() => 5) }), '7 null-close'],
  ])('%s is a bad answer', async (_, body, said) => {
    const error = await refusal(made(yahoo, body, WISH));
    expect(error.code).toBe('bad-answer');
    expect(error.message).toContain(said);
  });

  it('the first answers without adjusted closes leave the column empty', async () => {
    const { bars } = await made(yahoo, chart({}), WISH);
    expect([...(bars.extras.get('Adj Close') ?? [])].every(Number.isNaN)).toBe(true);
    expect(bars.time).toHaveLength(7);
  });

  it('null in place of lists and of the day that is going is no drift', async () => {
    const body = chart({ events: null }).replace('"indicators":{', '"indicators":{"adjclose":null,');
    expect((await made(yahoo, body, WISH)).stamps).toHaveLength(7);
  });
});

it('a Barchart file whose volumes stand under another name is told by the name that is missing', async () => {
  const { readSheet } = await import('../../src/providers/barchart/csv.ts');
  const text = 'Time,Open,High,Low,Last,Lots\n2024-06-03,1,1,1,1,5\nDownloaded from Barchart.com as of today';
  expect(() => readSheet(text, barchart.id)).toThrow('no column Volume');
});
