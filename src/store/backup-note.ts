import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { writeWhole } from '../disk/durable-file.ts';
import { readWhole } from '../disk/files.ts';
import { backupNotePath } from '../disk/paths.ts';

const note = z.object({
  lastSuccess: z.number().optional(),
  lastVerified: z.number().optional(),
  exitCode: z.number().optional(),
});

/** How the backups of a folder went: times in milliseconds since the epoch, UTC. */
export type BackupNote = z.infer<typeof note>;

/** What is known of the backups of a folder; a note that is absent or damaged says nothing. @throws VortexError `folder-unusable` */
export function readBackupNote(root: string): BackupNote {
  try {
    return note.safeParse(JSON.parse(readWhole(backupNotePath(root))?.toString('utf8') ?? '{}')).data ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Adds to the note what a backup or a verification has shown. @throws VortexError `disk-full`, `folder-unusable` */
export async function noteBackup(root: string, news: BackupNote): Promise<BackupNote> {
  const after = { ...readBackupNote(root), ...news };
  const path = backupNotePath(root);
  mkdirSync(dirname(path), { recursive: true });
  await writeWhole(path, Buffer.from(`${JSON.stringify(after)}\n`));
  return after;
}
