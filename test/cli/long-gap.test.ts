import { join } from 'node:path';
import { expect, it } from 'vitest';
import { csvRows, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

it('minutes that were left alone for longer than Yahoo goes back are taken up again where it can, and nothing is lost', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-05-18T12:00:00Z');
  const update = async (now: string) => {
    await sandbox.change({ now });
    const args = ['download', 'SPY', '--period', '1m', '--start', '2024-05-13', '--json', '--now', now];
    const { code, stdout } = await vortex(args, { cwd, env: sandbox.env });
    return { code, result: resultOf(readReport(stdout), 'stocks/1m/SPY') };
  };
  expect((await update('2024-05-18T12:00:00Z')).code).toBe(0);
  const before = csvRows(join(cwd, 'data/stocks/1m/SPY.csv'));
  expect(before).toHaveLength(5 * 390);

  const { code, result } = await update('2024-07-13T12:00:00Z');
  expect(result).toMatchObject({ outcome: 'updated', revised: 0, error: null });
  expect(code).toBe(0);
  const after = csvRows(join(cwd, 'data/stocks/1m/SPY.csv'));
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.at(-1)?.['Datetime']).toBe('2024-07-12T19:59:00Z');
});
