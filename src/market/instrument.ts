import type { TradeDate } from './calendar.ts';
import type { Period } from './period.ts';

export const ASSET_CLASSES = ['future', 'stock', 'forex'] as const;
/** `stock` holds everything undated that is not forex: shares, funds, indices, crypto, continuous futures. */
export type AssetClass = (typeof ASSET_CLASSES)[number];

/** Month letters of the futures industry, January to December. */
export const MONTH_LETTERS = 'FGHJKMNQUVXZ';

/** What can be asked for by one name: GOLD, SPY, EURUSD. */
export interface Instrument {
  readonly class: AssetClass;
  /** The project's own name; stem of the files. */
  readonly id: string;
  /** Root (futures) or ticker; a contract symbol is code + month letter + two-digit year. */
  readonly code: string;
  /** Delivery-month letters in use; futures only. */
  readonly cycle?: string;
  /** Venue family of the catalogue: COMEX, CME, EUREX … */
  readonly exchange?: string;
  /** IANA zone of the exchange. */
  readonly timezone?: string;
  readonly currency?: string;
  /** Contract size: currency units per one price point. */
  readonly multiplier?: number;
  /** Days from the first trade of a contract to the last day of its delivery month. */
  readonly contractDays?: number;
  readonly periods?: readonly Period[];
  /** First wanted trade date, daily and longer. */
  readonly startDate?: TradeDate;
  /** First wanted date of intraday bars. */
  readonly tickDate?: TradeDate;
  /** A symbol that replaces the derived one, by provider id. */
  readonly symbols?: Readonly<Record<string, string>>;
  readonly yahooRoot?: string;
  readonly yahooSuffix?: string;
}

/** One delivery month of a futures instrument. */
export interface Contract {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly letter: string;
  /** GCJ24; four digits of the year where two would be ambiguous. */
  readonly symbol: string;
  /** First and, exclusive, last trade date of its life. */
  readonly life: { readonly from: TradeDate; readonly to: TradeDate };
}

/** One instrument or contract at one period: what one file holds. */
export interface Series {
  /** Path below the data folder without ending: `futures/1d/GOLD/GOLD_20240400`. Unique. */
  readonly key: string;
  readonly instrument: Instrument;
  readonly contract?: Contract;
  readonly period: Period;
  /** GCJ24, SPY, EURUSD: for people and reports. */
  readonly symbol: string;
}
