import { describe, expect, it } from 'vitest';
import { catalogue, instrumentOfMarket } from '../../src/market/catalogue.ts';
import { contractOf } from '../../src/market/futures-cycle.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import { matchSeries, mayBeNamed, unknownLine } from '../../src/market/match-series.ts';
import { parseKey, seriesOf } from '../../src/market/series.ts';
import type { SeriesName } from '../../src/market/series.ts';
import type { Period } from '../../src/market/period.ts';

const NOW = Date.parse('2026-10-05');

function stored(instrument: Instrument, period: Period, month?: readonly [year: number, month: number]): SeriesName {
  const contract = month && contractOf(instrument.code, month[0], month[1], 365, NOW);
  const { key, symbol } = seriesOf(instrument, contract, period);
  return { series: key, class: instrument.class, instrument: instrument.id, symbol, period };
}
const plain = (cls: 'stock' | 'forex', id: string, code = id): Instrument => ({ class: cls, id, code });
const market = (id: string): Instrument => {
  const found = catalogue().get(id);
  if (found === undefined) throw new Error(id);
  return instrumentOfMarket(found);
};

const SERIES = [
  stored(market('AUD'), '1d', [2026, 3]),
  stored(market('GOLD'), '1d', [2024, 4]),
  stored(market('GOLD'), '1d', [2026, 6]),
  stored(market('GOLD'), '1h', [2026, 6]),
  stored(plain('forex', 'EURUSD'), '1d'),
  stored(plain('stock', 'BRK.B', 'BRK-B'), '1d'),
  stored(plain('stock', 'BRK'), '1d'),
  stored(plain('stock', 'GOLD'), '1d'),
  stored(plain('stock', 'R$'), '1d'),
  stored(plain('stock', 'SPY'), '1d'),
  stored(plain('stock', 'SPY'), '1m'),
  stored(plain('stock', 'spy.L'), '1d'),
];
const below = (path: string): string | undefined =>
  path.startsWith('data/') ? path.slice(5) : path === 'data' ? '' : undefined;
const found = (...names: string[]): string[] =>
  matchSeries(names, SERIES, { now: NOW, below }).found.map(({ series }) => series);

describe('a name of stored series', () => {
  it.each([
    ['SPY', ['stocks/1d/SPY', 'stocks/1m/SPY']],
    ['spy', ['stocks/1d/SPY', 'stocks/1m/SPY']],
    ['SPY.L', ['stocks/1d/spy.L']],
    ['BRK-B', ['stocks/1d/BRK.B']],
    ['R$', ['stocks/1d/R%24']],
    ['EUR/USD', ['forex/1d/EURUSD']],
    ['eurusd', ['forex/1d/EURUSD']],
    [
      'future:GOLD',
      ['futures/1d/GOLD/GOLD_20240400', 'futures/1d/GOLD/GOLD_20260600', 'futures/1h/GOLD/GOLD_20260600'],
    ],
    ['Stock:gold', ['stocks/1d/GOLD']],
    ['GCJ24', ['futures/1d/GOLD/GOLD_20240400']],
    ['GCJ2024', ['futures/1d/GOLD/GOLD_20240400']],
    ['GCM6', ['futures/1d/GOLD/GOLD_20260600', 'futures/1h/GOLD/GOLD_20260600']],
    ['6AH26', ['futures/1d/AUD/AUD_20260300']],
    ['stocks/1d/BRK', ['stocks/1d/BRK']],
    ['stocks/1d/BRK.csv', ['stocks/1d/BRK']],
    ['./data/stocks/1m/SPY_2024-03.parquet', []],
    ['data/stocks/1m/SPY_2024-03.parquet', ['stocks/1m/SPY']],
    ['futures/1h/', ['futures/1h/GOLD/GOLD_20260600']],
    ['futures/1d/GOLD', ['futures/1d/GOLD/GOLD_20240400', 'futures/1d/GOLD/GOLD_20260600']],
    ['stocks/1d/GOLD', ['stocks/1d/GOLD']],
  ])('%s', (name, keys) => {
    expect(found(name)).toEqual(keys);
  });

  it('several count together, each series once, in the order of the series; the folder itself and no name are all', () => {
    expect(found('spy', 'stocks/1d/SPY', 'AUD')).toEqual([
      'futures/1d/AUD/AUD_20260300',
      'stocks/1d/SPY',
      'stocks/1m/SPY',
    ]);
    expect(found('data')).toHaveLength(SERIES.length);
    expect(found()).toHaveLength(SERIES.length);
  });

  it.each(['', '/', './', 'SP', 'stocks/1d/SP', 'future:SPY', 'GCJ25', 'GCK24', 'stocks/1d/SPY.txt', 'bond:SPY'])(
    '%j means none',
    (name) => {
      expect(matchSeries([name, 'SPY'], SERIES, { now: NOW, below }).unknown).toMatchObject([{ name }]);
      expect(SERIES.filter(mayBeNamed([name], { now: NOW, below }))).toEqual([]);
    },
  );

  it('one that is unknown is told with those like it', () => {
    const [unknown] = matchSeries(['EURUDS'], SERIES, { now: NOW }).unknown;
    expect(unknown && unknownLine(unknown)).toBe('nothing is stored of EURUDS; nearest: EURUSD');
  });

  it('a contract is found by its key where its own symbol is lost', () => {
    const lost = parseKey('futures/1d/GOLD/GOLD_20240400');
    expect(matchSeries(['GCJ24'], lost ? [lost] : [], { now: NOW }).found).toEqual([lost]);
  });
});

describe('a key', () => {
  it('is read as it was made', () => {
    for (const series of SERIES) {
      const { symbol, ...name } = series;
      expect(parseKey(series.series)).toMatchObject(name);
      expect(symbol).not.toBe('');
    }
    expect(parseKey('futures/1d/GOLD/GOLD_20240400')?.delivery).toEqual({ year: 2024, month: 4 });
  });

  it.each([
    'SPY',
    'stocks',
    'stocks/1d',
    'stocks/2d/SPY',
    'bonds/1d/X',
    'futures/1d/GOLD/GOLD_20240400/x',
    'stocks/1d/',
  ])('%s is none', (key) => {
    expect(parseKey(key)).toBeUndefined();
  });
});
