import { existsSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bars } from '../market/bars.ts';
import { columnNames } from './csv.ts';
import { encodeSeries } from './encoding.ts';
import type { EncodedFile } from './encoding.ts';
import {
  closeFile,
  dropTemporary,
  makeFolder,
  placeFile,
  sha256,
  storeError,
  syncFile,
  syncFolder,
  writeFile,
} from './files.ts';
import type { WrittenFile } from './files.ts';
import type { Journal } from './journal.ts';
import { describeTimes, MANIFEST_SCHEMA } from './manifest.ts';
import type { Manifest, ManifestVersion, StoredFile } from './manifest.ts';
import { quarantinePath } from './paths.ts';
import type { Committed, SeriesChange } from './series-change.ts';

/** How many stamps a manifest keeps of the last bars. */
const TAIL_LENGTH = 10;

/** A file that a series is to have: as it stands, or with the content that is to be written. */
type WantedFile = { readonly stands: StoredFile } | { readonly encoded: EncodedFile; readonly foreign: boolean };

/** A change with everything encoded. */
interface Draft {
  readonly change: SeriesChange;
  readonly files: readonly WantedFile[];
}

/** A change whose files are written under temporary names. */
interface Written {
  readonly manifest: Manifest;
  readonly data: readonly WrittenFile[];
  /** Files in the way that nobody here wrote; below the data folder. */
  readonly foreign: readonly string[];
}

async function encode(
  change: SeriesChange,
  bars: Bars,
  root: string,
  isWhole: (file: StoredFile) => boolean,
): Promise<WantedFile[]> {
  const { series, known, facts } = change;
  const { period, symbol, instrument, key } = series;
  const labels = { instrument: instrument.id, symbol, provider: facts.provider ?? '', period };
  const whole = known.version?.files.filter((file) => known.formats.includes(file.format)) ?? [];
  const files: WantedFile[] = [];
  for (const format of change.formats) {
    for (const encoded of await encodeSeries(key, period, bars, format, labels)) {
      const { path, content } = encoded;
      const old = whole.find((file) => file.path === path);
      if (old !== undefined && old.bytes === content.length && old.sha256 === sha256(content)) {
        files.push({ stands: old });
        continue;
      }
      const ours = old ?? known.superseded.find((file) => file.path === path && isWhole(file));
      files.push({ encoded, foreign: ours === undefined && existsSync(join(root, path)) });
    }
  }
  return files;
}

async function draft(change: SeriesChange, root: string, isWhole: (file: StoredFile) => boolean): Promise<Draft> {
  const { bars, known } = change;
  if (bars !== undefined) return { change, files: await encode(change, bars, root, isWhole) };
  return { change, files: known.version?.files.map((stands) => ({ stands })) ?? [] };
}

function timesOf(version: ManifestVersion | undefined): Pick<ManifestVersion, 'rows' | 'first' | 'last' | 'tail'> {
  if (version === undefined) return { rows: 0, tail: [] };
  const { rows, first, last, tail } = version;
  return { rows, tail, ...(first === undefined ? {} : { first }), ...(last === undefined ? {} : { last }) };
}

function manifestOf(
  { series, known, bars, facts }: SeriesChange,
  files: StoredFile[],
  replaced: boolean,
  run: string,
  now: number,
): Manifest {
  return {
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
    updatedAt: new Date(now).toISOString(),
    run,
    ...(replaced && known.version !== undefined ? { before: known.version } : {}),
  };
}

/** Writes everything of a draft under temporary names; what is open is added to `open` at once, for a failure further on. */
function write({ change, files }: Draft, root: string, run: string, now: number, open: WrittenFile[]): Written {
  const data: WrittenFile[] = [];
  const foreign: string[] = [];
  const records = files.map((file): StoredFile => {
    if ('stands' in file) return file.stands;
    const { path, format, content } = file.encoded;
    const written = writeFile(join(root, path), content);
    open.push(written);
    data.push(written);
    if (file.foreign) foreign.push(path);
    return { path, format, bytes: written.bytes, sha256: written.sha256, mtimeMs: written.mtimeMs };
  });
  return { manifest: manifestOf(change, records, data.length > 0, run, now), data, foreign };
}

async function syncFolders(files: readonly WrittenFile[]): Promise<void> {
  await Promise.all([...new Set(files.map(({ path }) => dirname(path)))].map((folder) => syncFolder(folder)));
}

/** Sets aside what nobody here wrote. */
function setAside(root: string, run: string, paths: readonly string[]): void {
  for (const path of paths) {
    const target = quarantinePath(root, run, path);
    makeFolder(dirname(target));
    try {
      renameSync(join(root, path), target);
    } catch (error) {
      throw storeError(error, path);
    }
  }
}

/**
 * Makes changes durable, all together: everything is written under temporary names, then all of it is synced at once (a
 * file that is opened while another is being synced waits for it), then the journal takes the manifests, then the files are
 * put in place. A crash at any point leaves each file as the journal or its manifest knows it, old or new.
 * @returns what happened to each change, in their order
 * @throws VortexError `disk-full`, `folder-unusable`; no temporary file is left then
 */
export async function commitChanges(
  root: string,
  run: string,
  now: number,
  changes: readonly SeriesChange[],
  journal: Journal,
  isWhole: (file: StoredFile) => boolean,
): Promise<Committed[]> {
  const drafts: Draft[] = [];
  for (const change of changes) drafts.push(await draft(change, root, isWhole));
  const open: WrittenFile[] = [];
  let written: Written[];
  try {
    written = drafts.map((each) => write(each, root, run, now, open));
  } catch (error) {
    for (const file of open) {
      closeFile(file);
      dropTemporary(file.path);
    }
    throw error;
  }
  try {
    await syncAll(open);
    await journal.append(written.map(({ manifest }) => manifest));
  } catch (error) {
    for (const { path } of open) dropTemporary(path);
    throw storeError(error, root);
  }
  for (const { foreign } of written) setAside(root, run, foreign);
  for (const { path } of open) placeFile(path);
  await syncFolders(open);
  return written.map(({ foreign }) => ({ quarantined: foreign }));
}

/** Waits for all, so that none is being written any more when a failure is dealt with. */
async function syncAll(files: readonly WrittenFile[]): Promise<void> {
  const synced = await Promise.allSettled(files.map((file) => syncFile(file)));
  const failure = synced.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
