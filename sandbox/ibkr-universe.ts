import { catalogue } from '../src/market/catalogue.ts';
import type { Market } from '../src/market/catalogue.ts';
import { MONTH_LETTERS } from '../src/market/instrument.ts';
import { DAY_MS } from '../src/market/period.ts';
import { hashText } from './random.ts';
import type { Security } from './securities.ts';
import type { Truth } from './truth.ts';

/** What a client searches by; empty where it says nothing. */
export interface ContractQuery {
  readonly conId: number;
  readonly symbol: string;
  readonly secType: string;
  /** `202404`, `20240426` or empty. */
  readonly month: string;
  readonly exchange: string;
  readonly currency: string;
  readonly tradingClass: string;
  readonly includeExpired: boolean;
}

/** A contract as it is listed. */
export interface ListedContract {
  readonly conId: number;
  readonly security: Security;
  readonly symbol: string;
  readonly secType: 'FUT' | 'STK' | 'IND' | 'CASH';
  readonly exchange: string;
  /** Where it is listed, where that is not what follows from the exchange. */
  readonly primaryExchange?: string;
  readonly currency: string;
  readonly localSymbol: string;
  readonly tradingClass: string;
  /** Empty for what is no future. */
  readonly multiplier: string;
  readonly magnifier: number;
  /** `202404`; empty for what is no future. */
  readonly month: string;
  /** `20240426`; empty for what has no end. */
  readonly lastDate: string;
  readonly timezone: string;
}

/** Kept for so long after they expired. */
const EXPIRED_MS = 730 * DAY_MS;
/** Smaller contracts under the same symbol, by root. */
const TWINS: Readonly<Record<string, { readonly tradingClass: string; readonly multiplier: number }>> = {
  SI: { tradingClass: 'SIL', multiplier: 1000 },
};
/** Roots whose prices are in cents. */
const IN_CENTS = new Set(['ZC', 'ZW', 'ZS', 'ZO', 'KE', 'LE', 'HE', 'GF', 'KC', 'CT', 'SB', 'OJ']);
const ZONES: Readonly<Record<string, string>> = { 'America/New_York': 'US/Eastern', 'America/Chicago': 'US/Central' };
const INDICES: Readonly<Record<string, string>> = { SPX: '^GSPC' };

const compact = (date: number): string => new Date(date).toISOString().slice(0, 10).replaceAll('-', '');
const numberOf = (key: string): number => (hashText(`conId ${key}`) >>> 1) + 1;

/** Everything that can be asked for, by number and by description. */
export class Universe {
  readonly #truth: Truth;
  readonly #known = new Map<number, ListedContract>();

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  /** What a query finds; none when there is nothing like it. */
  search(query: ContractQuery, now: number): ListedContract[] {
    const known = this.#known.get(query.conId);
    const found = query.conId > 0 ? (known === undefined ? [] : [known]) : this.#described(query, now);
    const listed = found.filter((entry) => this.#isShown(entry, query, now));
    for (const entry of listed) this.#known.set(entry.conId, entry);
    return listed;
  }

  #isShown({ security, currency, tradingClass }: ListedContract, query: ContractQuery, now: number): boolean {
    if (query.currency !== '' && query.currency !== currency) return false;
    if (query.tradingClass !== '' && query.tradingClass !== tradingClass) return false;
    if (security.first > now) return false;
    if (security.last === undefined || security.last + DAY_MS > now) return true;
    return query.includeExpired && security.last + EXPIRED_MS > now;
  }

  #described(query: ContractQuery, now: number): ListedContract[] {
    if (query.secType === 'FUT') return this.#futures(query, now);
    const { symbol, exchange, currency } = query;
    if (query.secType === 'CASH')
      return this.#one('forex', `${symbol}${currency}`, query, exchange === 'IDEALPRO', now);
    if (query.secType === 'IND') return this.#one('stock', INDICES[symbol] ?? '', query, exchange === 'CBOE', now);
    if (query.secType !== 'STK') return [];
    const code = exchange === 'LSE' ? `${symbol}.L` : symbol.replace(' ', '-');
    return this.#one('stock', code, query, exchange === 'SMART' || exchange === 'LSE', now);
  }

  #one(
    assetClass: 'stock' | 'forex',
    code: string,
    query: ContractQuery,
    isThere: boolean,
    now: number,
  ): ListedContract[] {
    const security = this.#truth.find(assetClass, code, now);
    if (security === undefined || !isThere || security.venue === 'crypto' || security.frontOf !== undefined) return [];
    const { symbol, exchange } = query;
    const secType = query.secType === 'CASH' ? 'CASH' : query.secType === 'IND' ? 'IND' : 'STK';
    const isPence = security.currency === 'GBp';
    return [
      {
        conId: numberOf(security.key),
        security,
        symbol,
        secType,
        exchange,
        currency: isPence ? 'GBP' : security.currency,
        localSymbol: secType === 'CASH' ? `${symbol}.${security.currency}` : symbol,
        tradingClass: secType === 'CASH' ? `${symbol}.${security.currency}` : symbol,
        multiplier: '',
        magnifier: isPence ? 100 : 1,
        month: '',
        lastDate: '',
        timezone: isPence ? 'GB-Eire' : 'US/Eastern',
      },
    ];
  }

  #futures(query: ContractQuery, now: number): ListedContract[] {
    return [...catalogue().values()]
      .filter(({ ibkrSymbol, ibkrExchange }) => ibkrSymbol === query.symbol && ibkrExchange === query.exchange)
      .flatMap((market) => this.#months(market, query, now));
  }

  #months(market: Market, query: ContractQuery, now: number): ListedContract[] {
    const root = this.#truth.futures.rootOf(market.yahooRoot ?? '');
    if (root === undefined) return [];
    const today = new Date(now);
    const current = today.getUTCFullYear() * 12 + today.getUTCMonth();
    const listed: ListedContract[] = [];
    for (let index = current - 26; index <= current + 15; index++) {
      const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
      const security = this.#truth.futures.contract(root, year, month);
      if (security?.last === undefined) continue;
      const contractMonth = `${year}${String(month).padStart(2, '0')}`;
      const lastDate = compact(security.last);
      if (query.month !== '' && query.month !== contractMonth && query.month !== lastDate) continue;
      const own = { tradingClass: root.root, multiplier: market.multiplier };
      const twin = TWINS[root.root];
      for (const { tradingClass, multiplier } of twin === undefined ? [own] : [twin, own]) {
        listed.push({
          conId: numberOf(`${security.key} ${tradingClass}`),
          security,
          symbol: market.ibkrSymbol,
          secType: 'FUT',
          exchange: market.ibkrExchange,
          currency: market.currency,
          localSymbol: `${tradingClass}${MONTH_LETTERS.charAt(month - 1)}${year % 10}`,
          tradingClass,
          multiplier: String(multiplier),
          magnifier: IN_CENTS.has(root.root) ? 100 : 1,
          month: contractMonth,
          lastDate,
          timezone: ZONES[market.timezone] ?? market.timezone,
        });
      }
    }
    return listed;
  }
}
