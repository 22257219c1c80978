import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { eachOf } from '../support/child.ts';
import { contents, dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { start, vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const STEPS = pathToFileURL(join(import.meta.dirname, 'steps.mjs')).href;
/** Every point in `npm run test:crash`; every thirty-first in `npm test`. */
const EVERY = process.env['CRASH'] === 'full' ? 1 : 31;
const DAYS = ['2024-07-02T22:00:00Z', '2024-07-05T22:00:00Z', '2024-07-09T22:00:00Z'] as const;
const WISH = ['SPY', 'KO', '-p', 'yahoo', '--start', '2024-06-03', '--format', 'csv,parquet'];

function copyOf(folder: string): string {
  const root = temporaryFolder();
  cpSync(folder, root, { recursive: true, preserveTimestamps: true });
  return root;
}

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
    const count = join(temporaryFolder(), 'count');
    const crashing = (cwd: string, step: number) =>
      start(restore, {
        cwd,
        env: {
          NODE_OPTIONS: `--import ${STEPS}`,
          CRASH_STEP: String(step),
          CRASH_HOW: how,
          CRASH_COUNT: count,
        },
      }).ended;
    const undisturbed = copyOf(base);
    expect((await crashing(undisturbed, 0)).code).toBe(0);
    const [newest, restored] = [contents(join(base, 'data')), contents(join(undisturbed, 'data'))];
    const steps = Number(readFileSync(count, 'utf8'));
    expect(steps).toBeGreaterThan(100);
    const points = Array.from({ length: steps }, (_each, index) => index + 1).filter((step) => step % EVERY === 0);
    await eachOf(points, 3, async (step) => {
      const cwd = copyOf(base);
      const { stderr } = await crashing(cwd, step);
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
