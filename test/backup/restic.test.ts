import { readdirSync, readFileSync, writeFileSync, chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NO_RESTIC } from '../support/backups.ts';
import { contents, everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { putSeries } from '../support/stored.ts';

const NOW = '2024-07-03T06:00:00Z';

async function workspace() {
  const cwd = temporaryFolder();
  const stamps = ['2024-07-01', '2024-07-02'];
  await putSeries(
    join(cwd, 'data'),
    ['SPY', 'KO', 'IBM'].map((id) => ({ id, stamps, formats: ['csv', 'parquet'] })),
  );
  const env = {
    VORTEX_BACKUP_ENGINE: 'restic',
    VORTEX_BACKUP_RESTIC_REPOSITORY: join(cwd, 'repository'),
    VORTEX_BACKUP_RESTIC_PASSWORD: 'correct horse',
  };
  return { cwd, env };
}

describe.skipIf(NO_RESTIC !== undefined)('the restic engine', () => {
  it('makes, lists, verifies and restores a backup, identical to the last byte, encrypted, and leaves nothing beside it', async () => {
    const { cwd, env } = await workspace();
    expect((await vortex(['backup', 'list'], { cwd, env })).stdout).toMatch(/^no backups in /);
    const made = await vortex(['backup', 'create', '--now', NOW], { cwd, env });
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(everythingIn(join(cwd, 'data/.vortex')).filter((path) => path.includes('snapshot'))).toEqual([]);
    const repository = join(cwd, 'repository');
    for (const path of everythingIn(repository).filter((each) => !each.endsWith('/'))) {
      expect(readFileSync(join(repository, path), 'latin1')).not.toMatch(/Datetime|SPY/);
    }
    const listed = await vortex(['backup', 'list', '--json'], { cwd, env });
    expect(JSON.parse(listed.stdout)).toMatchObject({
      backups: [{ created_at: NOW, series: 3, files: 9, damaged: [] }],
    });
    expect((await vortex(['backup', 'verify'], { cwd, env })).stdout).toMatch(/good, 9 files/);
    expect((await vortex(['backup', 'restore', '--to', 'back'], { cwd, env })).code).toBe(0);
    expect(contents(join(cwd, 'back'))).toEqual(contents(join(cwd, 'data')));
    expect((await vortex(['verify', '-o', 'back'], { cwd })).code).toBe(0);
  });

  it('tells a repository that was tampered with, by verify and by restore: exit 3, nothing restored', async () => {
    const { cwd, env } = await workspace();
    await vortex(['backup', 'create', '--now', NOW], { cwd, env });
    const data = join(cwd, 'repository/data');
    for (const path of everythingIn(data).filter((each) => !each.endsWith('/'))) {
      const bytes = readFileSync(join(data, path));
      bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
      chmodSync(join(data, path), 0o600);
      writeFileSync(join(data, path), bytes);
    }
    const verified = await vortex(['backup', 'verify'], { cwd, env });
    expect(verified.code).toBe(3);
    expect(verified.stderr).toMatch(/damaged/);
    const { code } = await vortex(['backup', 'restore', '--to', 'back'], { cwd, env });
    expect(code).toBe(3);
    expect(everythingIn(join(cwd, 'back')).filter((path) => !path.endsWith('/'))).toEqual([]);
  });

  it('wrong password: exit 4, none: exit 2; a password may stand in a file', async () => {
    const { cwd, env } = await workspace();
    await vortex(['backup', 'create', '--now', NOW], { cwd, env });
    const { VORTEX_BACKUP_RESTIC_PASSWORD: password, ...rest } = env;
    const wrong = await vortex(['backup', 'list'], { cwd, env: { ...rest, VORTEX_BACKUP_RESTIC_PASSWORD: 'guessed' } });
    expect(wrong).toMatchObject({ code: 4, stderr: expect.stringMatching(/the password is wrong/) as string });
    expect((await vortex(['backup', 'list'], { cwd, env: rest })).code).toBe(2);
    writeFileSync(join(cwd, 'password'), `${password}\n`);
    const filed = { ...rest, VORTEX_BACKUP_RESTIC_PASSWORD_FILE: 'password' };
    expect((await vortex(['backup', 'list'], { cwd, env: filed })).code).toBe(0);
  });

  it('prunes by the same rules, and the rest is still good', async () => {
    const { cwd, env } = await workspace();
    for (const day of ['01', '02', '03']) await vortex(['backup', 'create', '--now', `2024-07-${day}`], { cwd, env });
    const rules = ['--keep-days', '0', '--keep-last', '2', '--now', '2024-07-04'];
    const { code, stdout } = await vortex(['backup', 'prune', ...rules], { cwd, env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/removed vortex-20240701T.*\n2 kept, 1 removed/);
    expect((await vortex(['backup', 'verify'], { cwd, env })).stdout.match(/good, 9 files/g)).toHaveLength(2);
    expect(readdirSync(join(cwd, 'repository/snapshots'))).toHaveLength(2);
  });
});

it('without the program restic the engine says how to get it: exit 2', async () => {
  const { cwd, env } = await workspace();
  mkdirSync(join(cwd, 'bin'));
  symlinkSync(process.execPath, join(cwd, 'bin/node'));
  const { code, stderr } = await vortex(['backup', 'create'], { cwd, env: { ...env, PATH: join(cwd, 'bin') } });
  expect(code).toBe(2);
  expect(stderr).toMatch(/restic is not there; install it \(apt-get install restic/);
});
