import { opendir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, storeError } from './files.ts';
import { OWN_FOLDER } from './paths.ts';

/** Bytes of the parts of a data folder, and of the disk that it is on. */
export interface DiskUsage {
  readonly data: number;
  /** The raw archive. */
  readonly raw: number;
  readonly backups: number;
  /** What else the program keeps: manifests, revisions, reports. */
  readonly own: number;
  /** What this user may still write. */
  readonly free: number;
  readonly total: number;
}

async function bytesBelow(folder: string, skip: (name: string) => boolean = () => false): Promise<number> {
  let bytes = 0;
  try {
    for await (const entry of await opendir(folder)) {
      const path = join(folder, entry.name);
      if (skip(entry.name)) continue;
      if (entry.isDirectory()) bytes += await bytesBelow(path);
      else if (entry.isFile()) bytes += await bytesOf(path);
    }
  } catch (error) {
    if (!isMissing(error)) throw storeError(error, folder);
  }
  return bytes;
}

async function bytesOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    // Renamed or removed by a run that is at work.
    if (isMissing(error)) return 0;
    throw storeError(error, path);
  }
}

/** Counts the files of a data folder, without blocking. @throws VortexError `folder-unusable` */
export async function diskUsage(root: string): Promise<DiskUsage> {
  const own = join(root, OWN_FOLDER);
  const [data, raw, backups, rest, disk] = [
    await bytesBelow(root, (name) => name === OWN_FOLDER || name === 'backups'),
    await bytesBelow(join(own, 'raw')),
    await bytesBelow(join(root, 'backups')),
    await bytesBelow(own, (name) => name === 'raw'),
    await statfs(root),
  ];
  return { data, raw, backups, own: rest, free: disk.bavail * disk.bsize, total: disk.blocks * disk.bsize };
}
