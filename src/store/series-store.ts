import { join } from 'node:path';
import { concatBars } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import type { Series } from '../market/instrument.ts';
import { shardMark } from '../market/shard.ts';
import type { Shard } from '../market/shard.ts';
import { setTailAside, tailBytes } from './append.ts';
import { isContent } from '../disk/checksum.ts';
import { monthOfPart } from './encoding.ts';
import { readWhole, statFile } from '../disk/files.ts';
import { listManifests } from '../disk/listing.ts';
import { loadFile } from './load-file.ts';
import { parseManifest, storedSeries, TAIL_LENGTH, versionOf, withoutMonths } from './manifest.ts';
import type { Format } from '../market/file-format.ts';
import type { Manifest, ManifestVersion, StoredFile } from './manifest-form.ts';
import { Journal, journalMarks, settleJournal, unsettledManifests } from './journal.ts';
import { readMarketEnds, withMarketEnd } from './market-ends.ts';
import type { MarketEnds } from './market-ends.ts';
import { manifestPath } from '../disk/paths.ts';
import { finishRelocation } from './relocation.ts';
import { UNKNOWN_SERIES } from './series-change.ts';
import type { Committed, KnownSeries, SeriesChange, SeriesHead } from './series-change.ts';

interface Pending {
  readonly change: SeriesChange;
  readonly settle: (result: Committed) => void;
  readonly fail: (error: unknown) => void;
}

/** Stored bars, and the rows before them that were not read. */
export interface StoredEnd {
  readonly bars: Bars;
  readonly head: SeriesHead | undefined;
}

/** How many changes go to the disk together. */
const GROUP_SIZE = 32;

/** The series of one data folder. Reading needs no lock; committing does. */
export class SeriesStore {
  private readonly root: string;
  private readonly run: string;
  private readonly now: () => number;
  private readonly tailLength: number;
  private readonly journal: Journal;
  private queue: Pending[] = [];
  private flushing: Promise<void> | undefined;
  /** Manifests that a crash kept from their own files. */
  private unsettled: ReadonlyMap<string, Manifest> | undefined;
  private marketEnds: MarketEnds | undefined;

  /**
   * @param overlapBars stored bars that an update asks for again; a manifest keeps the stamps of so many
   * @param shard part of the folder that is written; absent: the whole
   */
  constructor(root: string, run: string, now: () => number, overlapBars = 0, shard?: Shard) {
    this.root = root;
    this.run = run;
    this.now = now;
    this.tailLength = Math.max(TAIL_LENGTH, overlapBars);
    this.journal = new Journal(root, shard === undefined ? '' : shardMark(shard));
  }

  /**
   * Finishes what runs before this one left undone; to be called once, under the lock of the whole folder, before anything
   * is read. A shard finds it done by its lock.
   */
  async recover(): Promise<void> {
    await finishRelocation(this.root);
    for (const mark of journalMarks(this.root)) await settleJournal(this.root, mark);
  }

  /**
   * Keys of all series that have a manifest, whole or not, sorted. Touches nothing.
   * @throws VortexError `folder-unusable`
   */
  keys(): string[] {
    return [...new Set([...listManifests(this.root), ...this.unsettledOnes().keys()])].sort();
  }

  /** What is known of a series. Touches nothing. @throws VortexError `folder-unusable` */
  read(series: Pick<Series, 'key' | 'period'>): KnownSeries {
    this.marketEnds ??= readMarketEnds(this.root);
    const known = this.readOwn(series);
    const stored = withMarketEnd(known.stored, series.key, this.marketEnds);
    return stored === known.stored ? known : { ...known, stored };
  }

  private readOwn(series: Pick<Series, 'key' | 'period'>): KnownSeries {
    const manifest = this.manifestOf(series.key);
    if (manifest === undefined || manifest.series !== series.key) return UNKNOWN_SERIES;
    const { commit } = manifest;
    const superseded = [...(manifest.before?.files ?? []), ...manifest.files];
    const inForce = (version: ManifestVersion, formats: readonly Format[]): KnownSeries => ({
      stored: storedSeries(version, series.period),
      version,
      formats,
      standing: this.standingFormats(version, formats),
      superseded,
      commit,
      revisionBytes: version.revision_bytes ?? 0,
      ...this.tailsOf(version, formats),
    });
    for (const version of [versionOf(manifest), manifest.before]) {
      if (version === undefined) continue;
      const formats = this.wholeFormats(version);
      if (formats.length > 0 || version.files.length === 0) return inForce(version, formats);
    }
    const remnant = this.wholeParts(versionOf(manifest), series.period);
    if (remnant !== undefined) return inForce(remnant, ['parquet']);
    const { coverage, mixed, absent, ...binding } = storedSeries(manifest, series.period);
    return {
      stored: { ...binding, coverage: [], rows: 0, tail: [] },
      formats: [],
      standing: this.standingFormats(versionOf(manifest), []),
      superseded,
      commit,
      revisionBytes: manifest.revision_bytes ?? 0,
    };
  }

  /** The manifest of a series; undefined when there is none that can be read. @throws VortexError `folder-unusable` */
  manifestOf(key: string): Manifest | undefined {
    const unsettled = this.unsettledOnes().get(key);
    if (unsettled !== undefined) return unsettled;
    const path = manifestPath(this.root, key);
    const content = readWhole(path);
    return content === undefined ? undefined : parseManifest(content, path);
  }

  /** All stored bars of a series. @throws VortexError `file-corrupt` */
  async loadBars(known: KnownSeries): Promise<Bars> {
    const format = known.formats.includes('csv') ? 'csv' : known.formats[0];
    const files = known.version?.files.filter((file) => file.format === format) ?? [];
    const parts: Bars[] = [];
    for (const file of files) parts.push(await loadFile(this.root, file));
    return concatBars(parts);
  }

  /**
   * The stored bars from some stamp on, and what stands before them; all bars, and no head, where that is not worth it.
   * @throws VortexError `file-corrupt`
   */
  async loadFrom(known: KnownSeries, stamp: number, period: Series['period']): Promise<StoredEnd> {
    const { loadEnd } = await import('./series-head.ts');
    return (await loadEnd(this.root, known, stamp, period)) ?? { bars: await this.loadBars(known), head: undefined };
  }

  /**
   * Cuts what stands behind the committed part of long files; it is kept in the quarantine. To be called under the lock.
   * @returns the files, below the data folder
   */
  cutTails(known: KnownSeries): readonly string[] {
    const tails = known.tails ?? [];
    for (const file of tails) setTailAside(this.root, this.run, file);
    return tails.map(({ path }) => path);
  }

  /**
   * Makes a change durable. Changes that come while others are being written go together, so that they share the waits
   * for the disk.
   */
  commit(change: SeriesChange): Promise<Committed> {
    return new Promise((settle, fail) => {
      this.queue.push({ change, settle, fail });
      this.flushing ??= this.flush();
    });
  }

  /** Puts a manifest in force whose files stand already. @throws VortexError `disk-full`, `folder-unusable` */
  restate(manifest: Manifest): Promise<void> {
    return this.journal.append([manifest]);
  }

  /**
   * Takes old lines off the logs of revisions of series; to be called under the lock, by a store of its own.
   * @param before lines that were seen before are removed, milliseconds since the epoch, UTC
   * @throws VortexError `disk-full`, `folder-unusable`
   */
  async forgetRevisions(series: readonly string[], before: number): Promise<void> {
    const { trimRevisions } = await import('./revision-retention.ts');
    for (const key of series) {
      const manifest = this.manifestOf(key);
      if (manifest?.revision_bytes === undefined) continue;
      const bytes = await trimRevisions(this.root, key, manifest.revision_bytes, before, this.journal.mark);
      if (bytes === undefined) continue;
      const { before: superseded, ...inForce } = manifest;
      await this.restate({ ...inForce, commit: manifest.commit + 1, revision_bytes: bytes });
    }
    await this.close();
  }

  /** Waits until every change is durable or has failed, and writes the manifests to their own files. */
  async close(): Promise<void> {
    await this.flushing;
    await this.journal.close();
  }

  private unsettledOnes(): ReadonlyMap<string, Manifest> {
    this.unsettled ??= unsettledManifests(this.root) ?? new Map();
    return this.unsettled;
  }

  private async flush(): Promise<void> {
    // Loaded when there is something to write: a plan does without.
    const { commitChanges } = await import('./series-commit.ts');
    while (this.queue.length > 0) {
      const group = this.queue.splice(0, GROUP_SIZE);
      const changes = group.map(({ change }) => change);
      try {
        const committed = await commitChanges(
          this.root,
          this.run,
          this.now(),
          changes,
          this.journal,
          this.tailLength,
          (file) => this.isWhole(file),
        );
        group.forEach(({ settle }, index) => {
          settle(committed[index] ?? { quarantined: [] });
        });
      } catch (error) {
        for (const { fail } of group) fail(error);
      }
    }
    this.flushing = undefined;
  }

  private standingFormats({ files }: ManifestVersion, whole: readonly Format[]): readonly Format[] {
    const others = files.filter(({ format }) => !whole.includes(format));
    if (others.length === 0) return whole;
    const standing = others.filter(({ path }) => statFile(join(this.root, path)) !== undefined);
    return [...new Set([...whole, ...standing.map(({ format }) => format)])];
  }

  private tailsOf({ files }: ManifestVersion, whole: readonly Format[]): Pick<KnownSeries, 'tails'> {
    const tails = files.filter(({ path, format, bytes, blocks }) => {
      if (blocks === undefined || !whole.includes(format)) return false;
      return (statFile(join(this.root, path))?.bytes ?? 0) > bytes;
    });
    return tails.length === 0 ? {} : { tails };
  }

  private wholeFormats(version: ManifestVersion): Format[] {
    const formats = new Set(version.files.map((file) => file.format));
    for (const file of version.files) {
      if (formats.has(file.format) && !this.isWhole(file)) formats.delete(file.format);
    }
    return [...formats];
  }

  /** What is left of a series in monthly parts when some of them are gone or not ours: only their months are unknown. */
  private wholeParts(version: ManifestVersion, period: Series['period']): ManifestVersion | undefined {
    const parts = version.files.filter(({ format }) => format === 'parquet');
    const files = parts.filter((file) => this.isWhole(file));
    const lost = parts.filter((file) => !files.includes(file)).map(({ path }) => monthOfPart(path));
    return files.length === 0 ? undefined : { ...withoutMonths(version, lost, period), files };
  }

  /**
   * A file with the size and time that were written down is taken to be whole; otherwise its content decides. Behind the
   * committed part of a long CSV may stand what a crash left of an append.
   */
  private isWhole(file: StoredFile): boolean {
    const path = join(this.root, file.path);
    const stats = statFile(path);
    if (stats === undefined || stats.bytes < file.bytes) return false;
    if (stats.bytes > file.bytes) return tailBytes(path, file) > 0;
    if (stats.mtimeMs === file.mtime_ms) return true;
    const content = readWhole(path);
    return content !== undefined && isContent(content, file);
  }
}
