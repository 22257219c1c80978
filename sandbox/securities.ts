import type { AssetClass } from '../src/market/instrument.ts';
import type { TradeDate } from '../src/market/calendar.ts';
import type { Venue } from './sessions.ts';

/** Prices are whole ticks: price = ticks × step / scale. The scale is a power of ten, so that no tick is rounded. */
export interface PriceScale {
  readonly step: number;
  readonly scale: number;
}

/** Money paid a share, four times a year, ex on the nth Friday of its months. Amount in the currency of the price. */
export interface DividendRule {
  readonly months: readonly number[];
  readonly friday: number;
  readonly amount: number;
}

/** One old share becomes `ratio` new ones at the open of the trade date. */
export interface Split {
  readonly date: TradeDate;
  readonly ratio: number;
}

/** One thing that trades and has one price history of its own. */
export interface Security {
  /** Unique: SPY, EURUSD, GCJ2024, GC=F. */
  readonly key: string;
  readonly class: AssetClass;
  readonly venue: Venue;
  readonly name: string;
  /** GBp is pence. */
  readonly currency: string;
  readonly price: PriceScale;
  /** What its curve is drawn from; the contracts of one root share it. */
  readonly curve: string;
  /** About where the price lies, in ticks after the last split. */
  readonly level: number;
  /** About how many lots trade a day; 0: no volume is told. */
  readonly lots: number;
  /** Shares or contracts in a lot after the last split. */
  readonly lot: number;
  /** First trade date. */
  readonly first: TradeDate;
  /** Last trade date; absent: none in sight. */
  readonly last?: TradeDate;
  readonly dividends?: DividendRule;
  readonly splits: readonly Split[];
  /** The root whose nearest contract this stands for. */
  readonly frontOf?: string;
}

/** The number that `ticks` stand for, nearest double to the decimal. */
export function priceOf(ticks: number, scale: PriceScale): number {
  return (ticks * scale.step) / scale.scale;
}

/** By how much prices are multiplied, and volumes divided, as long as a split still lies ahead. */
export function splitFactor(security: Security, isAhead: (split: Split) => boolean): number {
  return security.splits.reduce((factor, split) => (isAhead(split) ? factor * split.ratio : factor), 1);
}
