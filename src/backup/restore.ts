import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../market/errors.ts';
import { CLASS_FOLDERS } from '../market/series.ts';
import { makeFolder, storeError } from '../disk/files.ts';
import { journalMarks, settleJournal } from '../store/journal.ts';
import { restoreFolder } from '../disk/leftovers.ts';
import { filesBelow } from '../disk/listing.ts';
import { lockFolder } from '../store/lock.ts';
import { parseManifest } from '../store/manifest.ts';
import type { Manifest } from '../store/manifest-form.ts';
import { manifestsFolder, OWN_FOLDER } from '../disk/paths.ts';
import { packsOf } from '../raw/pack.ts';
import { SeriesStore } from '../store/series-store.ts';
import type { BackupDescription } from './description.ts';
import type { BackupEngine } from './engine.ts';
import { checkPlaced, makeRoom, placeStaged, stagedSeries } from './placing.ts';
import { RAW } from './raw-packs.ts';
import { forgetItems, isPackWanted, prepareArchive, repackStaged, stagedRemoved } from './raw-restore.ts';
import { stageFiles } from './staging.ts';
import { readTar } from './tar-reader.ts';

const MANIFESTS = `${OWN_FOLDER}/series/`;
const REVISIONS = `${OWN_FOLDER}/revisions/`;

/** What is to be restored, and where to. */
export interface RestoreRequest {
  readonly backup: BackupDescription;
  /** The folder, absolute. */
  readonly to: string;
  /** Series that are wanted, as the backup has them; undefined: everything. */
  readonly series: readonly Manifest[] | undefined;
  /** Series that stand there already may be replaced. */
  readonly overwrite: boolean;
  /** Names the restore in the lock. */
  readonly run: string;
}

/** What was restored. */
export interface Restored {
  readonly files: number;
  readonly series: number;
  readonly bytes: number;
  /** Files that stood there and that no restored series knows; set aside under `.vortex/quarantine`. */
  readonly quarantined: readonly string[];
}

/** The manifests of a backup; reads all of it. @throws VortexError `file-corrupt` */
export async function seriesOf(engine: BackupEngine, backup: BackupDescription): Promise<Manifest[]> {
  const opened = await engine.open(backup);
  const manifests: Manifest[] = [];
  try {
    await readTar(opened, ({ path }) => {
      const wanted = path.startsWith(MANIFESTS);
      const pieces: Buffer[] = [];
      return {
        write: (chunk) => {
          if (wanted) pieces.push(chunk);
        },
        end: () => {
          const manifest = wanted ? parseManifest(Buffer.concat(pieces), path) : undefined;
          if (manifest !== undefined) manifests.push(manifest);
        },
      };
    });
  } finally {
    opened.archive.destroy();
  }
  return manifests;
}

function hasData(root: string): boolean {
  return [...Object.values(CLASS_FOLDERS).map((folder) => join(root, folder)), manifestsFolder(root)].some(
    (folder) => filesBelow(folder).length > 0,
  );
}

/** What is of the run at work, and in no backup of ours. */
const OF_THE_MOMENT = new RegExp(`^${OWN_FOLDER}/(?:lock|journal|restore-)`);
const ALLOWANCE = `${OWN_FOLDER}/allowance/`;

/** Where a file of a backup goes, below the folder; undefined: nowhere. */
function placeFor(
  { to, aside }: { readonly to: string; readonly aside: string },
  series: readonly Manifest[] | undefined,
): (path: string) => string | undefined {
  const keys = series && new Set(series.map((manifest) => manifest.series));
  const files = new Set(series?.flatMap((manifest) => manifest.files.map(({ path }) => path)));
  const keyOf = (path: string): string | undefined => {
    if (path.startsWith(MANIFESTS)) return path.slice(MANIFESTS.length, -'.json'.length);
    if (path.startsWith(REVISIONS)) return path.slice(REVISIONS.length, -'.csv'.length);
    return undefined;
  };
  return (path) => {
    if (path.startsWith('config/')) return `${OWN_FOLDER}/restored-config/${path.slice('config/'.length)}`;
    if (OF_THE_MOMENT.test(path)) return undefined;
    // What was spent since the backup stays spent.
    if (path.startsWith(ALLOWANCE) && existsSync(join(to, path))) return undefined;
    if (keys === undefined || path === `${RAW}sizes.json`) return path;
    if (path.startsWith(RAW)) return isPackWanted(aside, path, keys) ? path : undefined;
    const key = keyOf(path);
    return files.has(path) || (key !== undefined && keys.has(key)) ? path : undefined;
  };
}

function clear(aside: string): void {
  try {
    rmSync(aside, { recursive: true, force: true });
  } catch {
    // The next run removes it.
  }
}

/**
 * Restores a backup, all or some series of it. Everything is read and checked aside before anything is put in its place, and
 * read again there.
 * @throws VortexError `usage` where data stands already, `folder-locked`, `file-corrupt` (nothing was restored then),
 *   `disk-full`, `folder-unusable`
 */
export async function restoreBackup(engine: BackupEngine, request: RestoreRequest): Promise<Restored> {
  const { backup, to, series, overwrite, run } = request;
  const standing = hasData(to);
  if (standing && !overwrite) {
    throw usageError(`${to} has data in it already; choose another folder with --to, or allow it with --overwrite`);
  }
  const lock = lockFolder(to, run);
  const aside = restoreFolder(to, run);
  try {
    makeFolder(aside);
    const hasArchive = packsOf(to).length > 0;
    let staged = await stageFiles(engine, backup, aside, placeFor({ to, aside }, series));
    const isPlain = !standing && !hasArchive && series === undefined;
    const lost = stagedRemoved(aside);
    const keys = series && new Set(series.map((manifest) => manifest.series));
    if (!isPlain) staged = await repackStaged(aside, run, keys, staged);
    let quarantined: readonly string[] = [];
    if (standing) {
      for (const mark of journalMarks(to)) await settleJournal(to, mark);
      quarantined = await makeRoom(to, run, aside);
    }
    if (!isPlain) {
      const store = new SeriesStore(to, run, () => 0);
      await prepareArchive(to, lost, (key) => store.manifestOf(key));
    }
    await placeStaged(to, aside);
    await checkPlaced(to, aside);
    if (hasArchive) await forgetItems(to, run, await stagedSeries(aside));
    return { ...staged, quarantined };
  } catch (error) {
    throw storeError(error, to, '--to');
  } finally {
    clear(aside);
    lock.release();
  }
}
