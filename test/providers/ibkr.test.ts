import { describe, expect, it } from 'vitest';
import { ibkr } from '../../src/providers/ibkr/index.ts';
import { desk, optionsFor } from '../support/ibkr.ts';
import { forex, request, spy, stampsOf, stock } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import type { TruthBar } from '../support/truth.ts';
import { conformance } from './conformance.ts';
import { contractIn, market } from './markets.ts';

// A Wednesday, before the markets of New York open.
const NOW = '2024-07-03T06:00:00Z';
const GOLD = market('GOLD');

conformance({
  provider: ibkr,
  now: NOW,
  standIn: async () => {
    const sandbox = await standIn(NOW);
    return { options: optionsFor(sandbox), requests: () => sandbox.requests('ibkr') };
  },
  notHttp: 'a line to TWS; what it says instead of bars is in ibkr-words.test.ts',
  known: {
    'a stock by day': spy('1d', '2024-01-01', '2024-07-01'),
    'a stock by week': spy('1wk', '2023-01-02', '2024-07-01'),
    'a stock by month': spy('1mo', '2023-01-01', '2024-07-01'),
    'a stock by minute': spy('1m', '2024-06-24T00:00:00Z', '2024-06-29T00:00:00Z'),
    'an index by hour': request({
      instrument: stock('^GSPC'),
      period: '1h',
      from: '2024-02-28T00:00:00Z',
      to: '2024-03-20T00:00:00Z',
    }),
    'a pair by day': request({ instrument: forex('EURUSD'), period: '1d', from: '2024-01-01', to: '2024-07-01' }),
    'a contract by day': request({ ...contractIn(GOLD, 'Q24'), period: '1d', from: '2024-01-01', to: '2024-07-01' }),
    'an expired contract by hour': request({
      ...contractIn(GOLD, 'J24'),
      period: '1h',
      from: '2024-03-01T00:00:00Z',
      to: '2024-04-01T00:00:00Z',
    }),
  },
  quiet: spy('1d', '2024-06-29', '2024-07-01'),
  unknownSymbol: request({ instrument: stock('XYZQ'), period: '1d', from: '2024-01-01', to: '2024-02-01' }),
  excluded: {
    'a future without a contract': request({ instrument: GOLD, period: '1d', from: '2024-01-01', to: '2024-02-01' }),
    'a coin': request({ instrument: stock('BTC-USD'), period: '1d', from: '2024-01-01', to: '2024-02-01' }),
    'a contract that expired more than two years ago': request({
      ...contractIn(GOLD, 'J22'),
      period: '1d',
      from: '2022-01-01',
      to: '2022-04-01',
    }),
    'more minutes than one request may span': spy('1m', '2024-06-20T00:00:00Z', '2024-06-29T00:00:00Z'),
  },
});

const told = (bars: readonly TruthBar[]): string[] => bars.map(({ time }) => time);

describe('bars are those of the market', () => {
  it.each([
    ['stock/SPY', spy('1d', '2023-06-01', '2024-07-03')],
    ['stock/SPY', spy('1wk', '2023-06-05', '2024-07-01')],
    ['stock/SPY', spy('1mo', '2023-06-01', '2024-07-01')],
    ['stock/AAPL', request({ instrument: stock('AAPL'), period: '1d', from: '2024-01-01', to: '2024-07-03' })],
    ['stock/BRK-B', request({ instrument: stock('BRK-B'), period: '1h', from: '2024-06-01', to: '2024-07-03' })],
    ['stock/OCDO.L', request({ instrument: stock('OCDO.L'), period: '1d', from: '2024-01-01', to: '2024-07-03' })],
    ['future/GCJ24', request({ ...contractIn(GOLD, 'J24'), period: '1d', from: '2023-04-01', to: '2024-05-01' })],
    ['future/GCQ24', request({ ...contractIn(GOLD, 'Q24'), period: '1m', from: '2024-06-24', to: '2024-06-28' })],
    [
      'future/A6U24',
      request({ ...contractIn(market('AUD'), 'U24'), period: '1d', from: '2024-01-01', to: '2024-07-03' }),
    ],
  ])('%s', async (name, asked) => {
    const { sandbox, fetch } = await desk(NOW);
    const { bars, dropped } = await fetch(asked);
    const [from, to] = [asked.range.from, asked.range.to].map((time) => new Date(time).toISOString());
    const truth = await sandbox.truth(`${name}?period=${asked.period}&from=${from ?? ''}&to=${to ?? ''}`);
    expect(truth.length).toBeGreaterThan(0);
    expect(stampsOf(bars, asked.period)).toEqual(told(truth));
    expect([...bars.open]).toEqual(truth.map((bar) => bar.open));
    expect([...bars.high]).toEqual(truth.map((bar) => bar.high));
    expect([...bars.low]).toEqual(truth.map((bar) => bar.low));
    expect([...bars.close]).toEqual(truth.map((bar) => bar.close));
    expect([...bars.volume]).toEqual(truth.map((bar) => bar.volume));
    expect(dropped).toEqual({});
  });

  it('a bar that the end of the range falls into is whole, and so is the last that is finished', async () => {
    const { sandbox, fetch } = await desk('2024-06-28T15:10:00Z');
    for (const [period, to] of [
      ['1h', '2024-06-28T14:00:00Z'],
      ['5m', '2024-06-28T15:01:00Z'],
    ] as const) {
      const { bars, dropped } = await fetch(spy(period, '2024-06-28T13:00:00Z', to));
      const truth = await sandbox.truth(`stock/SPY?period=${period}&from=2024-06-28T13:00:00Z&to=${to}`);
      expect(truth.length).toBeGreaterThan(0);
      expect(stampsOf(bars, period)).toEqual(told(truth));
      expect([...bars.close]).toEqual(truth.map((bar) => bar.close));
      expect([...bars.volume]).toEqual(truth.map((bar) => bar.volume));
      expect(dropped).toEqual({});
    }
  });

  it('a pair has no volume, and a price between bid and ask', async () => {
    const { sandbox, fetch } = await desk(NOW);
    const { bars, source } = await fetch(
      request({ instrument: forex('EURUSD'), period: '1d', from: '2024-06-03', to: '2024-06-08' }),
    );
    const truth = await sandbox.truth('forex/EURUSD?period=1d&from=2024-06-03&to=2024-06-08');
    expect([...bars.close]).toEqual(truth.map((bar) => bar.close));
    expect([...bars.volume].every(Number.isNaN)).toBe(true);
    expect(source).toMatchObject({ symbol: 'EUR.USD', currency: 'USD' });
  });
});
