import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { putSeries } from '../support/stored.ts';

const FILE = fileURLToPath(new URL('../../package.json', import.meta.url));

async function stored(): Promise<string> {
  const cwd = temporaryFolder();
  await putSeries(join(cwd, 'data'), [{ id: 'SPY', stamps: ['2024-07-02'] }]);
  return cwd;
}

describe('a place for backups', () => {
  it.each([
    [['list', '--target', FILE], /package\.json is no folder: .* name another with --target\n$/],
    [['create', '--target', join(FILE, 'below')], /below is no folder: .* name another with --target\n$/],
    [['create', '--target', 'data/stocks'], /stocks is in .*data\/stocks, .* another .* with --target\n$/],
    [['create', '--target', 'data/.vortex/backups'], /backups is in .*data\/\.vortex, where the data are/],
  ])('that cannot be one is refused in one sentence: %j', async (args, words) => {
    const { code, stderr } = await vortex(['backup', ...args], { cwd: await stored() });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(words) as string });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('of restic that is among the data is refused too', async () => {
    const env = { VORTEX_BACKUP_RESTIC_REPOSITORY: 'data/forex/kept', VORTEX_BACKUP_RESTIC_PASSWORD: 'x' };
    const { code, stderr } = await vortex(['backup', 'create', '--engine', 'restic'], { cwd: await stored(), env });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/kept is in .*data\/forex, .* with backup\.restic\.repository\n$/) as string,
    });
  });

  it('may be anywhere else in the data folder', async () => {
    const { code } = await vortex(['backup', 'create', '--target', 'data/kept/here'], { cwd: await stored() });
    expect(code).toBe(0);
  });
});
