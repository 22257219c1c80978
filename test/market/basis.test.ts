import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateBars } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import { basisChange } from '../../src/market/basis.ts';
import { rebaseBars } from '../../src/market/rebase.ts';

const DAY = 86_400_000;

/** Daily bars whose open, high, low and close are the close plus 0, 1, −1 and 0 ticks of 0.01, adjusted by a factor. */
function daily(closes: readonly number[], adjust = 1, first = 0): Bars {
  const bars = allocateBars(closes.length, ['Adj Close']);
  closes.forEach((close, row) => {
    bars.time[row] = (first + row) * DAY;
    bars.open[row] = close;
    bars.high[row] = Number((close + 0.01).toFixed(2));
    bars.low[row] = Number((close - 0.01).toFixed(2));
    bars.close[row] = close;
    bars.volume[row] = 1000;
    const adjusted = bars.extras.get('Adj Close');
    if (adjusted !== undefined) adjusted[row] = Number((close * adjust).toFixed(6));
  });
  return bars;
}

/** Every price of the bars changed, written with so many decimals. */
function changed(bars: Bars, change: (price: number) => number, decimals = 6): Bars {
  const to = (column: Float64Array): Float64Array => column.map((price) => Number(change(price).toFixed(decimals)));
  return {
    ...bars,
    volume: bars.volume.slice(),
    open: to(bars.open),
    high: to(bars.high),
    low: to(bars.low),
    close: to(bars.close),
  };
}

const CLOSES = [100.12, 101.5, 99.87, 102.34, 103.01];

describe('a change of basis', () => {
  it.each([
    ['2:1', 0.5],
    ['4:1', 0.25],
    ['3:2', 2 / 3],
    ['1:10', 10],
  ])('a split of %s is seen in five bars as one factor, whatever the rounding', (_, factor) => {
    for (const decimals of [2, 4, 6]) {
      const found = basisChange(
        daily(CLOSES),
        changed(daily(CLOSES), (price) => price * factor, decimals),
        'prices',
      );
      expect(found).toMatchObject({ columns: 'prices', bars: 5 });
      expect(found?.factor).toBeCloseTo(factor, 3);
    }
  });

  it('of a back-adjusted series is one difference', () => {
    const found = basisChange(
      daily(CLOSES),
      changed(daily(CLOSES), (price) => price - 3.25, 2),
      'prices',
    );
    expect(found).toMatchObject({ columns: 'prices', factor: 1, bars: 5 });
    expect(found?.difference).toBeCloseTo(-3.25, 6);
  });

  it('that begins within the overlap leaves the bars from the day of the split on as they are', () => {
    const after = changed(daily(CLOSES), (price) => price / 2, 3);
    after.close.set([CLOSES[3] ?? 0, CLOSES[4] ?? 0], 3);
    const stored = daily(CLOSES);
    for (const name of ['open', 'high', 'low'] as const) after[name].set(stored[name].subarray(3), 3);
    expect(basisChange(stored, after, 'prices')).toMatchObject({ bars: 3 });
  });

  it('of the adjusted column alone is told of that column alone', () => {
    const [before, after] = [daily(CLOSES), daily(CLOSES, 0.9934)];
    expect(basisChange(before, after, 'prices')).toBeUndefined();
    expect(basisChange(before, after, 'Adj Close')?.factor).toBeCloseTo(0.9934, 4);
  });

  it('is not seen in one bad print, in five revisions of their own, or in a new last digit', () => {
    const stored = daily(CLOSES);
    const badPrint = daily(CLOSES);
    badPrint.close[2] = 9.987;
    expect(basisChange(stored, badPrint, 'prices')).toBeUndefined();
    const revised = changed(stored, (price) => price + (price % 0.07), 2);
    expect(basisChange(stored, revised, 'prices')).toBeUndefined();
    expect(
      basisChange(
        stored,
        changed(stored, (price) => price + 0.001, 3),
        'prices',
      ),
    ).toBeUndefined();
    expect(basisChange(stored, stored, 'prices')).toBeUndefined();
    expect(basisChange(stored, daily(CLOSES, 1, 100), 'prices')).toBeUndefined();
  });

  it('is found for any factor and any prices, and never where a bar is off by a percent', () => {
    const prices = fc.array(fc.integer({ min: 500, max: 100_000 }), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(prices, fc.double({ min: 0.01, max: 0.98, noNaN: true }), fc.nat(), (cents, factor, pick) => {
        const stored = daily(cents.map((price) => price / 100));
        const fresh = changed(stored, (price) => price * factor);
        expect(basisChange(stored, fresh, 'prices')?.factor).toBeCloseTo(factor, 2);
        const row = pick % cents.length;
        fresh.close[row] = (fresh.close[row] ?? 0) * 1.01;
        expect(basisChange(stored, fresh, 'prices')).toBeUndefined();
      }),
    );
  });
});

describe('a series worked into another basis', () => {
  it('holds what the source gives, and what it can give no more is converted', () => {
    const stored = daily([50, 60, 70, ...CLOSES]);
    const answer = changed(daily(CLOSES, 1, 3), (price) => price / 4, 4);
    answer.volume.fill(4000);
    answer.extras.get('Adj Close')?.set(answer.close);
    const { bars, bases, revised, changes, added } = rebaseBars(stored, answer);
    expect([...bars.close]).toEqual([12.5, 15, 17.5, 25.03, 25.375, 24.9675, 25.585, 25.7525]);
    expect(bases.map(({ columns, bars: count }) => [columns, count])).toEqual([
      ['prices', 5],
      ['Adj Close', 5],
    ]);
    expect({ added, revised, changes: changes.length }).toEqual({ added: 0, revised: 0, changes: 0 });
  });

  it('a correction in the midst of a split is a revision beside it', () => {
    const stored = daily(CLOSES);
    const answer = changed(stored, (price) => price / 2, 4);
    answer.volume.fill(2000);
    answer.volume[1] = 2500;
    const { bases, revised, changes } = rebaseBars(stored, answer);
    expect(bases).toHaveLength(1);
    expect({ revised, changes }).toMatchObject({ revised: 1, changes: [{ column: 'Volume', old: 1000, fresh: 2500 }] });
  });

  it('turns out to be a revision when the whole series shows that one bar alone differs', () => {
    const stored = daily(CLOSES);
    const answer = daily(CLOSES);
    answer.close[3] = 51.17;
    expect(rebaseBars(stored, answer)).toMatchObject({ bases: [], revised: 1, added: 0 });
  });

  it('of two dividends at once is one line for the adjusted column, not one a bar', () => {
    const stored = daily(CLOSES);
    const answer = daily(CLOSES);
    const adjusted = answer.extras.get('Adj Close');
    adjusted?.set([90, 91, 92, 101], 0);
    const { bases, revised } = rebaseBars(stored, answer);
    expect(bases.map(({ columns }) => columns)).toEqual(['Adj Close']);
    expect(revised).toBe(0);
  });
});
