import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storeError } from '../../src/disk/files.ts';
import { contents, dataFiles, everythingIn, identities, temporaryFolder } from '../support/folder.ts';
import {
  bars,
  change,
  commit,
  coveredDays,
  journalFile,
  journalText,
  manifest,
  manifestFile,
  NOW,
  SPY,
  stock,
  storeOf,
} from './workspace.ts';

const CSV = 'stocks/1d/SPY.csv';
const PARQUET = 'stocks/1d/SPY.parquet';

describe('a commit', () => {
  it('writes the files, and a manifest that tells the truth about them', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3), ['csv', 'parquet']);
    expect(dataFiles(root)).toEqual([CSV, PARQUET]);
    for (const { path, bytes, sha256, mtime_ms } of manifest(root).files) {
      const content = readFileSync(join(root, path));
      expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
      expect([bytes, mtime_ms]).toEqual([content.length, statSync(join(root, path)).mtimeMs]);
    }
    expect(manifest(root)).toMatchObject({
      schema: 1,
      series: 'stocks/1d/SPY',
      rows: 3,
      first: '2024-01-01',
      last: '2024-01-03',
    });
    const store = storeOf(root);
    expect(coveredDays(store)).toBe(3);
    expect((await store.loadBars(store.read(SPY))).close).toEqual(bars(3).close);
  });

  it('of the same bars moves no file, and one of more bars replaces it whole', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3), ['csv', 'parquet']);
    const before = identities(root);
    await commit(root, bars(3), ['csv', 'parquet'], 'run-2');
    expect(identities(root)).toEqual(before);
    await commit(root, bars(4), ['csv', 'parquet'], 'run-3');
    expect(Object.values(identities(root))).not.toEqual(Object.values(before));
    expect(readFileSync(join(root, CSV), 'utf8').split('\n')).toHaveLength(6);
    expect(manifest(root).commit).toBe(3);
  });

  it('that adds a format leaves the file of the other alone', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    const before = identities(root)[CSV];
    await commit(root, bars(3), ['csv', 'parquet'], 'run-2');
    expect(identities(root)[CSV]).toBe(before);
    expect(dataFiles(root)).toEqual([CSV, PARQUET]);
  });

  it('leaves nothing but data, manifests and a closed journal behind', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    expect(everythingIn(root).filter((path) => path.endsWith('.tmp'))).toEqual([]);
    expect(journalText(root).endsWith('{"closed":true}\n')).toBe(true);
  });

  it('of which one file cannot be written changes nothing at all', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    const before = contents(root);
    mkdirSync(join(root, 'stocks/1d/QQQ.csv.tmp'), { recursive: true });
    const store = storeOf(root, 'run-2');
    const both = [SPY, stock('QQQ')].map((series) => store.commit(change(series, store.read(series), bars(5))));
    const settled = await Promise.allSettled(both);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await store.close();
    expect(contents(root)).toEqual(before);
    expect(everythingIn(root).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });
});

describe('what a crash leaves', () => {
  /** A folder with two commits, and copies of its files as they were after the first. */
  async function twoCommits(): Promise<{ root: string; old: string }> {
    const [root, old] = [temporaryFolder(), temporaryFolder()];
    await commit(root, bars(3), ['csv', 'parquet']);
    for (const path of everythingIn(root).filter((name) => !name.endsWith('/'))) {
      mkdirSync(dirname(join(old, path)), { recursive: true });
      copyFileSync(join(root, path), join(old, path));
    }
    await commit(root, bars(5), ['csv', 'parquet'], 'run-2');
    return { root, old };
  }
  /** The journal as a run leaves it that is killed before its end: without the closing line. */
  const unclose = (root: string): void => {
    const lines = journalText(root).split('\n').slice(0, -2);
    writeFileSync(journalFile(root), `${lines.join('\n')}\n`);
  };
  const putBack = (old: string, root: string, path: string): void => {
    copyFileSync(join(old, path), join(root, path));
  };
  const manifestPath = '.vortex/series/stocks/1d/SPY.json';

  it('before any file was put in place: the old version is in force', async () => {
    const { root, old } = await twoCommits();
    for (const path of [CSV, PARQUET, manifestPath]) putBack(old, root, path);
    unclose(root);
    expect(coveredDays(storeOf(root))).toBe(3);
    await storeOf(root, 'run-3').recover();
    expect(existsSync(journalFile(root))).toBe(false);
    expect(coveredDays(storeOf(root))).toBe(3);
  });

  it('between two files: the new version is in force, and the other file is made again without a quarantine', async () => {
    const { root, old } = await twoCommits();
    for (const path of [PARQUET, manifestPath]) putBack(old, root, path);
    unclose(root);
    const store = storeOf(root, 'run-3');
    await store.recover();
    expect([coveredDays(store), store.read(SPY).formats]).toEqual([5, ['csv']]);
    const { quarantined } = await store.commit(change(SPY, store.read(SPY), bars(5), ['csv', 'parquet']));
    await store.close();
    expect(quarantined).toEqual([]);
    expect(storeOf(root).read(SPY).formats).toEqual(['csv', 'parquet']);
  });

  it('after the files but before the manifests: the journal has the last word', async () => {
    for (const lost of ['old', 'gone', 'torn']) {
      const { root, old } = await twoCommits();
      if (lost === 'old') putBack(old, root, manifestPath);
      if (lost === 'gone') rmSync(manifestFile(root));
      if (lost === 'torn') writeFileSync(manifestFile(root), '{"schema":1,"ser');
      unclose(root);
      expect(coveredDays(storeOf(root))).toBe(5);
      await storeOf(root, 'run-3').recover();
      expect(manifest(root).rows).toBe(5);
      expect(existsSync(journalFile(root))).toBe(false);
    }
  });

  it('in the journal: a torn last line is passed over, a journal of another boot is carried over', async () => {
    const { root, old } = await twoCommits();
    unclose(root);
    appendFileSync(journalFile(root), '{"schema":1,"series":"stocks/1d/SPY","ro');
    expect(coveredDays(storeOf(root))).toBe(5);
    await storeOf(root).recover();
    expect(coveredDays(storeOf(root))).toBe(5);

    await commit(root, bars(6), ['csv', 'parquet'], 'run-3');
    putBack(old, root, manifestPath);
    writeFileSync(journalFile(root), journalText(root).replace(/"boot":"[^"]*"/, '"boot":"before"'));
    expect(coveredDays(storeOf(root))).toBe(6);
  });

  it('a journal that was closed in order does not undo what is done to a manifest by hand', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    writeFileSync(manifestFile(root), readFileSync(manifestFile(root), 'utf8').replace('"2024-01-03"', '"2024-01-02"'));
    expect(coveredDays(storeOf(root))).toBe(2);
  });
});

describe('a file that is not what the manifest says', () => {
  it('that is gone makes the series unknown, and it stays with its provider', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    rmSync(join(root, CSV));
    expect(storeOf(root).read(SPY).stored).toMatchObject({ provider: 'yahoo', coverage: [], rows: 0 });
  });

  it('that was edited, to the same length too, is set aside and never overwritten', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    const edited = readFileSync(join(root, CSV), 'utf8').replace('101', '999');
    writeFileSync(join(root, CSV), edited);
    const store = storeOf(root, 'run-2');
    expect(coveredDays(store)).toBe(0);
    const { quarantined } = await store.commit(change(SPY, store.read(SPY), bars(3)));
    await store.close();
    expect(quarantined).toEqual([CSV]);
    expect(readFileSync(join(root, '.vortex/quarantine/run-2', CSV), 'utf8')).toBe(edited);
    expect(coveredDays(storeOf(root))).toBe(3);
  });

  it('that nobody here wrote is set aside', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'stocks/1d'), { recursive: true });
    writeFileSync(join(root, CSV), 'mine\n');
    const store = storeOf(root);
    const { quarantined } = await store.commit(change(SPY, store.read(SPY), bars(3)));
    await store.close();
    expect(quarantined).toEqual([CSV]);
    expect(readFileSync(join(root, '.vortex/quarantine/run-1', CSV), 'utf8')).toBe('mine\n');
  });

  it('but for its time is whole all the same', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    utimesSync(join(root, CSV), new Date(NOW), new Date(NOW));
    expect(coveredDays(storeOf(root))).toBe(3);
  });
});

it('a torn manifest makes the series unknown, one of a newer program ends the run', async () => {
  const root = temporaryFolder();
  await commit(root, bars(3));
  const text = readFileSync(manifestFile(root), 'utf8');
  for (const torn of ['', text.slice(0, 100), '[]', '{"schema":1}']) {
    writeFileSync(manifestFile(root), torn);
    expect(storeOf(root).read(SPY).stored.coverage).toEqual([]);
  }
  writeFileSync(manifestFile(root), text.replace('"schema": 1', '"schema": 2'));
  expect(() => storeOf(root).read(SPY)).toThrow(
    expect.objectContaining({ code: 'folder-unusable', disposition: 'abort-run' }),
  );
});

it.each([
  ['ENOSPC', 'disk-full', /make room/],
  ['EDQUOT', 'disk-full', /make room/],
  ['EROFS', 'folder-unusable', /cannot be written/],
  ['EACCES', 'folder-unusable', /cannot be written by uid/],
  ['ENOTDIR', 'folder-unusable', /a file stands where a folder should be/],
])('the error %s of the disk is told as %s', (code, told, message) => {
  const error = storeError(Object.assign(new Error(code), { code }), '/data/x.csv');
  expect(error).toMatchObject({ code: told, disposition: 'abort-run' });
  expect(error.message).toMatch(message);
  expect(error.message).toContain('/data/x.csv');
});
