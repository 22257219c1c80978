import type { AssetClass } from '../market/instrument.ts';
import { isPeriod } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { classOfFolder } from '../market/series.ts';

/** Who wrote a file that is to be adopted: bc-utils, the older Python tool, or pysystemtrade. */
export type ForeignTool = 'bc-utils' | 'python' | 'pysystemtrade';

/** What the name of a foreign file says. */
export interface ForeignName {
  readonly tool: ForeignTool;
  readonly class: AssetClass;
  /** As the file spells it; not checked. */
  readonly id: string;
  /** Delivery month of a contract; month is 1 to 12. */
  readonly delivery?: { readonly year: number; readonly month: number };
  readonly period: Period;
}

/** A name that says nothing of a series, and why. */
export interface StrangeName {
  readonly reason: string;
}

/** bc-utils knows these two resolutions. */
const RESOLUTIONS: ReadonlyMap<string, Period> = new Map([
  ['Day', '1d'],
  ['Hour', '1h'],
]);

/** The older tool's own words for two periods; capitals count, `1m` is a minute there too. */
const OLDER_PERIODS: ReadonlyMap<string, Period> = new Map([
  ['1W', '1wk'],
  ['1M', '1mo'],
]);

/** The bar size that the older tool calls so; undefined when we have none such. */
export function readOlderPeriod(text: string): Period | undefined {
  return OLDER_PERIODS.get(text) ?? (isPeriod(text) ? text : undefined);
}

const CONTRACT = /^(.+)_(\d{4})(\d{2})00$/;

function contractIn(stem: string): Required<Pick<ForeignName, 'id' | 'delivery'>> | undefined {
  const [, id, year, letters] = CONTRACT.exec(stem) ?? [];
  const month = Number(letters);
  if (id === undefined || month < 1 || month > 12) return undefined;
  return { id, delivery: { year: Number(year), month } };
}

/** The delivery month in the key of a series; undefined for anything undated. Month is 1 to 12. Pure. */
export function contractOfKey(key: string): ForeignName['delivery'] {
  return contractIn(key.slice(key.lastIndexOf('/') + 1))?.delivery;
}

function bcUtilsName(stem: string): ForeignName | StrangeName {
  const [, prefix, rest] = /^([A-Za-z0-9]+)_(.+)$/.exec(stem) ?? [];
  const contract = contractIn(rest ?? '');
  if (contract === undefined && contractIn(stem) === undefined) {
    return { reason: 'not named like a file of bc-utils or of the older tool' };
  }
  const period = RESOLUTIONS.get(prefix ?? '');
  if (period !== undefined && contract !== undefined) return { tool: 'bc-utils', class: 'future', ...contract, period };
  return { reason: 'its name tells no bar size; known are Day_… and Hour_…' };
}

function olderToolName(folders: readonly string[], stem: string): ForeignName | StrangeName | undefined {
  const start = folders.findLastIndex((folder) => classOfFolder(folder) !== undefined);
  const [top = '', size = '', owner, ...deeper] = start < 0 ? [] : folders.slice(start);
  const assetClass = classOfFolder(top);
  if (assetClass === undefined || size === '' || deeper.length > 0) return undefined;
  const period = readOlderPeriod(size);
  if (period === undefined) return { reason: `${size} is no bar size of this program` };
  if (assetClass !== 'future') {
    return owner === undefined ? { tool: 'python', class: assetClass, id: stem, period } : undefined;
  }
  const contract = contractIn(stem);
  if (contract === undefined || contract.id !== owner) return undefined;
  return { tool: 'python', class: 'future', ...contract, period };
}

/**
 * Reads the path of a CSV file below the folder that is adopted: `Day_GOLD_20240400.csv` anywhere,
 * `futures/1d/GOLD/GOLD_20240400.csv`, `stocks/1d/SPY.csv`, `forex/1h/EURUSD.csv`. Pure.
 * @param path with `/` between folders
 */
export function readForeignName(path: string): ForeignName | StrangeName {
  const folders = path.split('/');
  const stem = (folders.pop() ?? '').replace(/\.csv$/i, '');
  return olderToolName(folders, stem) ?? bcUtilsName(stem);
}

/**
 * Reads the name of a contract file of pysystemtrade, `GOLD_20240300.csv` anywhere; undefined for any other. Other files are
 * named so too: the header decides. Pure.
 */
export function readPysystemtradeName(path: string): ForeignName | undefined {
  const contract = contractIn(path.slice(path.lastIndexOf('/') + 1).replace(/\.csv$/i, ''));
  return contract === undefined ? undefined : { tool: 'pysystemtrade', class: 'future', ...contract, period: '1d' };
}
