import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { failOneWrite } from './broken-writes.ts';
import {
  bars,
  change,
  commit,
  coveredDays,
  journalFile,
  journalText,
  manifest,
  manifestFile,
  SPY,
  stock,
  storeOf,
} from './workspace.ts';

const [QQQ, KO] = [stock('QQQ'), stock('KO')];
const isJournal = (key: string) => (text: string) => text.includes(`{"schema":1,"series":"${key}"`);

/** What a run that comes later finds, after one that never came to its end. */
function found(root: string): Record<string, number> {
  const store = storeOf(root, 'next');
  return Object.fromEntries([SPY, QQQ, KO].map((series) => [series.symbol, coveredDays(store, series)]));
}

describe('a journal of which a line could be written by half only', () => {
  it('loses that line and none that follows it', async () => {
    const root = temporaryFolder();
    const store = storeOf(root);
    const store3 = (series: typeof SPY) => store.commit(change(series, store.read(series), bars(3)));
    await store3(SPY);
    failOneWrite(isJournal(QQQ.key));
    await expect(store3(QQQ)).rejects.toMatchObject({ code: 'disk-full' });
    // Its own temporary file gone, there is room again for the series that were under way beside it.
    await store3(KO);
    // Killed here: no manifest has a file of its own yet.
    expect(existsSync(manifestFile(root))).toBe(false);
    expect(found(root)).toEqual({ SPY: 3, QQQ: 0, KO: 3 });
    const next = storeOf(root, 'next');
    await next.recover();
    for (const series of [SPY, QQQ, KO]) {
      const { quarantined } = await next.commit(change(series, next.read(series), bars(4)));
      expect([series.symbol, quarantined]).toEqual([series.symbol, []]);
    }
    await next.close();
    expect(found(root)).toEqual({ SPY: 4, QQQ: 4, KO: 4 });
  });

  it('is closed in order all the same, and the old version of the series that failed is in force', async () => {
    const root = temporaryFolder();
    for (const series of [SPY, QQQ, KO]) await commit(root, bars(3), ['csv'], 'run-1', series);
    const store = storeOf(root, 'run-2');
    await store.recover();
    failOneWrite(isJournal(KO.key));
    // All three go to the disk together.
    const settled = await Promise.allSettled(
      [SPY, KO, QQQ].map((series) => store.commit(change(series, store.read(series), bars(4)))),
    );
    expect(settled.map(({ status }) => status)).toContain('rejected');
    await store.close();
    const days = settled.map(({ status }) => (status === 'fulfilled' ? 4 : 3));
    expect(found(root)).toEqual({ SPY: days[0], KO: days[1], QQQ: days[2] });
    expect(everythingIn(root).filter((path) => /\.tmp$|quarantine/.test(path))).toEqual([]);
  });
});

describe('a journal', () => {
  it('of several runs that all closed it holds nothing back, however they follow each other', async () => {
    const root = temporaryFolder();
    for (const run of [1, 2, 3]) await commit(root, bars(run), ['csv'], `run-${run}`);
    expect(
      journalText(root)
        .split('\n')
        .filter((line) => line === '{"closed":true}'),
    ).toHaveLength(3);
    expect([coveredDays(storeOf(root)), manifest(root).commit]).toEqual([3, 3]);
  });

  it('that was closed long ago is carried over and gone, one that was closed just now stays for the disk', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    await storeOf(root, 'run-2').recover();
    expect(existsSync(journalFile(root))).toBe(true);
    const before = readFileSync(manifestFile(root), 'utf8');
    const old = new Date(new Date().getTime() - 301_000);
    utimesSync(journalFile(root), old, old);
    await storeOf(root, 'run-3').recover();
    expect([existsSync(journalFile(root)), readFileSync(manifestFile(root), 'utf8')]).toEqual([false, before]);
    expect(coveredDays(storeOf(root))).toBe(3);
  });

  it('of another boot brings manifests back that the system had not written out yet', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    // After a power cut a name may stand there with nothing behind it.
    writeFileSync(manifestFile(root), '');
    writeFileSync(journalFile(root), journalText(root).replace(/"boot":"[^"]*"/, '"boot":"before"'));
    await storeOf(root, 'run-2').recover();
    expect([manifest(root).rows, existsSync(journalFile(root))]).toEqual([3, false]);
    expect(coveredDays(storeOf(root))).toBe(3);
  });

  it('gives way to a manifest with more commits, whatever the clock of their runs said', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    const journal = journalText(root).replace('{"closed":true}\n', '');
    await commit(root, bars(5), ['csv'], 'run-2');
    writeFileSync(journalFile(root), journal);
    expect(coveredDays(storeOf(root))).toBe(5);
    await storeOf(root, 'run-3').recover();
    expect([manifest(root).commit, coveredDays(storeOf(root))]).toEqual([2, 5]);
  });

  it('with nothing but a torn first line is no hindrance', async () => {
    for (const torn of ['', '{"bo', '{"boot":"x"}', 'null\n', '\n\n']) {
      const root = temporaryFolder();
      await commit(root, bars(3));
      writeFileSync(journalFile(root), torn);
      expect(coveredDays(storeOf(root))).toBe(3);
      await storeOf(root, 'run-2').recover();
      await commit(root, bars(4), ['csv'], 'run-3');
      expect([coveredDays(storeOf(root)), everythingIn(root).join()]).toEqual([4, expect.not.stringContaining('.tmp')]);
      expect(existsSync(join(root, '.vortex/quarantine'))).toBe(false);
    }
  });
});
