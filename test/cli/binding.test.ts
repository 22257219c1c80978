import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, vi, it } from 'vitest';
import { contents, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const TOMORROW = '2024-07-04T06:00:00Z';
const GOLD = 'futures/1d/GOLD/GOLD_20240800';
const SPY = 'stocks/1d/SPY';

vi.setConfig({ maxConcurrency: 3, testTimeout: 60_000 });

beforeAll(() => {
  programPath();
});

describe.concurrent('series that came from Yahoo', () => {
  it('go on with Yahoo when the settings change to Barchart; only new ones come from Barchart', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const { env } = sandbox;
    const first = await vortex(['download', 'GCQ24', 'SPY', '--start', '2024-06-01', '--now', NOW], { cwd, env });
    context.expect(first.code, first.stderr).toBe(0);
    await sandbox.change({ now: TOMORROW });
    const changed = { ...env, VORTEX_DEFAULT_PROVIDER: 'barchart' };
    const args = ['download', 'GCQ24', 'SPY', 'QQQ', '--start', '2024-06-01', '--now', TOMORROW, '--json'];
    const { code, stdout, stderr } = await vortex(args, { cwd, env: changed });
    context.expect(code, stderr).toBe(0);
    const report = readReport(stdout);
    context.expect(resultOf(report, GOLD)).toMatchObject({ outcome: 'updated', provider: 'yahoo', last: '2024-07-03' });
    context.expect(resultOf(report, SPY)).toMatchObject({ outcome: 'updated', provider: 'yahoo', last: '2024-07-03' });
    context.expect(resultOf(report, 'stocks/1d/QQQ')).toMatchObject({ outcome: 'updated', provider: 'barchart' });
  });

  it('wait, named, with exit 3 and the way out when -p asks Barchart alone; unnamed they are one line and exit 0', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const { env } = sandbox;
    const first = await vortex(['download', 'SPY', '--start', '2024-06-01', '--now', NOW], { cwd, env });
    context.expect(first.code, first.stderr).toBe(0);
    await sandbox.change({ now: TOMORROW });
    const before = contents(join(cwd, 'data/stocks'));
    const only = ['-p', 'barchart', '--start', '2024-06-01', '--now', TOMORROW, '--json'];
    const named = await vortex(['download', 'SPY', ...only], { cwd, env });
    context.expect(named.code, named.stderr).toBe(3);
    const result = resultOf(readReport(named.stdout), SPY);
    context
      .expect(result)
      .toMatchObject({ outcome: 'postponed', provider: 'yahoo', error: { code: 'bound-elsewhere' } });
    context.expect(named.stderr).toMatch(/bound to yahoo.*vortex series move SPY --to/);
    context.expect(contents(join(cwd, 'data/stocks'))).toEqual(before);

    writeFileSync(join(cwd, 'settings.json'), JSON.stringify({ stocks: { SPY: {}, QQQ: {} } }));
    const all = await vortex(['download', '--config', 'settings.json', ...only], { cwd, env });
    context.expect(all.code, all.stderr).toBe(0);
    context.expect(all.stderr).toMatch(/1 series left out by -p barchart: they are bound to yahoo/);
    context.expect(readReport(all.stdout).results.map(({ series }) => series)).toEqual(['stocks/1d/QQQ']);
  });
});

describe.concurrent('series that came from Barchart', () => {
  it('wait by name with exit 4 and the ways out while Barchart has no account; the rest is saved', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const { env } = sandbox;
    const first = await vortex(['download', 'SPY', '-p', 'barchart', '--start', '2024-06-01', '--now', NOW], {
      cwd,
      env,
    });
    context.expect(first.code, first.stderr).toBe(0);
    await sandbox.change({ now: TOMORROW });
    const { VORTEX_BARCHART_USERNAME, VORTEX_BARCHART_PASSWORD, ...withoutAccount } = env;
    const args = ['download', 'SPY', 'QQQ', '--start', '2024-06-01', '--now', TOMORROW, '--json'];
    const { code, stdout, stderr } = await vortex(args, { cwd, env: withoutAccount });
    context.expect(code, stderr).toBe(4);
    const report = readReport(stdout);
    context.expect(resultOf(report, SPY)).toMatchObject({ outcome: 'postponed', error: { code: 'refused' } });
    context.expect(resultOf(report, SPY).error?.message).toMatch(/vortex series move SPY --to/);
    context.expect(resultOf(report, 'stocks/1d/QQQ')).toMatchObject({ outcome: 'updated', provider: 'yahoo' });
  });
});

describe.concurrent('an allowance that has ended', () => {
  it('does not bind a new series elsewhere: it waits for tomorrow with exit 5', async (context) => {
    const cwd = temporaryFolder(context);
    const { env } = await standIn(NOW, '', context);
    const args = ['SPY', 'QQQ', '-p', 'barchart,yahoo', '--start', '2024-06-01', '--now', NOW, '--json'];
    const short = { ...env, VORTEX_BARCHART_ALLOWANCE: '1' };
    const plan = await vortex(['plan', ...args], { cwd, env: short });
    context
      .expect(JSON.parse(plan.stdout))
      .toMatchObject({ jobs: [{ provider: 'barchart' }, { provider: 'barchart' }] });
    const { code, stdout, stderr } = await vortex(['download', ...args], { cwd, env: short });
    context.expect(code, stderr).toBe(5);
    const outcomes = readReport(stdout).results.map(({ outcome, provider }) => `${outcome} ${provider ?? ''}`);
    context.expect(outcomes.sort()).toEqual(['postponed barchart', 'updated barchart']);
    const later = await vortex(['download', ...args], { cwd, env: { ...short, VORTEX_FAILOVER_ON_ALLOWANCE: 'true' } });
    context.expect(later.code, later.stderr).toBe(0);
    const bound = readReport(later.stdout).results.map(({ provider }) => provider ?? '');
    context.expect(bound.sort()).toEqual(['barchart', 'yahoo']);
  });
});
