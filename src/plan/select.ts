import { ALSO_TICKERS } from '../market/also-tickers.ts';
import { catalogue, codeOfMarket, instrumentOfMarket, marketOfRoot } from '../market/catalogue.ts';
import type { Market } from '../market/catalogue.ts';
import { usageError, VortexError } from '../market/errors.ts';
import { contractOf, contractYear, deliveryMonth, yearOfDigit } from '../market/futures-cycle.ts';
import { ASSET_CLASSES, MONTH_LETTERS } from '../market/instrument.ts';
import type { AssetClass, Contract, Instrument } from '../market/instrument.ts';
import { nameFault, withoutStroke } from '../market/name-text.ts';
import { nearest } from '../market/nearest.ts';
import { capitalTwins, nearMiss, spelledOut } from './spelling.ts';

/** An instrument that is asked for, or one contract of it. */
export interface Selection {
  readonly instrument: Instrument;
  /** Present when the symbol was that of one contract. */
  readonly contract?: Contract;
  /** True when it was named by the caller, false when all configured instruments were meant. */
  readonly named: boolean;
}

/** A name as it was given. */
export interface GivenName {
  readonly name: string;
  /** Where it stands: `list.txt: line 3`; absent: on the command line. */
  readonly place?: string;
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

const TICKER = /^\^?[A-Z0-9][A-Z0-9.=^&$-]*$/;
const CONTRACT = new RegExp(`^(.+)([${MONTH_LETTERS}])(\\d{4}|\\d{1,2})(?:\\.([A-Z]{3}))?$`);
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

/** What was read otherwise than it was written. */
interface Told {
  /** One line a name, whose count has no limit in a list. */
  readonly spellings: string[];
  readonly notices: string[];
}

function contractSelection(symbol: string, context: SelectionContext, told: Told): Selection | undefined {
  const match = CONTRACT.exec(symbol);
  const [root, letter, year] = [match?.[1], match?.[2], match?.[3]];
  if (root === undefined || letter === undefined || year === undefined) return undefined;
  const instrument = futureOfRoot(root, match?.[4], context);
  if (instrument === undefined) return undefined;
  const month = MONTH_LETTERS.indexOf(letter) + 1;
  const days = contractDays(instrument);
  const inFull = year.length === 1 ? yearOfDigit(Number(year), month, context.now) : contractYear(year, context.now);
  const contract = contractOf(instrument.code, inFull, month, days, context.now);
  if (year.length === 1) told.spellings.push(`${symbol} is taken as ${contract.symbol} (${deliveryMonth(contract)})`);
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
  return usageError(`${symbol}: no instrument of that name, and no ticker looks like that${advice}`);
}

function futureSelection(symbol: string, context: SelectionContext, told: Told): Selection {
  const contract = contractSelection(symbol, context, told);
  if (contract !== undefined) return contract;
  const instrument = futureOfRoot(symbol, undefined, context);
  if (instrument !== undefined) return { instrument, named: true };
  const near = nearest(symbol, catalogue().keys());
  throw usageError(
    `future:${symbol}: no futures market has that name or root${near.length === 0 ? '' : `; nearest: ${near.join(', ')}`}`,
  );
}

function stockSelection(symbol: string, context: SelectionContext): Selection {
  if (!TICKER.test(symbol)) throw unknownName(symbol, context);
  return { instrument: { class: 'stock', id: symbol, code: symbol }, named: true };
}

function forexSelection(symbol: string): Selection {
  const pair = forexPair(symbol);
  if (pair === undefined) throw usageError(`forex:${symbol}: a pair is two currencies, such as EURUSD`);
  return { instrument: { class: 'forex', id: pair, code: pair }, named: true };
}

/** The name under which a root says which market it means: its own, or, of one that only Interactive Brokers has, the market's. */
function nameOfRoot(symbol: string, context: SelectionContext): string | undefined {
  if (futureOfRoot(symbol, undefined, context) !== undefined) return symbol;
  return [...catalogue().values()].find(({ ibkrSymbol }) => ibkrSymbol === symbol)?.id;
}

function selectByForm(symbol: string, context: SelectionContext, told: Told): Selection {
  const contract = contractSelection(symbol, context, told);
  if (contract !== undefined) return contract;
  if (forexPair(symbol) !== undefined) return forexSelection(symbol);
  if (!TICKER.test(symbol)) throw unknownName(symbol, context);
  const root = nameOfRoot(symbol, context);
  if (root !== undefined) {
    throw usageError(
      `${symbol} is the root of a futures market and may be a ticker; say future:${root} or stock:${symbol}`,
    );
  }
  const meant = nearMiss(symbol);
  if (meant !== undefined) {
    throw usageError(`${symbol}: did you mean ${meant}? For a ticker of that name say stock:${symbol}`);
  }
  return stockSelection(symbol, context);
}

function marketSelection(symbol: string, market: Market, context: SelectionContext, notices: string[]): Selection {
  const company = ALSO_TICKERS.get(symbol);
  if (company !== undefined) {
    throw usageError(
      `${symbol} is the futures market "${market.name}" and the ticker of ${company}; say future:${symbol} or stock:${symbol}`,
    );
  }
  if (/^[A-Z]{1,5}$/.test(symbol)) {
    notices.push(
      `${symbol} is taken as the futures market "${market.name}"; for a stock of that name say stock:${symbol}`,
    );
  }
  return { instrument: fromCatalogue(market, context), named: true };
}

function classOf(prefix: string | undefined, text: string, symbol: string): AssetClass | undefined {
  if (prefix === undefined) return undefined;
  const found = ASSET_CLASSES.find((name) => name === prefix.toLowerCase());
  if (found !== undefined) return found;
  const [near] = nearest(prefix, ASSET_CLASSES, 1);
  const advice = near === undefined ? '' : `; did you mean ${near}:${symbol}?`;
  throw usageError(`${text}: ${prefix} is no class; allowed: ${ASSET_CLASSES.join(', ')}${advice}`);
}

function selectOne(text: string, context: SelectionContext, told: Told): Selection {
  const [, prefix, rest = ''] = /^(?:([A-Za-z]+):)?(.*)$/s.exec(text) ?? [];
  const wanted = classOf(prefix, text, rest) ?? context.onlyClass;
  const plain = withoutStroke(rest);
  const fault = nameFault(plain);
  if (fault !== undefined) throw usageError(fault);
  const symbol = spelledOut(plain, wanted, context.configured);
  const selection = selectSpelled(symbol, wanted, context, told);
  if (symbol !== plain) told.spellings.push(`${text} is taken as ${symbol}`);
  return selection;
}

function selectSpelled(
  symbol: string,
  wanted: AssetClass | undefined,
  context: SelectionContext,
  told: Told,
): Selection {
  const configured = configuredSelection(symbol, wanted, context);
  if (configured !== undefined) return configured;
  const market = catalogue().get(symbol);
  if (market !== undefined && wanted === undefined) return marketSelection(symbol, market, context, told.notices);
  if (market !== undefined && wanted === 'future') {
    return { instrument: fromCatalogue(market, context), named: true };
  }
  if (wanted === undefined) return selectByForm(symbol, context, told);
  if (wanted === 'future') return futureSelection(symbol, context, told);
  return wanted === 'forex' ? forexSelection(symbol) : stockSelection(symbol, context);
}

/** Most lines about names that were read otherwise than they were written. */
const MOST_SPELLINGS = 20;

function spellingLines(lines: readonly string[]): string[] {
  if (lines.length <= MOST_SPELLINGS) return [...lines];
  const rest = lines.length - MOST_SPELLINGS;
  return [...lines.slice(0, MOST_SPELLINGS), `${rest} more names are read so`];
}

/**
 * Reads symbols: configured instruments first, then the catalogue, then by form (GCG24 a contract, EURUSD forex, AAPL a
 * stock). Small letters are taken as capitals, which a notice says. No symbols at all means every configured instrument. A name
 * given twice counts once.
 * @throws VortexError `usage` for anything unsafe, unknown in form or ambiguous: one line a name, all of them, with their places
 */
export function selectInstruments(symbols: readonly (string | GivenName)[], context: SelectionContext): Selected {
  if (symbols.length === 0) {
    const all = context.configured.filter(
      (entry) => entry.periods?.length !== 0 && (context.onlyClass === undefined || entry.class === context.onlyClass),
    );
    return { selections: all.map((instrument) => ({ instrument, named: false })), notices: [] };
  }
  const told: Told = { spellings: [], notices: [] };
  const problems: string[] = [];
  const byName = new Map<string, Selection>();
  for (const given of symbols) {
    const { name, place = '' } = typeof given === 'string' ? { name: given } : given;
    const own: Told = { spellings: [], notices: told.notices };
    const at = (line: string): string => (place === '' ? line : `${place}: ${line}`);
    try {
      const selection = selectOne(name, context, own);
      const { class: cls, id } = selection.instrument;
      byName.set(`${cls}:${id}:${selection.contract?.symbol ?? ''}`, selection);
    } catch (error) {
      if (!(error instanceof VortexError) || error.code !== 'usage') throw error;
      problems.push(at(error.message));
    }
    told.spellings.push(...own.spellings.map(at));
  }
  const selections = [...byName.values()];
  problems.push(
    ...capitalTwins(
      selections.map(({ instrument }) => instrument),
      context.configured,
    ),
  );
  if (problems.length > 0) throw usageError(problems.join('\n'));
  return { selections, notices: [...new Set([...spellingLines(told.spellings), ...told.notices])] };
}
