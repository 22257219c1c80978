import { describe, expect, it } from 'vitest';
import { matching, onlyOne, priceUnit, readDetails } from '../../src/providers/ibkr/contracts.ts';
import type { Listed } from '../../src/providers/ibkr/contracts.ts';
import { ibkrSymbol, searchFor } from '../../src/providers/ibkr/naming.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import { desk, ibkrAt } from '../support/ibkr.ts';
import { forex, refusal, request, stock } from '../support/session.ts';
import { details, endOfDetails, tws } from '../support/tws.ts';
import { contractIn, market } from './markets.ts';

const NOW = '2024-07-03T06:00:00Z';
const never = new AbortController().signal;
const dated = (id: string, delivery: string) => {
  const { instrument, contract } = contractIn(market(id), delivery);
  return ibkrSymbol(instrument, contract);
};

describe('names there', () => {
  it.each([
    ['GOLD', 'J24', 'GC@COMEX 202404'],
    ['AUD', 'U24', 'AUD@CME 202409'],
    ['COFFEE', 'Z24', 'KC@NYBOT 202412'],
    ['BUND', 'H25', 'GBL@EUREX 202503'],
  ])('the contract %s%s is %s', (id, delivery, name) => {
    expect(dated(id, delivery)).toBe(name);
  });

  it.each([
    ['SPY', { secType: 'STK', symbol: 'SPY', exchange: 'SMART', currency: 'USD' }],
    ['BRK-B', { secType: 'STK', symbol: 'BRK B', exchange: 'SMART', currency: 'USD' }],
    ['BRK.B', { secType: 'STK', symbol: 'BRK B', exchange: 'SMART', currency: 'USD' }],
    ['OCDO.L', { secType: 'STK', symbol: 'OCDO', exchange: 'LSE', currency: 'GBP' }],
    ['0700.HK', { secType: 'STK', symbol: '700', exchange: 'SEHK', currency: 'HKD' }],
    ['^GSPC', { secType: 'IND', symbol: 'SPX', exchange: 'CBOE' }],
  ])('the stock %s', (code, search) => {
    expect(searchFor(stock(code), undefined)).toEqual(search);
  });

  it.each(['BTC-USD', 'GC=F', 'X.UNKNOWN', '^UNKNOWN', 'A.B.C'])('%s has none', (code) => {
    expect(ibkrSymbol(stock(code), undefined)).toBeUndefined();
  });

  it('a pair is one of IDEALPRO, metals are none', () => {
    expect(ibkrSymbol(forex('EURUSD'), undefined)).toBe('EUR.USD');
    expect(ibkrSymbol(forex('XAUUSD'), undefined)).toBeUndefined();
  });

  it('a future without its month has none', () => {
    expect(ibkrSymbol(market('GOLD'), undefined)).toBeUndefined();
  });

  it.each([
    [
      'a contract',
      { ...market('GOLD'), symbols: { ibkr: 'XYZ@NYMEX/XC' } },
      { symbol: 'XYZ', exchange: 'NYMEX', tradingClass: 'XC' },
    ],
    [
      'a stock',
      { ...stock('VOD'), symbols: { ibkr: 'VOD@LSE/GBP' } },
      { symbol: 'VOD', exchange: 'LSE', currency: 'GBP' },
    ],
    [
      'an index',
      { ...stock('DAX'), symbols: { ibkr: '^DAX@EUREX' } },
      { secType: 'IND', symbol: 'DAX', exchange: 'EUREX' },
    ],
    ['a pair', { ...forex('EURUSD'), symbols: { ibkr: 'EUR.CHF' } }, { symbol: 'EUR', currency: 'CHF' }],
  ] satisfies [string, Instrument, object][])('settings name %s', (_, instrument, search) => {
    expect(searchFor(instrument, undefined)).toMatchObject(search);
  });
});

const listed = (entry: Partial<Listed>): Listed => ({
  conId: 1,
  symbol: 'SI',
  exchange: 'COMEX',
  primaryExchange: '',
  longName: '',
  currency: 'USD',
  tradingClass: 'SI',
  multiplier: 5000,
  magnifier: 1,
  month: '202409',
  ...entry,
});
const SILVER = {
  secType: 'FUT',
  symbol: 'SI',
  exchange: 'COMEX',
  multiplier: 5000,
  tradingClass: 'SI',
  month: '202409',
} as const;

describe('of several contracts of one month', () => {
  it('the one of the right size is meant', () => {
    const small = listed({ conId: 2, multiplier: 1000, tradingClass: 'SIL' });
    expect(onlyOne(SILVER, [small, listed({})]).conId).toBe(1);
  });

  it('the one of the right exchange and month is meant', () => {
    const others = [listed({ conId: 2, exchange: 'QBALGO' }), listed({ conId: 3, month: '202412' })];
    expect(onlyOne(SILVER, [...others, listed({})]).conId).toBe(1);
  });

  it('the one of the trading class is meant where the size is the same', () => {
    expect(onlyOne(SILVER, [listed({ conId: 2, tradingClass: 'SIW' }), listed({})]).conId).toBe(1);
  });

  it('a size in dollars a point is a size, too, where prices are in cents', () => {
    const corn = listed({ symbol: 'ZC', multiplier: 5000, magnifier: 100 });
    expect(onlyOne({ ...SILVER, symbol: 'ZC', multiplier: 50 }, [corn])).toBe(corn);
  });

  it('none of another size is taken: other prices under its name', () => {
    const search = (): unknown => onlyOne({ ...SILVER, multiplier: 2500 }, [listed({})]);
    expect(search).toThrow(/size 5000, but the size asked for is 2500/);
  });

  it('none at all is no such symbol', () => {
    expect(() => matching(SILVER, [])).toThrow('no such symbol at ibkr: SI@COMEX 202409');
  });
});

describe('details', () => {
  it.each([
    ['20240426', '2024-04-26'],
    ['20240426 13:30 US/Central', '2024-04-26'],
    ['20240426 13:30:00 US/Eastern', '2024-04-26'],
  ])('the last trade date is the date that %s begins with', (text, date) => {
    const { lastDate } = readDetails({ contract: { conId: 1, lastTradeDateOrContractMonth: text } }, 'X');
    expect(new Date(lastDate ?? 0).toISOString().slice(0, 10)).toBe(date);
  });

  it.each(['', '202404', '20241301', '2024-04-26'])('%j is no date', (text) => {
    const { lastDate } = readDetails({ contract: { conId: 1, lastTradeDateOrContractMonth: text } }, 'X');
    expect(lastDate).toBeUndefined();
  });

  it('without a number are an error', () => {
    expect(() => readDetails({ contract: { conId: 0 } }, 'SPY')).toThrow(/conId 0/);
  });

  it('say in which unit prices are', () => {
    expect(priceUnit(listed({}))).toBe('USD');
    expect(priceUnit(listed({ magnifier: 100 }))).toBe('USX');
    expect(priceUnit(listed({ currency: 'GBP', magnifier: 100 }))).toBe('GBp');
    expect(priceUnit(listed({ currency: 'JPY', magnifier: 10 }))).toBe('JPY/10');
  });
});

describe('true expiries', () => {
  it('of a market come from one request, expired ones too, the small contract left out', async () => {
    const { session, sandbox } = await desk(NOW);
    const dates = await session.expiries(market('GOLD'), never);
    // The third last session of the month.
    expect(new Date(dates.get('2024-04') ?? 0).toISOString()).toBe('2024-04-26T00:00:00.000Z');
    expect(dates.has('2022-08')).toBe(true);
    expect(dates.has('2022-04')).toBe(false);
    expect(dates.has('2024-05')).toBe(false);
    expect(await sandbox.requests('ibkr')).toBe(1);
  });

  it('of what is no future are none', async () => {
    const { session } = await desk(NOW);
    expect((await session.expiries(stock('SPY'), never)).size).toBe(0);
  });

  it('of a market that is not listed: no such symbol', async () => {
    const { options } = await tws({ onDetails: (line, id) => line.say(endOfDetails(id)) });
    const error = await refusal(ibkrAt(options, NOW).expiries(market('GOLD'), never));
    expect(error.code).toBe('no-such-symbol');
  });
});

it('the facts of a source: zone, unit of price, day of the exchange', async () => {
  const contract = {
    secType: 'FUT',
    symbol: 'ZC',
    exchange: 'CBOT',
    month: '202409',
    multiplier: 5000,
    tradingClass: 'ZC',
  };
  const { options } = await tws({
    onDetails: (line, id) => {
      line.say(
        details(id, { ...contract, magnifier: 100, timezone: 'US/Central', lastDate: '20240913' }),
        endOfDetails(id),
      );
    },
    onHistory: (line, id) => line.say([17, id, 'a', 'b', 1, '20240628', 409.5, 420, 405, 408.25, 1000, 410, 3]),
  });
  const asked = request({ ...contractIn(market('CORN'), 'U24'), period: '1d', from: '2024-06-24', to: '2024-07-03' });
  const { source, bars } = await ibkrAt(options, NOW).fetchBars(asked, never);
  expect(source).toEqual({
    symbol: 'ZC@CBOT 202409',
    expires: Date.parse('2024-09-13'),
    timezone: 'America/Chicago',
    currency: 'USX',
    dayBoundary: 'exchange',
    identity: { conId: '756733', currency: 'USX', exchange: 'ARCA', instrumentType: 'FUT', name: 'A fund' },
  });
  expect(bars.close[0]).toBe(408.25);
});
