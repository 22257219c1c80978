import { expect, it } from 'vitest';
import type { StoredSeries } from '../../src/market/stored-series.ts';
import { exchangeTable } from '../../src/market/exchange-tables.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import { allocateBars } from '../../src/market/bars.ts';
import { historyHoles } from '../../src/quality/history-holes.ts';

const DAY = 86_400_000;
const day = (text: string): number => Date.parse(text);
const NOW = day('2024-07-03T06:00:00Z');
const NEW_YORK = exchangeTable('XNYS', []);
const SPY = { series: 'stocks/1d/SPY', class: 'stock', instrument: 'SPY', symbol: 'SPY', period: '1d' } as const;
const GOLD = {
  series: 'futures/1d/GOLD/GOLD_20240800',
  class: 'future',
  instrument: 'GOLD',
  symbol: 'GCQ24',
  period: '1d',
} as const;
/** 2024 up to the end of June: New York Stock Exchange holidays by its published calendar. */
const HOLIDAYS = ['2024-01-01', '2024-01-15', '2024-02-19', '2024-03-29', '2024-05-27', '2024-06-19'];

function barsWithout(missing: readonly string[], volume = 1000) {
  const stamps: number[] = [];
  for (let date = day('2023-12-04'); date <= day('2024-06-28'); date += DAY) {
    const text = new Date(date).toISOString().slice(0, 10);
    const isOff = [0, 6].includes(new Date(date).getUTCDay()) || text === '2023-12-25' || HOLIDAYS.includes(text);
    if (!isOff && !missing.includes(text)) stamps.push(date);
  }
  const bars = allocateBars(stamps.length, []);
  bars.time.set(stamps);
  bars.volume.fill(volume);
  return bars;
}

const STORED: StoredSeries = { ...NOTHING_STORED, coverage: [{ from: day('2023-12-04'), to: day('2024-06-29') }] };

function found(missing: readonly string[], stored = STORED, table = NEW_YORK): string[] {
  return historyHoles(SPY, barsWithout(missing), { table, stored }, NOW).map(({ detail }) => detail);
}

it('finds nothing in a history that has a bar on every due date, and nothing on holidays', () => {
  expect(found([])).toEqual([]);
});

it('tells dates older than 60 sessions in one finding', () => {
  const missing = ['2024-02-06', '2024-02-07', '2024-03-05', '2024-03-06'];
  expect(found(missing)).toEqual([
    'no bar on 2024-02-06, 2024-02-07, 2024-03-05 and 1 more, though its exchange traded; the source answered without one',
  ]);
});

it('leaves younger dates to the suspects: they are asked for again', () => {
  // Counted back from 2 July, the 60th session is 8 April: without 27 May and 19 June.
  expect(found(['2024-04-08'])).toEqual([]);
  expect(found(['2024-04-05'])).toHaveLength(1);
});

it('leaves out what no source has answered for, and what equal answers have confirmed', () => {
  const week = ['2024-02-05', '2024-02-06', '2024-02-07', '2024-02-08', '2024-02-09'];
  const range = { from: day('2024-02-05'), to: day('2024-02-10') };
  const around = [
    { from: day('2023-12-04'), to: range.from },
    { from: range.to, to: day('2024-06-29') },
  ];
  expect(found(week)).toHaveLength(1);
  expect(found(week, { ...STORED, coverage: around })).toEqual([]);
  const refused = [{ ...range, answered: [], isConfirmed: true }];
  expect(found(week, { ...STORED, refused })).toEqual([]);
  expect(found(week, { ...STORED, refused: refused.map((one) => ({ ...one, isConfirmed: false })) })).toHaveLength(1);
});

it('says nothing by a table that no recorded truth has proved, or without one', () => {
  const unproven = NEW_YORK && { ...NEW_YORK, isProven: false };
  expect(historyHoles(SPY, barsWithout(['2024-02-06']), { table: unproven, stored: STORED }, NOW)).toEqual([]);
  expect(historyHoles(SPY, barsWithout(['2024-02-06']), { table: undefined, stored: STORED }, NOW)).toEqual([]);
});

it('tells dates of a contract only when its five bars before had volume', () => {
  const of = (volume: number) =>
    historyHoles(GOLD, barsWithout(['2024-03-05'], volume), { table: NEW_YORK, stored: STORED }, NOW);
  expect(of(1000)).toHaveLength(1);
  expect(of(0)).toEqual([]);
});
