import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { BackupEngine } from '../../src/backup/engine.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import { verifyFolder } from '../../src/quality/verify.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { backUp, NO_RESTIC, NOW, resticEngine, tarEngine } from '../support/backups.ts';
import { buildProgram, startChild } from '../support/child.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { appendVersion, LONG, longBars, longRows } from '../store/long-versions.ts';
import { barsOf, commitVersion, KEPT } from '../store/versions.ts';

const committing = await buildProgram(new URL('../store/committing.ts', import.meta.url));

/** Restores the newest backup and looks at what is there. */
async function restored(engine: BackupEngine): Promise<{ root: string; store: SeriesStore }> {
  const backup = (await engine.list()).at(-1);
  if (backup === undefined) throw new Error('no backup');
  const root = join(temporaryFolder(), 'restored');
  await restoreBackup(engine, { backup, to: root, series: undefined, overwrite: false, run: 'restore' });
  const { findings } = await verifyFolder(root, NOW, []);
  // The bars of these versions begin at zero.
  expect(findings.filter(({ severity, kind }) => severity === 'error' && kind !== 'zero-price')).toEqual([]);
  expect(findings.filter(({ kind }) => kind === 'file-without-manifest' || kind === 'leftover')).toEqual([]);
  expect(everythingIn(root).filter((path) => /\.tmp$|lock|journal|restore-/.test(path))).toEqual([]);
  return { root, store: new SeriesStore(root, 'look', () => NOW) };
}

/** Makes backups as long as a child is at work. @returns the versions that they had */
async function whileItWorks(
  root: string,
  engine: BackupEngine,
  ended: Promise<unknown>,
  look: (store: SeriesStore) => Promise<number>,
): Promise<number[]> {
  const seen: number[] = [];
  const child = { over: false };
  void ended.then(() => {
    child.over = true;
  });
  do {
    const { damaged } = await backUp(engine, root, NOW + seen.length * 1000);
    expect(damaged).toEqual([]);
    seen.push(await look((await restored(engine)).store));
  } while (!child.over && seen.length < 12);
  return seen;
}

const engines = [
  { name: 'tar', open: (root: string): BackupEngine => tarEngine(join(root, 'backups')), skip: undefined },
  { name: 'restic', open: (root: string): BackupEngine => resticEngine(root, temporaryFolder()), skip: NO_RESTIC },
];

for (const { name, open, skip } of engines) {
  it.skipIf(skip !== undefined)(
    `${name}: backups taken in the middle of a run restore to versions that were stored, every series whole`,
    async () => {
      const root = temporaryFolder();
      await commitVersion(root, 'run-1', 1);
      const child = startChild(process.execPath, [committing, root, '2', '0', '6']);
      const seen = await whileItWorks(root, open(root), child.ended, async (store) => {
        const versions: number[] = [];
        for (const { series, step } of KEPT) {
          const known = store.read(series);
          const version = Number((known.version?.run ?? '').replace(/^\D+/, ''));
          expect((await store.loadBars(known)).close).toEqual(barsOf(version, step).close);
          versions.push(version);
        }
        return Math.max(...versions);
      });
      expect((await child.ended).code).toBe(0);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    },
    120_000,
  );

  it.skipIf(skip !== undefined)(
    `${name}: a long CSV to which rows are being appended is in the backup up to its committed end`,
    async () => {
      const root = temporaryFolder();
      await appendVersion(root, 'run-1', 1);
      const child = startChild(process.execPath, [committing, root, '2', '0', '8', 'long']);
      const seen = await whileItWorks(root, open(root), child.ended, async (store) => {
        const known = store.read(LONG);
        expect(known.tails).toBeUndefined();
        const version = Number((known.version?.run ?? '').replace(/^\D+/, ''));
        expect((await store.loadBars(known)).close).toEqual(longBars(0, longRows(version)).close);
        return version;
      });
      expect((await child.ended).code).toBe(0);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    },
    120_000,
  );
}

it('a backup of what a run left that died at any step restores to the version before or the one after', async () => {
  const steps = async (root: string, deadly: number) => {
    await commitVersion(root, 'run-1', 1);
    return startChild(process.execPath, [committing, root, '2', String(deadly)]).ended;
  };
  const { stdout } = await steps(temporaryFolder(), 0);
  const count = stdout.trim().split('\n').at(-1)?.split(',').length ?? 0;
  expect(count).toBeGreaterThan(20);
  for (let step = 3; step < count; step += Math.ceil(count / 12)) {
    const root = temporaryFolder();
    await steps(root, step);
    const engine = tarEngine(join(root, 'backups'));
    const { damaged } = await backUp(engine, root);
    const backup = (await engine.list())[0];
    if (backup === undefined) throw new Error('no backup');
    const to = temporaryFolder();
    await restoreBackup(engine, { backup, to, series: undefined, overwrite: false, run: 'restore' });
    const store = new SeriesStore(to, 'look', () => NOW);
    for (const { series, step: length } of KEPT) {
      const known = store.read(series);
      const rows = known.stored.rows;
      // What was torn between two formats or two months is in the backup as it stands, and a run mends it.
      if (damaged.includes(series.key)) continue;
      expect([30, 60]).toContain(rows);
      if (rows > 0) expect((await store.loadBars(known)).close).toEqual(barsOf(rows / 30, length).close);
    }
    expect(await commitVersion(to, 'run-3', 2)).toEqual([]);
  }
}, 120_000);
