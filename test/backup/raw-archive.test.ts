import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { restoreBackup } from '../../src/backup/restore.ts';
import { RawArchive } from '../../src/raw/archive.ts';
import { appendItems } from '../../src/raw/pack.ts';
import { RawListing } from '../../src/raw/reader.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { listed, NO_LIMITS, told } from '../raw/archiving.ts';
import { bars, change, SPY } from '../store/workspace.ts';
import { backUp, NOW, tarEngine } from '../support/backups.ts';
import { contents, dataFiles, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const DAYS = ['2024-07-02T22:00:00Z', '2024-07-05T22:00:00Z', '2024-07-09T22:00:00Z'] as const;
const RUNS = ['20240703T060000Z-aaaa', '20240703T070000Z-bbbb'] as const;
const WISH = ['SPY', 'KO', 'EURUSD', '-p', 'yahoo', '--start', '2024-06-03', '--format', 'csv,parquet'];

/** A folder of three runs with a backup after the second. */
async function livedThrough() {
  const cwd = temporaryFolder();
  const sandbox = await standIn(DAYS[0]);
  for (const now of DAYS) {
    await sandbox.change({ now });
    expect(await vortex(['download', ...WISH, '--now', now], { cwd, env: sandbox.env })).toMatchObject({ code: 0 });
    if (now === DAYS[1]) expect(await vortex(['backup', 'create', '--now', now], { cwd })).toMatchObject({ code: 0 });
  }
  const download = (now: string) => vortex(['download', ...WISH, '--now', now], { cwd, env: sandbox.env });
  return { cwd, data: join(cwd, 'data'), download };
}

/** Bars and metadata of a folder, without its backups. */
const dataOf = (folder: string): Record<string, string> =>
  Object.fromEntries(Object.entries(contents(folder)).filter(([path]) => !path.startsWith('backups/')));

/** Removes the data files and has them made again from the raw archive. */
async function remade(cwd: string, folder: string) {
  const before = dataOf(join(cwd, folder));
  for (const path of dataFiles(join(cwd, folder))) if (!path.startsWith('backups/')) rmSync(join(cwd, folder, path));
  const { code, stderr } = await vortex(['rebuild', '-o', folder], { cwd });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(dataOf(join(cwd, folder))).toEqual(before);
}

it('the raw answers of one series go back beside those of the others, and make its files again', async () => {
  const { cwd, data, download } = await livedThrough();
  expect(await vortex(['backup', 'restore', 'SPY', '--to', 'data', '--overwrite'], { cwd })).toMatchObject({ code: 0 });
  // Two of the backup for SPY, three of the live folder for each of the others.
  expect(listed(data).filter((key) => key === 'stocks/1d/SPY')).toHaveLength(2);
  expect(listed(data)).toHaveLength(8);
  await remade(cwd, 'data');
  expect(await download(DAYS[2])).toMatchObject({ code: 0 });
  await remade(cwd, 'data');
}, 60_000);

it('the raw answers of one series go to a folder of their own without those of the others', async () => {
  const { cwd } = await livedThrough();
  expect(await vortex(['backup', 'restore', 'SPY', '--to', 'one'], { cwd })).toMatchObject({ code: 0 });
  expect(listed(join(cwd, 'one'))).toEqual(['stocks/1d/SPY', 'stocks/1d/SPY']);
  await remade(cwd, 'one');
}, 60_000);

it('those of all series replace what came later, and make every file again', async () => {
  const { cwd, data, download } = await livedThrough();
  expect(await vortex(['backup', 'restore', '--to', 'data', '--overwrite'], { cwd })).toMatchObject({ code: 0 });
  expect(listed(data)).toHaveLength(6);
  await remade(cwd, 'data');
  expect(await vortex(['backup', 'restore', '--to', 'fresh'], { cwd })).toMatchObject({ code: 0 });
  expect(dataOf(join(cwd, 'fresh'))).toEqual(dataOf(data));
  await remade(cwd, 'fresh');
  expect(await download(DAYS[2])).toMatchObject({ code: 0 });
  await remade(cwd, 'data');
}, 60_000);

it('a restore that cannot put a file in its place leaves the raw answers of what stands', async () => {
  const { cwd, data } = await livedThrough();
  const csv = join(data, 'stocks/1d/SPY.csv');
  const before = readFileSync(csv, 'utf8');
  rmSync(csv);
  mkdirSync(join(csv, 'in the way'), { recursive: true });
  expect(await vortex(['backup', 'restore', 'SPY', '--to', 'data', '--overwrite'], { cwd })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('SPY.csv') as string,
  });
  rmSync(csv, { recursive: true });
  expect(await vortex(['rebuild', 'SPY'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(csv, 'utf8')).toBe(before);
}, 60_000);

it('all comes back where only the raw archive is left, and none of it twice', async () => {
  const { cwd, data, download } = await livedThrough();
  for (const path of ['stocks', 'forex', '.vortex/series']) rmSync(join(data, path), { recursive: true });
  rmSync(join(data, '.vortex/journal'), { force: true });
  expect(await vortex(['backup', 'restore', '--to', 'data'], { cwd })).toMatchObject({ code: 0 });
  expect(listed(data)).toHaveLength(6);
  await remade(cwd, 'data');
  expect(await download(DAYS[2])).toMatchObject({ code: 0 });
  await remade(cwd, 'data');
}, 60_000);

it('what retention has removed stays known after a restore of one series', async () => {
  const { cwd, data } = await livedThrough();
  const sizes = join(data, '.vortex/raw/sizes.json');
  const told = JSON.parse(readFileSync(sizes, 'utf8')) as object;
  writeFileSync(sizes, JSON.stringify({ ...told, removed: '2024/06/30' }));
  expect(await vortex(['backup', 'create', '--target', 'late'], { cwd })).toMatchObject({ code: 0 });
  const lost = { code: 3, stderr: expect.stringContaining('past retention') as string };
  for (const folder of ['data', 'one']) {
    const restore = ['backup', 'restore', 'SPY', '--to', folder, '--overwrite', '--target', 'late'];
    expect(await vortex(restore, { cwd })).toMatchObject({ code: 0 });
    expect(await vortex(['status', 'SPY', '--as-of', '2024-06-28', '-o', folder], { cwd })).toMatchObject(lost);
  }
}, 60_000);

it('what a dead run began anew and never committed is in no backup', async () => {
  const root = temporaryFolder();
  const store = new SeriesStore(root, RUNS[0], () => NOW);
  const manifestOf = (key: string) => store.manifestOf(key);
  const first = new RawArchive(root, RUNS[0], NOW, NO_LIMITS, manifestOf);
  await store.commit(await first.keep(change(SPY, store.read(SPY), bars(10)), told('committed')));
  await store.close();
  await first.close(true);
  const dead = new RawArchive(root, RUNS[1], NOW, NO_LIMITS, manifestOf);
  const { raw = [] } = await dead.keep(change(SPY, store.read(SPY), bars(11)), { ...told('not'), reason: 'force' });
  appendItems(root, RUNS[1], raw);
  expect(new RawListing(root).histories(SPY.key)).toHaveLength(2);
  const engine = tarEngine(temporaryFolder());
  const backup = await backUp(engine, root, NOW);
  const to = temporaryFolder();
  await restoreBackup(engine, { backup, to, series: undefined, overwrite: false, run: 'restore' });
  expect(new RawListing(to).histories(SPY.key).map(({ name }) => name)).toEqual([RUNS[0]]);
});
