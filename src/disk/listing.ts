import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { usageError, VortexError } from '../market/errors.ts';
import { isMissing, storeError } from './files.ts';
import { manifestsFolder, OWN_FOLDER } from './paths.ts';

const ENDING = '.json';

/** What operating systems and file synchronisation leave in folders: `._SPY.json`, `SPY 2.json`, `SPY (conflicted copy).json`. */
const FOREIGN = /^\.|[ ()~]|\.sync-conflict-|^(?:Thumbs\.db|desktop\.ini)$/i;

/** True for a name that no file of this program has, in `.vortex` and below the folders of the classes. */
export function isForeignName(name: string): boolean {
  return FOREIGN.test(name);
}

/** Names of what stands in a folder, unsorted; none when there is no such folder. @throws VortexError `folder-unusable` */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw storeError(error, folder);
  }
}

/** Every file below a folder, as paths relative to it with `/` between the parts; none when there is no such folder. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw storeError(error, folder);
  }
}

/** Keys of the series that have a manifest of their own; files with foreign names are passed over. */
export function listManifests(root: string): string[] {
  return filesBelow(manifestsFolder(root))
    .filter((path) => path.endsWith(ENDING) && !path.split('/').some(isForeignName))
    .map((path) => path.slice(0, -ENDING.length));
}

/** Makes sure that there is a data folder to look at. @throws VortexError `folder-unusable` */
export function requireFolder(root: string): void {
  let isFolder: boolean | undefined;
  try {
    isFolder = statSync(root, { throwIfNoEntry: false })?.isDirectory();
  } catch (error) {
    if (!isMissing(error)) throw storeError(error, root);
  }
  if (isFolder === true) return;
  const what = isFolder === undefined ? 'there is no such data folder' : 'it is a file, not a data folder';
  throw new VortexError(`${root}: ${what}; name another with --output-dir`, {
    code: 'folder-unusable',
    disposition: 'abort-run',
    context: { root },
  });
}

/** Refuses a folder in which no run has ever been. @throws VortexError `usage` */
export function checkDataFolder(root: string): void {
  if (existsSync(join(root, OWN_FOLDER))) return;
  throw usageError(`${root} is no data folder: there is no ${OWN_FOLDER} in it; name one with --output-dir`);
}
