import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { sessionRule } from '../market/session.ts';
import { formatRange, formatStamp } from '../market/stored-series.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { TimeRanges } from '../market/time-range.ts';
import { readWhole, sha256, statFile } from '../store/files.ts';
import { requireFolder } from '../store/listing.ts';
import { storedSeries } from '../store/manifest.ts';
import type { Manifest } from '../store/manifest-form.ts';
import type { KnownSeries } from '../store/series-change.ts';
import { SeriesStore } from '../store/series-store.ts';
import { holes } from './holes.ts';
import { nameFromKey } from './series-name.ts';
import type { SeriesName } from './series-name.ts';

/** How a series stands, the worst first. `damaged`: its files are not what its manifest says, or that cannot be read. */
export const STATES = ['damaged', 'rebase-pending', 'gaps', 'absent', 'ended', 'ok'] as const;
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
  /**
   * Seconds since the last covered moment: from the end of the coverage (the midnight UTC after its last day, for dates)
   * to now, at least 0; null when nothing is known. A series with no trade of late is not old, one not asked of late is.
   */
  readonly ageSeconds: number | null;
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

function stateOf(manifest: Manifest, known: KnownSeries, missing: TimeRanges): SeriesState {
  const formats = new Set(manifest.files.map(({ format }) => format));
  if (known.version === undefined || known.formats.length < formats.size) return 'damaged';
  if (known.version.rebase_pending === true) return 'rebase-pending';
  const { ended } = known.stored;
  if (ended !== undefined && ended.kind !== 'presumed') return 'ended';
  if (missing.length > 0) return 'gaps';
  return known.version.absent !== undefined && known.version.rows === 0 ? 'absent' : 'ok';
}

function ageOf(coverage: TimeRanges, now: number): number | null {
  const end = coverage.at(-1)?.to;
  return end === undefined ? null : Math.max(0, Math.floor((now - end) / 1000));
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

function statusOf(root: string, name: SeriesName, manifest: Manifest, known: KnownSeries, now: number): SeriesStatus {
  const { series, instrument, symbol, period } = name;
  const inForce = known.version ?? manifest;
  const said = storedSeries(inForce, period).coverage;
  const { weekends } = sessionRule(
    { class: name.class, id: instrument, code: symbol },
    undefined,
    known.stored.timezone,
  );
  const missing = holes(said, known.stored.coverage, period, weekends);
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
    ageSeconds: ageOf(known.stored.coverage, now),
    revisions: inForce.revisions,
    state: stateOf(manifest, known, missing),
    files: inForce.files.flatMap(({ path }) => {
      const bytes = statFile(join(root, path))?.bytes;
      return bytes === undefined ? [] : [{ path, bytes }];
    }),
  };
}

function unreadable({ series, instrument, symbol, period }: SeriesName): SeriesStatus {
  const nothing = { provider: null, rows: 0, first: null, last: null, missing: [], ageSeconds: null, revisions: 0 };
  return { series, instrument, symbol, period, ...nothing, state: 'damaged', files: [] };
}

function readEntry(root: string, store: SeriesStore, key: string, now: number): InventoryEntry | undefined {
  const manifest = store.manifestOf(key);
  if (manifest?.series !== key) {
    const name = nameFromKey(key);
    return name === undefined ? undefined : { name, status: unreadable(name) };
  }
  const { class: assetClass, instrument, symbol, period } = manifest;
  const name = { series: key, class: assetClass, instrument, symbol, period };
  return { name, status: statusOf(root, name, manifest, store.read({ key, period }), now) };
}

/**
 * Every series that has a manifest, by key. Takes no lock and writes nothing; a run may be at work meanwhile, so damage is
 * believed only when a second look finds it too. A file with the size and time that were written down is taken to be whole.
 * @param now milliseconds since the epoch, UTC
 * @throws VortexError `folder-unusable`: there is no such folder, or a newer version wrote it
 */
export function inventory(root: string, now: number): InventoryEntry[] {
  requireFolder(root);
  const open = (): SeriesStore => new SeriesStore(root, 'status', () => now);
  const store = open();
  let again: SeriesStore | undefined;
  return store.keys().flatMap((key) => {
    let entry = readEntry(root, store, key, now);
    if (entry?.status.state === 'damaged') {
      again ??= open();
      entry = readEntry(root, again, key, now);
    }
    return entry === undefined ? [] : [entry];
  });
}

/** So many series are looked at in one go; then others have their turn. */
const AT_ONCE = 10;

/** The same as `inventory`, a few series at a time, so that a service can answer meanwhile. */
export async function inventoryGently(root: string, now: number): Promise<SeriesStatus[]> {
  const store = new SeriesStore(root, 'status', () => now);
  const found: SeriesStatus[] = [];
  for (const [index, key] of store.keys().entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
    const entry = readEntry(root, store, key, now);
    const again =
      entry?.status.state === 'damaged' ? readEntry(root, new SeriesStore(root, 'status', () => now), key, now) : entry;
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
  const { coverage, rows, first, tail, provider, timezone, absent } = then.stored;
  const { weekends } = sessionRule({ class: name.class, id: instrument, code: symbol }, undefined, timezone);
  const missing = holes(coverage, coverage, period, weekends).map((range) => formatRange(range, period));
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
    ageSeconds: ageOf(coverage, instant),
    revisions: then.revisions,
    state: missing.length > 0 ? 'gaps' : absent !== undefined && rows === 0 ? 'absent' : 'ok',
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
