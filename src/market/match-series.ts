import { marketOfRoot } from './catalogue.ts';
import { contractYear, yearOfDigit } from './futures-cycle.ts';
import { ASSET_CLASSES, MONTH_LETTERS } from './instrument.ts';
import { inCapitals, withoutStroke } from './name-text.ts';
import { nearest } from './nearest.ts';
import { parseKey } from './series.ts';
import type { SeriesName } from './series.ts';

/** A name of which nothing is stored. */
export interface UnknownName {
  readonly name: string;
  /** Stored names like it, the best first. */
  readonly near: readonly string[];
}

/** What names mean among stored series. */
export interface MatchedSeries<Name extends SeriesName> {
  /** In the order of the series. */
  readonly found: readonly Name[];
  readonly unknown: readonly UnknownName[];
}

/** With what names are read. */
export interface MatchOptions {
  /** Milliseconds since the epoch, UTC: which year ESH6 means. */
  readonly now: number;
  /** A path of the file system as a path below the data folder; undefined where it leads elsewhere. */
  readonly below?: (path: string) => string | undefined;
}

/** What stands behind the key of a series in the names of its files: `.csv`, `_2024-03.parquet`. */
const ENDING = /^(?:_\d{4}-\d{2})?\.(?:csv|parquet)$/;
const CONTRACT = new RegExp(`^(.+)([${MONTH_LETTERS}])(\\d{4}|\\d{1,2})(?:\\.[A-Z]{3})?$`);

/** True for the key itself, a folder above it, and a file of it. An empty path is the data folder. */
function liesAt(key: string, path: string): boolean {
  if (path === '' || key === path || key.startsWith(`${path}/`)) return true;
  return path.startsWith(key) && ENDING.test(path.slice(key.length));
}

const trimmed = (path: string): string => path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');

/** The year that a contract symbol means, where its delivery month is known. */
function yearMeant(text: string, month: number, now: number): number {
  return text.length === 1 ? yearOfDigit(Number(text), month, now) : contractYear(text, now);
}

function isContract(symbol: string, { series, instrument, symbol: stored }: SeriesName, now: number): boolean {
  const [, root, letter = '', year = ''] = CONTRACT.exec(symbol) ?? [];
  const delivery = parseKey(series)?.delivery;
  if (root === undefined || delivery?.month !== MONTH_LETTERS.indexOf(letter) + 1) return false;
  if (yearMeant(year, delivery.month, now) !== delivery.year) return false;
  return CONTRACT.exec(stored)?.[1] === root || marketOfRoot(root)?.id === instrument;
}

/** The ways to read a name, the strictest first; the first that finds something counts. */
function readings(name: string, { now, below }: MatchOptions): ((series: SeriesName) => boolean)[] {
  const [, prefix, plain = name] = /^([A-Za-z]+):(.+)$/.exec(name) ?? [];
  const wanted = ASSET_CLASSES.find((each) => each === prefix?.toLowerCase());
  const symbol = wanted === undefined ? name : plain;
  const isOfClass = (series: SeriesName): boolean => wanted === undefined || series.class === wanted;
  // An empty path below the data folder is that folder; an empty name is none.
  const paths = [trimmed(name), name === '' ? '' : below?.(name)].filter(
    (path, index) => path !== undefined && (path !== '' || (index === 1 && name !== '')),
  );
  const capitals = inCapitals(withoutStroke(symbol));
  return [
    (series) =>
      (isOfClass(series) && (series.instrument === symbol || series.symbol === symbol)) ||
      paths.some((path) => path !== undefined && liesAt(series.series, path)),
    (series) =>
      isOfClass(series) && (inCapitals(series.instrument) === capitals || inCapitals(series.symbol) === capitals),
    (series) => isOfClass(series) && isContract(capitals, series, now),
  ];
}

/** Whether a series may be one that the names mean: for a look through an archive before all series are known. Pure but for `below`. */
export function mayBeNamed(names: readonly string[], options: MatchOptions): (series: SeriesName) => boolean {
  const all = names.flatMap((name) => readings(name, options));
  return (series) => all.some((isMeant) => isMeant(series));
}

/**
 * The stored series that names mean, by the one grammar of all commands: an instrument or symbol (GOLD, GCJ24, stock:SPY,
 * eurusd, EUR/USD, ESH6), a key (stocks/1d/SPY), a folder of keys (futures/1d/GOLD, stocks/1d) or a file of one
 * (stocks/1d/SPY.csv). No names at all mean every series. Pure but for `below`.
 */
export function matchSeries<Name extends SeriesName>(
  names: readonly string[],
  series: readonly Name[],
  options: MatchOptions,
): MatchedSeries<Name> {
  if (names.length === 0) return { found: series, unknown: [] };
  const found = new Set<Name>();
  const unknown: string[] = [];
  for (const name of names) {
    const meant = readings(name, options)
      .map((isMeant) => () => series.filter(isMeant))
      .reduce<Name[]>((first, search) => (first.length > 0 ? first : search()), []);
    for (const each of meant) found.add(each);
    if (meant.length === 0) unknown.push(name);
  }
  const known = unknown.length === 0 ? [] : new Set(series.flatMap((one) => [one.instrument, one.symbol, one.series]));
  return {
    found: series.filter((one) => found.has(one)),
    unknown: unknown.map((name) => ({ name, near: nearest(trimmed(name), known) })),
  };
}

/** `nothing is stored of SPX; nearest: SPY` */
export function unknownLine({ name, near }: UnknownName): string {
  return `nothing is stored of ${name}${near.length === 0 ? '' : `; nearest: ${near.join(', ')}`}`;
}
