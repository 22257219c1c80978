import { daysToMonthEnd, isMonthOver } from '../market/dead-contract.ts';
import type { Series } from '../market/instrument.ts';
import { readLastStamp } from '../adopt/ends.ts';
import { contractOfKey } from '../adopt/names.ts';
import type { SeriesStore } from '../store/series-store.ts';
import { sourceZone } from './import-files.ts';
import type { Candidate } from './import-files.ts';

/** Where the ends of dead contracts are looked up. */
interface Places {
  readonly folder: string;
  readonly source: string;
  readonly store: SeriesStore;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}

/** The folder of a market at a period. */
const marketOf = (key: string): string => key.slice(0, key.lastIndexOf('/'));

function lastOfFiles(candidates: readonly Candidate[], { folder, source }: Places): number | undefined {
  const stamps = candidates.flatMap(({ path, name, series }) => {
    const { period, instrument } = series;
    const rule = { period, timezone: instrument.timezone, sourceZone: sourceZone(source, series) };
    return readLastStamp(folder, path, name.tool, rule) ?? [];
  });
  return stamps.length === 0 ? undefined : Math.max(...stamps);
}

/**
 * Finds where the other dead contracts of a market end, among the files of the import and in the data folder: days from
 * the last bar to the month's end. A market is looked at once, when it is first asked of.
 */
export function endsOfMarkets(
  bySeries: ReadonlyMap<string, readonly Candidate[]>,
  places: Places,
): (series: Series) => readonly number[] {
  const keys = new Map<string, Set<string>>();
  for (const key of [...bySeries.keys(), ...places.store.keys()]) {
    keys.set(marketOf(key), (keys.get(marketOf(key)) ?? new Set()).add(key));
  }
  const known = new Map<string, ReadonlyMap<string, number>>();
  const endsOf = (market: string, period: Series['period']): ReadonlyMap<string, number> => {
    const ends = new Map<string, number>();
    for (const key of keys.get(market) ?? []) {
      const contract = contractOfKey(key);
      if (contract === undefined || !isMonthOver(contract, places.now)) continue;
      const candidates = bySeries.get(key);
      // What a file holds and what is stored of it end together, or the file has more.
      const last =
        candidates === undefined
          ? places.store.read({ key, period }).stored.tail.at(-1)
          : lastOfFiles(candidates, places);
      if (last !== undefined) ends.set(key, daysToMonthEnd(contract, last));
    }
    return ends;
  };
  return ({ key, period }) => {
    const market = marketOf(key);
    const ends = known.get(market) ?? endsOf(market, period);
    known.set(market, ends);
    return [...ends].flatMap(([other, days]) => (other === key ? [] : [days]));
  };
}
