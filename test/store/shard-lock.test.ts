import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { shardMark } from '../../src/market/shard.ts';
import type { Shard } from '../../src/market/shard.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { lockShard } from '../../src/store/shard-lock.ts';
import type { ShardLock } from '../../src/store/shard-lock.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { bars, change, coveredDays, manifest, manifestFile, NOW, SPY, stock } from './workspace.ts';

const LOCKED = expect.objectContaining({ code: 'folder-locked', disposition: 'abort-run' }) as Error;
const of = (text: string): Shard => {
  const [index = 0, count = 1] = text.split('/').map(Number);
  return { index, count };
};
const lockFile = (root: string, shard?: string): string =>
  join(root, '.vortex', shard === undefined ? 'lock' : `lock.${shardMark(of(shard))}`);

async function take(root: string, shard: string): Promise<ShardLock> {
  const lock = await lockShard(root, `run-of-${shard}`, of(shard));
  onTestFinished(() => {
    lock.release();
  });
  return lock;
}

/** The lock of a process that was killed; `silentMs` makes it one of another machine that has been silent so long. */
async function leave(root: string, shard?: string, silentMs?: number): Promise<void> {
  const lock = shard === undefined ? lockFolder(root, 'dead') : await lockShard(root, 'dead', of(shard));
  const path = lockFile(root, shard);
  const holder = JSON.parse(readFileSync(path, 'utf8')) as object;
  lock.release();
  const gone = silentMs === undefined ? { pid: 2 ** 22 + 1 } : { host: 'elsewhere' };
  writeFileSync(path, JSON.stringify({ ...holder, ...gone }));
  const touched = new Date(new Date().getTime() - (silentMs ?? 0));
  utimesSync(path, touched, touched);
}

function put(root: string, ...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), 'half');
  }
}

const temporary = (root: string): string[] => everythingIn(root).filter((path) => path.endsWith('.tmp'));
const locks = (root: string): string[] => everythingIn(root).filter((path) => path.includes('lock'));

/** A run that dies with a bar count committed and its journal open. */
async function dieAfter(root: string, count: number, shard?: string, series = SPY): Promise<void> {
  const store = new SeriesStore(root, 'dead', () => NOW, 0, shard === undefined ? undefined : of(shard));
  await store.commit(change(series, store.read(series), bars(count)));
}

describe('the lock of a shard', () => {
  it('is had by all shards of one number at once, though they come at the same moment', async () => {
    const root = temporaryFolder();
    await Promise.all(Array.from({ length: 8 }, (_, index) => take(root, `${index}/8`)));
    expect(locks(root)).toHaveLength(8);
    expect(() => lockFolder(root, 'alone')).toThrow(LOCKED);
    expect(() => lockFolder(root, 'alone')).toThrow(/^shard \d\/8, run run-of-\d\/8 \(pid \d+ on .* is working on /);
    await expect(take(root, '3/8')).rejects.toThrow(LOCKED);
    await expect(take(root, '3/9')).rejects.toThrow(LOCKED);
  });

  it('is not to be had while a run on its own is at work, and the folder not before the last shard has gone', async () => {
    const root = temporaryFolder();
    const alone = lockFolder(root, 'alone');
    await expect(take(root, '0/2')).rejects.toThrow(/^run alone \(pid/);
    alone.release();
    const [first, second] = [await take(root, '0/2'), await take(root, '1/2')];
    first.release();
    expect(() => lockFolder(root, 'alone')).toThrow(LOCKED);
    second.release();
    lockFolder(root, 'alone').release();
    expect(locks(root)).toEqual([]);
  });

  it('of a dead one is taken over by the same shard: its own leftovers go, those of the others at work stay', async () => {
    const root = temporaryFolder();
    await leave(root, '1/3');
    // The others came when it was still alive.
    const dead = readFileSync(lockFile(root, '1/3'));
    await take(root, '0/3');
    writeFileSync(lockFile(root, '1/3'), dead);
    put(root, 'stocks/1d/A.csv.0-of-3.tmp', 'stocks/1d/B.csv.1-of-3.tmp', 'stocks/1d/C.csv.tmp', 'stocks/1d/D.csv');
    await take(root, '1/3');
    expect(temporary(root)).toEqual(['stocks/1d/A.csv.0-of-3.tmp', 'stocks/1d/C.csv.tmp']);
    expect(existsSync(join(root, 'stocks/1d/D.csv'))).toBe(true);
  });

  it.each([
    ['a run on its own', undefined],
    ['a shard of another number', '3/4'],
    ['another shard', '1/3'],
  ])('finds what %s left and cleans up all of it when no shard is at work', async (_, dead) => {
    const root = temporaryFolder();
    await leave(root, dead);
    put(root, 'stocks/1d/A.csv.tmp', 'stocks/1d/B.csv.3-of-4.tmp', '.vortex/raw/sizes.json.1-of-3.tmp');
    await take(root, '0/3');
    expect(temporary(root)).toEqual([]);
    expect(locks(root)).toEqual(['.vortex/lock.0-of-3']);
  });

  it('of another machine counts until it has been silent for a minute', async () => {
    const root = temporaryFolder();
    await leave(root, '0/2', 30_000);
    await expect(take(root, '0/2')).rejects.toThrow(/on elsewhere/);
    await expect(take(root, '0/3')).rejects.toThrow(/on elsewhere/);
    await take(root, '1/2');
    const other = temporaryFolder();
    await leave(other, '0/2', 70_000);
    await take(other, '0/3');
  });

  it('leaves the living in peace when somebody died in the door', async () => {
    const root = temporaryFolder();
    await leave(root);
    const dead = readFileSync(lockFile(root));
    await take(root, '0/2');
    writeFileSync(lockFile(root), dead);
    put(root, 'stocks/1d/A.csv.0-of-2.tmp', 'stocks/1d/B.csv.tmp');
    await take(root, '1/2');
    expect(temporary(root)).toEqual(['stocks/1d/A.csv.0-of-2.tmp', 'stocks/1d/B.csv.tmp']);
    expect(locks(root)).toEqual(['.vortex/lock.0-of-2', '.vortex/lock.1-of-2']);
  });

  it('lets one at a time do what all share', async () => {
    const root = temporaryFolder();
    const all = await Promise.all([0, 1, 2, 3].map((index) => take(root, `${index}/4`)));
    let inside = 0;
    const most: number[] = [];
    await Promise.all(
      [...all, ...all].map((lock) =>
        lock.alone(async () => {
          inside += 1;
          most.push(inside);
          await new Promise((resolve) => setTimeout(resolve, 5));
          inside -= 1;
        }),
      ),
    );
    expect(most).toEqual(Array.from({ length: 8 }, () => 1));
    expect(all[0]?.others()).toEqual(new Set(['1-of-4', '2-of-4', '3-of-4']));
  });
});

describe('what a shard committed before it died', () => {
  it('is seen by everybody at once, and brought to its place by its next run while others are at work', async () => {
    const root = temporaryFolder();
    await take(root, '0/2');
    await dieAfter(root, 3, '1/2');
    await dieAfter(root, 5, '0/2', stock('KO'));
    const look = new SeriesStore(root, 'look', () => NOW);
    expect(coveredDays(look)).toBe(3);
    expect(coveredDays(look, stock('KO'))).toBe(5);
    expect(existsSync(manifestFile(root))).toBe(false);
    await take(root, '1/2');
    expect(manifest(root).rows).toBe(3);
    // The other one is at work and keeps its journal.
    expect(existsSync(manifestFile(root, 'stocks/1d/KO'))).toBe(false);
  });

  it('is settled by a run on its own, and by a shard of another number', async () => {
    for (const next of [undefined, '2/3']) {
      const root = temporaryFolder();
      await dieAfter(root, 3, '1/2');
      if (next === undefined) {
        const lock = lockFolder(root, 'next');
        await new SeriesStore(root, 'next', () => NOW).recover();
        lock.release();
      } else await take(root, next);
      expect(manifest(root).rows).toBe(3);
      expect(existsSync(join(root, '.vortex/journal.1-of-2'))).toBe(false);
    }
  });

  it('does not come back over what was committed later in another journal', async () => {
    const root = temporaryFolder();
    await dieAfter(root, 3);
    await dieAfter(root, 4, '1/2');
    await dieAfter(root, 5, '0/3');
    const rows = () => new SeriesStore(root, 'look', () => NOW).read(SPY).stored.rows;
    expect(rows()).toBe(5);
    await take(root, '0/2');
    expect(rows()).toBe(5);
    expect(manifest(root)).toMatchObject({ rows: 5, commit: 3 });
  });
});
