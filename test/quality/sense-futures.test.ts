import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bars } from '../../src/market/bars.ts';
import { PRICE_COLUMNS } from '../../src/market/bars.ts';
import { levelOf, moveMeanwhile, unitFindings } from '../../src/quality/contract-sense.ts';
import { senseFindings, senseOf } from '../../src/quality/sense.ts';
import { bar, table } from '../market/rows.ts';
import { anySteps, scale } from './histories.ts';

const DAY = 86_400_000;
const BEGIN = Date.UTC(2023, 0, 2);
/** A contract that lives for months after its 300 days. */
const FAR = { end: BEGIN + 500 * DAY };

/** Days of a future: moves of up to 2 % a day, volume that changes. */
function future(steps: readonly number[], level = 100): Bars {
  let close = level;
  return table(
    steps.map((step, day) => {
      const open = close;
      close *= 1 + step / 100;
      const [high, low] = [Math.max(open, close) * 1.004, Math.min(open, close) * 0.996];
      return bar(BEGIN + day * DAY, open, high, low, close, 1_000 + ((day * 7_919) % 1_000));
    }),
  );
}

function scaled(bars: Bars, from: number, to: number, factor: number): Bars {
  for (const name of PRICE_COLUMNS) for (let row = from; row < to; row++) scale(bars[name], row, factor);
  return bars;
}

/** Days [from, to) repeat the one before and have no volume; what follows stays on that level but for `jump`. */
function still(bars: Bars, from: number, to: number, jump: number): Bars {
  const level = bars.close[from - 1] ?? 0;
  const factor = (level * jump) / (bars.close[to] ?? 1);
  scaled(bars, to, bars.time.length, factor);
  for (const name of PRICE_COLUMNS) bars[name].fill(level, from, to);
  bars.volume.fill(0, from, to);
  return bars;
}

const kinds = (bars: Bars, life = FAR): string[] => senseFindings(bars, '1d', life).map(({ kind }) => kind);

describe('another price magnifier', () => {
  it.each([1, 2, 3, 4, 6])(
    'of ten to the power of %i is found in a bar, a block and a history, and says so',
    (power) => {
      fc.assert(
        fc.property(
          anySteps,
          fc.constantFrom([77, 78], [77, 99], [0, 120]),
          fc.constantFrom(1, -1),
          (steps, part, sign) => {
            const [from = 0, to = 0] = part;
            const found = senseFindings(scaled(future(steps), from, to, 10 ** (sign * power)), '1d', FAR);
            expect(found).toMatchObject([{ kind: 'price-unit', from: BEGIN + from * DAY, to: BEGIN + (to - 1) * DAY }]);
            expect(found[0]?.detail).toContain(`${10 ** power} times ${sign > 0 ? 'above' : 'below'} most others`);
            expect(found[0]?.detail).toContain('a power of ten');
          },
        ),
        { numRuns: 20 },
      );
    },
  );

  it('in the open alone is found too', () => {
    const bars = future(Array.from({ length: 90 }, (_, day) => (day % 3) - 1));
    scale(bars.open, 40, 1_000);
    const [found] = senseFindings(bars, '1d', FAR);
    expect(found).toMatchObject({ kind: 'price-unit', severity: 'error' });
    expect(found?.detail).toContain('open 1000 times off the close: a power of ten');
  });

  it('is looked for in futures only: a share may fall to a tenth', () => {
    const bars = scaled(future(Array.from({ length: 90 }, (_, day) => (day % 3) - 1)), 40, 90, 0.1);
    expect(senseFindings(bars, '1d').map(({ kind }) => kind)).not.toContain('price-unit');
  });
});

describe('a contract', () => {
  it('of any random walk has no finding', () => {
    fc.assert(
      fc.property(anySteps, fc.constantFrom(0.006, 1, 100, 4_000), (steps, level) => {
        expect(senseOf(future(steps, level), '1d', FAR)).toEqual({ findings: [], quiet: [] });
      }),
    );
  });

  it('that stands still far from its end is left to its neighbours', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { findings, quiet } = senseOf(still(future(steps), 100, 110, 1.005), '1d', FAR);
        expect(findings).toEqual([]);
        expect(quiet.map(({ finding }) => [finding.kind, finding.from, finding.to])).toEqual([
          // The first of the ten has the close of the day before, and not its high and low.
          ['stale-bars', BEGIN + 101 * DAY, BEGIN + 109 * DAY],
          ['volume', BEGIN + 100 * DAY, BEGIN + 109 * DAY],
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it('that stands still and then jumps is found', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        expect(kinds(still(future(steps), 100, 110, 1.12))).toEqual(expect.arrayContaining(['stale-bars', 'volume']));
      }),
      { numRuns: 30 },
    );
  });

  it('that stands still in its last 45 days is found, and not a day before', () => {
    const bars = still(future(Array.from({ length: 300 }, (_, day) => ((day * 7) % 5) / 2 - 1)), 100, 110, 1.005);
    const run = BEGIN + 100 * DAY;
    expect(kinds(bars, { end: run + 45 * DAY })).toEqual(['volume', 'stale-bars']);
    expect(kinds(bars, { end: run + 46 * DAY })).toEqual(['stale-bars']);
    expect(kinds(bars, { end: run + 47 * DAY })).toEqual([]);
    expect(senseFindings(bars, '1d', { end: undefined })).toEqual([]);
  });

  it('without volume while its settlement moves is a back month, whatever its neighbours do', () => {
    const bars = future(Array.from({ length: 300 }, (_, day) => ((day * 7) % 5) / 2 - 1));
    bars.volume.fill(0, 100, 110);
    expect(senseOf(bars, '1d', FAR)).toEqual({ findings: [], quiet: [] });
  });

  it('whose bars are copied with their volume is found anywhere', () => {
    const bars = future(Array.from({ length: 300 }, (_, day) => ((day * 7) % 5) / 2 - 1));
    for (const name of [...PRICE_COLUMNS, 'volume'] as const) bars[name].fill(bars[name][99] ?? 0, 100, 104);
    for (let row = 99; row < 104; row++) bars.high[row] = (bars.close[99] ?? 0) * 1.01;
    expect(kinds(bars)).toContain('stale-bars');
  });

  it('locked at its limit for days has no finding', () => {
    // Lumber in 2021: up by the limit day after day, with hardly a trade.
    const steps = Array.from({ length: 120 }, (_, day) => (day >= 60 && day < 66 ? 3 : (day % 3) - 1));
    const bars = future(steps);
    for (let row = 60; row < 66; row++) {
      for (const name of ['open', 'high', 'low'] as const) bars[name][row] = bars.close[row] ?? 0;
      bars.volume[row] = row % 2;
    }
    expect(senseOf(bars, '1d', FAR)).toEqual({ findings: [], quiet: [] });
  });

  it('of crude oil in April 2020, below zero and back, has no finding', () => {
    // CLK20 and CLM20 by their settlements from 2020-04-13 on.
    const closes = {
      may: [22.41, 20.11, 19.87, 19.87, 18.27, -37.63, 10.01],
      june: [29.41, 27.82, 26.4, 25.53, 25.03, 20.43, 11.57, 13.78, 16.5, 16.94, 12.78, 12.34, 15.06, 18.84],
    };
    for (const month of Object.values(closes)) {
      const bars = table(month.map((close, day) => bar(BEGIN + day * DAY, close + 1, close + 2, close - 3, close, 9)));
      expect(senseOf(bars, '1d', { end: BEGIN + 20 * DAY })).toEqual({ findings: [], quiet: [] });
    }
  });
});

describe('the move of a neighbour', () => {
  const closes = [10, 11, 10, 14, 12];
  const bars = table(closes.map((close, day) => bar(day * DAY, close, close, close, close)));

  it('counts from its last close before the run to the farthest one in it', () => {
    expect(moveMeanwhile(bars, { from: 2 * DAY, to: 4 * DAY })).toBeCloseTo(Math.log(14 / 11), 12);
    expect(moveMeanwhile(bars, { from: 2 * DAY, to: 2 * DAY })).toBeCloseTo(Math.log(11 / 10), 12);
  });

  it('is unknown where it has no bar before the run or none in it', () => {
    expect(moveMeanwhile(bars, { from: 0, to: 2 * DAY })).toBeNaN();
    expect(moveMeanwhile(bars, { from: 5 * DAY, to: 9 * DAY })).toBeNaN();
  });
});

describe('the months of a market', () => {
  const level = (month: string, from: number, close: number) => {
    const series = `futures/1d/KC/KC_${month}00`;
    const name = { series, class: 'future', instrument: 'KC', symbol: month, period: '1d' } as const;
    const bars = table([0, 1, 2].map((day) => bar(from + day * DAY, close, close, close, close * (1 + day / 1_000))));
    const found = levelOf(name, bars);
    if (found === undefined) throw new Error('no level');
    return found;
  };

  it('that traded together and stand a power of ten apart are told; the fewer are the odd ones', () => {
    const levels = [level('202303', BEGIN, 180), level('202305', BEGIN, 1.85), level('202307', BEGIN + DAY, 190)];
    expect(unitFindings(levels)).toMatchObject([{ series: 'futures/1d/KC/KC_20230500', kind: 'price-unit' }]);
  });

  it('that never traded together may stand anywhere: decades lie between them', () => {
    expect(unitFindings([level('197909', BEGIN - 9_000 * DAY, 13), level('202303', BEGIN, 140)])).toEqual([]);
    expect(unitFindings([level('197909', BEGIN - 2 * DAY, 13), level('202303', BEGIN, 140)])).toHaveLength(1);
  });

  it('of another market are not compared, nor shares', () => {
    const other = level('202305', BEGIN, 1.8);
    const name = { ...other.name, series: 'futures/1d/SB/SB_20230500', instrument: 'SB' };
    expect(unitFindings([level('202303', BEGIN, 180), { ...other, name }])).toEqual([]);
    const share = { series: 'stocks/1d/KC', class: 'stock', instrument: 'KC', symbol: 'KC', period: '1d' } as const;
    expect(levelOf(share, table([bar(0, 1, 1, 1, 1)]))).toBeUndefined();
  });
});
