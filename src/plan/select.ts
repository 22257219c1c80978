import { catalogue, codeOfMarket, instrumentOfMarket, marketOfRoot } from '../market/catalogue.ts';
import type { Market } from '../market/catalogue.ts';
import { usageError } from '../market/errors.ts';
import { contractOf, contractYear } from '../market/futures-cycle.ts';
import { ASSET_CLASSES, MONTH_LETTERS } from '../market/instrument.ts';
import type { AssetClass, Contract, Instrument } from '../market/instrument.ts';
import { nearest } from '../market/nearest.ts';

/** An instrument that is asked for, or one contract of it. */
export interface Selection {
  readonly instrument: Instrument;
  /** Present when the symbol was that of one contract. */
  readonly contract?: Contract;
  /** True when it was named by the caller, false when all configured instruments were meant. */
  readonly named: boolean;
}

export interface Selected {
  readonly selections: readonly Selection[];
  /** What the caller should be told about how names were read. */
  readonly notices: readonly string[];
}

/** What names are looked up in. */
export interface SelectionContext {
  /** Instruments of the settings; one with an empty list of periods is disabled. */
  readonly configured: readonly Instrument[];
  readonly onlyClass?: AssetClass;
  /** Life of a contract in days, over the catalogue's; absent: the catalogue's, else 365. */
  readonly daysCount?: number | undefined;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}

const SAFE = /^[^\s/\\\p{Cc}]+$/u;
const TICKER = /^\^?[A-Z0-9][A-Z0-9.=^&$-]*$/;
const CONTRACT = new RegExp(`^(.+)([${MONTH_LETTERS}])(\\d{4}|\\d{2})(?:\\.([A-Z]{3}))?$`);
const CURRENCIES = new Set(
  (
    'AED ARS AUD BGN BRL CAD CHF CLP CNH CNY COP CZK DKK EUR GBP HKD HUF IDR ILS INR ISK JPY KRW KWD MXN MYR NOK NZD ' +
    'PEN PHP PLN RON RUB SAR SEK SGD THB TRY TWD UAH USD VND XAG XAU XPD XPT ZAR'
  ).split(' '),
);

const isPair = (text: string): boolean =>
  text.length === 6 && CURRENCIES.has(text.slice(0, 3)) && CURRENCIES.has(text.slice(3));

/** EURUSD of EURUSD and EURUSD=X, USDJPY of JPY=X; undefined for anything else. */
function forexPair(symbol: string): string | undefined {
  const pair = symbol.endsWith('=X') ? symbol.slice(0, -2) : symbol;
  if (isPair(pair)) return pair;
  return pair !== symbol && CURRENCIES.has(pair) && pair !== 'USD' ? `USD${pair}` : undefined;
}

/** Life of a contract in days where nobody says otherwise. */
const CONTRACT_DAYS = 365;

/** Days that a contract of the instrument lives. */
export function contractDays(instrument: Instrument): number {
  return instrument.contractDays ?? CONTRACT_DAYS;
}

function fromCatalogue(market: Market, { daysCount }: SelectionContext): Instrument {
  const instrument = instrumentOfMarket(market);
  return daysCount === undefined ? instrument : { ...instrument, contractDays: daysCount };
}

function futureOfRoot(root: string, suffix: string | undefined, context: SelectionContext): Instrument | undefined {
  const atYahoo = (entry: Pick<Market, 'yahooRoot' | 'yahooSuffix'>): boolean =>
    entry.yahooRoot === root && entry.yahooSuffix === suffix;
  const futures = context.configured.filter((instrument) => instrument.class === 'future');
  const market = suffix === undefined ? marketOfRoot(root) : [...catalogue().values()].find(atYahoo);
  const code = market === undefined ? undefined : codeOfMarket(market);
  const configured =
    suffix === undefined
      ? (futures.find((entry) => entry.code === root) ?? futures.find((entry) => entry.code === code))
      : futures.find(atYahoo);
  if (configured !== undefined) return configured;
  return market === undefined ? undefined : fromCatalogue(market, context);
}

function contractSelection(symbol: string, context: SelectionContext): Selection | undefined {
  const match = CONTRACT.exec(symbol);
  const [root, letter, year] = [match?.[1], match?.[2], match?.[3]];
  if (root === undefined || letter === undefined || year === undefined) return undefined;
  const instrument = futureOfRoot(root, match?.[4], context);
  if (instrument === undefined) return undefined;
  const month = MONTH_LETTERS.indexOf(letter) + 1;
  const days = contractDays(instrument);
  const contract = contractOf(instrument.code, contractYear(year, context.now), month, days, context.now);
  return { instrument, contract, named: true };
}

function configuredSelection(
  id: string,
  wanted: AssetClass | undefined,
  context: SelectionContext,
): Selection | undefined {
  const found = context.configured.filter(
    (entry) => entry.id === id && (wanted === undefined || entry.class === wanted),
  );
  if (found.length > 1) {
    const ways = found.map((entry) => `${entry.class}:${id}`).join(' or ');
    throw usageError(`${id} is configured more than once; say ${ways}`);
  }
  const instrument = found[0];
  return instrument === undefined ? undefined : { instrument, named: true };
}

function unknownName(symbol: string, context: SelectionContext): Error {
  const near = nearest(symbol, [...context.configured.map((entry) => entry.id), ...catalogue().keys()]);
  const advice = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
  return usageError(
    `${symbol}: no instrument of that name, and no ticker looks like that (they are in capitals)${advice}`,
  );
}

function futureSelection(symbol: string, context: SelectionContext): Selection {
  const contract = contractSelection(symbol, context);
  if (contract !== undefined) return contract;
  const instrument = futureOfRoot(symbol, undefined, context);
  if (instrument !== undefined) return { instrument, named: true };
  const near = nearest(symbol, catalogue().keys());
  throw usageError(
    `future:${symbol}: no futures market has that name or root${near.length === 0 ? '' : `; nearest: ${near.join(', ')}`}`,
  );
}

function selectByForm(symbol: string, context: SelectionContext): Selection {
  const contract = contractSelection(symbol, context);
  if (contract !== undefined) return contract;
  const pair = forexPair(symbol);
  if (pair !== undefined) return { instrument: { class: 'forex', id: pair, code: pair }, named: true };
  if (!TICKER.test(symbol)) throw unknownName(symbol, context);
  if (futureOfRoot(symbol, undefined, context) !== undefined) {
    throw usageError(
      `${symbol} is the root of a futures market and may be a ticker; say future:${symbol} or stock:${symbol}`,
    );
  }
  return { instrument: { class: 'stock', id: symbol, code: symbol }, named: true };
}

function selectOne(text: string, context: SelectionContext, notices: string[]): Selection {
  const [, prefix, rest] = /^(?:([a-z]+):)?(.*)$/s.exec(text) ?? [];
  const symbol = rest ?? '';
  if (prefix !== undefined && !(ASSET_CLASSES as readonly string[]).includes(prefix)) {
    const [near] = nearest(prefix, ASSET_CLASSES, 1);
    const advice = near === undefined ? '' : `; did you mean ${near}:${symbol}?`;
    throw usageError(`${text}: ${prefix} is no class; allowed: ${ASSET_CLASSES.join(', ')}${advice}`);
  }
  if (!SAFE.test(symbol) || symbol.includes('..')) {
    throw usageError(`${JSON.stringify(text)} is no symbol: spaces, slashes and .. are not allowed`);
  }
  const wanted = ASSET_CLASSES.find((name) => name === prefix) ?? context.onlyClass;
  const configured = configuredSelection(symbol, wanted, context);
  if (configured !== undefined) return configured;
  const market = catalogue().get(symbol);
  if (market !== undefined && (wanted === undefined || wanted === 'future')) {
    if (wanted === undefined && /^[A-Z]{1,5}$/.test(symbol)) {
      notices.push(
        `${symbol} is taken as the futures market "${market.name}"; for a stock of that name say stock:${symbol}`,
      );
    }
    return { instrument: fromCatalogue(market, context), named: true };
  }
  if (wanted === undefined) return selectByForm(symbol, context);
  if (wanted === 'future') return futureSelection(symbol, context);
  if (wanted === 'forex') {
    const pair = forexPair(symbol);
    if (pair === undefined) throw usageError(`forex:${symbol}: a pair is two currencies, such as EURUSD`);
    return { instrument: { class: 'forex', id: pair, code: pair }, named: true };
  }
  if (!TICKER.test(symbol)) throw unknownName(symbol, context);
  return { instrument: { class: 'stock', id: symbol, code: symbol }, named: true };
}

/**
 * Reads symbols: configured instruments first, then the catalogue, then by form (GCG24 a contract, EURUSD forex, AAPL a
 * stock). No symbols at all means every configured instrument. A name given twice counts once.
 * @throws VortexError `usage` for anything unsafe, unknown in form or ambiguous
 */
export function selectInstruments(symbols: readonly string[], context: SelectionContext): Selected {
  const notices: string[] = [];
  if (symbols.length === 0) {
    const all = context.configured.filter(
      (entry) => entry.periods?.length !== 0 && (context.onlyClass === undefined || entry.class === context.onlyClass),
    );
    return { selections: all.map((instrument) => ({ instrument, named: false })), notices };
  }
  const byName = new Map<string, Selection>();
  for (const symbol of symbols) {
    const selection = selectOne(symbol, context, notices);
    const { class: cls, id } = selection.instrument;
    byName.set(`${cls}:${id}:${selection.contract?.symbol ?? ''}`, selection);
  }
  return { selections: [...byName.values()], notices };
}
