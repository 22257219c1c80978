import { createHash } from 'node:crypto';
import { asVortexError } from '../market/errors.ts';
import { ExpectedFiles } from './checksum-list.ts';
import type { BackupDescription } from './description.ts';
import type { BackupEngine } from './engine.ts';
import { readTar } from './tar-reader.ts';

/** What was found wrong with a backup. */
export interface CheckedBackup {
  readonly name: string;
  /** Files that were read. */
  readonly files: number;
  /** One line each; none: it is good. */
  readonly problems: readonly string[];
}

/** Reads all of a backup and hashes every file of it. @throws VortexError when the target cannot be reached */
export async function checkBackup(engine: BackupEngine, backup: BackupDescription): Promise<CheckedBackup> {
  const problems: string[] = [];
  let files = 0;
  let expected: ExpectedFiles | undefined;
  try {
    const opened = await engine.open(backup);
    const list = new ExpectedFiles(opened.list);
    expected = list;
    try {
      await readTar(opened, ({ path }) => {
        const hash = createHash('sha256');
        return {
          write: (chunk) => {
            hash.update(chunk);
          },
          end: async () => {
            files += 1;
            const meant = await list.take(path);
            if (meant === undefined) problems.push(`${path}: is not in the list of checksums`);
            else if (meant !== hash.digest('hex')) problems.push(`${path}: is not what was backed up`);
          },
        };
      });
      for (const path of await list.rest()) problems.push(`${path}: is missing`);
      if (list.unreadable > 0) problems.push('the list of checksums has lines that cannot be read');
      if (problems.length === 0) await opened.finish();
    } finally {
      opened.archive.destroy();
    }
  } catch (cause) {
    const error = asVortexError(cause);
    if (error.code !== 'file-corrupt') throw error;
    const [next] = await (expected?.rest() ?? Promise.resolve([])).catch(() => []);
    problems.push(`${error.message}${next === undefined ? '' : `; ${next} and what follows cannot be relied on`}`);
  }
  if (problems.length === 0 && files !== backup.files) {
    problems.push(`${files} files instead of ${backup.files}`);
  }
  return { name: backup.name, files, problems };
}
