import { readdirSync, rmSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { isMissing, temporaryEnding } from './files.ts';
import { OWN_FOLDER } from './paths.ts';

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    // A shard at work may remove a folder that has just been listed.
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * Removes the temporary files that a dead run left. Links are not followed: what they lead to is not ours.
 * @param mark of the shard that died; absent: those of all
 */
export function removeTemporary(folder: string, mark?: string): void {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeTemporary(path, mark);
    else if (entry.isFile() && entry.name.endsWith(temporaryEnding(mark))) rmSync(path, { force: true });
  }
}

/** Where a restore keeps what it has not put in its place yet. */
export const restoreFolder = (root: string, run: string): string => join(root, OWN_FOLDER, `restore-${run}`);

/** Removes what restores that were killed have set ready; to be called under the lock of the whole folder. */
export function removeRestores(root: string): void {
  for (const entry of entriesOf(join(root, OWN_FOLDER))) {
    if (!entry.isDirectory() || !entry.name.startsWith('restore-')) continue;
    rmSync(join(root, OWN_FOLDER, entry.name), { recursive: true, force: true });
  }
}
