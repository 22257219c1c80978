import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkBackup } from '../../src/backup/check.ts';
import { FolderTarget } from '../../src/backup/folder-target.ts';
import { pruneBackups } from '../../src/backup/prune.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import { refusal } from '../../src/backup/tar-reader.ts';
import { removeTemporary } from '../../src/disk/leftovers.ts';
import { backUp, everything, kept, NOW, systemTar } from '../support/backups.ts';
import { contents, everythingIn, temporaryFolder } from '../support/folder.ts';

const DAY = 86_400_000;

describe('what is in a backup', () => {
  it('is everything but temporary files, logs, caches, the lock and what was set aside', async () => {
    const { root, engine } = await kept();
    const left = [
      'stocks/1d/SPY.csv.tmp',
      '.vortex/lock',
      '.vortex/logs/a.log',
      '.vortex/vortex.log',
      '.vortex/cache/x',
    ];
    for (const path of [...left, '.vortex/quarantine/r/stocks/1d/KO.csv', '.vortex/runs/r.json', 'stocks/1d/own.txt']) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), path);
    }
    const backup = await backUp(engine, root, NOW + 1000);
    const to = temporaryFolder();
    await restoreBackup(engine, { backup, ...everything(to) });
    expect(contents(to)).toEqual({
      ...contents(root),
      'stocks/1d/SPY.csv.tmp': undefined,
    });
    expect(
      everythingIn(join(to, '.vortex')).filter((path) => !path.startsWith('series') && !path.endsWith('/')),
    ).toEqual(['runs/r.json']);
  });

  it('can be read and checked without this program', async () => {
    const { part } = await kept();
    const folder = temporaryFolder();
    execFileSync('tar', ['-xzf', part('.tar.gz'), '-C', folder]);
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', part('.sha256')], { cwd: folder });
    expect(readFileSync(join(folder, 'stocks/1d/SPY.csv'), 'utf8')).toMatch(/^Datetime,Open,/);
  });

  it('keeps what is damaged as it stands, and says so', async () => {
    const { root, engine } = await kept();
    appendFileSync(join(root, 'stocks/1d/KO.csv'), 'x');
    const backup = await backUp(engine, root, NOW + 1000);
    expect(backup.damaged).toEqual(['stocks/1d/KO']);
    const to = temporaryFolder();
    await restoreBackup(engine, { backup, ...everything(to) });
    expect(contents(to)).toEqual(contents(root));
  });
});

describe('a backup that is not what was written', () => {
  it.each([
    [
      'is cut short',
      (path: string) => {
        truncateSync(path, Math.floor(readFileSync(path).length / 2));
      },
    ],
    [
      'has one bit turned',
      (path: string) => {
        const bytes = readFileSync(path);
        const place = Math.floor(bytes.length / 2);
        bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
        writeFileSync(path, bytes);
      },
    ],
  ])('because its archive %s: verify names the file, restore restores nothing', async (_, damage) => {
    const { engine, backup, part } = await kept();
    damage(part('.tar.gz'));
    const { problems } = await checkBackup(engine, backup);
    expect(problems[0]).toMatch(/stocks|\.vortex/);
    const to = join(temporaryFolder(), 'to');
    await expect(restoreBackup(engine, { backup, ...everything(to) })).rejects.toMatchObject({ code: 'file-corrupt' });
    expect(everythingIn(to)).toEqual(['.vortex/']);
  });

  it('because one file in it is another: verify names it', async () => {
    const { engine, backup, part } = await kept();
    const folder = temporaryFolder();
    execFileSync('tar', ['-xzf', part('.tar.gz'), '-C', folder]);
    appendFileSync(join(folder, 'stocks/1d/IBM.csv'), '2024-07-03,1,1,1,1,1\n');
    systemTar(folder, part('.tar.gz'), '.vortex', 'stocks');
    expect((await checkBackup(engine, backup)).problems.join()).toContain('IBM.csv: is not what was backed up');
  });

  it('because the very last file in it is another: nothing is restored', async () => {
    const { engine, backup, part } = await kept();
    const folder = temporaryFolder();
    execFileSync('tar', ['-xzf', part('.tar.gz'), '-C', folder]);
    const paths = readFileSync(part('.sha256'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.slice(66));
    appendFileSync(join(folder, paths.at(-1) ?? ''), 'x');
    systemTar(folder, part('.tar.gz'), ...paths);
    const to = join(temporaryFolder(), 'to');
    await expect(restoreBackup(engine, { backup, ...everything(to) })).rejects.toMatchObject({ code: 'file-corrupt' });
    expect(everythingIn(to)).toEqual(['.vortex/']);
  });

  it('because its list of checksums or its archive is gone', async () => {
    const { engine, backup, target } = await kept();
    await new FolderTarget(target).remove([`${backup.name}.sha256`]);
    expect((await checkBackup(engine, backup)).problems[0]).toMatch(/\.sha256: is not there/);
  });
});

describe('an archive that was made to do harm', () => {
  it.each([
    ['../evil', 'File'],
    ['stocks/../../evil', 'File'],
    ['/etc/evil', 'File'],
    ['C:\\evil', 'File'],
    ['stocks\\..\\evil', 'File'],
    ['stocks/link', 'SymbolicLink'],
    ['stocks/link', 'Link'],
    ['stocks/device', 'CharacterDevice'],
  ])('%s (%s) is refused', (path, type) => {
    expect(refusal(path, type)).toBeDefined();
  });

  it('a plain file below the folder is not', () => {
    expect(refusal('stocks/1d/..SPY.csv', 'File')).toBeUndefined();
  });

  it('with `../`, an absolute path or a link in it is refused by verify and restore, and nothing is written', async () => {
    const { engine, backup, part } = await kept();
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'inner'));
    writeFileSync(join(folder, 'evil'), 'evil');
    symlinkSync('/etc', join(folder, 'inner/stocks'));
    for (const args of [['-P', '../evil'], ['-P', join(folder, 'evil')], ['stocks']]) {
      systemTar(join(folder, 'inner'), part('.tar.gz'), ...args);
      expect((await checkBackup(engine, backup)).problems[0]).toMatch(/has no place in a backup/);
      const to = join(temporaryFolder(), 'to');
      await expect(restoreBackup(engine, { backup, ...everything(to) })).rejects.toMatchObject({
        code: 'file-corrupt',
      });
      expect(everythingIn(to)).toEqual(['.vortex/']);
    }
  });
});

describe('the places of backups', () => {
  it('list only what is whole: no half backup after a crash, and what it left goes after a day', async () => {
    const { root, target, engine, backup, part } = await kept();
    const other = 'vortex-20240704T060000Z-0000';
    cpSync(part('.tar.gz'), join(target, `${other}.tar.gz`));
    writeFileSync(join(target, `${other}.tar.gz.abcdef.part`), 'half');
    expect((await engine.list()).map(({ name }) => name)).toEqual([backup.name]);
    await backUp(engine, root, NOW + DAY);
    expect((await engine.list()).map(({ name }) => name)[0]).toBe(backup.name);
  });

  it('lose an archive whose description was never written, but not before a day has gone by', async () => {
    const { root, target, engine, backup, part } = await kept();
    const second = await backUp(engine, root, NOW + DAY);
    rmSync(part('.json'));
    await engine.remove([]);
    expect(readdirSync(target)).toHaveLength(5);
    vi.useFakeTimers({ toFake: ['Date'], now: statSync(part('.sha256')).ctimeMs + DAY + 1000 });
    onTestFinished(() => void vi.useRealTimers());
    await engine.remove([]);
    expect(readdirSync(target).sort()).toEqual(['.json', '.sha256', '.tar.gz'].map((ending) => second.name + ending));
    expect((await checkBackup(engine, second)).problems).toEqual([]);
    expect(backup.name).not.toBe(second.name);
  });

  it('keep an archive whose description is damaged, and say which', async () => {
    const { target, engine, backup, part } = await kept();
    truncateSync(part('.json'), 100);
    expect(await engine.list()).toEqual([]);
    expect(await engine.unreadable()).toEqual([backup.name]);
    vi.useFakeTimers({ toFake: ['Date'], now: statSync(part('.json')).ctimeMs + 2 * DAY });
    onTestFinished(() => void vi.useRealTimers());
    await engine.remove([]);
    expect(readdirSync(target)).toHaveLength(3);
  });

  it('list two of the same second in the order in which they were made; the later one stays', async () => {
    const { root, target, engine } = await kept();
    const names: string[] = [];
    for (let each = 0; each < 4; each++) {
      names.push((await backUp(engine, root, NOW + DAY)).name);
      utimesSync(join(target, `${names.at(-1) ?? ''}.json`), each, each);
    }
    expect((await engine.list()).slice(1).map(({ name }) => name)).toEqual(names);
    const { kept: stays } = await pruneBackups(engine, { days: 0, last: 1, weekly: 0, monthly: 0 }, NOW + 2 * DAY);
    expect(stays.map(({ name }) => name)).toEqual(names.slice(-1));
  });

  it('in the data folder: a run that takes a dead one over leaves a backup alone that is being written', async () => {
    const { root } = await kept();
    const target = new FolderTarget(join(root, 'backups'));
    const slow = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('one');
      removeTemporary(root);
      await Promise.resolve();
      yield Buffer.from('two');
    };
    expect(await target.write('vortex-x.tar.gz', slow())).toBe(6);
    expect(readFileSync(join(root, 'backups/vortex-x.tar.gz'), 'utf8')).toBe('onetwo');
  });

  it('prune reads the newest before one goes, and while it is broken keeps the last good one', async () => {
    const { root, target, engine, backup } = await kept();
    const second = await backUp(engine, root, NOW + DAY);
    const third = await backUp(engine, root, NOW + 2 * DAY);
    truncateSync(join(target, `${third.name}.tar.gz`), 100);
    const rules = { days: 0, last: 1, weekly: 0, monthly: 0 };
    const dry = await pruneBackups(engine, rules, NOW + 3 * DAY, true);
    expect(dry.removed).toEqual([backup.name]);
    expect(await engine.list()).toHaveLength(3);
    const { kept: stays, broken } = await pruneBackups(engine, rules, NOW + 3 * DAY);
    expect(stays.map(({ name }) => name)).toEqual([third.name, second.name]);
    expect(broken.map(({ name }) => name)).toEqual([third.name]);
    expect(readdirSync(target).filter((name) => name.startsWith(backup.name))).toEqual([]);
  });
});
