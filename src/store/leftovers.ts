import { readdirSync, rmSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { isMissing, temporaryEnding } from './files.ts';

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
