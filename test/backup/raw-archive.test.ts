import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contents, dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const DAYS = ['2024-07-02T22:00:00Z', '2024-07-05T22:00:00Z', '2024-07-09T22:00:00Z'] as const;
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

const seriesIn = (folder: string): string[] =>
  everythingIn(join(folder, '.vortex/raw'))
    .filter((path) => path.endsWith('.index'))
    .flatMap((path) =>
      readFileSync(join(folder, '.vortex/raw', path), 'utf8')
        .split('\n')
        .slice(0, -1),
    )
    .map((line) => line.split('\t')[0] ?? '');

it('the raw answers of one series go back beside those of the others, and make its files again', async () => {
  const { cwd, data, download } = await livedThrough();
  expect(await vortex(['backup', 'restore', 'SPY', '--to', 'data', '--overwrite'], { cwd })).toMatchObject({ code: 0 });
  // Two of the backup for SPY, three of the live folder for each of the others.
  expect(seriesIn(data).filter((key) => key === 'stocks/1d/SPY')).toHaveLength(2);
  expect(seriesIn(data)).toHaveLength(8);
  await remade(cwd, 'data');
  expect(await download(DAYS[2])).toMatchObject({ code: 0 });
  await remade(cwd, 'data');
}, 60_000);

it('the raw answers of one series go to a folder of their own without those of the others', async () => {
  const { cwd } = await livedThrough();
  expect(await vortex(['backup', 'restore', 'SPY', '--to', 'one'], { cwd })).toMatchObject({ code: 0 });
  expect(seriesIn(join(cwd, 'one'))).toEqual(['stocks/1d/SPY', 'stocks/1d/SPY']);
  await remade(cwd, 'one');
}, 60_000);

it('those of all series replace what came later, and make every file again', async () => {
  const { cwd, data, download } = await livedThrough();
  expect(await vortex(['backup', 'restore', '--to', 'data', '--overwrite'], { cwd })).toMatchObject({ code: 0 });
  expect(seriesIn(data)).toHaveLength(6);
  await remade(cwd, 'data');
  expect(await vortex(['backup', 'restore', '--to', 'fresh'], { cwd })).toMatchObject({ code: 0 });
  expect(dataOf(join(cwd, 'fresh'))).toEqual(dataOf(data));
  await remade(cwd, 'fresh');
  expect(await download(DAYS[2])).toMatchObject({ code: 0 });
  await remade(cwd, 'data');
}, 60_000);
