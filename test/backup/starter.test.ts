import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';

it('the file that config init writes, comments and all, is in every backup: by hand and after a nightly download', async () => {
  const cwd = temporaryFolder();
  const { env } = await standIn(NOW);
  const at = ['--now', NOW];
  expect((await vortex(['config', 'init', 'SPY', '--yes', ...at], { cwd, env })).code).toBe(0);
  const nightly = await vortex(['download', '--start', '2024-06-24', ...at], {
    cwd,
    env: { ...env, VORTEX_BACKUP_DATA: 'true' },
  });
  expect(nightly).toMatchObject({ code: 0 });
  expect((await vortex(['backup', 'create', '--now', '2024-07-03T07:00:00Z'], { cwd, env })).code).toBe(0);
  for (const backup of ['2024-07-03T06:30:00Z', '2024-07-03T08:00:00Z']) {
    const to = join(cwd, `restored-${backup.slice(11, 13)}`);
    expect((await vortex(['backup', 'restore', '--to', to, '--at', backup], { cwd, env })).code).toBe(0);
    expect(readFileSync(join(to, '.vortex/restored-config/config.json'), 'utf8')).toBe(
      readFileSync(join(cwd, 'config/config.json'), 'utf8'),
    );
  }
});
