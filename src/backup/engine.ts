import type { BackupDescription } from './description.ts';
import type { SnapshotEntry } from './entry.ts';
import type { SnapshotFindings } from './snapshot.ts';
import type { ReadableArchive } from './tar-reader.ts';

/** What is to become a backup. */
export interface NewBackup {
  readonly name: string;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
  /** Version of the program. */
  readonly program: string;
  readonly entries: AsyncIterable<SnapshotEntry>;
  /** Complete when the entries have ended. */
  readonly found: SnapshotFindings;
}

/** A backup that is being read. */
export interface OpenBackup extends ReadableArchive {
  /** Lines of the list of checksums. */
  readonly list: AsyncIterable<string, unknown>;
  /** To be called when all of both was read. @throws VortexError `file-corrupt` when either is not what was written */
  finish(): Promise<void>;
}

/** How backups are made and kept. */
export interface BackupEngine {
  /** For people: where the backups are. */
  readonly place: string;
  /** Makes a backup; it is listed from the moment on at which it is whole. */
  create(backup: NewBackup): Promise<BackupDescription>;
  /** Whole backups, the oldest first. */
  list(): Promise<BackupDescription[]>;
  /** Names of backups that are there, but whose description is damaged: they are not listed. */
  unreadable(): Promise<string[]>;
  open(backup: BackupDescription): Promise<OpenBackup>;
  /** Removes backups, and what interrupted ones left more than a day ago. */
  remove(backups: readonly BackupDescription[]): Promise<void>;
}
