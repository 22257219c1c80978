import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contents, dataFiles, identities, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const WISH = ['SPY', 'EURUSD', '--period', '1d,1h', '--start', '2024-05-01', '--format', 'csv,parquet'];

it('a clock that was set back a day takes nothing away; the runs after it, verify and rebuild go on as ever', async () => {
  const sandbox = await standIn('2024-06-05T22:00:00Z');
  const cwd = temporaryFolder();
  const run = async (now: string) => {
    await sandbox.change({ now });
    const { code, stderr } = await vortex(['download', ...WISH, '--now', now], { cwd, env: sandbox.env });
    expect([now, code, code === 0 ? '' : stderr]).toEqual([now, 0, '']);
  };
  const data = join(cwd, 'data');
  await run('2024-06-05T22:00:00Z');
  const before = identities(data);
  await run('2024-06-04T22:00:00Z');
  expect(identities(data)).toEqual(before);
  await run('2024-06-07T22:00:00Z');
  const other = temporaryFolder();
  const straight = await vortex(['download', ...WISH, '--now', '2024-06-07T22:00:00Z'], {
    cwd: other,
    env: sandbox.env,
  });
  expect(straight.code).toBe(0);
  const wanted = contents(join(other, 'data'));
  expect(contents(data)).toEqual(wanted);
  expect(await vortex(['verify', '--now', '2024-06-07T22:00:00Z'], { cwd })).toMatchObject({
    code: 0,
    stdout: '4 series checked: nothing is wrong\n',
  });
  for (const path of dataFiles(data)) rmSync(join(data, path));
  expect(await vortex(['rebuild'], { cwd })).toMatchObject({ code: 0 });
  expect(contents(data)).toEqual(wanted);
});
