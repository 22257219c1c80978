import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eachOf } from '../support/child.ts';
import { contents, dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import { copyOf, Crashing, everyPoint } from './crashing.ts';

const EVERY = everyPoint(31);
const DAYS = ['2024-07-02T22:00:00Z', '2024-07-05T22:00:00Z', '2024-07-09T22:00:00Z'] as const;
const WISH = ['SPY', 'KO', '-p', 'yahoo', '--start', '2024-06-03', '--format', 'csv,parquet'];

/** Removes the data files and has them made again from the raw archive. @returns what that said */
async function remade(cwd: string): Promise<string> {
  for (const path of dataFiles(join(cwd, 'data'))) rmSync(join(cwd, 'data', path));
  const { code, stderr } = await vortex(['rebuild'], { cwd });
  return `${code} ${stderr}`;
}

it.each([
  ['is killed', 'SIGKILL'],
  ['finds the disk full', 'ENOSPC'],
])(
  'a restore of one series that %s at any of its steps leaves raw answers that make every series, and the next run or restore ends it',
  async (what, how) => {
    const sandbox = await standIn(DAYS[0]);
    const base = temporaryFolder();
    for (const now of DAYS) {
      await sandbox.change({ now });
      expect((await vortex(['download', ...WISH, '--now', now], { cwd: base, env: sandbox.env })).code).toBe(0);
      if (now === DAYS[1]) {
        expect((await vortex(['backup', 'create', '--now', now, '--target', 'kept'], { cwd: base })).code).toBe(0);
      }
    }
    const restore = ['backup', 'restore', 'SPY', '--to', 'data', '--overwrite', '--target', 'kept'];
    const crashing = new Crashing(restore, how);
    const undisturbed = copyOf(base);
    expect((await crashing.at(undisturbed, 0)).code).toBe(0);
    const [newest, restored] = [contents(join(base, 'data')), contents(join(undisturbed, 'data'))];
    const { steps } = crashing;
    expect(steps).toBeGreaterThan(100);
    const points = crashing.points(EVERY);
    await eachOf(points, 3, async (step) => {
      const cwd = copyOf(base);
      const { stderr } = await crashing.at(cwd, step);
      expect([step, stderr]).toEqual([step, expect.not.stringMatching(/^\s+at /m)]);
      expect([step, await remade(copyOf(cwd))]).toEqual([step, '0 ']);
      const updated = copyOf(cwd);
      const next = await vortex(['download', ...WISH, '--now', DAYS[2]], { cwd: updated, env: sandbox.env });
      expect([step, next.code, contents(join(updated, 'data'))]).toEqual([step, 0, newest]);
      expect([step, everythingIn(updated).filter((path) => /restore-|\.tmp$/.test(path))]).toEqual([step, []]);
      expect([step, await remade(updated), contents(join(updated, 'data'))]).toEqual([step, '0 ', newest]);
      const again = await vortex(restore, { cwd });
      expect([step, again.code, contents(join(cwd, 'data'))]).toEqual([step, 0, restored]);
      expect([step, await remade(cwd), contents(join(cwd, 'data'))]).toEqual([step, '0 ', restored]);
    });
    process.stderr.write(`a restore that ${what}: ${points.length} of ${steps} points tried\n`);
  },
  3_600_000,
);
