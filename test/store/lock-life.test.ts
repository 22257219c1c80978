import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { lockFolder } from '../../src/store/lock.ts';
import { lockShard } from '../../src/store/shard-lock.ts';
import { keepRunReport } from '../../src/store/run-reports.ts';
import { buildProgram, startChild } from '../support/child.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { bars, change, commit, coveredDays, SPY, storeOf } from './workspace.ts';

const program = await buildProgram(new URL('committing.ts', import.meta.url));
const lockFile = (root: string): string => join(root, '.vortex/lock');
const age = (path: string): number => new Date().getTime() - statSync(path).mtimeMs;

describe('the life of a lock', () => {
  it.each([
    ['a run on its own', (root: string) => lockFolder(root, 'mine')],
    ['the first of some shards', (root: string) => lockShard(root, 'mine', { index: 1, count: 2 })],
  ])('%s removes what a restore that was killed had set ready', async (_, lock) => {
    const root = temporaryFolder();
    mkdirSync(join(root, '.vortex/restore-dead/files/stocks'), { recursive: true });
    writeFileSync(join(root, '.vortex/restore-dead/staged.sha256'), '');
    (await lock(root)).release();
    expect(everythingIn(root).filter((path) => path.includes('restore'))).toEqual([]);
  });

  it('is shown every ten seconds while its holder lives, and not after its release', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const root = temporaryFolder();
    const lock = lockFolder(root, 'mine');
    const longAgo = new Date(new Date().getTime() - 3_600_000);
    for (let beat = 0; beat < 3; beat++) {
      utimesSync(lockFile(root), longAgo, longAgo);
      vi.advanceTimersByTime(10_000);
      expect(age(lockFile(root))).toBeLessThan(60_000);
    }
    lock.release();
    writeFileSync(lockFile(root), 'of somebody else');
    utimesSync(lockFile(root), longAgo, longAgo);
    vi.advanceTimersByTime(60_000);
    expect(age(lockFile(root))).toBeGreaterThan(3_000_000);
  });

  it('whose file somebody removed makes no trouble, and the lock of the next holder is left alone', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const root = temporaryFolder();
    const lock = lockFolder(root, 'mine');
    rmSync(lockFile(root));
    vi.advanceTimersByTime(20_000);
    expect(existsSync(lockFile(root))).toBe(false);
    const next = lockFolder(root, 'next');
    lock.release();
    expect(readFileSync(lockFile(root), 'utf8')).toContain('"run":"next"');
    next.release();
  });

  // In a container nobody may take notice of the death of a process: it stays in the list of processes, as a zombie.
  it.runIf(existsSync('/proc/self/stat'))(
    'ends with its holder, also when nobody buries the dead process',
    async () => {
      const root = temporaryFolder();
      // The shell becomes a `sleep`, which never asks how its child ended. The child dies at its twentieth step.
      const script = '"$0" "$@" & exec sleep 60';
      startChild('/bin/sh', ['-c', script, process.execPath, program, root, '1', '20']);
      const pid = await vi.waitFor(() => Number(/"pid":(\d+)/.exec(readFileSync(lockFile(root), 'utf8'))?.[1]), 20_000);
      await vi.waitFor(() => {
        expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toMatch(/\) Z /);
      }, 20_000);
      lockFolder(root, 'next').release();
    },
  );
});

describe('a folder that was emptied while this process lives on', () => {
  it('is locked, filled and reported on as a new one', async () => {
    const root = temporaryFolder();
    const wholeRun = async (): Promise<void> => {
      const lock = lockFolder(root, 'run-1');
      await commit(root, bars(3), ['csv', 'parquet']);
      await keepRunReport(root, 'run-1', { schema: 1 });
      lock.release();
    };
    await wholeRun();
    const before = everythingIn(root);
    for (const name of ['.vortex', 'stocks']) rmSync(join(root, name), { recursive: true });
    await wholeRun();
    expect(everythingIn(root)).toEqual(before);
  });

  it('is logged and set aside in as well', async () => {
    const root = temporaryFolder();
    const revise = async (run: string, count: number): Promise<readonly string[]> => {
      const store = storeOf(root, 'run-1');
      writeFileSync(join(root, 'stocks/1d/SPY.csv'), `mine, ${run}`);
      const wish = change(SPY, store.read(SPY), bars(count));
      const { quarantined } = await store.commit({ ...wish, revisions: { changes: [{ time: 0 }], bases: [] } });
      await store.close();
      return quarantined;
    };
    await commit(root, bars(3));
    expect(await revise('first', 4)).toEqual(['stocks/1d/SPY.csv']);
    for (const name of ['quarantine', 'revisions', 'series']) rmSync(join(root, '.vortex', name), { recursive: true });
    expect(await revise('second', 5)).toEqual(['stocks/1d/SPY.csv']);
    expect(readFileSync(join(root, '.vortex/quarantine/run-1/stocks/1d/SPY.csv'), 'utf8')).toBe('mine, second');
    expect(coveredDays(storeOf(root))).toBe(5);
  });
});

describe('the report of a run', () => {
  it('stands there after the run, also when --now has set its clock back behind ninety others', async () => {
    const root = temporaryFolder();
    for (let run = 10; run < 100; run++) await keepRunReport(root, `202407${run}T000000Z-0000`, {});
    await keepRunReport(root, '20200101T000000Z-0000', { mine: true });
    const kept = everythingIn(join(root, '.vortex/runs'));
    expect(kept).toHaveLength(90);
    expect(kept[0]).toBe('20200101T000000Z-0000.json');
    expect(kept.at(-1)).toBe('20240799T000000Z-0000.json');
  });
});

describe('what is removed after a dead run', () => {
  it('is not looked for behind links that lead out of the folder', () => {
    const [root, elsewhere] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(elsewhere, 'work.tmp'), 'of another program');
    mkdirSync(join(root, '.vortex'));
    symlinkSync(elsewhere, join(root, 'link'));
    writeFileSync(lockFile(root), '');
    const old = new Date(new Date().getTime() - 61_000);
    utimesSync(lockFile(root), old, old);
    lockFolder(root, 'mine').release();
    expect(everythingIn(elsewhere)).toEqual(['work.tmp']);
  });
});
