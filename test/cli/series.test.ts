import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it, vi } from 'vitest';
import { z } from 'zod';
import { contents, csvRows, dataFiles, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const TOMORROW = '2024-07-05T06:00:00Z';
const SPY = 'stocks/1d/SPY';
const GOLD = ['202408', '202410'].map((month) => `futures/1d/GOLD/GOLD_${month}00`);

vi.setConfig({ maxConcurrency: 3, testTimeout: 60_000 });

beforeAll(() => {
  programPath();
});

const outcome = z.object({
  schema: z.literal(1),
  done: z.array(z.object({ series: z.string(), what: z.string() })),
  refused: z.array(z.object({ series: z.string(), reason: z.string() })),
});
const inventory = z.object({
  series: z.array(
    z.object({ series: z.string(), state: z.string(), provider: z.string().nullable(), rows: z.number() }),
  ),
});

async function stateOf(cwd: string): Promise<Record<string, string>> {
  const { stdout } = await vortex(['status', '--json', '--now', NOW], { cwd });
  const { series } = inventory.parse(JSON.parse(stdout));
  return Object.fromEntries(series.map((one) => [one.series, one.state]));
}

/** A folder with SPY and two contracts of gold, from Yahoo. */
async function folder(context: Parameters<typeof standIn>[2]) {
  const cwd = temporaryFolder(context);
  const sandbox = await standIn(NOW, '', context);
  const args = ['download', 'SPY', 'GCQ24', 'GCV24', '--start', '2024-06-01', '--now', NOW];
  const { code, stderr } = await vortex(args, { cwd, env: sandbox.env });
  if (code !== 0) throw new Error(stderr);
  const run = async (...words: string[]) => {
    const ended = await vortex([...words, '--json', '--now', words.includes('later') ? TOMORROW : NOW], {
      cwd,
      env: sandbox.env,
    });
    return { code: ended.code, stderr: ended.stderr, stdout: ended.stdout };
  };
  const series = async (...words: string[]) => {
    const ended = await run('series', ...words);
    return { ...ended, told: outcome.parse(JSON.parse(ended.stdout)) };
  };
  return { cwd, sandbox, run, series };
}

describe.concurrent('vortex series remove', () => {
  it('puts files and manifest aside; rebuild does not bring them back unnamed, a download begins anew', async (context) => {
    const { cwd, series, run } = await folder(context);
    const before = readFileSync(join(cwd, 'data/stocks/1d/SPY.csv'));
    const { code, told } = await series('remove', 'SPY', 'NONE');
    context.expect(code).toBe(3);
    context.expect(told.refused).toMatchObject([{ series: 'NONE' }]);
    context.expect(told.done).toMatchObject([{ series: SPY }]);
    const aside = /\.vortex\/quarantine\/\S+/.exec(told.done[0]?.what ?? '')?.[0] ?? '';
    context.expect(readFileSync(join(cwd, 'data', aside, 'stocks/1d/SPY.csv'))).toEqual(before);
    context.expect(dataFiles(join(cwd, 'data')).filter((path) => path.startsWith('stocks'))).toEqual([]);
    context.expect(await stateOf(cwd)).not.toHaveProperty(SPY);
    const rebuilt = await run('rebuild');
    context.expect(rebuilt.code, rebuilt.stderr).toBe(0);
    context.expect(await stateOf(cwd)).not.toHaveProperty(SPY);
    const again = await run('download', 'SPY', '--start', '2024-06-01');
    context.expect(again.code, again.stderr).toBe(0);
    context.expect(readFileSync(join(cwd, 'data/stocks/1d/SPY.csv'))).toEqual(before);
  });
});

describe.concurrent('vortex series end', () => {
  it('asks nothing after that date, by force neither, until it is undone', async (context) => {
    const { cwd, series, sandbox } = await folder(context);
    const { code, told } = await series('end', 'SPY');
    context.expect(code).toBe(0);
    context.expect(told.done).toEqual([{ series: SPY, what: 'has ended on 2024-07-02' }]);
    context.expect((await stateOf(cwd))[SPY]).toBe('ended');
    await sandbox.change({ now: TOMORROW });
    const { env } = sandbox;
    const args = ['download', 'SPY', '--start', '2024-06-01', '--now', TOMORROW, '--json'];
    const asked = await sandbox.requests('yahoo');
    const quiet = await vortex(args, { cwd, env });
    context.expect(quiet.code, quiet.stderr).toBe(0);
    context.expect(resultOf(readReport(quiet.stdout), SPY)).toMatchObject({ outcome: 'unchanged', last: '2024-07-02' });
    context.expect(await sandbox.requests('yahoo')).toBe(asked);
    const forced = await vortex([...args, '--force'], { cwd, env });
    context.expect(forced.code, forced.stderr).toBe(0);
    context.expect(resultOf(readReport(forced.stdout), SPY)).toMatchObject({ last: '2024-07-02' });
    context.expect((await stateOf(cwd))[SPY]).toBe('ended');
    context.expect((await series('end', 'SPY', '--undo')).code).toBe(0);
    const later = await vortex(args, { cwd, env });
    context.expect(resultOf(readReport(later.stdout), SPY)).toMatchObject({ outcome: 'updated', last: '2024-07-03' });
  });

  it('ends a market with all its contracts, and no new month is asked for', async (context) => {
    const { cwd, series, sandbox } = await folder(context);
    const { code, told } = await series('end', 'GOLD', '--on', '2024-06-28');
    context.expect(code).toBe(0);
    context.expect(told.done.map((one) => one.series)).toEqual(['futures/GOLD', ...GOLD]);
    await sandbox.change({ now: TOMORROW });
    const asked = await sandbox.requests('yahoo');
    const args = ['download', 'GOLD', '--start', '2024-06-03', '--now', TOMORROW, '--json'];
    const { code: later, stderr } = await vortex(args, { cwd, env: sandbox.env });
    context.expect(later, stderr).toBe(0);
    context.expect(await sandbox.requests('yahoo')).toBe(asked);
    context.expect(await stateOf(cwd)).toMatchObject(Object.fromEntries(GOLD.map((key) => [key, 'ended'])));
  });

  it('keeps a stub of a series of which nothing is stored', async (context) => {
    const { cwd, series, run, sandbox } = await folder(context);
    context.expect((await series('end', 'QQQ', '--on', '2024-05-31')).code).toBe(0);
    const asked = await sandbox.requests('yahoo');
    const { code, stderr } = await run('download', 'QQQ', '--start', '2024-06-03');
    context.expect(code, stderr).toBe(0);
    context.expect(await sandbox.requests('yahoo')).toBe(asked);
    context.expect((await stateOf(cwd))['stocks/1d/QQQ']).toBe('ended');
  });
});

describe.concurrent('vortex series rename', () => {
  it('takes all series of an instrument along; rebuild makes them, verify finds nothing, and updates go on', async (context) => {
    const { cwd, series, run, sandbox } = await folder(context);
    writeFileSync(
      join(cwd, 'gold.json'),
      JSON.stringify({ futures: { AU: { code: 'GC', cycle: 'GJMQVZ', exchange: 'COMEX' } } }),
    );
    const before = contents(join(cwd, 'data/futures/1d/GOLD'));
    const { code, told } = await series('rename', 'GOLD', 'AU');
    context.expect(code).toBe(0);
    const keys = GOLD.map((key) => key.replaceAll('GOLD', 'AU'));
    context.expect(told.done).toEqual(GOLD.map((key, index) => ({ series: key, what: `is now ${keys[index] ?? ''}` })));
    context.expect(Object.values(contents(join(cwd, 'data/futures/1d/AU')))).toEqual(Object.values(before));
    context.expect(dataFiles(join(cwd, 'data')).some((path) => path.includes('GOLD'))).toBe(false);
    const verified = await run('verify');
    context.expect(verified.code, verified.stdout).toBe(0);
    writeFileSync(join(cwd, 'data', `${keys[0] ?? ''}.csv`), 'broken');
    const rebuilt = await run('rebuild');
    context.expect(rebuilt.code, rebuilt.stderr + rebuilt.stdout).toBe(0);
    context.expect(Object.values(contents(join(cwd, 'data/futures/1d/AU')))).toEqual(Object.values(before));
    context.expect(existsSync(join(cwd, 'data/futures/1d/GOLD/GOLD_20240800.csv'))).toBe(false);
    await sandbox.change({ now: TOMORROW });
    const args = [
      'download',
      '--config',
      'gold.json',
      'future:AU',
      '--start',
      '2024-06-01',
      '--now',
      TOMORROW,
      '--json',
    ];
    const later = await vortex(args, { cwd, env: sandbox.env });
    context
      .expect(resultOf(readReport(later.stdout), keys[0] ?? ''))
      .toMatchObject({ outcome: 'updated', last: '2024-07-04' });
    writeFileSync(join(cwd, 'data', `${keys[0] ?? ''}.csv`), 'broken');
    const again = await run('rebuild');
    context.expect(again.code, again.stderr + again.stdout).toBe(0);
  });

  it('refuses a name that is taken, and leaves both', async (context) => {
    const { cwd, series, run } = await folder(context);
    context.expect((await run('download', 'QQQ', '--start', '2024-06-01')).code).toBe(0);
    const before = contents(join(cwd, 'data/stocks'));
    const { code, told } = await series('rename', 'SPY', 'QQQ');
    context.expect(code).toBe(3);
    context.expect(told.refused[0]?.reason).toMatch(/is there already/);
    context.expect(contents(join(cwd, 'data/stocks'))).toEqual(before);
  });
});

describe.concurrent('vortex series move', () => {
  it('puts the history of another provider in place of the old one, which lies in the quarantine, with a line of revisions', async (context) => {
    const { cwd, series, sandbox, run } = await folder(context);
    const before = readFileSync(join(cwd, 'data/stocks/1d/SPY.csv'));
    const { code, told, stderr } = await series('move', 'SPY', '--to', 'barchart');
    context.expect(code, stderr).toBe(0);
    context.expect(told.done[0]?.what).toMatch(/moved from yahoo to barchart/);
    const aside = /\.vortex\/quarantine\/\S+/.exec(told.done[0]?.what ?? '')?.[0] ?? '';
    context.expect(readFileSync(join(cwd, 'data', aside, 'stocks/1d/SPY.csv'))).toEqual(before);
    context
      .expect(readFileSync(join(cwd, 'data/.vortex/revisions/stocks/1d/SPY.csv'), 'utf8'))
      .toMatch(/,moved,,yahoo,barchart\n$/);
    const truth = await sandbox.truth('stock/SPY?period=1d&from=2024-06-01&to=2024-07-03');
    context.expect(csvRows(join(cwd, 'data/stocks/1d/SPY.csv'))).toHaveLength(truth.length);
    const verified = await run('verify');
    context.expect(verified.code, verified.stdout).toBe(0);
    const moved = readFileSync(join(cwd, 'data/stocks/1d/SPY.csv'));
    writeFileSync(join(cwd, 'data/stocks/1d/SPY.csv'), 'broken');
    const rebuilt = await run('rebuild', 'SPY');
    context.expect(rebuilt.code, rebuilt.stderr).toBe(0);
    context.expect(readFileSync(join(cwd, 'data/stocks/1d/SPY.csv'))).toEqual(moved);
    await sandbox.change({ now: TOMORROW });
    const args = ['download', 'SPY', '--start', '2024-06-01', '--now', TOMORROW, '--json'];
    const later = await vortex(args, { cwd, env: sandbox.env });
    context.expect(later.code, later.stderr).toBe(0);
    context
      .expect(resultOf(readReport(later.stdout), SPY))
      .toMatchObject({ outcome: 'updated', provider: 'barchart', last: '2024-07-03' });
  });

  it('leaves the old history where the other provider fails, refuses or has no allowance', async (context) => {
    const { cwd, series, sandbox } = await folder(context);
    const before = contents(join(cwd, 'data/stocks'));
    await sandbox.change({ faults: 'barchart:wall' });
    const { code, told } = await series('move', 'SPY', '--to', 'barchart');
    context.expect(code).toBe(3);
    context.expect(told.refused).toMatchObject([{ series: SPY }]);
    context.expect(contents(join(cwd, 'data/stocks'))).toEqual(before);
    const { stdout } = await vortex(['status', 'SPY', '--json', '--now', NOW], { cwd });
    context.expect(inventory.parse(JSON.parse(stdout)).series).toMatchObject([{ provider: 'yahoo', state: 'ok' }]);
    context.expect(existsSync(join(cwd, 'data/.vortex/moving'))).toBe(false);
  });
});
