import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../../src/market/futures-cycle.ts';
import { gridOf, gridsAgree } from '../../src/market/grid.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import { isPeriod, PERIODS } from '../../src/market/period.ts';
import { pathPart, seriesOf } from '../../src/market/series.ts';
import { formatRange, formatStamp, parseRange } from '../../src/market/stored-series.ts';

const NOW = Date.parse('2026-10-05');
const named = (id: string): Instrument => ({ class: 'future', id, code: 'GC' });

describe('a name as a part of a path', () => {
  it.each([
    ['GOLD', 'GOLD'],
    ['BRENT-LAST', 'BRENT-LAST'],
    ['GC=F', 'GC=F'],
    ['^GSPC', '^GSPC'],
    ['OCDO.L', 'OCDO.L'],
    ['R$', 'R%24'],
    ['Y.', 'Y%2E'],
    ['.hidden', '%2Ehidden'],
    ['.', '%2E'],
    ['..', '%2E%2E'],
    ['...', '%2E.%2E'],
    ['../x', '%2E.%2Fx'],
    ['a/b', 'a%2Fb'],
    ['a\\b', 'a%5Cb'],
    ['50%', '50%25'],
    ['a b', 'a%20b'],
    ['a\0b', 'a%00b'],
    ['A*', 'A%2A'],
    ['é', '%C3%A9'],
    ['€', '%E2%82%AC'],
    ['🚀', '%F0%9F%9A%80'],
  ])('%j is %s', (name, part) => {
    expect(pathPart(name)).toBe(part);
  });

  const names = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('.', '/', '%', '2', 'E', 'F', 'a', 'A', '$') }),
  );

  it('two different names never give the same, since the name can be read back from it', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(decodeURIComponent(pathPart(name))).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });

  it('holds safe characters only and neither begins nor ends with a dot', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(pathPart(name)).toMatch(/^(?!\.)[A-Za-z0-9_\-^=.%]*(?<!\.)$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the file of a series', () => {
  it('is as the layout has it, by class, period and contract', () => {
    const april = contractOf('GC', 2024, 4, 365, NOW);
    expect(seriesOf(named('GOLD'), april, '1d')).toMatchObject({
      key: 'futures/1d/GOLD/GOLD_20240400',
      symbol: 'GCJ24',
    });
    const december = contractOf('GC', 1999, 12, 365, NOW);
    expect(seriesOf(named('GOLD'), december, '1m').key).toBe('futures/1m/GOLD/GOLD_19991200');
    expect(seriesOf({ class: 'stock', id: 'SPY', code: 'SPY' }, undefined, '1d').key).toBe('stocks/1d/SPY');
    expect(seriesOf({ class: 'forex', id: 'EURUSD', code: 'EURUSD' }, undefined, '1h')).toMatchObject({
      key: 'forex/1h/EURUSD',
      symbol: 'EURUSD',
    });
    expect(seriesOf({ class: 'stock', id: 'TRACKER', code: '2800.HK' }, undefined, '1d')).toMatchObject({
      key: 'stocks/1d/TRACKER',
      symbol: '2800.HK',
    });
  });

  it('of an unsafe id stays three folders deep', () => {
    const key = seriesOf(named('../../etc'), contractOf('GC', 2024, 4, 365, NOW), '1d').key;
    expect(key).toBe('futures/1d/%2E.%2F..%2Fetc/%2E.%2F..%2Fetc_20240400');
  });

  it('of two contracts of two centuries that share their two digits differ', () => {
    const keys = [1924, 2024].map((year) => seriesOf(named('GOLD'), contractOf('GC', year, 4, 365, NOW), '1d').key);
    expect(new Set(keys).size).toBe(2);
  });
});

describe('stamps and ranges as they stand in files', () => {
  it('are dates with both ends in them, or instants of which the end is not', () => {
    const range = { from: Date.parse('2024-01-02'), to: Date.parse('2024-02-01') };
    expect(formatRange(range, '1d')).toEqual(['2024-01-02', '2024-01-31']);
    expect(formatRange(range, '1h')).toEqual(['2024-01-02T00:00:00Z', '2024-02-01T00:00:00Z']);
    expect(formatStamp(range.from, '1mo')).toBe('2024-01-02');
    expect(formatStamp(range.from, '1m')).toBe('2024-01-02T00:00:00Z');
  });

  it('read back as the range that they were', () => {
    const days = fc.integer({ min: -25_000, max: 40_000 });
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 9_000 }), fc.constantFrom(...PERIODS), (day, length, period) => {
        const unit = period.endsWith('m') || period === '1h' ? 60_000 : 86_400_000;
        const range = { from: day * 86_400_000, to: day * 86_400_000 + length * unit };
        const [from, to] = formatRange(range, period);
        expect(parseRange(from, to, period)).toEqual(range);
      }),
    );
  });

  it('are none when they are empty, turned round or no dates', () => {
    expect(parseRange('2024-01-02', '2024-01-01', '1d')).toBeUndefined();
    expect(parseRange('2024-01-02T00:00:00Z', '2024-01-02T00:00:00Z', '1h')).toBeUndefined();
    expect(parseRange('never', '2024-01-01', '1d')).toBeUndefined();
  });
});

describe('the grid of intraday bars', () => {
  const grid = (period: '1h' | '30m' | '1d', ...times: string[]): number[] =>
    gridOf(
      Float64Array.from(times, (time) => Date.parse(time)),
      period,
    );

  it('is the minutes of the period at which bars begin', () => {
    expect(grid('1h', '2024-01-02T14:30:00Z', '2024-01-02T15:30:00Z')).toEqual([30]);
    expect(grid('1h', '2024-01-02T05:30:00Z', '2024-01-02T01:00:00Z', '2024-01-02T06:30:00Z')).toEqual([0, 30]);
    expect(grid('1h', '2024-01-02T03:45:00Z', '1969-12-31T03:45:00Z')).toEqual([45]);
    expect(grid('30m', '2024-01-02T03:45:00Z')).toEqual([15]);
    expect(grid('1d', '2024-01-02', '2024-01-03')).toEqual([]);
  });

  it('agrees with one that shares a minute, and with none at all', () => {
    expect(gridsAgree([30], [0])).toBe(false);
    expect(gridsAgree([30], [0, 30])).toBe(true);
    expect(gridsAgree([], [0])).toBe(true);
    expect(gridsAgree([15], [])).toBe(true);
  });
});

it('a period is one of eight names', () => {
  expect(PERIODS.every(isPeriod)).toBe(true);
  expect(['1D', '60m', '1M', '', ' 1d', '2d'].some(isPeriod)).toBe(false);
});
