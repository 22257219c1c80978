import { setImmediate } from 'node:timers/promises';
import type { AssetClass } from '../market/instrument.ts';
import type { Period } from '../market/period.ts';
import { parseKey } from '../market/series.ts';
import { storedSeries } from '../store/manifest.ts';
import { SeriesStore } from '../store/series-store.ts';
import { endOfBar, SeriesTables, standingAt } from './standing.ts';

/** So many manifests are read in one go; then others have their turn. */
const AT_ONCE = 20;
/** GOLD_20240400: the delivery month of a contract, four digits and two. */
const CONTRACT = /_(\d{4})(\d{2})00$/;

/** The oldest live series of a class and period. */
export interface OldestSeries {
  readonly class: AssetClass;
  readonly period: Period;
  /** End of the session of its last bar, milliseconds since the epoch, UTC. */
  readonly knownTo: number;
  /** Due dates between the last bar and the newest answer, of the series of the group that is farthest behind. */
  readonly sessionsBehind: number;
  /** Series of the group with suspect dates. */
  readonly suspects: number;
  /** Sessions since the oldest suspect date of the group. */
  readonly suspectSessions: number;
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
  const tables = new SeriesTables();
  const oldest = new Map<string, OldestSeries>();
  for (const [index, key] of keys.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
    const name = parseKey(key);
    const manifest = name !== undefined && isLive(key, now) ? store.manifestOf(key) : undefined;
    if (manifest === undefined || (manifest.absent !== undefined && manifest.rows === 0)) continue;
    const { class: assetClass, period } = manifest;
    const stored = storedSeries(manifest, period);
    const last = stored.tail.at(-1);
    if (last === undefined || stored.ended !== undefined) continue;
    const table = tables.of(manifest);
    const { sessionsBehind, suspect, suspectSessions } = standingAt(stored, { key, period }, table, now);
    const group = `${assetClass} ${period}`;
    const before = oldest.get(group);
    oldest.set(group, {
      class: assetClass,
      period,
      knownTo: Math.min(before?.knownTo ?? Infinity, endOfBar(last, period, table)),
      sessionsBehind: Math.max(before?.sessionsBehind ?? 0, sessionsBehind),
      suspects: (before?.suspects ?? 0) + (suspect.length > 0 ? 1 : 0),
      suspectSessions: Math.max(before?.suspectSessions ?? 0, suspectSessions),
    });
  }
  return [...oldest.values()].sort((a, b) => (`${a.class} ${a.period}` < `${b.class} ${b.period}` ? -1 : 1));
}
