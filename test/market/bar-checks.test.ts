import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDropped,
  badRows,
  checkBars,
  countDropped,
  countOutsideHighLow,
  isSettlementRow,
  leftOutRows,
} from '../../src/market/bar-checks.ts';
import type { DropReason } from '../../src/market/bar-checks.ts';
import { barsWithin, firstBarFrom } from '../../src/market/bars.ts';
import { anyBars, bar, rowsOf, table } from './rows.ts';
import type { Row } from './rows.ts';

const RANGE = { from: 10, to: 20 };
const good = (time: number): Row => bar(time, 2, 3, 1, 2);
const timesOf = (rows: readonly Row[]): number[] => [...checkBars(table(rows), RANGE).bars.time];
const droppedOf = (rows: readonly Row[]): unknown => checkBars(table(rows), RANGE).dropped;

describe('a row is dropped, with its reason', () => {
  it.each<[string, DropReason, Row]>([
    ['a close that is null although there was volume', 'null-close', bar(11, 2, 3, 1, NaN, 1)],
    ['a row all null', 'no-trade', bar(11, NaN, NaN, NaN, NaN, NaN)],
    ['a row without a close, of volume 0', 'no-trade', bar(11, 2, 3, 1, NaN, 0)],
    ['a high below the low', 'high-below-low', bar(11, 2, 1, 3, 2)],
    ['an infinite close', 'not-a-number', bar(11, 2, 3, 1, Infinity)],
    ['an infinite open', 'not-a-number', bar(11, -Infinity, 3, 1, 2)],
    ['an infinite high', 'not-a-number', bar(11, 2, Infinity, 1, 2)],
    ['a low of minus infinity', 'not-a-number', bar(11, 2, 3, -Infinity, 2)],
    ['the stamp before', 'out-of-order', good(9.5 + 0.5)],
    ['the same row once more', 'repeated-row', good(10.5)],
    ['a stamp before the range', 'outside-range', good(9)],
    ['a stamp at the end of the range', 'outside-range', good(20)],
    ['an infinite stamp', 'outside-range', good(Infinity)],
  ])('%s', (_, reason, row) => {
    const rows = [good(10.5), row, good(12)];
    expect(timesOf(rows)).toEqual([10.5, 12]);
    expect(droppedOf(rows)).toEqual({ [reason]: 1 });
  });

  it('the place of a row counts before its values', () => {
    expect(droppedOf([bar(25, 2, 1, 3, NaN)])).toEqual({ 'outside-range': 1 });
    expect(droppedOf([good(12), bar(12, 2, 1, 3, NaN)])).toEqual({ 'null-close': 1 });
    expect(droppedOf([good(12), bar(11, 2, 1, 3, NaN)])).toEqual({ 'out-of-order': 1 });
    expect(droppedOf([bar(12, 2, 1, 3, NaN)])).toEqual({ 'null-close': 1 });
    expect(droppedOf([bar(12, Infinity, 1, 3, 2)])).toEqual({ 'high-below-low': 1 });
  });

  it('of two good ones with one stamp the second counts, and the first is told of', () => {
    const rows = [bar(11, 2, 3, 1, NaN), bar(11, 2, 3, 1, 1.5), bar(11, 2, 3, 1, 2.5), bar(11, 2, 1, 3, 9)];
    const { bars, dropped } = checkBars(table(rows), RANGE);
    expect([...bars.close]).toEqual([2.5]);
    expect(dropped).toEqual({ 'null-close': 1, 'duplicate-time': 1, 'high-below-low': 1 });
    expect(badRows(dropped)).toEqual(dropped);
  });

  it('of two with one stamp in an answer sent newest first, and turned round, the one sent second counts too', () => {
    const { bars, dropped } = checkBars(table([bar(11, 2, 3, 1, 2.5), bar(11, 2, 3, 1, 1.5), good(12)]), RANGE, true);
    expect([...bars.close]).toEqual([2.5, 2]);
    expect(dropped).toEqual({ 'duplicate-time': 1 });
  });

  it('that repeats the one before in every column is left out, and no bad row', () => {
    const { bars, dropped } = checkBars(table([good(11), good(11), bar(11, 2, 3, 1, 2, 7)]), RANGE);
    expect([...bars.volume]).toEqual([7]);
    expect(dropped).toEqual({ 'repeated-row': 1, 'duplicate-time': 1 });
    expect(badRows(dropped)).toEqual({ 'duplicate-time': 1 });
    expect(leftOutRows(dropped)).toEqual({ 'repeated-row': 1 });
  });

  it('a row that the provider has dealt with, its stamp NaN, is passed over and not counted', () => {
    const rows = [good(11), good(NaN), good(12)];
    expect(timesOf(rows)).toEqual([11, 12]);
    expect(droppedOf(rows)).toEqual({});
  });
});

describe('a settlement row', () => {
  // EURCHF of December 2023 on 2023-08-04 and 2023-06-30, as Barchart's file has them.
  const highOff = bar(11, 0.9533, 0.9531, 0.9533, 0.9533, 0);
  const lowOff = bar(11, 0.9673, 0.9673, 0.9681, 0.9673, 0);
  const openOff = bar(11, 0.96, 0.95, 0.95, 0.95, 0);

  it.each([
    ['its high', highOff],
    ['its low', lowOff],
    ['its open', openOff],
  ])('without trade and with %s off is kept as it came, and flagged', (_, row) => {
    const { bars, dropped } = checkBars(table([row]), RANGE);
    expect(rowsOf(bars)).toEqual([row]);
    expect(dropped).toEqual({});
    expect(isSettlementRow(bars, 0)).toBe(true);
    expect(countOutsideHighLow(bars)).toBe(1);
  });

  it.each<[string, Row]>([
    ['with volume', bar(11, 94.65, 94.65, 94.6525, 94.65, 2)],
    ['with an unknown volume', bar(11, 94.65, 94.65, 94.6525, 94.65, NaN)],
    ['with two prices off', bar(11, 0.96, 0.9531, 0.9533, 0.9533, 0)],
    ['with a close unlike the three prices that agree', bar(11, 0.95, 0.95, 0.96, 0.96, 0)],
  ])('is no settlement row %s: high below low drops it', (_, row) => {
    expect(droppedOf([row])).toEqual({ 'high-below-low': 1 });
  });

  it('is no settlement row with an infinite price, nor where its prices agree', () => {
    expect(droppedOf([bar(11, 2, -Infinity, 2, 2, 0)])).toEqual({ 'high-below-low': 1 });
    expect(isSettlementRow(table([bar(11, 2, 3, 2, 2, 0)]), 0)).toBe(false);
    expect(isSettlementRow(table([bar(11, NaN, 2, 3, 2, 0)]), 0)).toBe(false);
  });
});

describe('a row is kept', () => {
  it.each<[string, Row]>([
    ['with negative prices, as crude had in April 2020', bar(11, -30, -20, -40.32, -37.63)],
    ['with a close of zero', bar(11, 0, 0, 0, 0)],
    ['with an open above its high', bar(11, 4, 3, 1, 2)],
    ['with a close below its low', bar(11, 2, 3, 1, 0.5)],
    ['with no open, high and low', bar(11, NaN, NaN, NaN, 2)],
    ['with no high only', bar(11, 2, NaN, 1, 2)],
    ['with no volume', bar(11, 2, 3, 1, 2, NaN)],
    ['at the first instant of the range', bar(10, 2, 3, 1, 2)],
    ['at the last instant of the range', bar(19.999, 2, 3, 1, 2)],
  ])('%s, as the source gave it', (_, row) => {
    const { bars, dropped } = checkBars(table([row, bar(9, 1, 1, 1, 1)]), RANGE);
    expect(rowsOf(bars)).toEqual([row]);
    expect(dropped).toEqual({ 'outside-range': 1 });
  });

  it('with all its columns, the extra ones too, when rows around it go', () => {
    const rows = [7, 12, 13, 30].map((time) => ({
      time,
      values: { close: time, Dividends: time / 10, 'Adj Close': -time },
    }));
    const { bars } = checkBars(table(rows, ['Adj Close', 'Dividends']), RANGE);
    expect([...bars.close]).toEqual([12, 13]);
    expect([...(bars.extras.get('Dividends') ?? [])]).toEqual([1.2, 1.3]);
    expect([...(bars.extras.get('Adj Close') ?? [])]).toEqual([-12, -13]);
  });

  it('a good answer is handed on as it is', () => {
    const bars = table([good(10), good(11)]);
    expect(checkBars(bars, RANGE)).toEqual({ bars, dropped: {} });
  });
});

const cell = fc.constantFrom(NaN, Infinity, -Infinity, -1, 0, 1, 2);
const anyRow = fc
  .tuple(
    fc.constantFrom(NaN, ...Array.from({ length: 14 }, (_, index) => index + 8)),
    cell,
    cell,
    cell,
    cell,
    fc.constantFrom(0, 1, NaN),
  )
  .map(([time, open, high, low, close, volume]) => bar(time, open, high, low, close, volume));

describe('over any answer', () => {
  it('what is kept ascends, is unique, inside, and every row is kept, counted or passed over', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 12 }), (rows) => {
        const { bars, dropped } = checkBars(table(rows), RANGE);
        const times = [...bars.time];
        expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        expect(times.every((time) => time >= 10 && time < 20)).toBe(true);
        expect(times.length + countDropped(dropped)).toBe(rows.filter((row) => !Number.isNaN(row.time)).length);
        for (const kept of rowsOf(bars)) {
          expect(rows).toContainEqual(kept);
          const { open = 0, high = 0, low = 0, close = NaN } = kept.values;
          expect([open, high, low].every((price) => Number.isNaN(price) || Number.isFinite(price))).toBe(true);
          expect(Number.isFinite(close)).toBe(true);
          expect(high < low && kept.values.volume !== 0).toBe(false);
        }
        expect(checkBars(bars, RANGE)).toEqual({ bars, dropped: {} });
      }),
      { numRuns: 400 },
    );
  });
});

describe('counts', () => {
  it('tell bad rows from those that are only left out', () => {
    const dropped = {
      'null-close': 1,
      'no-trade': 2,
      unfinished: 3,
      'live-quote': 4,
      'outside-range': 5,
      placeholder: 6,
    };
    expect(badRows(dropped)).toEqual({ 'null-close': 1 });
    expect(leftOutRows({ ...dropped, 'outside-session': 7 })).toEqual({
      'no-trade': 2,
      unfinished: 3,
      'live-quote': 4,
      'outside-range': 5,
      placeholder: 6,
      'outside-session': 7,
    });
  });

  it('of two answers add up, reason by reason', () => {
    const sum = addDropped({ 'null-close': 2, unfinished: 1 }, { 'null-close': 3, 'out-of-order': 4 });
    expect(sum).toEqual({ 'null-close': 5, unfinished: 1, 'out-of-order': 4 });
    expect(countDropped(sum)).toBe(10);
    expect(countDropped({})).toBe(0);
  });

  it('tell each bar with an open or a close outside its high and low, once', () => {
    const bars = table([
      bar(1, 2, 3, 1, 2),
      bar(2, 4, 3, 1, 2),
      bar(3, 2, 3, 1, 0),
      bar(4, 9, 3, 1, 9),
      bar(5, 3, 3, 1, 1),
      bar(6, NaN, NaN, NaN, 2),
    ]);
    expect(countOutsideHighLow(bars)).toBe(3);
  });
});

it('a part of a table by its instants holds the bars from the first to before the last, as a filter would', () => {
  fc.assert(
    fc.property(anyBars, fc.integer({ min: -25, max: 25 }), fc.integer({ min: 0, max: 50 }), (bars, from, length) => {
      const inside = rowsOf(bars).filter(({ time }) => time >= from && time < from + length);
      expect(rowsOf(barsWithin(bars, from, from + length))).toEqual(inside);
      expect(firstBarFrom(bars.time, from)).toBe([...bars.time].filter((time) => time < from).length);
    }),
  );
});
