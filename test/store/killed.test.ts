import { appendFileSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockFolder } from '../../src/store/lock.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { buildProgram, eachOf, startChild } from '../support/child.ts';
import { contents, everythingIn, temporaryFolder } from '../support/folder.ts';
import { barsOf, commitVersion, KEPT } from './versions.ts';

const program = await buildProgram(new URL('committing.ts', import.meta.url));

async function folderAt(version: number): Promise<string> {
  const root = temporaryFolder();
  for (let each = 1; each <= version; each++) await commitVersion(root, `run-${each}`, each);
  return root;
}

function copyOf(folder: string): string {
  const root = temporaryFolder();
  cpSync(folder, root, { recursive: true });
  return root;
}

/** The files of a folder that are neither as they were before nor as they are to be. */
function strangers(found: Record<string, string>, versions: readonly Record<string, string>[]): string[] {
  return Object.entries(found)
    .filter(([path, content]) => !path.endsWith('.tmp') && !versions.some((version) => version[path] === content))
    .map(([path]) => path);
}

/** Lets the next run take over; which version it finds of each series; 0 where it is none, or not known to be. */
async function takenOver(root: string): Promise<number[]> {
  const lock = lockFolder(root, 'next');
  const store = new SeriesStore(root, 'next', () => 0);
  await store.recover();
  const seen: number[] = [];
  for (const { series, step } of KEPT) {
    const known = store.read(series);
    const bars = await store.loadBars(known);
    const version = bars.time.length / 30;
    const expected = barsOf(version, step);
    const whole = [...expected.close].join() === [...bars.close].join() && expected.time.join() === bars.time.join();
    const end = (bars.time.at(-1) ?? 0) + (series.period === '1d' ? 86_400_000 : step);
    seen.push(whole && known.stored.coverage.length === 1 && known.stored.coverage[0]?.to === end ? version : 0);
  }
  await store.close();
  lock.release();
  return seen;
}

/** Lines of the three logs of revisions beside their headers. */
const revisionsIn = (root: string): number[] =>
  KEPT.map(({ series: { period } }) => {
    const text = readFileSync(join(root, '.vortex/revisions/stocks', period, 'SPY.csv'), 'utf8');
    return text.trimEnd().split('\n').length - 1;
  });

const leftovers = (root: string): string[] => everythingIn(root).filter((path) => /\.tmp$|quarantine/.test(path));

it('a run that is killed at any step leaves every file old or new, every series known, and nothing that the next run would set aside', async () => {
  const [before, after] = [await folderAt(2), await folderAt(3)];
  const [old, wanted] = [contents(before), contents(after)];
  const whole = copyOf(before);
  const { code, stdout } = await startChild(process.execPath, [program, whole, '3']).ended;
  expect([code, contents(whole)]).toEqual([0, wanted]);
  const names = stdout.trimEnd().split('\n').at(-1)?.split(',') ?? [];
  expect(names.length).toBeGreaterThan(50);
  // Before and after each time that a file appears, and every sixth step beside.
  const places = names.flatMap((name, step) => {
    const near = name === 'renameSync' || names[step - 1] === 'renameSync';
    return near || step % 6 === 0 || process.env['CRASH'] === 'full' ? [step + 1] : [];
  });
  await eachOf(places, 3, async (step) => {
    const root = copyOf(before);
    const ended = await startChild(process.execPath, [program, root, '3', String(step)]).ended;
    expect([step, ended.signal]).toEqual([step, 'SIGKILL']);
    expect([step, strangers(contents(root), [old, wanted])]).toEqual([step, []]);
    const lock = join(root, '.vortex/lock');
    // A lock that is only half written says nobody's name and is respected for a minute.
    if (existsSync(lock) && !readFileSync(lock, 'utf8').endsWith('\n')) return;
    const seen = await takenOver(root);
    expect([step, seen.filter((version) => version !== 2 && version !== 3)]).toEqual([step, []]);
    expect([step, await commitVersion(root, 'run-4', 3)]).toEqual([step, []]);
    expect([step, contents(root), leftovers(root)]).toEqual([step, wanted, []]);
    // One line a commit that came to be, and that of this one; none twice, none torn.
    expect([step, revisionsIn(root)]).toEqual([step, seen.map((version) => version + 1)]);
  });
  process.stderr.write(`committing killed at ${places.length} of ${names.length} points\n`);
}, 120_000);

it('a run that is killed while it sets edited files aside loses none of them, and the next one does not write over them', async () => {
  const edited = await folderAt(2);
  const files = ['stocks/1d/SPY.csv', 'stocks/1d/SPY.parquet', 'stocks/30m/SPY_2024-01.parquet'];
  for (const file of files) appendFileSync(join(edited, file), 'mine');
  const mine = files.map((file) => readFileSync(join(edited, file), 'latin1')).sort();
  const { stdout } = await startChild(process.execPath, [program, copyOf(edited), '3']).ended;
  const names = stdout.trimEnd().split('\n').at(-1)?.split(',') ?? [];
  const renames = names.flatMap((name, step) => (name === 'renameSync' ? [step + 1] : []));
  expect(renames.length).toBeGreaterThan(files.length * 2);
  const wanted = contents(await folderAt(3));
  await eachOf(renames, 3, async (step) => {
    const root = copyOf(edited);
    const ended = await startChild(process.execPath, [program, root, '3', String(step)]).ended;
    expect([step, ended.signal]).toEqual([step, 'SIGKILL']);
    lockFolder(root, 'next').release();
    await commitVersion(root, 'run-4', 3);
    expect([step, contents(root)]).toEqual([step, wanted]);
    const aside = everythingIn(root).filter((path) => path.includes('/quarantine/') && !path.endsWith('/'));
    expect([step, aside.map((path) => readFileSync(join(root, path), 'latin1')).sort()]).toEqual([step, mine]);
  });
}, 120_000);

it('a run that is killed at random moments, again and again in one folder, loses nothing of what it had committed', async () => {
  const root = temporaryFolder();
  let version = 1;
  for (let kill = 0; kill < 6; kill++) {
    const child = startChild(process.execPath, [program, root, String(version), '0', '40']);
    const told = await child.lines(1 + Math.floor(Math.random() * 3));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    child.process.kill('SIGKILL');
    await child.ended;
    const committed = Number(told.at(-1));
    const seen = await takenOver(root);
    for (const each of seen) expect(each).toBeGreaterThanOrEqual(committed);
    version = Math.max(...seen);
    expect(await commitVersion(root, 'mend', version)).toEqual([]);
    expect(await takenOver(root)).toEqual(KEPT.map(() => version));
    expect(leftovers(root)).toEqual([]);
  }
}, 120_000);
