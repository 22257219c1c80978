import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepRunReport } from '../../src/store/run-reports.ts';
import { buildProgram, startChild } from '../support/child.ts';
import { contents, everythingIn, identities, temporaryFolder } from '../support/folder.ts';
import { commitVersion, KEPT } from './versions.ts';
import { bars, change, commit, coveredDays, SPY, stock, storeOf } from './workspace.ts';

const program = await buildProgram(new URL('committing.ts', import.meta.url));
const CSV = 'stocks/1d/SPY.csv';
const leftovers = (root: string): string[] =>
  everythingIn(root).filter((path) => path.endsWith('.tmp') && !path.includes('S39'));

describe('a disk that takes no more', () => {
  // The limit on the size of a file is the one full disk that needs no rights to make.
  it.each([1, 4, 16, 24])(
    'than files of %i half kilobytes ends the run as full, leaves what was there, and the next run goes on',
    async (blocks) => {
      const root = temporaryFolder();
      await commitVersion(root, 'run-1', 1);
      const before = identities(root);
      const shell = `ulimit -f ${blocks}; exec "$0" "$@"`;
      const limited = startChild('/bin/sh', ['-c', shell, process.execPath, program, root, '20']);
      const { code, stdout } = await limited.ended;
      expect(code).toBe(1);
      expect(stdout).toMatch(/^disk-full .*make room/);
      expect(identities(root)).toEqual(before);
      expect(leftovers(root)).toEqual([]);
      expect(everythingIn(root)).not.toContain('.vortex/lock');
      const store = storeOf(root);
      for (const { series } of KEPT) expect((await store.loadBars(store.read(series))).time).toHaveLength(30);
      expect(await commitVersion(root, 'run-3', 2)).toEqual([]);
      const fresh = temporaryFolder();
      for (const version of [1, 2]) await commitVersion(fresh, `run-${version}`, version);
      expect(contents(root)).toEqual(contents(fresh));
    },
  );
});

describe('a commit that cannot come to its end', () => {
  it('takes with it the others of its group, and none of the group before it', async () => {
    const root = temporaryFolder();
    // Two and thirty go to the disk together; the last of forty cannot be written.
    const many = Array.from({ length: 40 }, (_, index) => stock(`S${String(index).padStart(2, '0')}`));
    mkdirSync(join(root, 'stocks/1d/S39.csv.tmp'), { recursive: true });
    const store = storeOf(root);
    const settled = await Promise.allSettled(
      many.map((series) => store.commit(change(series, store.read(series), bars(3)))),
    );
    await store.close();
    expect(settled.map(({ status }) => status)).toEqual([
      ...Array<string>(32).fill('fulfilled'),
      ...Array<string>(8).fill('rejected'),
    ]);
    expect(leftovers(root)).toEqual([]);
    rmdirSync(join(root, 'stocks/1d/S39.csv.tmp'));
    const next = storeOf(root, 'run-2');
    await next.recover();
    expect(many.map((series) => coveredDays(next, series))).toEqual([
      ...Array<number>(32).fill(3),
      ...Array<number>(8).fill(0),
    ]);
    expect(Object.keys(contents(root))).toHaveLength(32);
  });

  it('because nothing can be set aside leaves the foreign file, the old coverage and no temporary file', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    const edited = readFileSync(join(root, CSV), 'utf8').replace('101', '999');
    writeFileSync(join(root, CSV), edited);
    writeFileSync(join(root, '.vortex/quarantine'), 'in the way');
    const store = storeOf(root, 'run-2');
    const known = store.read(SPY);
    await expect(store.commit(change(SPY, known, bars(4)))).rejects.toMatchObject({ code: 'folder-unusable' });
    await store.close();
    expect(readFileSync(join(root, CSV), 'utf8')).toBe(edited);
    expect(leftovers(root)).toEqual([]);
    expect(coveredDays(storeOf(root))).toBe(0);
  });

  it('because a file stands where the folder of manifests should be changes no data file', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, '.vortex'));
    writeFileSync(join(root, '.vortex/journal'), '');
    writeFileSync(join(root, '.vortex/series'), 'in the way');
    const store = storeOf(root);
    await store.commit(change(SPY, store.read(SPY), bars(3)));
    await expect(store.close()).rejects.toMatchObject({ code: 'folder-unusable', disposition: 'abort-run' });
    // The journal has what the manifests should have had.
    expect(coveredDays(storeOf(root, 'run-2'))).toBe(3);
    expect(leftovers(root)).toEqual([]);
  });

  it('of a report leaves no half report', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, '.vortex/runs/r-2.json'), { recursive: true });
    await keepRunReport(root, 'r-1', { run: 'r-1' });
    await expect(keepRunReport(root, 'r-2', { run: 'r-2' })).rejects.toMatchObject({ code: 'folder-unusable' });
    expect(JSON.parse(readFileSync(join(root, '.vortex/runs/r-1.json'), 'utf8'))).toEqual({ run: 'r-1' });
    expect(leftovers(root)).toEqual([]);
  });
});
