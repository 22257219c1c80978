import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../disk/files.ts';
import { journalMarks, placeCommitted } from './journal.ts';
import { busy, tryLock } from '../disk/lock-file.ts';
import { removeRestores, removeTemporary } from '../disk/leftovers.ts';
import { lockPath } from '../disk/paths.ts';
import { shardLocks } from './shard-lock-list.ts';

/** The right to write to a data folder. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the data folder for one run. A dead holder is taken over, and what it left half done is removed. While a shard is at
 * work the folder is not to be had.
 * @param root the data folder; made when it is not there
 * @throws VortexError `folder-locked`, `folder-unusable`
 */
export function lockFolder(root: string, run: string): FolderLock {
  const path = lockPath(root);
  makeFolder(dirname(path));
  const lock = tryLock(path, run);
  if ('held' in lock) throw busy(root, lock.held);
  try {
    const shards = shardLocks(root);
    const living = shards.find(({ isDead }) => !isDead);
    if (living !== undefined) throw busy(root, living.held);
    removeRestores(root);
    if (lock.tookOver || shards.length > 0) {
      placeCommitted(root, journalMarks(root));
      removeTemporary(root);
      for (const shard of shards) rmSync(shard.path, { force: true });
    }
  } catch (error) {
    lock.release();
    throw error;
  }
  return lock;
}
