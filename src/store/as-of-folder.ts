import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../market/errors.ts';
import { isMissing, makeFolder, readWhole, storeError } from '../disk/files.ts';
import { OWN_FOLDER } from '../disk/paths.ts';

/**
 * Prepares the folder that series as of a day are written to: a new one, an empty one, or one that was made for the same day.
 * @param day 2026-01-15
 * @throws VortexError `usage` when anything else is in it; `folder-unusable`
 */
export function openAsOfFolder(folder: string, day: string): void {
  const mark = join(folder, OWN_FOLDER, 'as-of');
  try {
    const isEmpty = readdirSync(folder).length === 0;
    if (!isEmpty && readWhole(mark)?.toString('utf8').trim() !== day) {
      throw usageError(
        `${folder} is not empty, and was not made by \`rebuild --as-of ${day}\`; choose another with --to`,
      );
    }
  } catch (error) {
    if (!isMissing(error)) throw storeError(error, folder);
  }
  makeFolder(join(folder, OWN_FOLDER));
  try {
    writeFileSync(mark, `${day}\n`);
  } catch (error) {
    throw storeError(error, mark);
  }
}
