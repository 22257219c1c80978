import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBackup } from '../../src/cli/backup.ts';
import { chooseBackup } from '../../src/cli/restore.ts';
import { describe as describeBackup } from '../../src/backup/description.ts';
import { startChild } from '../support/child.ts';
import { contents, everythingIn, temporaryFolder } from '../support/folder.ts';
import { programPath, start, vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import { putSeries } from '../support/stored.ts';

const NOW = '2024-07-03T06:00:00Z';
const NEXT = '2024-07-05T06:00:00Z';
const WISH = ['SPY', 'KO', 'EURUSD', '-p', 'yahoo', '--start', '2024-06-24', '--format', 'csv,parquet'];

describe('download, backup, loss, restore, download', () => {
  it('fetches after a restore only what came after the backup, and ends where an undisturbed folder is', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const download = (now: string, ...more: string[]) =>
      vortex(['download', ...WISH, '--now', now, '--json', ...more], { cwd, env: sandbox.env });
    expect((await download(NOW, '--backup')).code).toBe(0);
    const then = contents(join(cwd, 'data'));
    await sandbox.change({ now: NEXT });
    await download(NEXT, '-o', 'undisturbed');
    rmSync(join(cwd, 'data/stocks'), { recursive: true });
    rmSync(join(cwd, 'data/.vortex'), { recursive: true });
    rmSync(join(cwd, 'data/forex'), { recursive: true });
    const restored = await vortex(['backup', 'restore', '--to', 'data'], { cwd });
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(restored.stdout).toMatch(/^3 series of 2024-07-03T06:00:00\.000Z restored to .*all read again and right$/m);
    const data = (): Record<string, string> =>
      Object.fromEntries(Object.entries(contents(join(cwd, 'data'))).filter(([path]) => !path.startsWith('backups/')));
    const kept = Object.fromEntries(Object.entries(then).filter(([path]) => !path.startsWith('backups/')));
    expect(data()).toEqual(kept);
    const before = await sandbox.requests();
    const plan = JSON.parse(
      (await vortex(['plan', ...WISH, '--now', NEXT, '--json'], { cwd, env: sandbox.env })).stdout,
    ) as object;
    expect(JSON.stringify(plan)).not.toContain('2024-06-24');
    expect((await download(NEXT)).code).toBe(0);
    // The rest of three series: one request each, and Yahoo's session.
    expect((await sandbox.requests()) - before).toBeLessThanOrEqual(6);
    expect((await vortex(['verify'], { cwd })).stdout).toMatch(/^3 series checked: nothing is wrong$/m);
    const csv = readFileSync(join(cwd, 'data/stocks/1d/SPY.csv'), 'utf8');
    expect(csv).toBe(readFileSync(join(cwd, 'undisturbed/stocks/1d/SPY.csv'), 'utf8'));
  });
});

describe('a backup after a download', () => {
  it('is made when all went well and backup_data is true, and old ones go', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const env = {
      ...sandbox.env,
      VORTEX_BACKUP_DATA: 'true',
      VORTEX_BACKUP_KEEP_DAYS: '0',
      VORTEX_BACKUP_KEEP_LAST: '2',
    };
    for (const second of ['01', '02', '03']) {
      const { code, stderr } = await vortex(['download', ...WISH, '--now', `2024-07-03T06:00:${second}Z`], {
        cwd,
        env,
      });
      expect(code).toBe(0);
      expect(stderr).toMatch(/^backup vortex-20240703T0600\d\dZ-/m);
    }
    const archives = readdirSync(join(cwd, 'data/backups')).filter((name) => name.endsWith('.tar.gz'));
    expect(archives.map((name) => name.slice(0, 23))).toEqual(['vortex-20240703T060002Z', 'vortex-20240703T060003Z']);
  });

  it('create --prune lets go what no rule keeps, as the settings say', async () => {
    const cwd = temporaryFolder();
    await putSeries(join(cwd, 'data'), [{ id: 'SPY', stamps: ['2024-07-01'] }]);
    const env = { VORTEX_BACKUP_KEEP_DAYS: '0', VORTEX_BACKUP_KEEP_LAST: '1' };
    const create = (at: string, ...more: string[]) => vortex(['backup', 'create', '--now', at, ...more], { cwd, env });
    expect((await create(NOW)).code).toBe(0);
    const { code, stdout, stderr } = await create(NEXT, '--prune');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^1 kept, 1 removed$/m);
    const archives = readdirSync(join(cwd, 'data/backups')).filter((name) => name.endsWith('.tar.gz'));
    expect(archives.map((name) => name.slice(0, 23))).toEqual(['vortex-20240705T060000Z']);
  });

  it('is not made when a series failed', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const wish = ['SPY', 'XYZQ', '-p', 'yahoo', '--start', '2024-06-24', '--backup', '--now', NOW];
    expect((await vortex(['download', ...wish], { cwd, env: sandbox.env })).code).toBe(3);
    expect(everythingIn(join(cwd, 'data'))).not.toContain('backups/');
  });

  it('that fails makes exit 1 of a good run, which is saved', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    writeFileSync(join(cwd, 'in-the-way'), '');
    const env = { ...sandbox.env, VORTEX_BACKUP_TARGET: 'in-the-way' };
    const { code, stderr, stdout } = await vortex(['download', ...WISH, '--now', NOW, '--backup', '--json'], {
      cwd,
      env,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/the run is good and saved, but its backup failed: .*in-the-way/);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 1, series: { updated: 3 } });
    expect((await vortex(['verify'], { cwd })).code).toBe(0);
  });
});

describe('the settings in a backup', () => {
  it('are all files of them, without any secret, and come back beside the data', async () => {
    const cwd = temporaryFolder();
    await putSeries(join(cwd, 'data'), [{ id: 'SPY', stamps: ['2024-07-01'] }]);
    mkdirSync(join(cwd, 'config'));
    const settings = {
      username: 'me@example.com',
      password: 'hunter2hunter2',
      providers: { barchart: { password: 'in barchart' }, yahoo: { base_url: 'http://user:hidden@proxy.example/' } },
      backup: {
        s3: { secret_access_key: 'in s3' },
        restic: { password: 'in restic', repository: 'rest:http://u:hidden@h/' },
      },
      instruments: ['more.json'],
      stocks: { SPY: {} },
    };
    writeFileSync(join(cwd, 'config/config.json'), JSON.stringify(settings));
    writeFileSync(join(cwd, 'config/more.json'), JSON.stringify({ stocks: { KO: {} } }));
    writeFileSync(join(cwd, '.env'), 'VORTEX_BARCHART_USERNAME=from-dot-env\n');
    expect(await vortex(['backup', 'create', '--now', NOW], { cwd })).toMatchObject({ code: 0, stderr: '' });
    await vortex(['backup', 'restore', '--to', 'back'], { cwd });
    const folder = join(cwd, 'back/.vortex/restored-config');
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'more.json']);
    const text = readFileSync(join(folder, 'config.json'), 'utf8');
    expect(text).not.toMatch(/me@|hunter2|in barchart|hidden|in s3|in restic|from-dot-env/);
    const barchart = { password: '***' };
    const s3 = { secret_access_key: '***' };
    expect(JSON.parse(text)).toEqual({
      ...settings,
      ...{ username: '***', password: '***' },
      providers: { barchart, yahoo: { base_url: 'http://***@proxy.example/' } },
      backup: { s3, restic: { password: '***', repository: 'rest:http://***@h/' } },
    });
  });
});

describe('bad input', () => {
  const stored = async (): Promise<string> => {
    const cwd = temporaryFolder();
    const stamps = Array.from({ length: 200 }, (_, day) =>
      new Date(Date.UTC(2023, 0, 2 + day)).toISOString().slice(0, 10),
    );
    await putSeries(
      join(cwd, 'data'),
      ['SPY', 'KO'].map((id) => ({ id, stamps })),
    );
    return cwd;
  };

  it('a disk that is full in the middle: exit 1, no half backup, and the next one is good', async () => {
    const cwd = await stored();
    // The limit on the size of a file is the one full disk that needs no rights to make.
    const args = [programPath(), 'backup', 'create', '-o', join(cwd, 'data'), '--target', join(cwd, 'target')];
    const { code, stderr } = await startChild('/bin/sh', [
      '-c',
      'ulimit -f 4; exec "$0" "$@"',
      process.execPath,
      ...args,
    ]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/the disk is full; make room/);
    expect(readdirSync(join(cwd, 'target'))).toEqual([]);
    expect((await vortex(['backup', 'create', '--target', 'target'], { cwd })).code).toBe(0);
    expect((await vortex(['backup', 'verify', '--target', 'target'], { cwd })).code).toBe(0);
  });

  it('a description that is damaged: verify names its backup, exit 3, though others are good', async () => {
    const cwd = await stored();
    for (const day of ['2024-07-03', '2024-07-04']) {
      await vortex(['backup', 'create', '--target', 'target', '--now', day], { cwd });
    }
    const [first = ''] = readdirSync(join(cwd, 'target'));
    writeFileSync(join(cwd, 'target', first), '{"schema": 1, "na');
    const { code, stdout, stderr } = await vortex(['backup', 'verify', '--target', 'target'], { cwd });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^vortex-20240704\S+: good, 4 files\nvortex-20240703\S+: not good\n$/);
    expect(stderr).toMatch(/^vortex: vortex-20240703\S+: its description cannot be read/);
  });

  it('told to stop: 143, and nothing is there', async () => {
    const cwd = await stored();
    const told: string[] = [];
    const output = {
      out: () => undefined,
      err: (text: string) => void told.push(text),
      isTerminal: false,
      columns: 80,
    };
    const signal = AbortSignal.abort('SIGTERM');
    const target = join(cwd, 'target');
    expect(await createBackup({ outputDir: join(cwd, 'data'), target }, { output, signal })).toBe(143);
    expect(told).toEqual(['vortex: the backup was interrupted; nothing of it is kept\n']);
    expect(readdirSync(target)).toEqual([]);
  });

  it('killed: no half backup is listed', async () => {
    const cwd = await stored();
    const run = start(['backup', 'create', '--target', 'target'], { cwd });
    run.child.kill('SIGKILL');
    await run.ended;
    const whole = (await vortex(['backup', 'list', '--target', 'target', '--json'], { cwd })).stdout;
    expect(JSON.parse(whole)).toMatchObject({ backups: [] });
  });

  it('a clock in the past is told, the backup is made, and prune removes nothing that is later', async () => {
    const cwd = await stored();
    await vortex(['backup', 'create', '--now', NOW], { cwd });
    const { code, stderr } = await vortex(['backup', 'create', '--now', '2020-01-01'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /it is 2020-01-01T00:00:00\.000Z, but the newest backup, vortex-20240703T.*is the clock right\?/,
    );
    const pruned = await vortex(['backup', 'prune', '--keep-days', '0', '--keep-last', '0', '--now', '2019-01-01'], {
      cwd,
    });
    expect(pruned.stdout).toMatch(/2 kept, 0 removed/);
  });

  it.each([
    [['backup', 'create', '-o', 'nothing'], 2, /no data folder/],
    [['backup', 'restore'], 2, /--to/],
    [['backup', 'restore', '--to', 'x', '--target', 'nothing'], 2, /there is no backup in .*nothing/],
    [['backup', 'verify', '--target', 'nothing'], 3, /there are no backups in/],
    [['backup', 'create', '--target', 's3://'], 2, /names no bucket/],
    [['backup', 'create', '--engine', 'zip'], 2, /--engine: .*(tar|restic)/],
    [['backup', 'prune', '--keep-days', '-1'], 2, /--keep-days/],
  ])('%j: exit %i', async (args, exitCode, words) => {
    const cwd = await stored();
    const { code, stderr } = await vortex(args, { cwd });
    expect({ code, stderr }).toEqual({ code: exitCode, stderr: expect.stringMatching(words) as string });
  });

  it('a series that was damaged when the backup was made is named when it is restored', async () => {
    const cwd = await stored();
    writeFileSync(join(cwd, 'data/stocks/1d/KO.csv'), 'nonsense');
    expect((await vortex(['backup', 'create'], { cwd })).code).toBe(3);
    const restore = (...args: string[]) => vortex(['backup', 'restore', ...args], { cwd });
    const told = /^vortex: stocks\/1d\/KO was damaged when the backup was made.*--at\n$/;
    expect((await restore('--to', 'all')).stderr).toMatch(told);
    expect((await restore('SPY', '--to', 'sound')).stderr).toBe('');
  });

  it('an unknown symbol: exit 3 with the nearest, the others are restored', async () => {
    const cwd = await stored();
    await vortex(['backup', 'create'], { cwd });
    const { code, stderr } = await vortex(['backup', 'restore', 'SPY', 'SPX', '--to', 'some'], { cwd });
    expect(code).toBe(3);
    expect(stderr).toMatch(/has nothing of SPX; nearest: .*SPY/);
    expect(everythingIn(join(cwd, 'some')).filter((path) => path.endsWith('.csv'))).toEqual(['stocks/1d/SPY.csv']);
    expect((await vortex(['verify', '-o', 'some'], { cwd })).code).toBe(0);
    const more = await vortex(['backup', 'restore', '--to', 'some'], { cwd });
    expect(more).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has data in it already.*--overwrite/) as string,
    });
  });
});

describe('the time that --at means', () => {
  const backups = ['2024-07-01T06:00:00.000Z', '2024-07-02T06:00:00.000Z', '2024-07-02T18:00:00.000Z'].map(
    (created_at, index) =>
      describeBackup({
        ...{
          name: `vortex-2024070${index + 1}T060000Z-000${index}`,
          created_at,
          program: '0',
          series: 0,
          files: 0,
          bytes: 0,
        },
        damaged: [],
      }),
  );
  it.each([
    [undefined, 2],
    ['2024-07-02', 2],
    ['2024-07-02T17:59:59Z', 1],
    ['2024-07-01', 0],
    ['2026-01-01', 2],
    ['vortex-20240702T060000Z-0001', 1],
  ])('%s is number %i', (at, expected) => {
    expect(chooseBackup(backups, at, 'place')).toBe(backups[expected]);
  });
  it.each([
    ['2024-06-30', /is of 2024-06-30 or before; the oldest is of 2024-07-01T06/],
    ['yesterday', /is no time/],
    ['vortex-20240101T000000Z-ffff', /no backup vortex-2024/],
  ])('%s is refused', (at, words) => {
    expect(() => chooseBackup(backups, at, 'place')).toThrow(words);
  });
});
