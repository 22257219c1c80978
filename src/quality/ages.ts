import { setImmediate } from 'node:timers/promises';
import type { AssetClass } from '../market/instrument.ts';
import type { Period } from '../market/period.ts';
import { parseKey } from '../market/series.ts';
import { storedSeries } from '../store/manifest.ts';
import { SeriesStore } from '../store/series-store.ts';

/** So many manifests are read in one go; then others have their turn. */
const AT_ONCE = 20;
/** GOLD_20240400: the delivery month of a contract, four digits and two. */
const CONTRACT = /_(\d{4})(\d{2})00$/;

/** The oldest live series of a class and period. */
export interface OldestSeries {
  readonly class: AssetClass;
  readonly period: Period;
  /** End of its coverage, milliseconds since the epoch, UTC. */
  readonly knownTo: number;
}

/** A contract is over when its delivery month is; everything else lives on. Pure. @param now milliseconds since the epoch, UTC */
function isLive(key: string, now: number): boolean {
  const [, year, month] = CONTRACT.exec(key) ?? [];
  return year === undefined || month === undefined || now < Date.UTC(Number(year), Number(month), 1);
}

/**
 * The oldest of the live series among these, for each class and period; series of which nothing is known are left out.
 * Takes no lock and lets others work meanwhile.
 * @param keys of series: futures/1d/GOLD/GOLD_20240400
 * @param now milliseconds since the epoch, UTC
 */
export async function oldestSeries(root: string, keys: readonly string[], now: number): Promise<OldestSeries[]> {
  const store = new SeriesStore(root, 'ages', () => now);
  const oldest = new Map<string, OldestSeries>();
  for (const [index, key] of keys.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
    const name = parseKey(key);
    const manifest = name !== undefined && isLive(key, now) ? store.manifestOf(key) : undefined;
    if (manifest === undefined || (manifest.absent !== undefined && manifest.rows === 0)) continue;
    const knownTo = storedSeries(manifest, manifest.period).coverage.at(-1)?.to;
    if (knownTo === undefined) continue;
    const group = `${manifest.class} ${manifest.period}`;
    if (knownTo < (oldest.get(group)?.knownTo ?? Infinity)) {
      oldest.set(group, { class: manifest.class, period: manifest.period, knownTo });
    }
  }
  return [...oldest.values()].sort((a, b) => (`${a.class} ${a.period}` < `${b.class} ${b.period}` ? -1 : 1));
}
