import { describe, expect, it } from 'vitest';
import { readCookieFile } from '../../src/providers/barchart/cookie-file.ts';
import { CookieJar } from '../../src/providers/barchart/cookies.ts';
import { barchartSymbol, pagePath } from '../../src/providers/barchart/symbols.ts';
import { forex, stock } from '../support/session.ts';
import { contractIn, market } from './markets.ts';

const DATE = 'Tue, 24 Nov 2026 11:00:00 GMT';
const taken = (jar: CookieJar, ...lines: string[]): void => {
  jar.take({ date: DATE, 'set-cookie': lines.join('\n') });
};

describe('the cookies of a session', () => {
  it('are sent as they were set, the newest value of each', () => {
    const jar = new CookieJar([{ name: 'kept', value: 'a%3D' }]);
    taken(
      jar,
      'XSRF-TOKEN=eyJ%3D; expires=Tue, 24 Nov 2026 13:00:00 GMT; Max-Age=7200; path=/',
      'laravel_session=1==; httponly',
    );
    taken(jar, 'XSRF-TOKEN=eyK%3D; path=/');
    expect(jar.header()).toBe('kept=a%3D; XSRF-TOKEN=eyK%3D; laravel_session=1==');
    expect(jar.get('XSRF-TOKEN')).toBe('eyK%3D');
  });

  it.each(['a=; Max-Age=0', 'a=deleted; expires=Thu, 01 Jan 1970 00:00:01 GMT', 'a=x; Max-Age=-1'])(
    'are taken away by %s',
    (line) => {
      const jar = new CookieJar([{ name: 'a', value: '1' }]);
      taken(jar, line);
      expect(jar.header()).toBeUndefined();
    },
  );

  it('lines that set nothing are passed over', () => {
    const jar = new CookieJar();
    taken(jar, '', '=x', 'novalue', '; Path=/');
    jar.take({});
    expect(jar.header()).toBeUndefined();
  });
});

describe('what a browser exported', () => {
  const HOST = 'www.barchart.com';
  const line = (domain: string, name: string, value: string): string =>
    [domain, 'TRUE', '/', 'TRUE', '0', name, value].join('\t');

  it('gives the cookies of the host and of the domains above it, those for the browser alone too', () => {
    const text = [
      '# Netscape HTTP Cookie File',
      line('.barchart.com', 'laravel_token', 'a'),
      line('#HttpOnly_www.barchart.com', 'laravel_session', 'b'),
      line('barchart.com', 'XSRF-TOKEN', 'c%3D'),
      line('.notbarchart.com', 'd', 'd'),
      line('shop.barchart.com', 'e', 'e'),
      'a line that is none',
    ].join('\n');
    expect(readCookieFile(text, HOST).map(({ name }) => name)).toEqual([
      'laravel_token',
      'laravel_session',
      'XSRF-TOKEN',
    ]);
  });

  it.each(['', 'hello', '{', '[{"name":1}]', '{"cookies":{}}', 'null', '[]', '\u0000\u0001'])(
    'is none in %j',
    (text) => {
      expect(readCookieFile(text, HOST)).toEqual([]);
    },
  );

  it('a value that would break the header is left out', () => {
    const text = JSON.stringify([
      { name: 'a', value: 'x\r\nEvil: 1' },
      { name: 'b', value: 'y;z' },
      { name: 'c', value: 'ok' },
    ]);
    expect(readCookieFile(text, HOST)).toEqual([{ name: 'c', value: 'ok' }]);
  });
});

describe('symbols', () => {
  const contract = (id: string, month: string): string | undefined => {
    const { instrument, contract: dated } = contractIn(market(id), month);
    return barchartSymbol(instrument, dated);
  };

  it('of contracts have the root of the catalogue, whichever root the settings use', () => {
    expect([contract('GOLD', 'G24'), contract('AUD', 'M24'), contract('BRENT-LAST', 'F24')]).toEqual([
      'GCG24',
      'A6M24',
      'TBZF24',
    ]);
    const { instrument, contract: dated } = contractIn(market('AUD'), 'M24');
    expect(barchartSymbol({ ...instrument, code: '6A' }, dated)).toBe('A6M24');
    expect(barchartSymbol({ ...instrument, code: 'XX' }, dated)).toBe('XXM24');
    expect(barchartSymbol({ ...instrument, symbols: { barchart: 'ZZ*0' } }, dated)).toBe('ZZM24');
    expect(barchartSymbol(instrument, undefined)).toBeUndefined();
  });

  it('two digits that would be another year name nothing', () => {
    const { instrument, contract: dated } = contractIn(market('GOLD'), 'G24');
    expect(barchartSymbol(instrument, { ...dated, year: 2090, symbol: 'GCG2090' })).toBeUndefined();
  });

  it.each([
    [stock('SPY'), 'SPY'],
    [stock('BRK-B'), 'BRK.B'],
    [stock('BRK.B'), 'BRK.B'],
    [stock('^GSPC'), '$SPX'],
    [stock('$SPX'), '$SPX'],
    [stock('^FTSE'), undefined],
    [stock('BTC-USD'), undefined],
    [stock('GC=F'), undefined],
    [forex('EURUSD'), '^EURUSD'],
    [{ ...forex('EURUSD'), symbols: { barchart: '^EURUSDX' } }, '^EURUSDX'],
    [{ ...stock('BTC-USD'), symbols: { barchart: '^BTCUSD' } }, '^BTCUSD'],
  ])('%o is %s', (instrument, symbol) => {
    expect(barchartSymbol(instrument, undefined)).toBe(symbol);
  });

  it('are encoded in addresses', () => {
    expect(pagePath('stock', '$SPX', 'historical-download')).toBe('/stocks/quotes/%24SPX/historical-download');
    expect(pagePath('forex', '^EURUSD', 'interactive-chart')).toBe('/forex/quotes/%5EEURUSD/interactive-chart');
    expect(pagePath('stock', '../x', 'historical-download')).toBe('/stocks/quotes/..%2Fx/historical-download');
  });
});
