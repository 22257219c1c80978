import { parseTradeDate } from './calendar.ts';
import { VortexError } from './errors.ts';
import type { Instrument } from './instrument.ts';
import type { TradeDate } from './calendar.ts';
import { CATALOGUE_CSV } from './catalogue-data.ts';

/** One futures market, with the symbol that each source uses for it. */
export interface Market {
  /** The project's own name: GOLD. */
  readonly id: string;
  readonly name: string;
  /** Venue family. */
  readonly exchange: string;
  /** IANA zone of the exchange. */
  readonly timezone: string;
  readonly currency: string;
  /** Currency units per one price point. */
  readonly multiplier: number;
  /** Delivery-month letters that are listed and traded. */
  readonly cycle: string;
  /** Life of one contract in days, where it differs from the settings' `days_count`. */
  readonly contractDays?: number;
  /** First trade date with daily history at the exchange, as published (optimistic). */
  readonly dailyFrom?: TradeDate;
  readonly intradayFrom?: TradeDate;
  /** GCG24 is the root GC, the month letter, the year. Empty: not known. */
  readonly barchartRoot: string;
  readonly ibkrSymbol: string;
  readonly ibkrExchange: string;
  /** GCG24.CMX is the root GC, month, year and the suffix CMX. Absent: not on Yahoo. */
  readonly yahooRoot?: string;
  readonly yahooSuffix?: string;
}

function parseMarket(line: string): Market {
  const [
    id,
    name,
    exchange,
    timezone,
    currency,
    multiplier,
    cycle,
    days,
    daily,
    intraday,
    barchart,
    ib,
    ibAt,
    root,
    at,
  ] = line.split(',');
  const dailyFrom = parseTradeDate(daily ?? '');
  const intradayFrom = parseTradeDate(intraday ?? '');
  return {
    id: id ?? '',
    name: name ?? '',
    exchange: exchange ?? '',
    timezone: timezone ?? '',
    currency: currency ?? '',
    multiplier: Number(multiplier),
    cycle: cycle ?? '',
    ...(days ? { contractDays: Number(days) } : {}),
    ...(dailyFrom === undefined ? {} : { dailyFrom }),
    ...(intradayFrom === undefined ? {} : { intradayFrom }),
    barchartRoot: barchart ?? '',
    ibkrSymbol: ib ?? '',
    ibkrExchange: ibAt ?? '',
    ...(root ? { yahooRoot: root } : {}),
    ...(at ? { yahooSuffix: at } : {}),
  };
}

let markets: ReadonlyMap<string, Market> | undefined;

/** All markets by id, in alphabetical order of the file. */
export function catalogue(): ReadonlyMap<string, Market> {
  markets ??= new Map(
    CATALOGUE_CSV.trim()
      .split('\n')
      .slice(1)
      .map((line) => parseMarket(line))
      .map((market) => [market.id, market]),
  );
  return markets;
}

/** The root that a market's contracts are named by: Barchart's, else Yahoo's. */
export function codeOfMarket({ id, barchartRoot, yahooRoot }: Market): string {
  return barchartRoot === '' ? (yahooRoot ?? id) : barchartRoot;
}

/** A market of the catalogue as an instrument. */
export function instrumentOfMarket(market: Market): Instrument {
  return {
    class: 'future',
    id: market.id,
    code: codeOfMarket(market),
    cycle: market.cycle,
    exchange: market.exchange,
    timezone: market.timezone,
    currency: market.currency,
    multiplier: market.multiplier,
    ...(market.contractDays === undefined ? {} : { contractDays: market.contractDays }),
    ...(market.yahooRoot === undefined ? {} : { yahooRoot: market.yahooRoot }),
    ...(market.yahooSuffix === undefined ? {} : { yahooSuffix: market.yahooSuffix }),
  };
}

let byRoot: ReadonlyMap<string, Market> | undefined;

/** The market that a root stands for, by the catalogue's own root or else by Yahoo's; of two the one that comes first. */
export function marketOfRoot(root: string): Market | undefined {
  if (byRoot === undefined) {
    const markets = [...catalogue().values()].toReversed();
    const onYahoo = markets.flatMap((market) =>
      market.yahooRoot === undefined ? [] : [[market.yahooRoot, market] as const],
    );
    const atBarchart = markets.map((market) => [codeOfMarket(market), market] as const);
    byRoot = new Map([...onYahoo, ...atBarchart]);
  }
  return byRoot.get(root);
}

/** The market that an instrument is: by its id where the code agrees, else by its code. */
export function marketOfInstrument({ id, code }: Pick<Instrument, 'id' | 'code'>): Market | undefined {
  const named = catalogue().get(id);
  return named !== undefined && codeOfMarket(named) === code ? named : marketOfRoot(code);
}

/** An instrument as configured; without a code the catalogue's counts, else the id. */
export type InstrumentEntry = Omit<Instrument, 'code'> & { readonly code?: string };

/**
 * A configured instrument, a future with what the catalogue knows of its market beneath it: found by its id when its code
 * agrees or is left out, else by its code. What the settings say counts.
 * @throws VortexError `config-invalid` for a future of which nobody knows the cycle
 */
export function withCatalogueFacts(entry: InstrumentEntry): Instrument {
  const { id, code } = entry;
  if (entry.class !== 'future') return { ...entry, code: code ?? id };
  const named = catalogue().get(id);
  const agrees = named !== undefined && (code === undefined || code === codeOfMarket(named));
  const market = agrees ? named : marketOfRoot(code ?? id);
  const facts = market === undefined ? undefined : instrumentOfMarket(market);
  const instrument = { ...facts, ...entry, code: code ?? facts?.code ?? id };
  if (instrument.cycle !== undefined) return instrument;
  throw new VortexError(
    `no market of the catalogue has the id ${id} or the root ${instrument.code}; give its delivery months as "cycle"`,
    { code: 'config-invalid', disposition: 'abort-run', context: { instrument: id } },
  );
}
