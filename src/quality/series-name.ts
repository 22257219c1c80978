import type { AssetClass } from '../market/instrument.ts';
import { isPeriod } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { classOfFolder } from '../market/series.ts';

/** What a series is called. */
export interface SeriesName {
  /** Path below the data folder without ending. */
  readonly series: string;
  readonly class: AssetClass;
  readonly instrument: string;
  /** GCJ24, SPY, EURUSD. */
  readonly symbol: string;
  readonly period: Period;
}

/** What a series is called as far as its key tells, for one whose manifest cannot be read; undefined when it is no key. */
export function nameFromKey(key: string): SeriesName | undefined {
  const [folder = '', period = '', instrument = '', ...rest] = key.split('/');
  const assetClass = classOfFolder(folder);
  if (assetClass === undefined || !isPeriod(period) || instrument === '' || rest.length > 1) return undefined;
  return { series: key, class: assetClass, instrument, symbol: rest[0] ?? instrument, period };
}

/** Whether an argument means a series: its instrument, symbol or key, a folder above it, or `stock:SPY`. */
export function isMeant(argument: string, name: SeriesName): boolean {
  const { series, instrument, symbol } = name;
  const prefix = `${name.class}:`;
  const plain = argument.startsWith(prefix) ? argument.slice(prefix.length) : argument;
  const folder = argument.replace(/\/+$/, '');
  return plain === instrument || plain === symbol || series === folder || series.startsWith(`${folder}/`);
}
