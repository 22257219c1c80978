import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VortexError } from '../market/errors.ts';
import { isMissing, storeError } from './files.ts';
import { OWN_FOLDER } from './paths.ts';

/**
 * Writes a small file to a data folder, reads it back and removes it.
 * @returns bytes that this user may still write
 * @throws VortexError `disk-full`, `folder-unusable`
 */
export async function probeFolder(root: string): Promise<number> {
  const folder = join(root, OWN_FOLDER);
  const path = join(folder, `probe-${process.pid}.tmp`);
  const text = `written to see whether the folder works, by process ${process.pid}\n`;
  try {
    await mkdir(folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    await writeFile(path, text, { flush: true });
    const read = await readFile(path, 'utf8');
    if (read !== text) {
      throw new VortexError(`${path}: what was read is not what was written; look after the disk`, {
        code: 'folder-unusable',
        disposition: 'abort-run',
      });
    }
    await rm(path);
    const { bavail, bsize } = await statfs(root);
    return bavail * bsize;
  } catch (error) {
    if (isMissing(error)) {
      // Made anew here it would hide that a disk is not mounted.
      throw new VortexError(
        `${root}: this folder is not there; mount or restore it, else the next run begins a new one`,
        {
          code: 'folder-unusable',
          disposition: 'abort-run',
          cause: error,
        },
      );
    }
    throw storeError(error, root);
  }
}
