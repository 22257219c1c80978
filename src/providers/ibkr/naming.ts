import { marketOfInstrument } from '../../market/catalogue.ts';
import { deliveryMonth } from '../../market/futures-cycle.ts';
import type { Contract, Instrument } from '../../market/instrument.ts';
import { withHyphenatedClass } from '../../market/share-class.ts';

/** What a contract is searched by. */
export interface Search {
  readonly secType: 'FUT' | 'STK' | 'IND' | 'CASH';
  readonly symbol: string;
  readonly exchange: string;
  readonly currency?: string;
  /** Tells apart what trades under one symbol: SI and SIL; futures only. */
  readonly tradingClass?: string;
  /** Contract size that the catalogue or the settings know; futures only. */
  readonly multiplier?: number;
  /** Delivery month `202404`; futures only. Absent: every month. */
  readonly month?: string;
}

/** `SYMBOL@EXCHANGE/CLASS`, for stocks `SYMBOL@EXCHANGE/CURRENCY`; what stands behind the symbol may be left out. */
const NAMED = /^([^@/]+)(?:@([^@/]+))?(?:\/([^@/]+))?$/;

/** Where tickers with Yahoo's endings trade there. */
const VENUES: Readonly<Record<string, readonly [exchange: string, currency: string]>> = {
  L: ['LSE', 'GBP'],
  DE: ['IBIS', 'EUR'],
  PA: ['SBF', 'EUR'],
  AS: ['AEB', 'EUR'],
  BR: ['ENEXT.BE', 'EUR'],
  MI: ['BVME', 'EUR'],
  MC: ['BM', 'EUR'],
  SW: ['EBS', 'CHF'],
  ST: ['SFB', 'SEK'],
  TO: ['TSE', 'CAD'],
  AX: ['ASX', 'AUD'],
  T: ['TSEJ', 'JPY'],
  HK: ['SEHK', 'HKD'],
};

const INDICES: Readonly<Record<string, readonly [symbol: string, exchange: string]>> = {
  '^GSPC': ['SPX', 'CBOE'],
  '^NDX': ['NDX', 'NASDAQ'],
  '^VIX': ['VIX', 'CBOE'],
  '^RUT': ['RUT', 'RUSSELL'],
};

function futureSearch(instrument: Instrument, contract: Contract | undefined): Search | undefined {
  const market = marketOfInstrument(instrument);
  const [, symbol = market?.ibkrSymbol, exchange = market?.ibkrExchange, tradingClass = market?.yahooRoot] =
    NAMED.exec(instrument.symbols?.ibkr ?? '') ?? [];
  if (!symbol || !exchange) return undefined;
  const { multiplier } = instrument;
  return {
    secType: 'FUT',
    symbol,
    exchange,
    ...(tradingClass === undefined ? {} : { tradingClass }),
    ...(multiplier === undefined ? {} : { multiplier }),
    ...(contract === undefined ? {} : { month: deliveryMonth(contract).replace('-', '') }),
  };
}

function indexSearch(name: string): Search | undefined {
  const known = INDICES[name];
  if (known !== undefined) return { secType: 'IND', symbol: known[0], exchange: known[1] };
  const [, symbol, exchange] = NAMED.exec(name.slice(1)) ?? [];
  return symbol === undefined || exchange === undefined ? undefined : { secType: 'IND', symbol, exchange };
}

function stockSearch({ symbols, code, currency }: Instrument): Search | undefined {
  const named = symbols?.ibkr;
  if ((named ?? code).startsWith('^')) return indexSearch(named ?? code);
  if (named !== undefined) {
    const [, symbol, exchange = 'SMART', paidIn = currency ?? 'USD'] = NAMED.exec(named) ?? [];
    return symbol === undefined ? undefined : { secType: 'STK', symbol, exchange, currency: paidIn };
  }
  const [ticker = '', ending, ...more] = withHyphenatedClass(code).split('.');
  const venue = ending === undefined ? (['SMART', 'USD'] as const) : VENUES[ending];
  // A pair of coins, a front month and an ending that nobody told us of have no name there.
  if (venue === undefined || more.length > 0 || !/^[A-Z0-9]+(-[A-Z])?$/.test(ticker)) return undefined;
  const [exchange, paidIn] = venue;
  const symbol = ending === 'HK' ? String(Number(ticker)) : ticker.replace('-', ' ');
  return { secType: 'STK', symbol, exchange, currency: paidIn };
}

function pairSearch({ symbols, code }: Instrument): Search | undefined {
  const pair = /^([A-Z]{3})[./]?([A-Z]{3})$/.exec(symbols?.ibkr ?? code);
  if (pair?.[1] === undefined || pair[2] === undefined || pair[1].startsWith('X')) return undefined;
  return { secType: 'CASH', symbol: pair[1], currency: pair[2], exchange: 'IDEALPRO' };
}

/** What the series is called there; undefined when it has no name. Without a contract a future stands for all its months. */
export function searchFor(instrument: Instrument, contract: Contract | undefined): Search | undefined {
  if (instrument.class === 'future') return futureSearch(instrument, contract);
  return instrument.class === 'forex' ? pairSearch(instrument) : stockSearch(instrument);
}

/** A search in words: GC@COMEX 202404, SPY, SPX@CBOE, EUR.USD. */
export function nameOf({ secType, symbol, exchange, currency, month }: Search): string {
  if (secType === 'CASH') return `${symbol}.${currency ?? ''}`;
  const place = exchange === 'SMART' ? symbol : `${symbol}@${exchange}`;
  return month === undefined ? place : `${place} ${month}`;
}

/** The name on the wire; a future has one only together with a contract. Pure. */
export function ibkrSymbol(instrument: Instrument, contract: Contract | undefined): string | undefined {
  if (instrument.class === 'future' && contract === undefined) return undefined;
  const search = searchFor(instrument, contract);
  return search === undefined ? undefined : nameOf(search);
}
