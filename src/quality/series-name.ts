import { parseKey } from '../market/series.ts';
import type { SeriesName } from '../market/series.ts';
import type { SeriesStore } from '../store/series-store.ts';

/** The name of a series by its manifest, else by its place; undefined for a file that is no manifest of ours. */
export function nameOf(store: SeriesStore, key: string): SeriesName | undefined {
  const manifest = store.manifestOf(key);
  if (manifest?.series !== key) return parseKey(key);
  const { class: assetClass, instrument, symbol, period } = manifest;
  return { series: key, class: assetClass, instrument, symbol, period };
}
