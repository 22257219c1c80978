import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lockShard } from '../../src/store/shard-lock.ts';
import { eachOf } from '../support/child.ts';
import { contents, everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import { copyOf, Crashing, everyPoint } from './crashing.ts';

const EVERY = everyPoint(19);
const [MONDAY, FRIDAY] = ['2024-06-17T23:30:00Z', '2024-06-21T23:30:00Z'];
const ASKED = ['SPY', 'AAPL', 'BTC-USD', '--period', '1d,1h', '--format', 'csv,parquet', '--start', '2024-05-20'];
/** What the other shard, which is at work all the time, is just writing. */
const OTHERS = 'stocks/1d/THEIRS.csv.1-of-2.tmp';

const args = (now: string, ...more: string[]): string[] => ['download', ...ASKED, '-o', 'data', '--now', now, ...more];
const isHalfWritten = (path: string): boolean => existsSync(path) && !readFileSync(path, 'utf8').endsWith('\n');

it('a shard that is killed at any of its steps on the disk is taken over by its next run while another shard is at work', async () => {
  const sandbox = await standIn(MONDAY);
  const base = temporaryFolder();
  expect((await vortex(args(MONDAY), { cwd: base, env: sandbox.env })).code).toBe(0);
  await sandbox.change({ now: FRIDAY });
  const shard = args(FRIDAY, '--shard', '0/2');
  const crashing = new Crashing(shard, 'SIGKILL', sandbox.env);
  const copyOfBase = async (): Promise<string> => {
    const cwd = copyOf(base);
    const other = await lockShard(join(cwd, 'data'), 'other', { index: 1, count: 2 });
    onTestFinished(() => {
      other.release();
    });
    mkdirSync(join(cwd, 'data/stocks/1d'), { recursive: true });
    writeFileSync(join(cwd, 'data', OTHERS), 'half');
    return cwd;
  };
  const undisturbed = await copyOfBase();
  expect((await crashing.at(undisturbed, 0)).code).toBe(0);
  const [before, wanted] = [contents(join(base, 'data')), contents(join(undisturbed, 'data'))];
  expect(wanted).not.toEqual({ ...before, [OTHERS]: wanted[OTHERS] });
  const { steps } = crashing;
  expect(steps).toBeGreaterThan(60);
  const points = crashing.points(EVERY);
  await eachOf(points, 2, async (step) => {
    const cwd = await copyOfBase();
    const data = join(cwd, 'data');
    await crashing.at(cwd, step);
    const torn = Object.entries(contents(data)).filter(
      ([path, content]) => !path.endsWith('.tmp') && content !== before[path] && content !== wanted[path],
    );
    expect([step, torn.map(([path]) => path)]).toEqual([step, []]);
    // A lock that is only half written says nobody's name and is respected for a minute.
    if (['lock', 'lock.0-of-2'].some((name) => isHalfWritten(join(data, '.vortex', name)))) return;
    const next = await vortex(shard, { cwd, env: sandbox.env });
    expect([step, next.code, next.stderr]).toEqual([step, 0, expect.not.stringContaining('set aside')]);
    expect([step, contents(data)]).toEqual([step, wanted]);
    const left = everythingIn(data).filter((path) => /\.tmp$|quarantine|\.vortex\/lock/.test(path));
    expect([step, left]).toEqual([step, ['.vortex/lock.1-of-2', OTHERS]]);
  });
  process.stderr.write(`a shard that is killed: ${points.length} of ${steps} points tried\n`);
}, 3_600_000);
