import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { closeEntry, openFile } from '../../src/backup/entry.ts';
import type { SnapshotEntry } from '../../src/backup/entry.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { backUp, everything, kept, NOW, tarEngine, WISHES } from '../support/backups.ts';
import { contents, everythingIn, temporaryFolder } from '../support/folder.ts';
import { putSeries } from '../support/stored.ts';

describe('restore', () => {
  it('refuses a folder with data in it, and one in use, before anything is written', async () => {
    const { root, engine, backup } = await kept();
    const before = everythingIn(root);
    await expect(restoreBackup(engine, { backup, ...everything(root) })).rejects.toMatchObject({ code: 'usage' });
    expect(everythingIn(root)).toEqual(before);
    const to = temporaryFolder();
    const lock = lockFolder(to, 'download');
    await expect(restoreBackup(engine, { backup, ...everything(to) })).rejects.toMatchObject({ code: 'folder-locked' });
    lock.release();
    expect((await restoreBackup(engine, { backup, ...everything(to) })).series).toBe(3);
  });

  it('that was killed leaves nothing that counts, and the next one cleans up after it', async () => {
    const { engine, backup } = await kept();
    const to = temporaryFolder();
    mkdirSync(join(to, '.vortex/restore-dead/files/stocks'), { recursive: true });
    await restoreBackup(engine, { backup, ...everything(to) });
    expect(everythingIn(join(to, '.vortex')).filter((path) => path.includes('restore'))).toEqual([]);
  });

  it('leaves standing what says how much of an allowance is spent', async () => {
    const root = temporaryFolder();
    await putSeries(root, WISHES);
    const [today, yesterday] = ['2024-07-03', '2024-07-02'].map((day) => `.vortex/allowance/barchart/me/${day}.jsonl`);
    const write = (path = '', text: string): void => {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    const read = (path = ''): string => readFileSync(join(root, path), 'utf8');
    write(today, 'one\n');
    write(yesterday, 'all\n');
    const engine = tarEngine(temporaryFolder());
    const backup = await backUp(engine, root);
    write(today, 'one\ntwo\n');
    rmSync(join(root, yesterday ?? ''));
    await restoreBackup(engine, { backup, ...everything(root), overwrite: true });
    expect([read(today), read(yesterday)]).toEqual(['one\ntwo\n', 'all\n']);
  });

  it('puts no lock and no journal of an archive in their places', async () => {
    const { engine, target } = await kept();
    const folder = temporaryFolder();
    const paths = ['lock', 'lock.0-of-2', 'journal', 'restore-x/files/a'].map((name) => `.vortex/${name}`);
    for (const path of [...paths, 'stocks/note.txt']) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), path);
    }
    const name = 'vortex-20240705T060000Z-0000';
    const entries = async function* (): AsyncGenerator<SnapshotEntry> {
      for (const path of [...paths, 'stocks/note.txt']) {
        const entry = openFile(join(folder, path), path);
        if (entry !== undefined) yield* [entry];
        await Promise.resolve();
        if (entry !== undefined) closeEntry(entry);
      }
    };
    const found = { series: 0, damaged: [] };
    const backup = await engine.create({ name, now: NOW, program: '0.0.0', entries: entries(), found });
    const to = temporaryFolder();
    await restoreBackup(engine, { backup, ...everything(to) });
    expect(everythingIn(to).filter((path) => !path.endsWith('/'))).toEqual(['stocks/note.txt']);
    expect(readdirSync(target)).toHaveLength(6);
  });

  it('puts back over a later version what was, and sets aside what the backup does not know', async () => {
    const { root, engine, backup } = await kept();
    const then = contents(root);
    const later = temporaryFolder();
    cpSync(root, later, { recursive: true, preserveTimestamps: true });
    const store = new SeriesStore(later, 'run-2', () => NOW);
    const series = WISHES.map(({ id }) => id);
    writeFileSync(join(later, 'stocks/1d/KO.csv'), 'nonsense');
    await store.close();
    const { quarantined } = await restoreBackup(engine, { backup, ...everything(later), overwrite: true });
    expect(quarantined).toEqual([]);
    expect(contents(later)).toEqual(then);
    const look = new SeriesStore(later, 'look', () => NOW);
    expect(look.keys()).toEqual(series.sort().map((id) => `stocks/1d/${id}`));
  });
});
