import { expect, it } from 'vitest';
import { contractOf } from '../../src/market/futures-cycle.ts';
import { barchart } from '../../src/providers/barchart/index.ts';
import { ACCOUNT, beforeDownload, FOOTER, siteOf } from '../support/barchart-site.ts';
import { atWork, forex, request, spy, stock } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import { conformance } from './conformance.ts';
import { contractIn, market } from './markets.ts';

// A Wednesday, before the markets of New York open.
const NOW = '2024-07-03T06:00:00Z';
const GOLD = market('GOLD');
const gold = (month: string, period: '5m' | '1h' | '1d' | '1wk', from: string, to: string) =>
  request({ ...contractIn(GOLD, month), period, from, to });

const HEADER = 'Time,Open,High,Low,Last,Volume';

conformance({
  provider: barchart,
  now: NOW,
  standIn: async () => {
    const sandbox = await standIn(NOW);
    return {
      options: { base_url: `${sandbox.url}/barchart`, ...ACCOUNT },
      requests: () => sandbox.requests('barchart'),
    };
  },
  optionsAt: (url) => ({ base_url: url, ...ACCOUNT }),
  before: beforeDownload,
  known: {
    'a contract by day': gold('Q24', '1d', '2024-01-01', '2024-07-01'),
    'an expired contract by day': gold('G24', '1d', '2023-06-01', '2024-02-20'),
    'a contract of 1999': request({
      instrument: GOLD,
      contract: contractOf('GC', 1999, 12, 365, Date.parse(NOW)),
      period: '1d',
      from: '1999-06-01',
      to: '1999-11-01',
    }),
    'an expired contract by hour': gold('J24', '1h', '2024-03-01T00:00:00Z', '2024-04-20T00:00:00Z'),
    'a contract by five minutes over a change of clocks': gold(
      'J24',
      '5m',
      '2024-03-05T00:00:00Z',
      '2024-03-15T00:00:00Z',
    ),
    'a contract by week': gold('Q24', '1wk', '2024-01-08', '2024-07-01'),
    'a stock by month': spy('1mo', '2023-01-01', '2024-07-01'),
    'a stock by minute': spy('1m', '2024-06-17T00:00:00Z', '2024-06-29T00:00:00Z'),
    'an index by hour': request({
      instrument: stock('^GSPC'),
      period: '1h',
      from: '2024-02-28T00:00:00Z',
      to: '2024-03-20T00:00:00Z',
    }),
    'a pair by day': request({ instrument: forex('EURUSD'), period: '1d', from: '2024-01-01', to: '2024-07-01' }),
    'a pair by hour': request({
      instrument: forex('EURUSD'),
      period: '1h',
      from: '2024-03-01T00:00:00Z',
      to: '2024-04-05T00:00:00Z',
    }),
  },
  quiet: spy('1d', '2024-06-29', '2024-07-01'),
  unknownSymbol: request({ instrument: stock('XYZQ'), period: '1d', from: '2024-01-01', to: '2024-02-01' }),
  excluded: {
    'a future without a contract': request({ instrument: GOLD, period: '1d', from: '2024-01-01', to: '2024-02-01' }),
    'a coin': request({ instrument: stock('BTC-USD'), period: '1d', from: '2024-01-01', to: '2024-02-01' }),
    'minutes from before 2008': spy('1m', '2007-12-20T00:00:00Z', '2007-12-25T00:00:00Z'),
    'days from before 1978': spy('1d', '1977-12-01', '1978-02-01'),
    'more minutes than one download may hold': spy('1m', '2024-06-01T00:00:00Z', '2024-06-29T00:00:00Z'),
  },
  mismatch: { body: `Time,High,Low,Last,Volume\n2024-08-01,3,1,2,5\n${FOOTER}`, field: 'Open' },
  badRows: {
    body: [
      HEADER,
      '2024-05-31,9,11,9,10,5',
      '2024-06-03,10,11,9,10,5',
      '2024-06-04,10,11,9,N/A,5',
      '2024-06-05,10,1o,9,10,5',
      '2024-06-06,10,8,9,10,5',
      '2024-06-07,10,12,9,11,"1,195,900"',
      '2024-06-07,10,12,9,11,7',
      FOOTER,
    ].join('\n'),
    request: spy('1d', '2024-06-03', '2024-06-10'),
    good: 2,
    reasons: ['null-close', 'not-a-number', 'high-below-low', 'duplicate-time', 'outside-range'],
  },
});

it('asks as the page does: for dates of the exchange, oldest first, with the tokens of the page and of the cookie', async () => {
  const site = await siteOf(`${HEADER}\n2024-06-03 08:30,10,11,9,10,5\n${FOOTER}`);
  const work = atWork(barchart, { base_url: site.url, ...ACCOUNT }, NOW);
  await work.fetch(gold('Q24', '1h', '2024-06-02T23:00:00Z', '2024-06-05T00:00:00Z'));
  expect(site.requests).toEqual([
    '/login',
    '/login',
    '/home',
    '/futures/quotes/GCQ24/historical-download',
    '/my/download',
    '/my/download',
  ]);
  expect(Object.fromEntries(site.forms[0] ?? [])).toEqual({
    _token: 'metaToken12345',
    fileName: 'GCQ24_Intraday_Historical Data',
    symbol: 'GCQ24',
    fields: 'tradeTime.format(Y-m-d H:i),openPrice,highPrice,lowPrice,lastPrice,volume',
    // Chicago: the 2nd, 18:00, to the 4th, 19:00; what trades on an evening belongs to a later day.
    startDate: '2024-06-02',
    endDate: '2024-06-07',
    orderBy: 'tradeTime',
    orderDir: 'asc',
    method: 'historical',
    limit: '20000',
    customView: 'true',
    pageTitle: 'Historical Data',
    type: 'minutes',
    interval: '60',
  });
  const last = site.headers.at(-1);
  expect(last).toMatchObject({
    'content-type': 'application/x-www-form-urlencoded',
    'x-xsrf-token': 'eyJfirst=',
    referer: `${site.url}/futures/quotes/GCQ24/historical-download`,
    cookie: 'XSRF-TOKEN=eyJfirst%3D',
  });
  expect(last?.['user-agent']).toMatch(/^Mozilla\/5\.0 /);
});

it('asks for whole weeks and months, and for the open interest of contracts', async () => {
  const site = await siteOf(`${HEADER}\n${FOOTER}`);
  const work = atWork(barchart, { base_url: site.url, ...ACCOUNT }, NOW);
  await work.fetch(gold('Q24', '1wk', '2024-06-05', '2024-06-12'));
  await work.fetch(spy('1mo', '2024-05-05', '2024-06-12'));
  const [week, month] = site.forms.map((form) => Object.fromEntries(form));
  expect(week).toMatchObject({ type: 'eod', period: 'weekly', startDate: '2024-06-03', endDate: '2024-06-16' });
  expect(week?.['fields']).toMatch(/^tradeTime\.format\(Y-m-d\),.*,openInterest$/);
  expect(month).toMatchObject({ type: 'eod', period: 'monthly', startDate: '2024-05-01', endDate: '2024-06-30' });
});
