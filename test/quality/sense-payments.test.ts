import { describe, expect, it } from 'vitest';
import type { Bars } from '../../src/market/bars.ts';
import { senseFindings } from '../../src/quality/sense.ts';
import { bar, table } from '../market/rows.ts';
import { EXTRAS } from './histories.ts';

const DAY = 86_400_000;

/** A day of a share: what it pays per share, by what ratio it splits, and where the price goes from the close before. */
interface Event {
  readonly dividend?: number;
  readonly split?: number;
  /** Close over the close before. */
  readonly ratio: number;
}

/** 200 days of a share around 100 that moves by 1 % a day either way, with events; adjusted closes follow from the payments. */
function share(events: Readonly<Record<number, Event>>, days = 200): Bars {
  let close = 100;
  const rows = Array.from({ length: days }, (_, day) => {
    const before = close;
    const { dividend = 0, split = 0, ratio = day % 2 === 0 ? 1.01 : 1 / 1.01 } = events[day] ?? {};
    close = before * ratio;
    return { day, before, close, dividend, split };
  });
  let factor = 1;
  const adjusted = rows.toReversed().map(({ before, close: last, dividend }) => {
    const value = last * factor;
    factor *= 1 - dividend / before;
    return value;
  });
  return table(
    rows.map(({ day, close: last, dividend, split }, row) => ({
      time: day * DAY,
      values: {
        ...bar(0, last, last * 1.002, last * 0.998, last, 1_000 + ((row * 7_919) % 1_000)).values,
        'Adj Close': adjusted[days - 1 - row] ?? 0,
        Dividends: dividend,
        'Stock Splits': split,
      },
    })),
    EXTRAS,
  );
}

const kinds = (bars: Bars): string[] => senseFindings(bars, '1d').map(({ kind }) => kind);

describe('two payments of more than 5 % of the price', () => {
  it('within five days are suspicious though they differ, and told once with both amounts', () => {
    const found = senseFindings(share({ 100: { dividend: 8, ratio: 0.92 }, 105: { dividend: 6, ratio: 0.935 } }), '1d');
    expect(found).toMatchObject([{ kind: 'dividend-phantom', severity: 'warning', from: 100 * DAY, to: 105 * DAY }]);
    expect(found[0]?.detail).toMatch(/two payments of more than 5 % .* 8 at .* and 6 at /);
  });

  it('six days apart are a special dividend and an ordinary one', () => {
    expect(kinds(share({ 100: { dividend: 8, ratio: 0.92 }, 106: { dividend: 6, ratio: 0.935 } }))).toEqual([]);
  });

  it('are one of them small, as a special dividend beside the ordinary one, are nothing', () => {
    expect(kinds(share({ 100: { dividend: 8, ratio: 0.92 }, 102: { dividend: 1, ratio: 0.99 } }))).toEqual([]);
  });

  it('of one amount are told as twins, and not a second time', () => {
    const found = kinds(share({ 100: { dividend: 8, ratio: 0.92 }, 102: { dividend: 8, ratio: 0.92 } }));
    expect(found.filter((kind) => kind === 'dividend-phantom')).toHaveLength(1);
  });
});

describe('a payment together with a consolidation', () => {
  it('of the same size explains the fall: 20 a share and 4 new for 5 old ones', () => {
    expect(kinds(share({ 100: { dividend: 20, split: 0.8, ratio: 0.8 } }))).toEqual([]);
    expect(kinds(share({ 100: { split: 0.8, ratio: 0.8 } }))).toEqual(['split-not-followed']);
  });

  it('explains a price that stays, since one makes up for the other', () => {
    expect(kinds(share({ 100: { dividend: 20, split: 0.8, ratio: 1 } }))).toEqual([]);
    expect(kinds(share({ 100: { dividend: 20, ratio: 1 } }))).toEqual(['dividend-amount']);
  });

  it('explains no fall by the ratio where the payment is much smaller', () => {
    expect(kinds(share({ 100: { dividend: 2, split: 0.8, ratio: 0.8 } }))).toEqual(['split-not-followed']);
  });

  it('explains no fall that is nearer to the ratio, though it is near to the payment', () => {
    // ln 0.78 = -0.248, ln 0.76 = -0.274; the price moves by ln 0.762 = -0.272.
    expect(kinds(share({ 100: { dividend: 22, split: 0.76, ratio: 0.762 } }))).toEqual(['split-not-followed']);
    expect(kinds(share({ 100: { dividend: 22, split: 0.76, ratio: 0.778 } }))).toEqual([]);
  });
});

describe('a large payment', () => {
  it('that halves the price is no split that nobody told of', () => {
    expect(kinds(share({ 100: { dividend: 50, ratio: 0.5 } }))).toEqual([]);
    expect(kinds(share({ 100: { ratio: 0.5 } }))).toEqual(['split-sized-move']);
  });

  it('is no part of a split of another day', () => {
    const events = { 100: { dividend: 20, ratio: 0.8 }, 150: { split: 0.8, ratio: 1 } };
    expect(kinds(share(events))).toEqual([]);
    expect(kinds(share({ ...events, 100: { ratio: 0.8 } }))).toEqual(['split-in-part']);
  });

  it('beside a spin-off, told as a split of an uneven ratio, is nothing', () => {
    expect(kinds(share({ 100: { split: 1.281, ratio: 1 }, 120: { dividend: 10, ratio: 0.9 } }))).toEqual([]);
  });
});

describe('a short history', () => {
  it('is as noisy as its median move: two days in pence among ten are found', () => {
    const bars = share({}, 10);
    for (const column of [bars.open, bars.high, bars.low, bars.close]) {
      for (const row of [3, 7]) column[row] = (column[row] ?? 0) * 100;
    }
    expect(kinds(bars)).toContain('price-unit');
  });

  it('of 50 days with six splits that prices follow in part only, as many as a tenth of its moves, is not calm by them', () => {
    const events = Object.fromEntries(
      [10, 16, 22, 28, 34, 40].map((day, index) => [day, { ratio: index % 2 ? 2 : 0.5 }]),
    );
    const found = kinds(share({ ...events, 45: { split: 2, ratio: 1 } }, 50));
    expect(found).toContain('split-in-part');
  });
});
