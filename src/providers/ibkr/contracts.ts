import { tradeDate } from '../../market/calendar.ts';
import type { TradeDate } from '../../market/calendar.ts';
import type { VortexError } from '../../market/errors.ts';
import { isTimeZone } from '../../market/time-zone.ts';
import { nameOf } from './naming.ts';
import type { Search } from './naming.ts';
import { problem } from './words.ts';

/** A contract as the server lists it. */
export interface Listed {
  readonly conId: number;
  readonly symbol: string;
  readonly exchange: string;
  /** Where it is listed: NASDAQ of a stock that is asked of SMART; empty where the server does not say. */
  readonly primaryExchange: string;
  readonly longName: string;
  readonly currency: string;
  readonly tradingClass: string;
  readonly multiplier: number;
  /** Prices are so many times the currency's unit: 100 where they are in cents or pence. */
  readonly magnifier: number;
  /** Delivery month `202404`; empty for what has none. */
  readonly month: string;
  /** Last day of trading; absent for what has no end. */
  readonly lastDate?: TradeDate;
  /** IANA zone of the exchange. */
  readonly timezone?: string;
}

/** What of the server's contract details is looked at. */
export interface Details {
  readonly contract: {
    readonly conId?: number | undefined;
    readonly symbol?: string | undefined;
    readonly lastTradeDateOrContractMonth?: string | undefined;
    readonly multiplier?: number | undefined;
    readonly exchange?: string | undefined;
    readonly currency?: string | undefined;
    readonly tradingClass?: string | undefined;
    readonly primaryExch?: string | undefined;
  };
  readonly longName?: string | undefined;
  readonly priceMagnifier?: number | undefined;
  readonly contractMonth?: string | undefined;
  readonly timeZoneId?: string | undefined;
}

/** Older names that TWS uses, so that one zone has one name in the manifests. */
const ZONES: Readonly<Record<string, string>> = {
  'US/Eastern': 'America/New_York',
  'US/Central': 'America/Chicago',
  'GB-Eire': 'Europe/London',
  GB: 'Europe/London',
  MET: 'Europe/Berlin',
  Japan: 'Asia/Tokyo',
  JST: 'Asia/Tokyo',
  Hongkong: 'Asia/Hong_Kong',
};

/** The date that a text begins with; a time and a zone may follow. */
export function dateOfText(text: string): TradeDate | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(?!\d)/.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = match.slice(1).map(Number);
  const date = tradeDate(year ?? 0, month ?? 0, day ?? 0);
  return new Date(date).toISOString().slice(0, 10).replaceAll('-', '') === text.slice(0, 8) ? date : undefined;
}

/** @throws VortexError `bad-answer` when it has no number to be asked for by */
export function readDetails({ contract, ...details }: Details, what: string): Listed {
  const { conId = 0 } = contract;
  const magnifier = details.priceMagnifier ?? 1;
  if (!Number.isInteger(conId) || conId <= 0) {
    throw problem(`ibkr's contract details of ${what} have an unknown form: conId ${conId}`, 'bad-answer');
  }
  const zone = ZONES[details.timeZoneId ?? ''] ?? details.timeZoneId ?? '';
  const lastDate = dateOfText(contract.lastTradeDateOrContractMonth ?? '');
  return {
    conId,
    symbol: contract.symbol ?? '',
    exchange: contract.exchange ?? '',
    primaryExchange: contract.primaryExch ?? '',
    longName: details.longName ?? '',
    currency: contract.currency ?? '',
    tradingClass: contract.tradingClass ?? '',
    multiplier: contract.multiplier || 1,
    magnifier: magnifier > 0 ? magnifier : 1,
    month: details.contractMonth ?? '',
    ...(lastDate === undefined ? {} : { lastDate }),
    ...(isTimeZone(zone) ? { timezone: zone } : {}),
  };
}

/** Size of the contract agrees: as the server says it, or by price point where prices are in cents. */
const hasSize = ({ multiplier, magnifier }: Listed, wanted: number): boolean =>
  multiplier === wanted || multiplier / magnifier === wanted;

const inWords = ({ symbol, exchange, tradingClass, multiplier, month }: Listed): string =>
  `${symbol}@${exchange}/${tradingClass} ${month} of size ${multiplier}`;

const noSuch = (name: string): VortexError => problem(`no such symbol at ibkr: ${name}`, 'no-such-symbol');

/**
 * What of the listed contracts a search means, several months of it perhaps: right exchange, month and size, and where
 * that leaves several the one of the trading class.
 * @throws VortexError `no-such-symbol`; `not-servable` when only other sizes are listed
 */
export function matching(search: Search, listed: readonly Listed[]): Listed[] {
  if (search.secType !== 'FUT') {
    if (listed.length === 0) throw noSuch(nameOf(search));
    return [...new Map(listed.map((entry) => [entry.conId, entry])).values()];
  }
  const { month, multiplier, tradingClass, exchange } = search;
  const there = listed.filter((entry) => entry.exchange === exchange && (month === undefined || entry.month === month));
  if (there.length === 0) throw noSuch(nameOf(search));
  const sized = multiplier === undefined ? there : there.filter((entry) => hasSize(entry, multiplier));
  if (sized.length === 0) {
    throw problem(
      `ibkr lists ${[...new Set(there.map(inWords))].join(', ')}, but the size asked for is ${multiplier ?? 1}; ` +
        'set "multiplier" of the instrument to the one you mean, or name it as "symbols": {"ibkr": "SYMBOL@EXCHANGE/CLASS"}',
      'not-servable',
    );
  }
  const classed = sized.filter((entry) => entry.tradingClass === tradingClass);
  return classed.length > 0 ? classed : sized;
}

/** The one contract that a search means. @throws VortexError `no-such-symbol`, `not-servable` when it means several */
export function onlyOne(search: Search, listed: readonly Listed[]): Listed {
  const [found, ...others] = matching(search, listed);
  if (found !== undefined && others.length === 0) return found;
  throw problem(
    `${nameOf(search)} is several contracts at ibkr: ${[found, ...others].flatMap((entry) => (entry ? [inWords(entry)] : [])).join(', ')}; ` +
      'say which as "symbols": {"ibkr": "SYMBOL@EXCHANGE/CLASS"} (stocks: SYMBOL@EXCHANGE/CURRENCY)',
    'not-servable',
  );
}

const CENTS: Readonly<Record<string, string>> = { USD: 'USX', GBP: 'GBp', EUR: 'EUX', ZAR: 'ZAc' };

/** The unit of the prices, in the words that other sources use: USX are US cents, GBp pence. */
export function priceUnit({ currency, magnifier }: Listed): string {
  if (magnifier === 1) return currency;
  return (magnifier === 100 ? CENTS[currency] : undefined) ?? `${currency}/${magnifier}`;
}
