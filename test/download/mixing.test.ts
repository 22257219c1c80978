import { describe, expect, it } from 'vitest';
import { mixBars, takeOver } from '../../src/download/mixing.ts';
import type { Bars } from '../../src/market/bars.ts';
import { mergeBars } from '../../src/market/merge.ts';
import { rebaseBars } from '../../src/market/rebase.ts';
import type { RebasedBars } from '../../src/market/rebase.ts';
import type { MixedRange, StoredSeries } from '../../src/market/stored-series.ts';
import type { TimeRange } from '../../src/market/time-range.ts';
import { bar, rowsOf, table } from '../market/rows.ts';

const DAY = 86_400_000;
/** Trade dates from `first` to `last`, counted in days. */
const days = (first: number, last: number): TimeRange => ({ from: first * DAY, to: (last + 1) * DAY });
const price = (day: number): number => 100 + (day % 7);

/** A bar for each of these days; the price of a day is its own, by a factor. */
const bars = (first: number, last: number, factor = 1): Bars =>
  table(
    Array.from({ length: last - first + 1 }, (_, index) => {
      const close = price(first + index) * factor;
      return bar((first + index) * DAY, close, close, close, close);
    }),
  );
const known = (coverage: readonly TimeRange[], mixed: readonly MixedRange[] = []): StoredSeries => {
  return { provider: 'own', coverage, rows: 1, tail: [], ...(mixed.length === 0 ? {} : { mixed }) };
};
const merge = (answer: Bars) => (own: Bars) => ({ ...mergeBars(own, answer), bases: [] });
const daysOf = ({ time }: Bars): number[] => Array.from(time, (stamp) => stamp / DAY);
const told = (mixed: readonly MixedRange[] = []): unknown[] =>
  mixed.map(({ provider, from, to, kept }) => [provider, from / DAY, to / DAY - 1, kept ?? false]);

describe('bars of another provider', () => {
  it('fill what is unknown and change nothing of what is known', () => {
    const stored = bars(1, 20);
    const answer = { bars: bars(10, 25, 1.001), answered: [days(10, 25)] };
    const mixed = mixBars(stored, known([days(1, 20)]), answer, 'other', '1d');
    if (typeof mixed === 'string') throw new Error(mixed);
    expect(rowsOf(mixed.bars).slice(0, 20)).toEqual(rowsOf(stored));
    expect(rowsOf(mixed.bars).slice(20)).toEqual(rowsOf(bars(21, 25, 1.001)));
    expect(mixed).toMatchObject({ added: 5, revised: 0, changes: [], bases: [] });
    expect(told(mixed.mixed)).toEqual([['other', 21, 25, false]]);
  });

  it('fill a gap in the middle, and none of the stored bars around it counts as vanished', () => {
    const stored = mergeBars(bars(1, 10), bars(16, 40)).bars;
    const answers = { bars: mergeBars(bars(5, 15), bars(36, 45)).bars, answered: [days(5, 15), days(35, 45)] };
    const mixed = mixBars(stored, known([days(1, 10), days(16, 40)]), answers, 'other', '1d');
    if (typeof mixed === 'string') throw new Error(mixed);
    expect(daysOf(mixed.bars)).toEqual(Array.from({ length: 45 }, (_, index) => index + 1));
    expect(mixed.changes).toEqual([]);
    expect(told(mixed.mixed)).toEqual([
      ['other', 11, 15, false],
      ['other', 41, 45, false],
    ]);
  });

  it('of which one range does not agree are not taken at all', () => {
    const stored = mergeBars(bars(1, 10), bars(16, 40)).bars;
    const answers = {
      bars: mergeBars(bars(5, 15), bars(35, 45, 0.25)).bars,
      answered: [days(5, 15), days(35, 45)],
    };
    expect(mixBars(stored, known([days(1, 10), days(16, 40)]), answers, 'other', '1d')).toContain('0.25 times');
  });

  it('bring no column that the series has not', () => {
    const stored = table(rowsOf(bars(1, 10)), ['Open Interest']);
    const answer = table(rowsOf(bars(3, 12)), ['Adj Close']);
    const mixed = mixBars(stored, known([days(1, 10)]), { bars: answer, answered: [days(3, 12)] }, 'other', '1d');
    expect(typeof mixed === 'string' ? mixed : [...mixed.bars.extras.keys()]).toEqual(['Open Interest']);
  });
});

describe('when the own provider is back', () => {
  const mixed: MixedRange[] = [{ ...days(11, 15), provider: 'other' }];
  const stored = mergeBars(bars(1, 10), bars(11, 15, 1.002)).bars;

  it('its bars replace those of the other: no revision, no change of basis, and the log has each', () => {
    const answer = bars(6, 20);
    const taken = takeOver(stored, mixed, [days(6, 20)], '1d', merge(answer));
    expect(rowsOf(taken?.bars ?? table([]))).toEqual(rowsOf(bars(1, 20)));
    expect(taken).toMatchObject({ added: 5, revised: 0, changes: [], mixed: [], differs: true });
    expect(new Set(taken?.replaced?.map(({ time }) => time / DAY))).toEqual(new Set([11, 12, 13, 14, 15]));
  });

  it('a bar that it lacks stays, is known as kept, and what it was not asked for stays as it is', () => {
    const answer = table(rowsOf(bars(6, 13)).filter(({ time }) => time !== 12 * DAY));
    const taken = takeOver(stored, mixed, [days(6, 13)], '1d', merge(answer));
    expect(daysOf(taken?.bars ?? table([]))).toEqual(daysOf(stored));
    expect(taken?.changes).toEqual([]);
    expect(told(taken?.mixed)).toEqual([
      ['other', 12, 12, true],
      ['other', 14, 15, false],
    ]);
  });

  it('on another basis everything is on it, bars that only the other has too', () => {
    const answer = table(rowsOf(bars(1, 20, 0.5)).filter(({ time }) => time !== 12 * DAY));
    const work = (own: Bars): RebasedBars => rebaseBars(own, answer);
    const taken = takeOver(stored, mixed, [days(1, 20)], '1d', work);
    expect(taken?.bases).toMatchObject([{ columns: 'prices', bars: 10 }]);
    expect(taken?.bases[0]?.factor).toBeCloseTo(0.5, 3);
    expect(taken?.bars.close[11]).toBeCloseTo(price(12) * 1.002 * 0.5, 1);
    expect(taken?.revised).toBe(0);
  });
});
