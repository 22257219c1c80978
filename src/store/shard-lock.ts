import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shardMark, shardName } from '../market/shard.ts';
import type { Shard } from '../market/shard.ts';
import { makeFolder } from '../disk/files.ts';
import { journalMarks, placeCommitted, settleJournal } from './journal.ts';
import { finishRelocation } from './relocation.ts';
import { removeRestores, removeTemporary } from '../disk/leftovers.ts';
import type { FolderLock } from './lock.ts';
import { busy, lookAt, tryLock } from '../disk/lock-file.ts';
import type { Grip } from '../disk/lock-file.ts';
import { realNow } from '../disk/machine.ts';
import { lockPath, shardLockPath } from '../disk/paths.ts';
import { removeUncommitted } from '../raw/leftovers.ts';
import { SeriesStore } from './series-store.ts';
import { shardLocks } from './shard-lock-list.ts';
import type { ShardLockFile } from './shard-lock-list.ts';

/** How long the shards wait for each other at the door: what is done there takes moments, after a crash seconds. */
const PATIENCE_MS = 120_000;
const LOOK_AGAIN_MS = 20;

/** The right of one shard to write its part of a data folder. */
export interface ShardLock extends FolderLock {
  readonly shard: Shard;
  /** Does work that no other shard, and no other run, may do at the same time. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** Marks of the other shards that are at work. */
  readonly others: () => ReadonlySet<string>;
}

/**
 * Holds the lock of the whole folder for a moment. One shard after the other passes this door.
 * @param isInside the shard has its own lock: nobody but another passer-by can stand in the door
 */
async function enter(root: string, run: string, shard: Shard, isInside: boolean): Promise<Grip> {
  const until = realNow() + PATIENCE_MS;
  for (;;) {
    const door = tryLock(lockPath(root), run, shardName(shard));
    if (!('held' in door)) return door;
    const { held } = door;
    // A run on its own that finds shards at work goes away again, and a dead one is being taken over by another shard.
    const isPassing =
      isInside ||
      held === undefined ||
      held.shard !== undefined ||
      lookAt(lockPath(root)).isDead ||
      shardLocks(root).some(({ isDead }) => !isDead);
    if (!isPassing || realNow() > until) throw busy(root, held);
    await sleep(LOOK_AGAIN_MS + Math.random() * LOOK_AGAIN_MS);
  }
}

/** Brings in order what dead runs left: the first of the shards all of it, a later one what was its own. */
async function cleanUp(
  root: string,
  run: string,
  shard: Shard,
  locks: readonly ShardLockFile[],
  tookOver: boolean,
): Promise<void> {
  const own = shardMark(shard);
  const isFirst = locks.every(({ isDead }) => isDead);
  const left = locks.filter((lock) => isFirst || shardMark(lock.shard) === own);
  const marks = isFirst ? journalMarks(root) : [own];
  if (isFirst) removeRestores(root);
  if (left.length > 0 || (isFirst && tookOver)) {
    placeCommitted(root, marks);
    removeTemporary(root, isFirst ? undefined : own);
  }
  if (isFirst) await finishRelocation(root);
  for (const mark of marks) await settleJournal(root, mark);
  if (!isFirst) return;
  const store = new SeriesStore(root, run, realNow);
  await removeUncommitted(root, (series) => store.manifestOf(series));
  for (const lock of left) if (shardMark(lock.shard) !== own) rmSync(lock.path, { force: true });
}

/**
 * Takes the part of a data folder that belongs to a shard. The other shards of the same number may be at work; a run on its own
 * and shards of another number may not. A dead run is taken over, and what it left half done is finished or removed.
 * @param root the data folder; made when it is not there
 * @throws VortexError `folder-locked`, `folder-unusable`, `disk-full`
 */
export async function lockShard(root: string, run: string, shard: Shard): Promise<ShardLock> {
  const mark = shardMark(shard);
  makeFolder(dirname(lockPath(root)));
  const door = await enter(root, run, shard, false);
  let lock: Grip;
  try {
    const locks = shardLocks(root);
    const inTheWay = locks.find(
      (other) => !other.isDead && (other.shard.count !== shard.count || other.shard.index === shard.index),
    );
    if (inTheWay !== undefined) throw busy(root, inTheWay.held);
    await cleanUp(root, run, shard, locks, door.tookOver);
    const taken = tryLock(shardLockPath(root, mark), run, shardName(shard));
    if ('held' in taken) throw busy(root, taken.held);
    lock = taken;
  } finally {
    door.release();
  }
  return {
    shard,
    release: () => {
      lock.release();
    },
    alone: async (work) => {
      const alone = await enter(root, run, shard, true);
      try {
        return await work();
      } finally {
        alone.release();
      }
    },
    others: () =>
      new Set(
        shardLocks(root)
          .filter(({ isDead, shard: other }) => !isDead && shardMark(other) !== mark)
          .map(({ shard: other }) => shardMark(other)),
      ),
  };
}
