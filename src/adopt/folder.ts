import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { usageError, VortexError } from '../market/errors.ts';
import { OWN_FOLDER } from '../disk/paths.ts';

/** What stands in a folder that is to be adopted; paths are below it, with `/` between folders. */
export interface ForeignListing {
  /** CSV files, sorted. */
  readonly csv: readonly string[];
  /** What is left alone: neither a CSV file nor a sidecar of one. */
  readonly others: readonly { readonly path: string; readonly reason: string }[];
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Makes sure that a folder can be adopted into a data folder.
 * @throws VortexError `usage` when it is no folder, or a data folder of this program, or the data folder itself
 */
export function checkForeignFolder(folder: string, dataFolder: string): void {
  const real = realPath(folder);
  if (real === undefined || !statSync(real).isDirectory()) throw usageError(`${folder} is no folder`);
  if (real === realPath(dataFolder)) {
    throw usageError(
      `${folder} is the data folder itself, and its files would be replaced; name another with --output-dir`,
    );
  }
  if (lstatSync(join(real, OWN_FOLDER), { throwIfNoEntry: false }) !== undefined) {
    throw usageError(`${folder} is a data folder of Vortex already; use it as it is, or copy it`);
  }
}

/**
 * Lists a folder to be adopted. Hidden entries and the data folder are passed over; links are named, not followed.
 * @param dataFolder may stand inside the folder
 * @throws VortexError `usage` when a folder inside cannot be listed
 */
export function listForeignFolder(folder: string, dataFolder: string): ForeignListing {
  const own = realPath(dataFolder);
  const csv: string[] = [];
  const others: { path: string; reason: string }[] = [];
  const walk = (at: string): void => {
    let entries;
    try {
      entries = readdirSync(at, { withFileTypes: true });
    } catch (error) {
      throw usageError(`${at} cannot be listed: ${error instanceof Error ? error.message : String(error)}`);
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const full = join(at, entry.name);
      const path = relative(folder, full).split(sep).join('/');
      if (entry.isSymbolicLink()) others.push({ path, reason: 'a link; links are not followed' });
      else if (entry.isDirectory()) {
        if (realPath(full) !== own) walk(full);
      } else if (/\.csv$/i.test(entry.name)) csv.push(path);
      else others.push({ path, reason: 'no CSV file' });
    }
  };
  walk(folder);
  csv.sort();
  const sidecars = new Set(csv.map((path) => `${path}.json`));
  return { csv, others: others.filter(({ path }) => !sidecars.has(path)) };
}

/** A foreign file as it stands. */
export interface ForeignFile {
  readonly content: Buffer;
  /** Its last change, milliseconds since the epoch. */
  readonly mtimeMs: number;
}

/** Reads a foreign file. @throws VortexError `file-corrupt` with the path as it was given */
export function readForeignFile(folder: string, path: string): ForeignFile {
  const full = join(folder, path);
  try {
    return { content: readFileSync(full), mtimeMs: statSync(full).mtimeMs };
  } catch (error) {
    throw new VortexError(`${path}: it cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'file-corrupt',
      disposition: 'skip-series',
      context: { path },
      cause: error,
    });
  }
}

/** Reads the sidecar of a foreign file; undefined when there is none. @throws VortexError `file-corrupt` */
export function readForeignSidecar(folder: string, path: string): Buffer | undefined {
  const stats = lstatSync(join(folder, `${path}.json`), { throwIfNoEntry: false });
  return stats?.isFile() ? readForeignFile(folder, `${path}.json`).content : undefined;
}
