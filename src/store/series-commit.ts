import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { appendRows, appendTime } from './append.ts';
import { columnNames } from '../market/columns.ts';
import { dropFiles, makeFolder, placeFile, storeError, syncFiles, syncFolder, writeFiles } from '../disk/files.ts';
import type { WrittenFile } from '../disk/files.ts';
import type { Journal } from './journal.ts';
import { describeTimes } from './manifest.ts';
import { MANIFEST_SCHEMA } from './manifest-form.ts';
import type { Manifest, ManifestVersion, StoredFile } from './manifest-form.ts';
import { quarantinePath } from '../disk/paths.ts';
import { appendItems } from '../raw/pack.ts';
import { appendRevisions, revisionLines, revisionsLength, withoutKnown } from './revisions.ts';
import type { Committed, SeriesChange, SeriesHead } from './series-change.ts';
import { wantedFiles } from './wanted-files.ts';
import type { WantedFile } from './wanted-files.ts';

/** A change with everything encoded. */
interface Draft {
  readonly change: SeriesChange;
  readonly files: readonly WantedFile[];
}

/** A change whose files are written under temporary names. */
interface Finished {
  readonly manifest: Manifest;
  /** Files in the way that nobody here wrote; below the data folder. */
  readonly foreign: readonly string[];
}

async function draft(change: SeriesChange, root: string, isWhole: (file: StoredFile) => boolean): Promise<Draft> {
  const { bars, known } = change;
  if (bars !== undefined) return { change, files: await wantedFiles(change, bars, root, isWhole) };
  return { change, files: known.version?.files.map((stands) => ({ stands })) ?? [] };
}

type BarTimes = Pick<ManifestVersion, 'rows' | 'first' | 'last' | 'tail'>;

function timesOf(version: ManifestVersion | undefined): BarTimes {
  if (version === undefined) return { rows: 0, tail: [] };
  const { rows, first, last, tail } = version;
  return { rows, tail, ...(first === undefined ? {} : { first }), ...(last === undefined ? {} : { last }) };
}

function withHead(end: BarTimes, head: SeriesHead | undefined): BarTimes {
  if (head === undefined) return end;
  return { ...end, rows: head.rows + end.rows, ...(head.first === undefined ? {} : { first: head.first }) };
}

function manifestOf(
  { series, known, bars, head, facts }: SeriesChange,
  files: StoredFile[],
  revisionBytes: number,
  tailLength: number,
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
    commit: known.commit + 1,
    ...facts,
    ...(bars === undefined
      ? timesOf(known.version)
      : withHead(describeTimes(bars.time, series.period, tailLength), head)),
    columns: bars === undefined ? (known.version?.columns ?? []) : columnNames(bars),
    files,
    ...(revisionBytes === 0 ? {} : { revision_bytes: revisionBytes }),
    updated_at: new Date(now).toISOString(),
    run,
    ...(replaced && known.version !== undefined ? { before: known.version } : {}),
  };
}

/** What a draft comes to, its files being written. */
function finish(
  { change, files }: Draft,
  writtenAt: ReadonlyMap<string, WrittenFile>,
  appendedAt: number,
  revisionBytes: number,
  tailLength: number,
  run: string,
  now: number,
): Finished {
  let replaced = false;
  const records = files.map((file): StoredFile => {
    if ('stands' in file) return file.stands;
    replaced = true;
    if ('append' in file) {
      const { path, format } = file.append.file;
      return { path, format, ...file.append.known, mtime_ms: appendedAt };
    }
    const { path, format, checksum } = file.encoded;
    const written = writtenAt.get(path);
    if (written === undefined) throw new Error(`${path} was not written`);
    return { path, format, ...checksum, mtime_ms: written.mtimeMs };
  });
  const foreign = files.flatMap((file) => ('encoded' in file && file.foreign ? [file.encoded.path] : []));
  return { manifest: manifestOf(change, records, revisionBytes, tailLength, replaced, run, now), foreign };
}

async function syncFolders(files: readonly WrittenFile[]): Promise<void> {
  await Promise.all([...new Set(files.map(({ path }) => dirname(path)))].map((folder) => syncFolder(folder)));
}

/** Logs what the source has changed. @returns the length of the log */
async function logRevisions(root: string, change: SeriesChange, run: string, now: number): Promise<number> {
  const { revisions, series, known } = change;
  // A log outlives the manifest that knew its length.
  const committed = known.revisionBytes ?? revisionsLength(root, series.key);
  if (revisions === undefined) return committed;
  const fresh = withoutKnown(root, series.key, revisions, series.period, committed);
  const lines = revisionLines(fresh, series.period, run, now);
  return lines === '' ? committed : appendRevisions(root, series.key, lines, committed);
}

/** Sets aside what nobody here wrote. */
export function setAside(root: string, run: string, paths: readonly string[]): void {
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
 * Makes changes durable, all together: everything is written under temporary names, then all of it is synced at once, then
 * the journal takes the manifests, then the files are put in place, and rows are put behind long files. A crash at any point
 * leaves each file as the journal or its manifest knows it, old or new, or old with a tail that is cut.
 * @param tailLength stamps of the last bars that a manifest keeps
 * @returns what happened to each change, in their order
 * @throws VortexError `disk-full`, `folder-unusable`; no temporary file is left then
 */
export async function commitChanges(
  root: string,
  run: string,
  now: number,
  changes: readonly SeriesChange[],
  journal: Journal,
  tailLength: number,
  isWhole: (file: StoredFile) => boolean,
): Promise<Committed[]> {
  // Before anything of ours waits for the disk, which would make new files wait too.
  appendItems(
    root,
    run,
    changes.flatMap(({ raw }) => raw ?? []),
  );
  const drafts: Draft[] = [];
  for (const change of changes) drafts.push(await draft(change, root, isWhole));
  const contents = drafts.flatMap(({ files }) => files.flatMap((file) => ('encoded' in file ? [file.encoded] : [])));
  const written = await writeFiles(
    contents.map(({ path, content }) => ({ path: join(root, path), content })),
    journal.mark,
  );
  const writtenAt = new Map(written.map((file, index) => [contents[index]?.path ?? '', file]));
  const appends = drafts.flatMap(({ files }) => files.flatMap((file) => ('append' in file ? [file.append] : [])));
  const appendedAt = appendTime();
  let finished: Finished[];
  try {
    await syncFiles(written);
    const logs = await Promise.all(changes.map((change) => logRevisions(root, change, run, now)));
    finished = drafts.map((each, index) => finish(each, writtenAt, appendedAt, logs[index] ?? 0, tailLength, run, now));
    await journal.append(finished.map(({ manifest }) => manifest));
  } catch (error) {
    dropFiles(written);
    throw error;
  }
  try {
    for (const { foreign } of finished) setAside(root, run, foreign);
    for (const file of written) placeFile(file);
    for (const append of appends) await appendRows(join(root, append.file.path), append, appendedAt);
  } catch (error) {
    dropFiles(written);
    throw error;
  }
  await syncFolders(written);
  return finished.map(({ foreign }) => ({ quarantined: foreign }));
}
