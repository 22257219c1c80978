import { expect, it } from 'vitest';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { chartBody } from '../support/chart.ts';
import { answer, serve } from '../support/loopback.ts';
import { atWork, forex, request, spy, stock } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import { conformance } from './conformance.ts';
import { contractIn, market } from './markets.ts';

// A Wednesday, before the markets of New York open.
const NOW = '2024-07-03T06:00:00Z';
const GOLD = market('GOLD');

const good = { stamps: ['2024-06-03T13:30:00Z'], close: [10] };
const rows = {
  stamps: ['03', '04', '05', '06', '07', '10'].map((day) => `2024-06-${day}T13:30:00Z`),
  // Good, null, no number, high below low, good, past the end.
  close: [10, null, 'Infinity', 10, 11, 12],
  high: [11, 11, 11, 8, 12, 13],
  low: [9, 9, 9, 9, 10, 11],
};

conformance({
  provider: yahoo,
  now: NOW,
  standIn: async () => {
    const sandbox = await standIn(NOW);
    return { options: { base_url: `${sandbox.url}/yahoo` }, requests: () => sandbox.requests() };
  },
  optionsAt: (url) => ({ base_url: url }),
  known: {
    'a stock by day': spy('1d', '2024-01-01', '2024-07-01'),
    'a stock by month': spy('1mo', '2023-01-01', '2024-07-01'),
    'a stock by minute': spy('1m', '2024-06-24T00:00:00Z', '2024-06-29T00:00:00Z'),
    'an index by hour': request({
      instrument: stock('^GSPC'),
      period: '1h',
      from: '2024-02-28T00:00:00Z',
      to: '2024-03-20T00:00:00Z',
    }),
    'bitcoin by week': request({ instrument: stock('BTC-USD'), period: '1wk', from: '2023-01-02', to: '2024-07-01' }),
    'a pair by day': request({ instrument: forex('EURUSD'), period: '1d', from: '2024-01-01', to: '2024-07-01' }),
    'a contract by day': request({ ...contractIn(GOLD, 'Q24'), period: '1d', from: '2024-01-01', to: '2024-07-01' }),
  },
  quiet: spy('1d', '2024-06-29', '2024-07-01'),
  unknownSymbol: request({ instrument: stock('XYZQ'), period: '1d', from: '2024-01-01', to: '2024-02-01' }),
  excluded: {
    'a future without a contract': request({ instrument: GOLD, period: '1d', from: '2024-01-01', to: '2024-02-01' }),
    'a market that Yahoo has no name for': request({
      ...contractIn(market('AEX'), 'Q24'),
      period: '1d',
      from: '2024-01-01',
      to: '2024-02-01',
    }),
    'a contract that has expired': request({
      ...contractIn(GOLD, 'J24'),
      period: '1d',
      from: '2024-01-01',
      to: '2024-04-01',
    }),
    'more minutes than one request may span': spy('1m', '2024-06-20T00:00:00Z', '2024-06-29T00:00:00Z'),
    'hours from before its reach': spy('1h', '2022-01-03T00:00:00Z', '2022-01-10T00:00:00Z'),
  },
  mismatch: {
    body: chartBody(good).replace('"dataGranularity":"1d",', '').replace('"dataGranularity":"1d"', '"other":1'),
    field: 'dataGranularity',
  },
  badRows: {
    body: chartBody(rows),
    request: spy('1d', '2024-06-03', '2024-06-10'),
    good: 2,
    reasons: ['no-trade', 'not-a-number', 'high-below-low', 'outside-range'],
  },
});

it('asks as a browser does, for the range in seconds, with dividends, splits and capital gains', async () => {
  const server = await serve((_, response) => {
    answer(response, 200, chartBody({ ...good, granularity: '1h' }));
  });
  await atWork(yahoo, { base_url: server.url }, NOW).fetch(spy('1h', '2024-06-03T13:30:00Z', '2024-06-03T20:00:00Z'));
  const url = new URL(server.requests[0] ?? '', server.url);
  expect(url.pathname).toBe('/v8/finance/chart/SPY');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    period1: '1717421400',
    period2: '1717444800',
    interval: '1h',
    includePrePost: 'false',
  });
  expect(url.searchParams.get('events')?.split(/[,|]/).sort()).toEqual(['capitalGains', 'div', 'split']);
  expect(url.searchParams.has('range')).toBe(false);
  expect(server.headers[0]?.['user-agent']).toMatch(/^Mozilla\/5\.0 /);
});

it('asks for dates with a margin that holds them in every zone, and for whole weeks and months', async () => {
  const server = await serve((path, response) => {
    answer(response, 200, chartBody({ granularity: new URL(path, 'http://x').searchParams.get('interval') ?? '' }));
  });
  const work = atWork(yahoo, { base_url: server.url }, NOW);
  // Wednesday to Tuesday.
  for (const period of ['1d', '1wk', '1mo'] as const) await work.fetch(spy(period, '2024-05-15', '2024-05-22'));
  const asked = server.requests.map((path) => {
    const { searchParams } = new URL(path, server.url);
    return ['period1', 'period2'].map((name) => new Date(Number(searchParams.get(name)) * 1000).toISOString());
  });
  // 14 hours before and 12 after: Kiribati and Baker Island.
  expect(asked).toEqual([
    ['2024-05-14T10:00:00.000Z', '2024-05-22T12:00:00.000Z'],
    ['2024-05-12T10:00:00.000Z', '2024-05-27T12:00:00.000Z'],
    ['2024-04-30T10:00:00.000Z', '2024-06-01T12:00:00.000Z'],
  ]);
});
