import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const listed = z.looseObject({ series: z.array(z.looseObject({ series: z.string(), state: z.string() })) });
const rebuilt = z.looseObject({ rebuilt: z.number(), unchanged: z.number(), refused: z.array(z.unknown()) });

it('what macOS and file synchronisation put beside a manifest makes no command fail, and no series', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-06-28T22:00:00Z');
  const run = (...args: string[]) =>
    vortex([...args, '--now', '2024-06-28T22:00:00Z'], {
      cwd,
      env: { ...sandbox.env, VORTEX_BACKUP_TARGET: join(cwd, 'safe') },
    });
  const download = ['download', 'SPY', '--start', '2024-06-03', '-p', 'yahoo'];
  expect((await run(...download)).code).toBe(0);
  const folder = join(cwd, 'data/.vortex/series/stocks/1d');
  for (const name of ['SPY 2', 'SPY (conflicted copy)', 'SPY-LAPTOP', 'SPY.sync-conflict-20240628-220000-ABCDEF1']) {
    copyFileSync(join(folder, 'SPY.json'), join(folder, `${name}.json`));
  }
  for (const name of ['._SPY.json', '.DS_Store']) writeFileSync(join(folder, name), 'Mac OS X');
  writeFileSync(join(cwd, 'data/.vortex/runs/._0.json'), 'Mac OS X');

  const status = await run('status', '--json');
  expect([status.code, listed.parse(JSON.parse(status.stdout)).series]).toMatchObject([
    0,
    [{ series: 'stocks/1d/SPY', state: 'ok' }],
  ]);
  for (const args of [['plan', 'SPY', '-p', 'yahoo'], ['verify'], ['backup', 'create'], download]) {
    const { code, stderr } = await run(...args);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  }
  const again = rebuilt.parse(JSON.parse((await run('rebuild', '--json')).stdout));
  expect(again).toMatchObject({ rebuilt: 0, unchanged: 1, refused: [] });
});
