import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NO_BARS } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import type { Series } from '../market/instrument.ts';
import { joinBars } from '../market/merge.ts';
import { NOTHING_STORED } from '../market/stored-series.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import { columnNames } from './csv.ts';
import { decodeFile, encodeSeries } from './encoding.ts';
import { makeFolder, placeFile, readWhole, sha256, stageFile, statFile, storeError, syncFolder, temporaryName } from './files.ts';
import { describeTimes, encodeManifest, MANIFEST_SCHEMA, parseManifest, storedSeries, versionOf } from './manifest.ts';
import type { Format, Manifest, ManifestVersion, StoredFile, VersionFacts } from './manifest.ts';
import { manifestPath, quarantinePath } from './paths.ts';

/** What the folder has of a series, as far as its files bear it out. */
export interface KnownSeries {
  readonly stored: StoredSeries;
  /** The version that is in force; absent when nothing is known or the files are gone or not ours. */
  readonly version?: ManifestVersion;
  /** Formats of which every file is whole. */
  readonly formats: readonly Format[];
  /** Files of the version before that a crash may have left in their place; they may be replaced. */
  readonly superseded: readonly StoredFile[];
}

/** Nothing is known of a series. */
export const UNKNOWN_SERIES: KnownSeries = { stored: NOTHING_STORED, formats: [], superseded: [] };

/** What a run has to say about one series. */
export interface SeriesChange {
  readonly series: Series;
  readonly known: KnownSeries;
  /** All bars that the series is to have; absent: the files stay as they are. */
  readonly bars?: Bars;
  readonly formats: readonly Format[];
  readonly facts: VersionFacts;
}

/** What a commit did beside what was asked. */
export interface Committed {
  /** Files that were not what the folder's manifest says, set aside; below the data folder. */
  readonly quarantined: readonly string[];
}

interface Pending {
  readonly change: SeriesChange;
  readonly settle: (result: Committed) => void;
  readonly fail: (error: unknown) => void;
}

/** Files that are written under temporary names, with where they belong. */
interface Staged {
  readonly manifest: string;
  readonly placed: string[];
  /** Files in the way that nobody here wrote; below the data folder. */
  readonly foreign: string[];
}

/** How many stamps a manifest keeps of the last bars. */
const TAIL_LENGTH = 10;

/** The series of one data folder. Reading needs no lock; committing does. */
export class SeriesStore {
  private readonly root: string;
  private readonly run: string;
  private readonly now: () => number;
  private queue: Pending[] = [];
  private flushing: Promise<void> | undefined;

  constructor(root: string, run: string, now: () => number) {
    this.root = root;
    this.run = run;
    this.now = now;
  }

  /** What is known of a series. Touches nothing. @throws VortexError `folder-unusable` */
  read(series: Series): KnownSeries {
    const path = manifestPath(this.root, series.key);
    const content = readWhole(path);
    const manifest = content === undefined ? undefined : parseManifest(content, path);
    if (manifest === undefined || manifest.series !== series.key) return UNKNOWN_SERIES;
    const superseded = manifest.before?.files ?? [];
    for (const version of [versionOf(manifest), manifest.before]) {
      if (version === undefined) continue;
      const formats = this.wholeFormats(version);
      if (formats.length > 0 || version.files.length === 0) {
        return { stored: storedSeries(version, series.period), version, formats, superseded };
      }
    }
    const { coverage, absent, ...binding } = storedSeries(manifest, series.period);
    return { stored: { ...binding, coverage: [], rows: 0, tail: [] }, formats: [], superseded };
  }

  /** All stored bars of a series. @throws VortexError `file-corrupt` */
  async loadBars(known: KnownSeries): Promise<Bars> {
    const format = known.formats.includes('csv') ? 'csv' : known.formats[0];
    const files = known.version?.files.filter((file) => file.format === format) ?? [];
    const parts: Bars[] = [];
    for (const file of files) {
      const content = readWhole(join(this.root, file.path)) ?? Buffer.alloc(0);
      parts.push(await decodeFile(content, file.format, file.path));
    }
    return parts.length === 1 ? (parts[0] ?? NO_BARS) : joinBars(parts);
  }

  /**
   * Makes a change durable. Changes that come while others are being written go together, so that they share the waits
   * for the disk. Order, for every crash: new files and manifests synced under temporary names, manifests put in place,
   * then the files.
   */
  commit(change: SeriesChange): Promise<Committed> {
    return new Promise((settle, fail) => {
      this.queue.push({ change, settle, fail });
      this.flushing ??= this.flush();
    });
  }

  /** Waits until every change is durable or has failed. */
  async close(): Promise<void> {
    await this.flushing;
  }

  private async flush(): Promise<void> {
    await Promise.resolve();
    while (this.queue.length > 0) {
      const group = this.queue;
      this.queue = [];
      try {
        await this.commitGroup(group);
      } catch (error) {
        for (const pending of group) pending.fail(error);
      }
    }
    this.flushing = undefined;
  }

  private async commitGroup(group: readonly Pending[]): Promise<void> {
    const staged = await Promise.allSettled(group.map(({ change }) => this.stage(change)));
    const ready = staged.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failure = staged.find((result) => result.status === 'rejected');
    if (failure !== undefined) {
      for (const { manifest, placed } of ready) {
        for (const path of [manifest, ...placed]) rmSync(temporaryName(path), { force: true });
      }
      throw storeError(failure.reason, this.root);
    }
    for (const { manifest } of ready) placeFile(manifest);
    await this.syncFolders(ready.map(({ manifest }) => manifest));
    const files = ready.flatMap((series) => series.placed);
    const quarantined = ready.map((series) => this.setAside(series.foreign));
    for (const file of files) placeFile(file);
    await this.syncFolders(files);
    group.forEach(({ settle }, index) => {
      settle({ quarantined: quarantined[index] ?? [] });
    });
  }

  /** Writes everything of a change under temporary names. */
  private async stage(change: SeriesChange): Promise<Staged> {
    const { series, known, bars, facts } = change;
    const staged: Staged = { manifest: manifestPath(this.root, series.key), placed: [], foreign: [] };
    try {
      const files = bars === undefined ? (known.version?.files ?? []) : await this.stageFiles(change, bars, staged);
      const manifest: Manifest = {
        schema: MANIFEST_SCHEMA,
        series: series.key,
        instrument: series.instrument.id,
        class: series.instrument.class,
        symbol: series.symbol,
        period: series.period,
        ...facts,
        ...(bars === undefined ? timesOf(known.version) : describeTimes(bars.time, series.period, TAIL_LENGTH)),
        columns: bars === undefined ? (known.version?.columns ?? []) : columnNames(bars),
        files,
        updatedAt: new Date(this.now()).toISOString(),
        run: this.run,
        ...(staged.placed.length === 0 || known.version === undefined ? {} : { before: known.version }),
      };
      await stageFile(staged.manifest, encodeManifest(manifest));
      return staged;
    } catch (error) {
      for (const path of staged.placed) rmSync(temporaryName(path), { force: true });
      throw error;
    }
  }

  private async stageFiles(change: SeriesChange, bars: Bars, staged: Staged): Promise<StoredFile[]> {
    const { series, known, facts } = change;
    const { period, symbol, instrument } = series;
    const labels = { instrument: instrument.id, symbol, provider: facts.provider ?? '', period };
    const whole = known.version?.files.filter((file) => known.formats.includes(file.format)) ?? [];
    const files: StoredFile[] = [];
    for (const format of change.formats) {
      for (const { path, content } of await encodeSeries(series.key, period, bars, format, labels)) {
        const old = whole.find((file) => file.path === path);
        if (old !== undefined && old.bytes === content.length && old.sha256 === sha256(content)) {
          files.push(old);
          continue;
        }
        const target = join(this.root, path);
        const ours = old ?? known.superseded.find((file) => file.path === path && this.isWhole(file));
        if (ours === undefined && existsSync(target)) staged.foreign.push(path);
        const { bytes, sha256: hash, mtimeMs } = await stageFile(target, content);
        files.push({ path, format, bytes, sha256: hash, mtimeMs });
        staged.placed.push(target);
      }
    }
    return files;
  }

  private wholeFormats(version: ManifestVersion): Format[] {
    const formats = new Set(version.files.map((file) => file.format));
    for (const file of version.files) {
      if (formats.has(file.format) && !this.isWhole(file)) formats.delete(file.format);
    }
    return [...formats];
  }

  /** A file with the size and time that were written down is taken to be whole; otherwise its content decides. */
  private isWhole(file: StoredFile): boolean {
    const path = join(this.root, file.path);
    const stats = statFile(path);
    if (stats?.bytes !== file.bytes) return false;
    if (stats.mtimeMs === file.mtimeMs) return true;
    const content = readWhole(path);
    return content !== undefined && sha256(content) === file.sha256;
  }

  private setAside(paths: readonly string[]): string[] {
    const moved: string[] = [];
    for (const path of paths) {
      const target = quarantinePath(this.root, this.run, path);
      makeFolder(dirname(target));
      try {
        renameSync(join(this.root, path), target);
      } catch (error) {
        throw storeError(error, path);
      }
      moved.push(path);
    }
    return moved;
  }

  private async syncFolders(paths: readonly string[]): Promise<void> {
    await Promise.all([...new Set(paths.map((path) => dirname(path)))].map((folder) => syncFolder(folder)));
  }
}

function timesOf(version: ManifestVersion | undefined): Pick<ManifestVersion, 'rows' | 'first' | 'last' | 'tail'> {
  if (version === undefined) return { rows: 0, tail: [] };
  const { rows, first, last, tail } = version;
  return { rows, tail, ...(first === undefined ? {} : { first }), ...(last === undefined ? {} : { last }) };
}
