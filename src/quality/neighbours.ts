import type { Bars } from '../market/bars.ts';
import { VortexError } from '../market/errors.ts';
import type { SeriesStore } from '../store/series-store.ts';
import { isFault, moveMeanwhile } from './contract-sense.ts';
import type { Finding } from './finding.ts';
import type { QuietRun } from './sense.ts';
import type { SeriesName } from '../market/series.ts';

/** Months looked at on either side until one has bars there. */
const LOOKED_AT = 3;

/** A contract that stood still, maybe rightly so. */
export interface QuietContract {
  readonly name: SeriesName;
  readonly quiet: readonly QuietRun[];
}

async function barsOf(store: SeriesStore, key: string, { period }: SeriesName): Promise<Bars | undefined> {
  try {
    return await store.loadBars(store.read({ key, period }));
  } catch (error) {
    if (error instanceof VortexError && error.code === 'file-corrupt') return undefined;
    throw error;
  }
}

/**
 * Runs in which a contract stood still although its neighbours moved. Reads the months next to it, and those only.
 * @param keys of all series of the folder, sorted
 */
export async function neighbourFindings(
  store: SeriesStore,
  keys: readonly string[],
  { name, quiet }: QuietContract,
): Promise<Finding[]> {
  const folder = name.series.slice(0, name.series.lastIndexOf('/') + 1);
  const months = keys.filter((key) => key.startsWith(folder));
  const place = months.indexOf(name.series);
  const later = months.slice(place + 1, place + 1 + LOOKED_AT);
  const earlier = months.slice(Math.max(0, place - LOOKED_AT), place).reverse();
  const moves = quiet.map((): number[] => []);
  for (const side of [earlier, later]) {
    const open = new Set(quiet.keys());
    for (const key of side) {
      const bars = open.size === 0 ? undefined : await barsOf(store, key, name);
      for (const index of bars === undefined ? [] : open) {
        const run = quiet[index];
        const size = run === undefined || bars === undefined ? Number.NaN : moveMeanwhile(bars, run.finding);
        if (Number.isNaN(size)) continue;
        moves[index]?.push(size);
        open.delete(index);
      }
    }
  }
  return quiet
    .filter((run, index) => isFault(run, moves[index] ?? []))
    .map(({ finding: { kind, severity, detail } }) => ({
      series: name.series,
      kind,
      severity,
      detail: `${detail}, while the months next to it moved`,
    }));
}
