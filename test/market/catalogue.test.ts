import { describe, expect, it } from 'vitest';
import { CATALOGUE_CSV } from '../../src/market/catalogue-data.ts';
import {
  catalogue,
  codeOfMarket,
  instrumentOfMarket,
  marketOfRoot,
  withCatalogueFacts,
} from '../../src/market/catalogue.ts';
import { formatTradeDate } from '../../src/market/calendar.ts';
import { VortexError } from '../../src/market/errors.ts';
import { contractOf } from '../../src/market/futures-cycle.ts';
import { barchartSymbol } from '../../src/providers/barchart/symbols.ts';
import { ibkrSymbol } from '../../src/providers/ibkr/naming.ts';
import { pathPart } from '../../src/market/series.ts';
import { isTimeZone } from '../../src/market/time-zone.ts';

/** The rows of the text by the names of its header, read without our reader. */
const [header = '', ...lines] = CATALOGUE_CSV.split(/\r?\n/).filter((line) => line !== '');
const names = header.split(',');
const rows = lines.map((line) => new Map(line.split(',').map((value, index) => [names[index] ?? '', value])));
const all = [...catalogue().values()];

const code = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error instanceof VortexError ? error.code : error;
  }
  return undefined;
};

describe('the catalogue', () => {
  it('has 248 markets, and every field of every row says what the text says', () => {
    expect(rows).toHaveLength(248);
    expect(rows.every((row) => row.size === 15)).toBe(true);
    const date = (value: number | undefined): string => (value === undefined ? '' : formatTradeDate(value));
    const told = all.map((market) =>
      [
        [market.id, market.name, market.exchange, market.timezone, market.currency, market.multiplier, market.cycle],
        [market.contractDays ?? '', date(market.dailyFrom), date(market.intradayFrom)],
        [market.barchartRoot, market.ibkrSymbol, market.ibkrExchange, market.yahooRoot ?? '', market.yahooSuffix ?? ''],
      ].flat(),
    );
    const expected = rows.map((row) =>
      names.map((name) => (name === 'multiplier' ? Number(row.get(name)) : (row.get(name) ?? '')).toString()),
    );
    expect(told.map((market) => market.map(String))).toEqual(expected);
  });

  it('knows gold, a market of short contracts, and two with odd roots', () => {
    expect(catalogue().get('GOLD')).toEqual({
      id: 'GOLD',
      name: 'Gold',
      exchange: 'COMEX',
      timezone: 'America/New_York',
      currency: 'USD',
      multiplier: 100,
      cycle: 'GJMQVZ',
      dailyFrom: Date.parse('1978-02-27'),
      intradayFrom: Date.parse('2008-05-04'),
      barchartRoot: 'GC',
      ibkrSymbol: 'GC',
      ibkrExchange: 'COMEX',
      yahooRoot: 'GC',
      yahooSuffix: 'CMX',
    });
    expect(catalogue().get('SUGAR11')?.contractDays).toBe(200);
    expect(catalogue().get('SGD_mini')?.barchartRoot).toBe('R$');
    expect(catalogue().get('VNKI')?.barchartRoot).toBe('Y.');
  });

  it('has ids that are one file each, also where capitals and small letters are the same', () => {
    const unique = (values: readonly string[]): number => new Set(values).size;
    expect(unique(all.map((market) => pathPart(market.id).toLowerCase()))).toBe(248);
    // The won's mini goes by the root of the market itself at Barchart.
    expect(unique(all.filter(({ id }) => id !== 'KRWUSD_mini').map(codeOfMarket))).toBe(247);
    const onYahoo = all.filter((market) => market.yahooRoot !== undefined);
    expect(unique(onYahoo.map((market) => `${market.yahooRoot ?? ''}.${market.yahooSuffix ?? ''}`))).toBe(
      onYahoo.length,
    );
    expect(onYahoo.filter((market) => market.yahooSuffix === undefined).map((market) => market.id)).toEqual([
      'REDWHEAT',
    ]);
  });

  it('has zones that exist, cycles of known letters once each and in order, sizes above nothing', () => {
    for (const market of all) {
      expect(isTimeZone(market.timezone), market.id).toBe(true);
      expect(market.cycle, market.id).toMatch(/^(?=.)F?G?H?J?K?M?N?Q?U?V?X?Z?$/);
      expect(market.multiplier, market.id).toBeGreaterThan(0);
      expect(market.currency, market.id).toMatch(/^[A-Z]{3}$/);
      expect(market.contractDays ?? 365, market.id).toBeGreaterThan(0);
    }
  });

  it("finds a market by its own root before another's at Yahoo", () => {
    expect(marketOfRoot('GC')?.id).toBe('GOLD');
    expect(marketOfRoot('A6')?.id).toBe('AUD');
    expect(marketOfRoot('6A')?.id).toBe('AUD');
    expect(marketOfRoot('gc')).toBeUndefined();
    expect(marketOfRoot('')).toBeUndefined();
    for (const market of all.filter(({ id }) => id !== 'KRWUSD_mini')) {
      expect(marketOfRoot(codeOfMarket(market))).toBe(market);
    }
  });

  it('two markets with one root: the root alone means the first, an id means its own', () => {
    expect(marketOfRoot('K9')?.id).toBe('KRWUSD');
    expect(withCatalogueFacts({ class: 'future', id: 'KRWUSD_mini' })).toMatchObject({ code: 'K9', multiplier: 25e6 });
  });

  it('has ten common micros and minis, each with its root, its months and its exchange', () => {
    const expected = [
      'AUD_micro MG HMUZ CME M6A.CME',
      'CAD_micro WK HMUZ CME MCD.CME',
      'CRUDE_W_micro CY FGHJKMNQUVXZ NYMEX MCL.NYM',
      'ETHER-micro TA FGHJKMNQUVXZ CME MET.CME',
      'EUR_micro MF HMUZ CME M6E.CME',
      'GBP_micro M6B HMUZ CME M6B.CME',
      'GF10-TFEX U1 GJMQVZ TFEX .',
      'KRWUSD_mini K9 FGHJKMNQUVXZ SGX .',
      'S50-TFEX TE HMUZ TFEX .',
      'VIX_mini VJ FGHJKMNQUVXZ CFE .',
    ];
    const told = expected.map((line) => {
      const market = catalogue().get(line.split(' ')[0] ?? '');
      if (market === undefined) return 'missing';
      const { id, cycle, exchange, yahooRoot = '', yahooSuffix = '' } = market;
      return `${id} ${codeOfMarket(market)} ${cycle} ${exchange} ${yahooRoot}.${yahooSuffix}`;
    });
    expect(told).toEqual(expected);
  });

  it('what a source has no known name for is not asked of it', () => {
    const contractAt = (id: string) => {
      const market = catalogue().get(id);
      if (market === undefined) expect.fail(id);
      const instrument = instrumentOfMarket(market);
      return [instrument, contractOf(instrument.code, 2027, 3, 365, Date.parse('2026-12-01'))] as const;
    };
    expect(barchartSymbol(...contractAt('GBP_micro'))).toBeUndefined();
    expect(barchartSymbol(...contractAt('EUR_micro'))).toBe('MFH27');
    expect(ibkrSymbol(...contractAt('KRWUSD_mini'))).toBeUndefined();
    expect(ibkrSymbol(...contractAt('JSE40'))).toBeUndefined();
    expect(ibkrSymbol(...contractAt('GBP_micro'))).toContain('M6B');
  });
});

describe('a configured future stands on what the catalogue knows', () => {
  it('by its id alone', () => {
    const gold = catalogue().get('GOLD');
    if (gold === undefined) expect.fail('no GOLD');
    expect(withCatalogueFacts({ class: 'future', id: 'GOLD' })).toEqual(instrumentOfMarket(gold));
    expect(withCatalogueFacts({ class: 'future', id: 'GOLD', code: 'GC' })).toEqual(instrumentOfMarket(gold));
  });

  it('by its code under a name of its own', () => {
    const mine = withCatalogueFacts({ class: 'future', id: 'MY_GOLD', code: 'GC' });
    expect(mine).toMatchObject({ id: 'MY_GOLD', code: 'GC', cycle: 'GJMQVZ', exchange: 'COMEX', yahooSuffix: 'CMX' });
  });

  it('by its code where its id is the name of another market', () => {
    const odd = withCatalogueFacts({ class: 'future', id: 'GOLD', code: 'SI' });
    expect(odd).toMatchObject({ id: 'GOLD', code: 'SI', cycle: 'HKNUZ', yahooRoot: 'SI', multiplier: 5000 });
  });

  it('by its code at Yahoo', () => {
    expect(withCatalogueFacts({ class: 'future', id: 'AUSSIE', code: '6A' })).toMatchObject({
      code: '6A',
      cycle: 'HMUZ',
    });
  });

  it('and what the settings say counts', () => {
    const entry = { class: 'future', id: 'GOLD', cycle: 'GZ', contractDays: 90, timezone: 'Asia/Tokyo' } as const;
    expect(withCatalogueFacts(entry)).toMatchObject({
      cycle: 'GZ',
      contractDays: 90,
      timezone: 'Asia/Tokyo',
      code: 'GC',
    });
  });

  it('one that nobody knows needs a cycle', () => {
    expect(code(() => withCatalogueFacts({ class: 'future', id: 'NOBODY', code: 'QQ9' }))).toBe('config-invalid');
    const own = withCatalogueFacts({ class: 'future', id: 'NOBODY', code: 'QQ9', cycle: 'Z' });
    expect(own).toEqual({ class: 'future', id: 'NOBODY', code: 'QQ9', cycle: 'Z' });
  });

  it('a stock or a pair of the same name takes nothing from it', () => {
    expect(withCatalogueFacts({ class: 'stock', id: 'GOLD' })).toEqual({ class: 'stock', id: 'GOLD', code: 'GOLD' });
    expect(withCatalogueFacts({ class: 'forex', id: 'AUD', code: 'AUDUSD' })).toEqual({
      class: 'forex',
      id: 'AUD',
      code: 'AUDUSD',
    });
  });
});
