import { utcDate } from '../src/market/calendar.ts';
import { MONTH_LETTERS } from '../src/market/instrument.ts';
import { DAY_MS } from '../src/market/period.ts';
import type { Security } from './securities.ts';
import { sessionBefore, sessionOf, wallTime } from './sessions.ts';
import type { Venue } from './sessions.ts';
import type { Truth } from './truth.ts';

/** A security as Yahoo lists it. */
export interface Listing {
  /** On the wire: GCJ24.CMX. */
  readonly symbol: string;
  readonly security: Security;
  /** IANA zone that Yahoo stamps it in. */
  readonly zone: string;
  readonly exchangeName: string;
  readonly fullExchangeName: string;
  readonly instrumentType: string;
  readonly shortName: string;
  /** Futures have none. */
  readonly longName?: string;
  /** Trades before and after the regular session. */
  readonly prePost: boolean;
  readonly priceHint: number;
}

interface Place {
  readonly zone: string;
  readonly exchangeName: string;
  readonly fullExchangeName: string;
  readonly instrumentType: string;
}

const NEW_YORK = 'America/New_York';

const PLACES: Readonly<Record<Venue, Place>> = {
  'new-york': { zone: NEW_YORK, exchangeName: 'NMS', fullExchangeName: 'NasdaqGS', instrumentType: 'EQUITY' },
  london: { zone: 'Europe/London', exchangeName: 'LSE', fullExchangeName: 'LSE', instrumentType: 'EQUITY' },
  'us-futures': { zone: NEW_YORK, exchangeName: 'CMX', fullExchangeName: 'COMEX', instrumentType: 'FUTURE' },
  forex: { zone: 'Europe/London', exchangeName: 'CCY', fullExchangeName: 'CCY', instrumentType: 'CURRENCY' },
  crypto: { zone: 'UTC', exchangeName: 'CCC', fullExchangeName: 'CCC', instrumentType: 'CRYPTOCURRENCY' },
};

const EXCHANGE_NAMES: Readonly<Record<string, string>> = {
  CMX: 'COMEX',
  NYM: 'NY Mercantile',
  CBT: 'CBOT',
  CME: 'CME',
  NYB: 'ICE Futures',
};

const OF_SYMBOL: Readonly<Record<string, Partial<Place>>> = {
  SPY: { exchangeName: 'PCX', fullExchangeName: 'NYSEArca', instrumentType: 'ETF' },
  QQQ: { exchangeName: 'NGM', fullExchangeName: 'NasdaqGM', instrumentType: 'ETF' },
  KO: { exchangeName: 'NYQ', fullExchangeName: 'NYSE' },
  'BRK-B': { exchangeName: 'NYQ', fullExchangeName: 'NYSE' },
  '^GSPC': { exchangeName: 'SNP', fullExchangeName: 'SNP', instrumentType: 'INDEX' },
};

const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function monthName(contract: Security): string {
  const match = /([A-Z])(\d{4})$/.exec(contract.key);
  return `${MONTH_NAMES[MONTH_LETTERS.indexOf(match?.[1] ?? 'F')] ?? ''} ${(match?.[2] ?? '').slice(2)}`;
}

function futureListing(truth: Truth, symbol: string, now: number): Listing | undefined {
  const contract = /^([A-Z0-9]+)([FGHJKMNQUVXZ])(\d{2})(?:\.([A-Z]+))?$/.exec(symbol);
  const front = /^([A-Z0-9]+)=F$/.exec(symbol);
  const root = truth.futures.rootOf(contract?.[1] ?? front?.[1] ?? '');
  if (root === undefined || (contract !== null && (contract[4] ?? '') !== root.suffix)) return undefined;
  const today = utcDate(now);
  const nearest = front === null ? undefined : truth.futures.frontOn(root, today);
  const security =
    contract === null
      ? truth.futures.continuous(root)
      : truth.futures.lettered(root, contract[2] ?? '', contract[3] ?? '', now);
  if (security === undefined) return undefined;
  const exchangeName = root.suffix === '' ? 'CBT' : root.suffix;
  return {
    ...PLACES['us-futures'],
    symbol,
    security,
    exchangeName,
    fullExchangeName: EXCHANGE_NAMES[exchangeName] ?? exchangeName,
    shortName: `Sandbox ${root.id} ${monthName(nearest ?? security)}`,
    prePost: false,
    priceHint: 2,
  };
}

function pairListing(truth: Truth, symbol: string, now: number): Listing | undefined {
  const name = symbol.slice(0, -2);
  const security = truth.find('forex', name.length === 3 ? `USD${name}` : name, now);
  if (security === undefined) return undefined;
  const { name: pair } = security;
  return { ...PLACES.forex, symbol, security, shortName: pair, longName: pair, prePost: false, priceHint: 4 };
}

function stockListing(truth: Truth, symbol: string, now: number): Listing | undefined {
  const security = truth.find('stock', symbol, now);
  if (security === undefined) return undefined;
  const place = { ...PLACES[security.venue], ...OF_SYMBOL[symbol] };
  const prePost = security.venue === 'new-york' && place.instrumentType !== 'INDEX';
  return { ...place, symbol, security, shortName: security.name, longName: security.name, prePost, priceHint: 2 };
}

/** Midnight that ends the last day of a contract: from then on Yahoo does not know it. */
function endOfLife(listing: Listing): number {
  const { last } = listing.security;
  return last === undefined ? Infinity : wallTime(last + DAY_MS, 0, listing.zone);
}

/** What Yahoo lists under a symbol at `now`; undefined for the unknown, the expired and what does not trade yet. */
export function listingOf(truth: Truth, asked: string, now: number): Listing | undefined {
  const symbol = asked.toUpperCase();
  const listing = symbol.endsWith('=X')
    ? pairListing(truth, symbol, now)
    : (futureListing(truth, symbol, now) ?? stockListing(truth, symbol, now));
  if (listing === undefined || firstTrade(listing) > now || now >= endOfLife(listing)) return undefined;
  return listing;
}

/** When its first session opened, milliseconds since the epoch, UTC. */
export function firstTrade(listing: Listing): number {
  const { venue, first } = listing.security;
  return (sessionOf(venue, first) ?? sessionBefore(venue, first)).opensAt;
}
