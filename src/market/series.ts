import { ASSET_CLASSES } from './instrument.ts';
import type { AssetClass, Contract, Instrument, Series } from './instrument.ts';
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
