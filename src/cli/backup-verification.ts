import { usageError } from '../market/errors.ts';
import { readBackupNote } from '../store/backup-note.ts';
import type { CommandContext } from './context.ts';

const DAY_MS = 86_400_000;

/** Reads --verify-every: whole days, 0 for each time; undefined: never. @throws VortexError `usage` */
export function readDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,3}$/.test(text)) throw usageError(`flag --verify-every: ${text} is not a number of days from 0 to 999`);
  return Number(text);
}

/** Whether a new backup is to be verified: no verification was good within so many days. @throws VortexError `folder-unusable` */
export function isVerificationDue({ settings, now }: CommandContext, everyDays: number | undefined): boolean {
  if (everyDays === undefined) return false;
  const { lastVerified } = readBackupNote(settings.output_dir);
  return lastVerified === undefined || now - lastVerified >= everyDays * DAY_MS;
}
