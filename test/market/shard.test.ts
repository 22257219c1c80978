import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInShard, shardIndex, shareOf } from '../../src/market/shard.ts';

describe('the split of series over shards', () => {
  it('puts every series into exactly one of any number of shards, however its name is written in capitals', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 64 }), (series, count) => {
        const own = Array.from({ length: count }, (_, index) => ({ index, count }));
        const [first, ...others] = own.filter((shard) => isInShard(series, shard));
        expect(others).toEqual([]);
        expect(first?.index).toBe(shardIndex(series, count));
        expect(shardIndex(series.toLowerCase(), count)).toBe(first?.index);
      }),
    );
  });

  // By a program in another language that knows only the two published hashes.
  it.each([
    ['stocks/1d/SPY', [1, 0, 7, 1575]],
    ['futures/1d/GOLD/GOLD_20240400', [0, 1, 6, 6694]],
    ['forex/1h/EURUSD', [1, 0, 7, 8775]],
    ['stocks/1d/OCDO.L', [1, 0, 1, 5097]],
    ['stocks/1d/%C3%89', [1, 1, 1, 8513]],
  ])('never changes: %s', (series, indexes) => {
    expect([2, 3, 8, 10_000].map((count) => shardIndex(series, count))).toEqual(indexes);
  });

  it('gives each shard a like part of the contracts of one cycle, and of the tickers of one alphabet', () => {
    const years = Array.from({ length: 40 }, (_, index) => 1990 + index);
    const contracts = years.flatMap((year) =>
      ['02', '04', '06', '08', '10', '12'].map((month) => `futures/1d/GOLD/GOLD_${year}${month}00`),
    );
    const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    const tickers = letters.flatMap((a) => letters.map((b) => `stocks/1d/${a}${b}`));
    for (const names of [contracts, tickers]) {
      for (const count of [2, 3, 4, 8]) {
        const sizes = Array.from(
          { length: count },
          (_, index) => names.filter((name) => isInShard(name, { index, count })).length,
        );
        // Six standard deviations of a fair draw.
        const mean = names.length / count;
        const most = 6 * Math.sqrt(mean * (1 - 1 / count));
        for (const size of sizes) expect(Math.abs(size - mean)).toBeLessThan(most);
      }
    }
  });

  it('shares things out to the last one, no share larger than another by more than one, the first shards first', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 200 }), (things, count) => {
        const shares = Array.from({ length: count }, (_, index) => shareOf(things, { index, count }));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(things);
        expect(shares).toEqual([...shares].sort((a, b) => b - a));
        expect((shares[0] ?? 0) - (shares.at(-1) ?? 0)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
