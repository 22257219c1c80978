import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_BARS } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import type { SenseKind } from '../../src/quality/sense-finding.ts';
import { senseFindings } from '../../src/quality/sense.ts';
import { bar, table } from '../market/rows.ts';
import { anySteps, EXTRAS, extra, history, QUARTER, scale, scalePrices } from './histories.ts';

/** Row of the second dividend of a made-up history. */
const EX = 2 * QUARTER - 1;

interface Injection {
  readonly what: string;
  readonly kind: SenseKind;
  readonly into: (bars: Bars) => void;
}

function set(column: Float64Array, from: number, to: number, value: number): void {
  column.fill(value, from, to);
}

function rebaseAdjusted(bars: Bars, to: number, factor: number): void {
  for (let row = 0; row < to; row++) scale(extra(bars, 'Adj Close'), row, factor);
}

const INJECTIONS: readonly Injection[] = [
  {
    what: 'a dividend 100 times too large',
    kind: 'dividend-amount',
    into: (bars) => {
      scale(extra(bars, 'Dividends'), EX, 100);
    },
  },
  {
    what: 'a dividend 100 times too small',
    kind: 'dividend-amount',
    into: (bars) => {
      scale(extra(bars, 'Dividends'), EX, 0.01);
    },
  },
  {
    what: 'a dividend of before a split',
    kind: 'dividend-amount',
    into: (bars) => {
      scale(extra(bars, 'Dividends'), EX, 5);
      set(extra(bars, 'Stock Splits'), EX, EX + 1, 5);
    },
  },
  {
    what: 'a dividend that is told of twice',
    kind: 'dividend-phantom',
    into: (bars) => {
      const amount = extra(bars, 'Dividends')[EX] ?? 0;
      set(extra(bars, 'Dividends'), EX - 1, EX, amount);
      rebaseAdjusted(bars, EX - 1, 1 - amount / (bars.close[EX - 2] ?? 0));
    },
  },
  {
    what: 'a dividend that adjusted closes do not count',
    kind: 'dividend-adjustment',
    into: (bars) => {
      rebaseAdjusted(bars, EX, 1 / 0.99);
    },
  },
  {
    what: 'adjusted closes that step by themselves',
    kind: 'adjusted-close',
    into: (bars) => {
      rebaseAdjusted(bars, EX + 9, 0.97);
    },
  },
  {
    what: 'adjusted closes below zero',
    kind: 'adjusted-close',
    into: (bars) => {
      rebaseAdjusted(bars, EX, -1);
    },
  },
  {
    what: 'a split that prices do not follow',
    kind: 'split-not-followed',
    into: (bars) => {
      scalePrices(bars, 0, 200, 4);
      set(extra(bars, 'Stock Splits'), 200, 201, 4);
    },
  },
  {
    what: 'a split applied to the last days before it only',
    kind: 'split-in-part',
    into: (bars) => {
      scalePrices(bars, 0, 200, 4);
      set(extra(bars, 'Stock Splits'), 210, 211, 4);
    },
  },
  {
    what: 'a split that nobody told of',
    kind: 'split-sized-move',
    into: (bars) => {
      scalePrices(bars, 0, 200, 2);
    },
  },
  {
    what: 'a bar in pence',
    kind: 'price-unit',
    into: (bars) => {
      scalePrices(bars, 77, 78, 100);
    },
  },
  {
    what: 'a block in hundreds of pounds',
    kind: 'price-unit',
    into: (bars) => {
      scalePrices(bars, 77, 99, 0.01);
    },
  },
  {
    what: 'a history in pence up to a day',
    kind: 'price-unit',
    into: (bars) => {
      scalePrices(bars, 0, 250, 100);
    },
  },
  {
    what: 'opens in pence',
    kind: 'price-unit',
    into: (bars) => {
      for (let row = 0; row < 300; row++) scale(bars.open, row, 100);
    },
  },
  {
    what: 'a close of zero',
    kind: 'zero-price',
    into: (bars) => {
      set(bars.close, 50, 51, 0);
    },
  },
  {
    what: 'bars that repeat',
    kind: 'stale-bars',
    into: (bars) => {
      for (const column of [bars.open, bars.high, bars.low, bars.close, extra(bars, 'Adj Close')]) {
        set(column, 66, 74, column[65] ?? 0);
      }
    },
  },
  {
    what: 'bars that repeat with their volume',
    kind: 'stale-bars',
    into: (bars) => {
      for (const column of [bars.open, bars.high, bars.low, bars.close, extra(bars, 'Adj Close'), bars.volume]) {
        set(column, 66, 69, column[65] ?? 0);
      }
    },
  },
  {
    what: 'days without volume amid trading',
    kind: 'volume',
    into: (bars) => {
      set(bars.volume, 66, 74, 0);
    },
  },
  {
    what: 'a volume below zero',
    kind: 'volume',
    into: (bars) => {
      set(bars.volume, 66, 67, -5);
    },
  },
];

describe('a history that makes sense', () => {
  it('of any random walk with dividends, adjusted for them, has no finding', () => {
    fc.assert(
      fc.property(anySteps, fc.constantFrom(0.02, 1, 100, 4_000), (steps, level) => {
        expect(senseFindings(history(steps, level), '1d')).toEqual([]);
      }),
    );
  });

  it.each(INJECTIONS)('with $what is found to have it: $kind', ({ kind, into }) => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const bars = history(steps);
        into(bars);
        expect(senseFindings(bars, '1d').map((found) => found.kind)).toContain(kind);
      }),
      { numRuns: 30 },
    );
  });

  it('of nothing, of one bar, of bars without prices has no finding', () => {
    expect(senseFindings(NO_BARS, '1d')).toEqual([]);
    expect(senseFindings(table([bar(0, 1, 1, 1, 1)], EXTRAS), '1d')).toEqual([]);
    expect(senseFindings(table([bar(0, NaN, NaN, NaN, NaN), bar(1, NaN, NaN, NaN, NaN)], EXTRAS), '1d')).toEqual([]);
  });

  it('below zero, as oil once was, is no fault, not even on its way through zero', () => {
    const closes = [18.27, -37.63, 0, 10.01, 13.78];
    const bars = table(closes.map((close, day) => bar(day * 86_400_000, close + 1, close + 2, close - 3, close)));
    expect(senseFindings(bars, '1d')).toEqual([]);
  });

  it('of a share that hardly trades is not stale', () => {
    const bars = table(
      Array.from({ length: 200 }, (_, day) => {
        const price = 50 + Math.floor(day / 40);
        return bar(day * 86_400_000, price, price, price, price, day % 40 === 0 ? 10 : 0);
      }),
    );
    expect(senseFindings(bars, '1d')).toEqual([]);
  });
});

describe('a finding', () => {
  it('tells the first and last bar concerned, where it began and how often', () => {
    const bars = history(Array.from({ length: 300 }, (_, day) => (day % 2 === 0 ? 1 : -1)));
    scalePrices(bars, 77, 99, 0.01);
    scalePrices(bars, 120, 121, 0.01);
    const [found, ...others] = senseFindings(bars, '1d');
    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: 'price-unit', severity: 'error', from: bars.time[77], to: bars.time[120] });
    expect(found?.detail).toMatch(/100 times below most others of the series \(2020-03-19, 22 bars at .*; 2 in all\)/);
  });

  it('of a weekly bar does not ask on which day of the week its dividend was', () => {
    const rows = [
      { close: 557.1, adjusted: 550, dividend: 0 },
      { close: 508.95, adjusted: 502.46, dividend: 7 },
      { close: 538.95, adjusted: 538.95, dividend: 0 },
    ].map(({ close, adjusted, dividend }, week) => ({
      time: week * 7 * 86_400_000,
      values: {
        ...bar(0, close, close * 1.05, close * 0.95, close).values,
        'Adj Close': adjusted,
        Dividends: dividend,
        'Stock Splits': 0,
      },
    }));
    expect(senseFindings(table(rows, EXTRAS), '1wk')).toEqual([]);
    expect(senseFindings(table(rows, EXTRAS), '1d').map(({ kind }) => kind)).toContain('dividend-adjustment');
  });
});
