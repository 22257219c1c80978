import { describe, expect, it } from 'vitest';
import { MONTH_LETTERS } from '../../src/market/instrument.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { chartBody } from '../support/chart.ts';
import { answer, serve } from '../support/loopback.ts';
import { atWork, forex, request, stock } from '../support/session.ts';
import { contractIn, market } from './markets.ts';

const contract = (instrument: Instrument, delivery: string): string | undefined => {
  const dated = contractIn(instrument, delivery);
  return yahoo.symbolFor(dated.instrument, dated.contract);
};

describe('the symbol at Yahoo', () => {
  it.each([
    ['GOLD', 'J24', 'GCJ24.CMX'],
    ['GOLD', 'Z09', 'GCZ09.CMX'],
    ['CRUDE_W', 'F25', 'CLF25.NYM'],
    ['SP500', 'H25', 'ESH25.CME'],
    ['CORN', 'Z25', 'ZCZ25.CBT'],
    ['AUD', 'U24', '6AU24.CME'],
    ['SUGAR11', 'V25', 'SBV25.NYB'],
  ])('%s %s is %s', (id, delivery, symbol) => {
    expect(contract(market(id), delivery)).toBe(symbol);
  });

  it('has the letter of each month', () => {
    const symbols = Array.from(MONTH_LETTERS, (letter) => contract(market('GOLD'), `${letter}26`));
    expect(symbols).toEqual(
      ['F', 'G', 'H', 'J', 'K', 'M', 'N', 'Q', 'U', 'V', 'X', 'Z'].map((letter) => `GC${letter}26.CMX`),
    );
  });

  it('of a pair is the pair and =X, of all else the ticker', () => {
    expect(yahoo.symbolFor(forex('EURUSD'), undefined)).toBe('EURUSD=X');
    expect(yahoo.symbolFor(forex('USDJPY'), undefined)).toBe('USDJPY=X');
    for (const ticker of ['SPY', 'BRK-B', 'OCDO.L', 'BTC-USD', '^GSPC', 'GC=F']) {
      expect(yahoo.symbolFor(stock(ticker), undefined)).toBe(ticker);
    }
  });

  it('of a share class is written with a hyphen there, however it was asked for', () => {
    expect(yahoo.symbolFor(stock('BRK.B'), undefined)).toBe('BRK-B');
    expect(yahoo.symbolFor(stock('BF.A'), undefined)).toBe('BF-A');
    for (const listed of ['VOD.L', '7203.T', 'SIE.F', 'BB.TO'])
      expect(yahoo.symbolFor(stock(listed), undefined)).toBe(listed);
  });

  it('is none for a market that Yahoo does not have, and for a future without a contract', () => {
    expect(contract(market('AEX'), 'Z24')).toBeUndefined();
    expect(yahoo.symbolFor(market('GOLD'), undefined)).toBeUndefined();
  });

  it('of the settings replaces the derived one', () => {
    expect(yahoo.symbolFor({ ...stock('GOOGL'), symbols: { yahoo: 'GOOG' } }, undefined)).toBe('GOOG');
    expect(yahoo.symbolFor({ ...forex('USDJPY'), symbols: { yahoo: 'JPY=X' } }, undefined)).toBe('JPY=X');
    expect(yahoo.symbolFor({ ...stock('GOOGL'), symbols: { barchart: 'GOOG' } }, undefined)).toBe('GOOGL');
  });

  it('of the settings never makes a front month out of a contract', () => {
    const gold = { ...market('GOLD'), symbols: { yahoo: 'GC=F' } };
    expect(contract(gold, 'J24')).toBe('GCJ24.CMX');
    const unknown: Instrument = { class: 'future', id: 'FOO', code: 'FOO', cycle: 'HMUZ', symbols: { yahoo: 'FOO=F' } };
    expect(contract(unknown, 'J24')).toBeUndefined();
    expect(contract({ ...unknown, symbols: { yahoo: 'FO.CME' } }, 'H25')).toBe('FOH25.CME');
    expect(contract({ ...unknown, exchange: 'COMEX' }, 'H25')).toBe('FOOH25.CMX');
  });

  it('of a front month may be asked for as what it is', () => {
    expect(yahoo.symbolFor({ ...market('GOLD'), symbols: { yahoo: 'GC=F' } }, undefined)).toBe('GC=F');
  });
});

it.each([
  ['^GSPC', stock('^GSPC'), '/v8/finance/chart/%5EGSPC'],
  ['EURUSD', forex('EURUSD'), '/v8/finance/chart/EURUSD%3DX'],
  ['a symbol with signs of an address', stock('A&B?c=d#e'), '/v8/finance/chart/A%26B%3Fc%3Dd%23e'],
  ['R$', stock('R$'), '/v8/finance/chart/R%24'],
])('%s is encoded on the wire', async (_, instrument, path) => {
  const symbol = yahoo.symbolFor(instrument, undefined) ?? '';
  const server = await serve((__, response) => {
    answer(response, 200, chartBody({ symbol }));
  });
  await atWork(yahoo, { base_url: `${server.url}/` }, '2024-07-03T06:00:00Z').fetch(
    request({ instrument, period: '1d', from: '2024-06-03', to: '2024-06-08' }),
  );
  expect(server.requests[0]?.split('?')[0]).toBe(path);
});
