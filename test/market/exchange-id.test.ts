import { describe, expect, it } from 'vitest';
import { catalogue, instrumentOfMarket } from '../../src/market/catalogue.ts';
import { exchangeIdOf } from '../../src/market/exchange-id.ts';
import { exchangeIds } from '../../src/market/exchange-tables.ts';
import type { AssetClass, Instrument } from '../../src/market/instrument.ts';

const of = (code: string, assetClass: AssetClass = 'stock', exchange?: string): Instrument => ({
  class: assetClass,
  id: code,
  code,
  ...(exchange === undefined ? {} : { exchange }),
});

describe('the exchange of a series', () => {
  it('every market of the catalogue has a table', () => {
    const without = [...catalogue().values()].filter(
      (market) => !exchangeIds().includes(exchangeIdOf(instrumentOfMarket(market)) ?? ''),
    );
    expect(without.map(({ id, exchange }) => `${id} ${exchange}`)).toEqual([]);
  });

  it.each([
    ['GOLD', 'CMES'],
    ['CORN', 'CMES'],
    ['COCOA_NY', 'IFUS'],
    ['CANOLA', 'IFCA'],
    ['BRENT_W', 'IFEU'],
    ['BUND', 'XEUR'],
    ['CAC', 'XPAR'],
    ['COPPER_LME', 'XLME'],
    ['CAD10', 'XMOD'],
    ['CHINAA-CON', 'XHKF'],
  ])('%s of the catalogue follows %s', (market, id) => {
    const known = catalogue().get(market);
    expect(known === undefined ? undefined : exchangeIdOf(instrumentOfMarket(known))).toBe(id);
  });

  it.each([
    ['SPY', 'XNYS'],
    ['BRK-B', 'XNYS'],
    ['VOD.L', 'XLON'],
    ['SAP.DE', 'XETR'],
    ['MC.PA', 'XPAR'],
    ['ASML.AS', 'XPAR'],
    ['RY.TO', 'XTSE'],
    ['7203.T', 'XTKS'],
    ['0700.HK', 'XHKG'],
    ['BHP.AX', 'XASX'],
    ['NESN.SW', 'XSWX'],
    ['VOLV-B.ST', 'XSTO'],
    ['RELIANCE.NS', 'XBOM'],
    ['PETR4.SA', 'BVMF'],
    ['BTC-USD', 'COINS'],
    ['EURUSD=X', 'FX'],
    ['^GSPC', 'XNYS'],
    ['^FTSE', 'XLON'],
    ['^N225', 'XTKS'],
    ['^UNKNOWN', undefined],
    ['2222.SR', undefined],
    ['GC=F', undefined],
  ])('the ticker %s alone says %s', (code, id) => {
    expect(exchangeIdOf(of(code))).toBe(id);
  });

  it.each([
    ['GC=F', 'CMX', 'CMES'],
    ['KC=F', 'NYB', 'IFUS'],
    ['SPY', 'PCX', 'XNYS'],
    ['AAPL', 'NMS', 'XNYS'],
    ['OCDO', 'LSE', 'XLON'],
    ['0P000071W8.TO', 'TOR', 'XTSE'],
    ['DTE', 'IBIS', 'XETR'],
    ['^XYZ', 'GER', 'XETR'],
    ['SOME', 'ZZZ', undefined],
  ])('%s listed by its source at %s follows %s', (code, exchange, id) => {
    expect(exchangeIdOf(of(code), { exchange })).toBe(id);
  });

  it('an unknown listing with the clock of New York is a US one, with another clock none', () => {
    expect(exchangeIdOf(of('SOME'), { exchange: 'ZZZ', timezone: 'America/New_York' })).toBe('XNYS');
    expect(exchangeIdOf(of('SOME'), { timezone: 'Asia/Riyadh' })).toBeUndefined();
  });

  it('the settings come before the source, and may name the table itself', () => {
    expect(exchangeIdOf(of('SOME', 'stock', 'XLON'), { exchange: 'NMS' })).toBe('XLON');
    expect(exchangeIdOf(of('X', 'future', 'cboe'), { exchange: 'CBT' })).toBe('CMES');
  });

  it('one code means a stock exchange for a stock and a futures exchange for a future', () => {
    expect([exchangeIdOf(of('D05', 'stock', 'SGX')), exchangeIdOf(of('TW', 'future', 'SGX'))]).toEqual([
      'XSES',
      'XSCE',
    ]);
  });

  it('forex follows the currencies, whatever it is called', () => {
    expect(exchangeIdOf(of('EURUSD', 'forex'))).toBe('FX');
  });
});
