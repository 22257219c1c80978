import { join } from 'node:path';
import type { Shard } from '../market/shard.ts';

/** Where things stand below the data folder. Pure. */
export const OWN_FOLDER = '.vortex';

export const manifestsFolder = (root: string): string => join(root, OWN_FOLDER, 'series');
export const manifestPath = (root: string, key: string): string => join(manifestsFolder(root), `${key}.json`);
export const runReportsFolder = (root: string): string => join(root, OWN_FOLDER, 'runs');
/** @param mark of the shard whose journal it is; none: that of a run on its own */
export const journalPath = (root: string, mark = ''): string =>
  join(root, OWN_FOLDER, mark === '' ? 'journal' : `journal.${mark}`);
/** The mark in the name of a journal (`journal`, `journal.1-of-3`); undefined when it is none. */
export const markOfJournal = (name: string): string | undefined => {
  const parts = /^journal(?:\.(\d+-of-\d+))?$/.exec(name);
  return parts === null ? undefined : (parts[1] ?? '');
};
/** When the last run with exit code 0 ended; with a mark: that of a shard. */
export const lastSuccessPath = (root: string, mark = ''): string =>
  join(root, OWN_FOLDER, mark === '' ? 'last-success.json' : `last-success.${mark}.json`);
/** How the last backup and the last verification of one went. */
export const backupNotePath = (root: string): string => join(root, OWN_FOLDER, 'backups.json');
/** The raw archive: `<provider>/<yyyy>/<mm>/<dd>/…` */
export const rawFolder = (root: string): string => join(root, OWN_FOLDER, 'raw');
export const lockPath = (root: string): string => join(root, OWN_FOLDER, 'lock');
/** The lock of one shard, beside that of runs on their own: `lock.1-of-3`. */
export const shardLockPath = (root: string, mark: string): string => join(root, OWN_FOLDER, `lock.${mark}`);
/** The shard in the name of a lock; undefined when it is none of one. */
export const shardOfLock = (name: string): Shard | undefined => {
  const [, index, count] = /^lock\.(\d+)-of-(\d+)$/.exec(name) ?? [];
  return index === undefined || count === undefined ? undefined : { index: Number(index), count: Number(count) };
};
/** Where a file that is not what the manifest says is set aside by a run. */
export const quarantinePath = (root: string, run: string, path: string): string =>
  join(root, OWN_FOLDER, 'quarantine', run, path);
/** What was spent of a provider's allowance: `<provider>/<account>/<day>.jsonl`. */
export const allowanceFolder = (root: string, provider: string, account: string): string =>
  join(root, OWN_FOLDER, 'allowance', provider, account);
