import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Closure } from '../market/exchange-table.ts';
import { sessionRule } from '../market/session.ts';
import { formatRange, formatStamp } from '../market/stored-series.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { TimeRanges } from '../market/time-range.ts';
import { readWhole, sha256, statFile } from '../disk/files.ts';
import { requireFolder } from '../disk/listing.ts';
import { storedSeries } from '../store/manifest.ts';
import type { Manifest } from '../store/manifest-form.ts';
import type { KnownSeries } from '../store/series-change.ts';
import { SeriesStore } from '../store/series-store.ts';
import { holes } from './holes.ts';
import { SeriesTables, standingAt } from './standing.ts';
import type { SeriesStanding } from './standing.ts';
import type { SeriesName } from '../market/series.ts';
import { nameOf } from './series-name.ts';

/**
 * How a series stands, the worst first. `damaged`: its files are not what its manifest says, or that cannot be read.
 * `failed`: something between its first and last covered date is unknown, or it stands still for long. `ended`: it gets no
 * bars any more, or never had any.
 */
export const STATES = [
  'damaged',
  'rebase-pending',
  'failed',
  'stale',
  'suspect',
  'presumed-ended',
  'ended',
  'ok',
] as const;
export type SeriesState = (typeof STATES)[number];

/** A file of a series as the disk has it. */
export interface FileStatus {
  /** Below the data folder. */
  readonly path: string;
  readonly bytes: number;
  /** Of the content as it is now, hexadecimal. */
  readonly sha256?: string;
}

/** What the folder has of one series. */
export interface SeriesStatus extends Omit<SeriesName, 'class'> {
  readonly provider: string | null;
  /** Ranges of which another provider told, as in `missing`; absent: none. */
  readonly mixed?: readonly { readonly provider: string; readonly from: string; readonly to: string }[];
  /** Rows, first and last stamp by the manifest's word. */
  readonly rows: number;
  readonly first: string | null;
  readonly last: string | null;
  /**
   * Ranges between the first and the last covered stamp that are neither data nor proven empty: whole days, both ends in
   * it; instants, UTC, exclusive at the end. What lies outside of the coverage is wanted by nobody and not told.
   */
  readonly missing: readonly (readonly [from: string, to: string])[];
  /** Seconds since the end of the session of its last bar, at least 0; null when there is none. */
  readonly ageSeconds: number | null;
  /** Seconds since the newest good answer; null when none is known. */
  readonly checkedSeconds: number | null;
  /** Due dates between its last bar and the newest answer. */
  readonly sessionsBehind: number;
  /** Dates on which a bar is due and that the source answers without one, oldest first. */
  readonly suspect: readonly string[];
  readonly revisions: number;
  readonly state: SeriesState;
  /** The files that are there. */
  readonly files: readonly FileStatus[];
}

/** A series by its name, for choosing and for telling. */
export interface InventoryEntry {
  readonly name: SeriesName;
  readonly status: SeriesStatus;
}

/** The state of a series whose files are whole. */
function soundState(stored: StoredSeries, standing: SeriesStanding, missing: TimeRanges, rows: number): SeriesState {
  const { ended, absent } = stored;
  if (stored.rebasePending === true) return 'rebase-pending';
  if (missing.length > 0) return 'failed';
  if (ended !== undefined) return ended.kind === 'presumed' ? 'presumed-ended' : 'ended';
  if (absent !== undefined && rows === 0) return 'ended';
  if (standing.hasFailed) return 'failed';
  if (standing.isStale) return 'stale';
  return standing.suspect.length > 0 ? 'suspect' : 'ok';
}

function stateOf(manifest: Manifest, known: KnownSeries, standing: SeriesStanding, missing: TimeRanges): SeriesState {
  const formats = new Set(manifest.files.map(({ format }) => format));
  if (known.version === undefined || known.formats.length < formats.size) return 'damaged';
  return soundState(known.stored, standing, missing, known.version.rows);
}

/** What of a standing is told. */
function toldOf({ ageSeconds, checkedSeconds, sessionsBehind, suspect }: SeriesStanding) {
  return { ageSeconds, checkedSeconds, sessionsBehind, suspect };
}

/** The ranges of other providers, for people and scripts. */
function mixedOf({ mixed }: StoredSeries, period: SeriesName['period']): Pick<SeriesStatus, 'mixed'> {
  if (mixed === undefined) return {};
  return {
    mixed: mixed.map(({ provider, ...range }) => {
      const [from, to] = formatRange(range, period);
      return { provider, from, to };
    }),
  };
}

function statusOf(
  { root, tables, now }: Place,
  name: SeriesName,
  manifest: Manifest,
  known: KnownSeries,
): SeriesStatus {
  const { series, instrument, symbol, period } = name;
  const inForce = known.version ?? manifest;
  const said = storedSeries(inForce, period).coverage;
  const { weekends } = sessionRule(
    { class: name.class, id: instrument, code: symbol },
    undefined,
    known.stored.timezone,
  );
  const missing = holes(said, known.stored.coverage, period, weekends);
  const standing = standingAt(known.stored, { key: series, period }, tables.of(manifest), now);
  return {
    series,
    instrument,
    symbol,
    period,
    provider: inForce.provider ?? null,
    ...mixedOf(storedSeries(inForce, period), period),
    rows: inForce.rows,
    first: inForce.first ?? null,
    last: inForce.last ?? null,
    missing: missing.map((range) => formatRange(range, period)),
    ...toldOf(standing),
    revisions: inForce.revisions,
    state: stateOf(manifest, known, standing, missing),
    files: inForce.files.flatMap(({ path }) => {
      const bytes = statFile(join(root, path))?.bytes;
      return bytes === undefined ? [] : [{ path, bytes }];
    }),
  };
}

function unreadable({ series, instrument, symbol, period }: SeriesName): SeriesStatus {
  const nothing = {
    ...{ provider: null, rows: 0, first: null, last: null, missing: [], revisions: 0 },
    ...{ ageSeconds: null, checkedSeconds: null, sessionsBehind: 0, suspect: [] },
  };
  return { series, instrument, symbol, period, ...nothing, state: 'damaged', files: [] };
}

/** Where series are looked at, and when. */
interface Place {
  readonly root: string;
  readonly tables: SeriesTables;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}

function readEntry(place: Place, store: SeriesStore, key: string): InventoryEntry | undefined {
  const manifest = store.manifestOf(key);
  const name = nameOf(store, key);
  if (name === undefined) return undefined;
  if (manifest?.series !== key) return manifest === undefined ? { name, status: unreadable(name) } : undefined;
  return { name, status: statusOf(place, name, manifest, store.read({ key, period: name.period })) };
}

/**
 * Every series that has a manifest, by key. Takes no lock and writes nothing; a run may be at work meanwhile, so damage is
 * believed only when a second look finds it too. A file with the size and time that were written down is taken to be whole.
 * @param now milliseconds since the epoch, UTC
 * @throws VortexError `folder-unusable`: there is no such folder, or a newer version wrote it
 */
export function inventory(root: string, now: number, closures: readonly Closure[] = []): InventoryEntry[] {
  requireFolder(root);
  const place = { root, now, tables: new SeriesTables(closures) };
  const open = (): SeriesStore => new SeriesStore(root, 'status', () => now);
  const store = open();
  let again: SeriesStore | undefined;
  return store.keys().flatMap((key) => {
    let entry = readEntry(place, store, key);
    if (entry?.status.state === 'damaged') {
      again ??= open();
      entry = readEntry(place, again, key);
    }
    return entry === undefined ? [] : [entry];
  });
}

/** So many series are looked at in one go; then others have their turn. */
const AT_ONCE = 10;

/** The same as `inventory`, a few series at a time, so that a service can answer meanwhile. */
export async function inventoryGently(root: string, now: number): Promise<SeriesStatus[]> {
  const store = new SeriesStore(root, 'status', () => now);
  const place = { root, now, tables: new SeriesTables() };
  const found: SeriesStatus[] = [];
  for (const [index, key] of store.keys().entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
    const entry = readEntry(place, store, key);
    const again =
      entry?.status.state === 'damaged' ? readEntry(place, new SeriesStore(root, 'status', () => now), key) : entry;
    if (again !== undefined) found.push(again.status);
  }
  return found;
}

/** A series as it was known just before an instant. It had its own files then; they are made by `rebuild --as-of`. Pure. */
export function statusAt(
  name: SeriesName,
  then: { readonly stored: StoredSeries; readonly revisions: number },
  instant: number,
): SeriesStatus {
  const { series, instrument, symbol, period } = name;
  const { coverage, rows, first, tail, provider, timezone } = then.stored;
  const { weekends } = sessionRule({ class: name.class, id: instrument, code: symbol }, undefined, timezone);
  const missing = holes(coverage, coverage, period, weekends).map((range) => formatRange(range, period));
  const table = new SeriesTables().of({ ...name, ...(timezone === undefined ? {} : { timezone }) });
  const standing = standingAt(then.stored, { key: series, period }, table, instant);
  const stamp = (time: number | undefined): string | null => (time === undefined ? null : formatStamp(time, period));
  return {
    series,
    instrument,
    symbol,
    period,
    provider: provider ?? null,
    ...mixedOf(then.stored, period),
    rows,
    first: stamp(first),
    last: stamp(tail.at(-1)),
    missing,
    ...toldOf(standing),
    revisions: then.revisions,
    state: soundState(then.stored, standing, missing.length > 0 ? coverage : [], rows),
    files: [],
  };
}

/** The same with the checksum of each file as it is now. */
export function withChecksums(root: string, status: SeriesStatus): SeriesStatus {
  const files = status.files.map((file) => {
    const content = readWhole(join(root, file.path));
    return content === undefined ? file : { ...file, bytes: content.length, sha256: sha256(content) };
  });
  return { ...status, files };
}
