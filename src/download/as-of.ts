import { storedSeries, describedVersion } from '../store/manifest.ts';
import type { Manifest, RawHistory } from '../store/manifest-form.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { RawItem } from '../raw/item.ts';
import { notReplayable } from '../raw/reader.ts';
import type { RawListing, StoredHistory } from '../raw/reader.ts';
import { replayItems } from './replay.ts';
import type { OpenReplay, ReplayedSeries } from './replay.ts';

/** A series as it was known at a time. */
export interface SeriesAsOf extends ReplayedSeries {
  /** Rows, first and last stamps, coverage. */
  readonly stored: StoredSeries;
  /** Bars that the provider had changed by then. */
  readonly revisions: number;
  /** Its raw answers, as far as they were read. */
  readonly raw: RawHistory;
}

/** Refuses a series whose bars the archive does not have. @throws VortexError `file-corrupt` */
export function refuseUnarchived({ raw, imported_from: imported }: Manifest): never {
  if (imported !== undefined) throw notReplayable('it was imported: there are no raw answers of adopted bars');
  const since = raw === undefined ? 'it was fetched' : 'some of its bars were fetched';
  throw notReplayable(`${since} while nothing was archived; \`vortex download --force\` fetches it anew`);
}

/** When a run began by its name (20240703T060000Z-7f3a), milliseconds since the epoch, UTC. */
function beginOfRun(name: string): number {
  const [date, time] = [name.slice(0, 8), name.slice(9, 15)];
  const text = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.replace(/(..)(..)/, '$1:$2:')}Z`;
  return Date.parse(text);
}

function beginOf(history: StoredHistory): number {
  const named = beginOfRun(history.name);
  return history.begins() ?? (Number.isNaN(named) ? Number.NEGATIVE_INFINITY : named);
}

function* seenBefore(items: Iterable<RawItem>, instant: number): Generator<RawItem> {
  for (const item of items) {
    if (item.now >= instant) return;
    yield item;
  }
}

/**
 * The series as it was known just before an instant: every answer that a run had seen by then, and none after it.
 * @param manifest what is committed now; undefined when nothing is
 * @param instant milliseconds since the epoch, UTC, exclusive
 * @returns undefined when nothing was known of it then
 * @throws VortexError `file-corrupt` when its raw answers are not all there, and why
 */
export async function seriesAsOf(
  raw: RawListing,
  key: string,
  manifest: Manifest | undefined,
  instant: number,
  open: OpenReplay,
  signal: AbortSignal,
): Promise<SeriesAsOf | undefined> {
  const begun = raw
    .histories(key)
    .map((history) => ({ history, from: beginOf(history) }))
    .filter(({ from }) => from < instant)
    .sort((a, b) => b.from - a.from);
  const history = begun[0]?.history;
  if (history === undefined) {
    if (manifest !== undefined && manifest.raw === undefined && manifest.rows > 0) refuseUnarchived(manifest);
    if (raw.lostSince(instant)) throw notReplayable('its raw answers of that time are past retention');
    return undefined;
  }
  const expected = manifest?.raw?.history === history.name ? manifest.raw : undefined;
  const made = await replayItems(seenBefore(history.read(key, expected), instant), open, signal);
  if (made === undefined) return undefined;
  const version = describedVersion(made.facts, made.bars, made.series.period);
  return {
    ...made,
    stored: storedSeries(version, made.series.period),
    revisions: made.facts.revisions,
    raw: history.state(),
  };
}
