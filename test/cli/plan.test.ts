import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const plan = z.strictObject({
  schema: z.literal(1),
  jobs: z.array(
    z.strictObject({
      series: z.string(),
      provider: z.string(),
      from: z.string(),
      to: z.string(),
      reason: z.string(),
      requests: z.number(),
      allowance: z.number(),
    }),
  ),
  totals: z.record(z.string(), z.number()),
});
const readPlan = (stdout: string): z.infer<typeof plan> => plan.parse(JSON.parse(stdout));

// A Wednesday before the markets open.
const NOW = ['--now', '2024-07-03T06:00:00Z'];

describe('plan', () => {
  it.each([
    ['plan', ['plan']],
    ['download --dry-run', ['download', '--dry-run']],
  ])('%s asks nobody, writes nothing, and says what is missing', async (_, command) => {
    const cwd = temporaryFolder();
    const sandbox = await standIn('2024-07-03T06:00:00Z');
    const args = [...command, 'SPY', 'EURUSD', '--start', '2024-01-01', ...NOW, '--json', '-o', 'data'];
    const { code, stdout, stderr } = await vortex(args, { cwd, env: sandbox.env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const job = (series: string) => ({
      series,
      provider: 'yahoo',
      from: '2024-01-01',
      to: '2024-07-02',
      reason: 'new',
      requests: 1,
      allowance: 0,
    });
    const { jobs, totals } = readPlan(stdout);
    expect(jobs).toEqual([job('stocks/1d/SPY'), job('forex/1d/EURUSD')]);
    expect(totals).toMatchObject({ requests: 2, allowance: 0 });
    expect(everythingIn(cwd)).toEqual([]);
    expect(await sandbox.requests()).toBe(0);
  });

  it('VORTEX_DRY_RUN makes a dry run of a download', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn('2024-07-03T06:00:00Z');
    const env = { ...sandbox.env, VORTEX_DRY_RUN: 'true' };
    const { code, stdout } = await vortex(['download', 'SPY', '--json', ...NOW], { cwd, env });
    expect(code).toBe(0);
    expect(readPlan(stdout).jobs).toHaveLength(1);
    expect(everythingIn(cwd)).toEqual([]);
    expect(await sandbox.requests()).toBe(0);
  });

  it('the contracts of GOLD that Yahoo has dropped are counted, the living ones are planned in their windows', async () => {
    const args = ['plan', 'GOLD', '--start', '2024-01-01', '--end', '2024-06-30', '--json', ...NOW];
    const { code, stdout } = await vortex(args, { cwd: temporaryFolder() });
    expect(code).toBe(0);
    const { jobs, totals } = readPlan(stdout);
    // By 3 July 2024 the contracts of February, April and June are over.
    const windows = Object.fromEntries(jobs.map(({ series, from, to }) => [series, [from, to]]));
    expect(windows).toEqual({
      'futures/1d/GOLD/GOLD_20240800': ['2024-01-01', '2024-06-30'],
      'futures/1d/GOLD/GOLD_20241000': ['2024-01-01', '2024-06-30'],
      'futures/1d/GOLD/GOLD_20241200': ['2024-01-01', '2024-06-30'],
      'futures/1d/GOLD/GOLD_20250200': ['2024-02-29', '2024-06-30'],
      'futures/1d/GOLD/GOLD_20250400': ['2024-04-30', '2024-06-30'],
    });
    expect(totals).toMatchObject({ requests: 5, unservable: 3 });
  });

  it('an expired contract that is named outright is a failure, in the plan and in the run', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn('2024-07-03T06:00:00Z');
    for (const command of ['plan', 'download']) {
      const { code, stderr } = await vortex([command, 'GCJ24', '-p', 'yahoo', ...NOW], { cwd, env: sandbox.env });
      expect(code).toBe(3);
      expect(stderr).toMatch(/GCJ24.*expired/);
    }
    expect(await sandbox.requests()).toBe(0);
  });

  it('minutes are asked in as many requests as their span takes, and clipped to what Yahoo reaches, which is said', async () => {
    const args = ['plan', 'SPY', '--period', '1m', '--start', '2024-01-01', '--json', '--now', '2024-07-03T00:00:00Z'];
    const { code, stdout, stderr } = await vortex(args, { cwd: temporaryFolder() });
    expect(code).toBe(0);
    const { jobs } = readPlan(stdout);
    // 28 days back from 3 July is 5 June; four requests of seven days hold that.
    expect(jobs).toHaveLength(4);
    expect(jobs[0]?.from).toBe('2024-06-05T00:00:00Z');
    for (const [index, { from, to }] of jobs.entries()) {
      expect(Date.parse(to) - Date.parse(from)).toBeLessThanOrEqual(7 * 86_400_000);
      if (index > 0) expect(from).toBe(jobs[index - 1]?.to);
    }
    expect(stderr).toMatch(/2024-06-05.*SPY.*2024-01-01/);
  });

  it('after a run nothing is left to plan', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn('2024-07-03T06:00:00Z');
    const wish = ['SPY', '--start', '2024-01-01', ...NOW, '--json'];
    expect((await vortex(['download', ...wish], { cwd, env: sandbox.env })).code).toBe(0);
    const before = everythingIn(join(cwd, 'data'));
    const { stdout } = await vortex(['plan', ...wish], { cwd, env: sandbox.env });
    expect(readPlan(stdout)).toMatchObject({ jobs: [], totals: { requests: 0, unchanged: 1 } });
    expect(everythingIn(join(cwd, 'data'))).toEqual(before);
    expect(await sandbox.requests()).toBe(1);
  });
});
