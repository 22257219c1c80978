import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

it('hourly runs over a weekend in which clocks change find nothing suspect in whole answers', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-03-07T15:20:00Z');
  const said: string[] = [];
  for (const now of ['07T15:20', '08T15:20', '08T21:30', '10T23:20', '11T02:20', '11T15:20', '11T21:30', '12T15:20']) {
    const at = `2024-03-${now}:00Z`;
    await sandbox.change({ now: at });
    const args = [
      'SPY',
      'EURUSD',
      'BTC-USD',
      'GOLD',
      '--period',
      '1h,1d',
      '--start',
      '2024-01-15',
      '-p',
      'yahoo',
      '--now',
      at,
    ];
    const { code, stderr } = await vortex(['download', ...args], { cwd, env: sandbox.env });
    expect(code).toBe(0);
    const lines = stderr.split('\n').filter((line) => line.startsWith('vortex: ') && !line.includes('is taken as'));
    said.push(...lines.map((line) => `${now} ${line}`));
    const folder = join(cwd, 'data/.vortex/series');
    for (const path of everythingIn(folder)) {
      if (!path.endsWith('.json')) continue;
      if (readFileSync(join(folder, path), 'utf8').includes('"suspect"')) said.push(`${now} ${path}: suspect dates`);
    }
  }
  expect(said).toEqual([]);
});
