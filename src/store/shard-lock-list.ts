import { dirname, join } from 'node:path';
import type { Shard } from '../market/shard.ts';
import { namesIn } from '../disk/listing.ts';
import { lookAt } from '../disk/lock-file.ts';
import type { Holder } from '../disk/lock-file.ts';
import { lockPath, shardOfLock } from '../disk/paths.ts';

/** The lock of a shard as it stands. */
export interface ShardLockFile {
  readonly shard: Shard;
  readonly path: string;
  readonly held: Holder | undefined;
  readonly isDead: boolean;
}

/** The locks of all shards of a folder, those of dead ones too. @throws VortexError `folder-unusable` */
export function shardLocks(root: string): ShardLockFile[] {
  const folder = dirname(lockPath(root));
  return namesIn(folder).flatMap((name) => {
    const shard = shardOfLock(name);
    const path = join(folder, name);
    return shard === undefined ? [] : [{ shard, path, ...lookAt(path) }];
  });
}
