import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eachOf } from '../support/child.ts';
import { contents as textsIn, everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import { copyOf, Crashing, everyPoint } from './crashing.ts';

const EVERY = everyPoint(17);
const [MONDAY, FRIDAY] = ['2024-06-17T23:30:00Z', '2024-06-21T23:30:00Z'];
const ASKED = ['SPY', 'AAPL', 'BTC-USD', '--period', '1d,1h', '--format', 'csv,parquet', '--start', '2024-05-20'];

/** Checksums of the data files, so that a failure is told in few words. */
const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(textsIn(folder)).map(([path, text]) => [path, createHash('sha256').update(text).digest('hex')]),
  );

const args = (now: string): string[] => ['download', ...ASKED, '-o', 'data', '--now', now];

/** Lines of the logs of revisions, without when they were seen and by which run. */
function revisionsIn(cwd: string): string[] {
  const folder = join(cwd, 'data/.vortex/revisions');
  if (!existsSync(folder)) return [];
  const files = everythingIn(folder).filter((path) => path.endsWith('.csv'));
  const lines = files.flatMap((path) =>
    readFileSync(join(folder, path), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => `${path} ${line.split(',').slice(2).join()}`),
  );
  return lines.sort();
}

const leftovers = (cwd: string): string[] =>
  everythingIn(join(cwd, 'data')).filter((path) => /\.tmp$|quarantine|\.vortex\/lock$/.test(path));

describe.each([
  ['an update', ''],
  ['an update that finds all history on another basis', 'yahoo:rebase=1@2'],
])('%s', (_, faults) => {
  it.each([
    ['is killed', 'SIGKILL'],
    ['fails with an input/output error', 'EIO'],
    ['finds the disk full', 'ENOSPC'],
  ])(
    'that %s at any of its steps on the disk: the next run ends as if nothing had happened',
    async (what, how) => {
      const sandbox = await standIn(MONDAY);
      const base = temporaryFolder();
      expect((await vortex(args(MONDAY), { cwd: base, env: sandbox.env })).code).toBe(0);
      await sandbox.change({ now: FRIDAY, faults });
      const crashing = new Crashing(args(FRIDAY), how, sandbox.env);
      const undisturbed = copyOf(base);
      expect((await crashing.at(undisturbed, 0)).code).toBe(0);
      const wanted = contents(join(undisturbed, 'data'));
      const [before, revised] = [contents(join(base, 'data')), revisionsIn(undisturbed)];
      const { steps } = crashing;
      expect(steps).toBeGreaterThan(60);
      const points = crashing.points(EVERY);
      await eachOf(points, 3, async (step) => {
        const cwd = copyOf(base);
        const { code, stderr } = await crashing.at(cwd, step);
        expect([step, stderr]).toEqual([step, expect.not.stringMatching(/^\s+at /m)]);
        // 2: the settings could not be read, and nothing was begun.
        if (how !== 'SIGKILL') expect([step, code, [0, 1, 2].includes(code ?? -1)]).toEqual([step, code, true]);
        // Whatever was hit: every file is one of the two versions, whole.
        const torn = Object.entries(contents(join(cwd, 'data'))).filter(
          ([path, content]) => !path.endsWith('.tmp') && content !== before[path] && content !== wanted[path],
        );
        expect([step, torn.map(([path]) => path)]).toEqual([step, []]);
        const lock = join(cwd, 'data/.vortex/lock');
        // A lock that is only half written says nobody's name and is respected for a minute.
        if (existsSync(lock) && !readFileSync(lock, 'utf8').endsWith('\n')) return;
        const next = await vortex(args(FRIDAY), { cwd, env: sandbox.env });
        expect([step, next.code, next.stderr]).toEqual([step, 0, expect.not.stringContaining('set aside')]);
        expect([step, contents(join(cwd, 'data')), leftovers(cwd)]).toEqual([step, wanted, []]);
        expect([step, revisionsIn(cwd)]).toEqual([step, revised]);
      });
      process.stderr.write(`a run that ${what}: ${points.length} of ${steps} points tried\n`);
    },
    3_600_000,
  );
});
