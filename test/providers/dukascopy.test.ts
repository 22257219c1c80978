import { expect, it } from 'vitest';
import { dukascopy } from '../../src/providers/dukascopy/index.ts';
import { candlesBody } from '../support/candles.ts';
import { forex, request, stock } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import { conformance } from './conformance.ts';
import { contractIn, market } from './markets.ts';

// A Wednesday.
const NOW = '2024-07-03T06:00:00Z';
const GOLD = market('GOLD');
type Period = '1m' | '5m' | '15m' | '30m' | '1h' | '1d' | '1wk' | '1mo';
const euro = (period: Period, from: string, to: string) => request({ instrument: forex('EURUSD'), period, from, to });

conformance({
  provider: dukascopy,
  now: NOW,
  standIn: async () => {
    const sandbox = await standIn(NOW);
    return { options: { base_url: `${sandbox.url}/dukascopy` }, requests: () => sandbox.requests('dukascopy') };
  },
  optionsAt: (url) => ({ base_url: url }),
  known: {
    'a pair by day': euro('1d', '2024-01-01', '2024-07-01'),
    'a pair by day over the years': euro('1d', '2022-12-20', '2023-12-20'),
    'a pair by minute': euro('1m', '2024-06-27T00:00:00Z', '2024-07-03T00:00:00Z'),
    'a pair by five minutes': euro('5m', '2024-06-27T00:00:00Z', '2024-07-03T00:00:00Z'),
    'a pair by hour': euro('1h', '2024-05-20T00:00:00Z', '2024-06-19T00:00:00Z'),
    'a pair in yen by half an hour': request({
      instrument: forex('USDJPY'),
      period: '30m',
      from: '2024-03-07T00:00:00Z',
      to: '2024-03-13T00:00:00Z',
    }),
    'a pair by week': euro('1wk', '2023-07-03', '2024-07-01'),
    'a coin by month': request({ instrument: stock('BTC-USD'), period: '1mo', from: '2023-07-01', to: '2024-07-01' }),
  },
  quiet: euro('1m', '2024-06-29T00:00:00Z', '2024-06-30T00:00:00Z'),
  unknownSymbol: request({ instrument: forex('USDXPT'), period: '1d', from: '2024-01-01', to: '2024-02-01' }),
  excluded: {
    'a contract': request({ ...contractIn(GOLD, 'Q24'), period: '1d', from: '2024-01-01', to: '2024-02-01' }),
    'a share that it has no name for': request({
      instrument: stock('SPY'),
      period: '1d',
      from: '2024-01-01',
      to: '2024-02-01',
    }),
    'more minutes than one request may span': euro('1m', '2024-06-20T00:00:00Z', '2024-06-29T00:00:00Z'),
    'days of before 2003': euro('1d', '2002-06-20', '2002-06-29'),
  },
  mismatch: {
    body: candlesBody({ at: '2024-01-01', shift: 86_400_000, other: { highs: undefined } }),
    field: 'highs',
  },
  badRows: {
    // Good, the same again, before the one kept last, high below low, good, of another day.
    body: candlesBody({
      at: '2024-07-02',
      times: [1, 0, -1, 2, 1, 1440],
      highs: [0, 0, 0, -5, 5, 0],
    }),
    request: euro('1m', '2024-07-02T00:00:00Z', '2024-07-03T00:00:00Z'),
    good: 2,
    reasons: ['repeated-row', 'out-of-order', 'high-below-low', 'outside-range'],
  },
});

it('takes a side, and no other options than it knows', () => {
  const { Options } = dukascopy;
  expect(Options.parse({})).toEqual({ base_url: 'https://jetta.dukascopy.com', side: 'BID', pace_ms: 100 });
  expect(Options.safeParse({ side: 'MID' }).success).toBe(false);
  expect(Options.safeParse({ sides: 'BID' }).success).toBe(false);
});
