import { ASSET_CLASSES } from './instrument.ts';
import type { AssetClass, Contract, Instrument, Series } from './instrument.ts';
import { isPeriod } from './period.ts';
import type { Period } from './period.ts';

/** The folders of the classes, at the top of a data folder. */
export const CLASS_FOLDERS: Readonly<Record<AssetClass, string>> = {
  future: 'futures',
  stock: 'stocks',
  forex: 'forex',
};

/** The class that has this folder; undefined for any other name. */
export function classOfFolder(folder: string): AssetClass | undefined {
  return ASSET_CLASSES.find((name) => CLASS_FOLDERS[name] === folder);
}

const UNSAFE = /[^A-Za-z0-9_\-^=.]/gu;
const percentEncode = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** A name as one part of a path: other characters than A–Z a–z 0–9 _ - ^ = . and a leading or trailing dot are percent-encoded. */
export function pathPart(name: string): string {
  return name.replace(UNSAFE, percentEncode).replace(/^\.|\.$/g, '%2E');
}

/** The series of an instrument, or of one of its contracts, at a period. */
export function seriesOf(instrument: Instrument, contract: Contract | undefined, period: Period): Series {
  const id = pathPart(instrument.id);
  const folder = `${CLASS_FOLDERS[instrument.class]}/${period}`;
  if (contract === undefined) {
    return {
      key: `${folder}/${id}`,
      instrument,
      period,
      symbol: instrument.class === 'stock' ? instrument.code : instrument.id,
    };
  }
  const month = String(contract.month).padStart(2, '0');
  const year = String(contract.year).padStart(4, '0');
  return { key: `${folder}/${id}/${id}_${year}${month}00`, instrument, contract, period, symbol: contract.symbol };
}

/** What a stored series is called. */
export interface SeriesName {
  /** Path below the data folder without ending: its key. */
  readonly series: string;
  readonly class: AssetClass;
  readonly instrument: string;
  /** GCJ24, SPY, EURUSD. */
  readonly symbol: string;
  readonly period: Period;
}

/** What a key says of its series. */
export interface ParsedKey extends SeriesName {
  /** Delivery month (1 to 12) of a contract. */
  readonly delivery?: { readonly year: number; readonly month: number };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Reads the key that seriesOf makes; undefined when it is none. The symbol is the last part of the key: GOLD_20240400 for a
 * contract, whose own symbol only its manifest knows.
 */
export function parseKey(key: string): ParsedKey | undefined {
  const [folder = '', period = '', instrument = '', contract, ...rest] = key.split('/');
  const assetClass = classOfFolder(folder);
  if (assetClass === undefined || !isPeriod(period) || instrument === '' || rest.length > 0) return undefined;
  const name = { series: key, class: assetClass, instrument: decoded(instrument), period };
  const [, year, month] = /_(\d{4})(0[1-9]|1[0-2])00$/.exec(contract ?? '') ?? [];
  const delivery = year === undefined ? {} : { delivery: { year: Number(year), month: Number(month) } };
  return { ...name, symbol: decoded(contract ?? instrument), ...delivery };
}
