import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { contents, csvRows, dataFiles, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const TOMORROW = '2024-07-04T06:00:00Z';
const BOTH = ['-p', 'barchart,yahoo', '--json'];

vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 });

beforeAll(() => {
  programPath();
});

const inventory = z.object({ series: z.array(z.object({ series: z.string(), provider: z.string().nullable() })) });

async function providersIn(cwd: string): Promise<Record<string, string | null>> {
  const { stdout } = await vortex(['status', '--json', '--now', NOW], { cwd });
  return Object.fromEntries(inventory.parse(JSON.parse(stdout)).series.map((entry) => [entry.series, entry.provider]));
}

const gold = (month: string): string => `futures/1d/GOLD/GOLD_${month}00`;
const EXPIRED = ['202402', '202404', '202406'].map(gold);
const BOUND = gold('202408');
const NEW = ['202410', '202412', '202502', '202504', '202506'].map(gold);

const keptFrom = (provider: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name): [string, string] => [name, provider]));

const told = (report: Report, series: readonly string[]): unknown[] =>
  series.map((name) => {
    const { outcome, provider, error } = resultOf(report, name);
    return [outcome, provider, error?.code];
  });

describe.concurrent('with Barchart before Yahoo', () => {
  it('a bot wall: new live contracts come from Yahoo, expired and bound ones wait, and nothing is mixed', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const { env } = sandbox;
    const first = await vortex(['download', 'GCQ24', ...BOTH, '--now', NOW], { cwd, env });
    context.expect(first.code, first.stderr).toBe(0);

    await sandbox.change({ now: TOMORROW, faults: 'barchart:wall' });
    const args = ['download', 'GOLD', '--start', '2024-01-01', '--end', '2024-07-03', ...BOTH];
    const bound = contents(join(cwd, 'data/futures'));
    const walled = await vortex([...args, '--now', TOMORROW], { cwd, env });
    context.expect(walled.code).toBe(4);
    const report = readReport(walled.stdout);
    context.expect(report).toMatchObject({ status: 'refused', series: { updated: 5, postponed: 4, failed: 0 } });
    const waiting = ['postponed', 'barchart', 'bot-wall'];
    context.expect(told(report, [...EXPIRED, BOUND])).toEqual([waiting, waiting, waiting, waiting]);
    context.expect(told(report, NEW)).toEqual(NEW.map(() => ['updated', 'yahoo', undefined]));
    context
      .expect(walled.stderr)
      .toMatch(/asked of yahoo in place of barchart: barchart served its check for browsers/);
    context.expect(contents(join(cwd, 'data/futures'))).toMatchObject(bound);
    context.expect(await sandbox.requests('barchart')).toBeGreaterThan(0);
    const expected = { ...keptFrom('yahoo', NEW), [BOUND]: 'barchart' };
    context.expect(await providersIn(cwd)).toEqual(expected);

    await sandbox.change({ faults: '' });
    const later = await vortex([...args, '--now', TOMORROW], { cwd, env });
    context.expect(later.code, later.stderr).toBe(0);
    const all = { ...expected, ...keptFrom('barchart', EXPIRED) };
    context.expect(await providersIn(cwd)).toEqual(all);
    context.expect(told(readReport(later.stdout), NEW)).toEqual(NEW.map(() => ['unchanged', 'yahoo', undefined]));
  });

  it('no account: Yahoo does it, said aloud, exit 0; of both none can be asked: exit 4', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const env = {
      VORTEX_BARCHART_BASE_URL: `${sandbox.url}/barchart`,
      VORTEX_YAHOO_BASE_URL: `${sandbox.url}/yahoo`,
      VORTEX_YAHOO_PACE_MS: '0',
    };
    const args = ['download', 'SPY', '--start', '2024-01-01', ...BOTH, '--log-level', 'silent', '--now', NOW];
    const { code, stdout, stderr } = await vortex(args, { cwd, env });
    context.expect(code, stderr).toBe(0);
    context.expect(told(readReport(stdout), ['stocks/1d/SPY'])).toEqual([['updated', 'yahoo', undefined]]);
    context.expect(stderr).toMatch(/in place of barchart: barchart needs an account/);
    context.expect(await sandbox.requests('barchart')).toBe(0);

    const expired = ['download', 'GOLD', '--start', '2023-01-01', '--end', '2023-03-31', ...BOTH, '--now', NOW];
    const none = await vortex(expired, { cwd, env });
    context.expect(none.code).toBe(4);
    context.expect(readReport(none.stdout).results.every(({ outcome }) => outcome === 'postponed')).toBe(true);
  });

  it('an allowance of one: the first is paid for, the next is asked of Yahoo, and an expired contract waits with 5', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const env = { ...sandbox.env, VORTEX_BARCHART_ALLOWANCE: '1', VORTEX_FAILOVER_ON_ALLOWANCE: 'true' };
    const args = ['SPY', 'EURUSD', 'GCJ24', '--start', '2024-01-01', ...BOTH, '--now', NOW];
    const plan = await vortex(['plan', ...args], { cwd, env });
    context.expect(JSON.parse(plan.stdout)).toMatchObject({
      jobs: [{ provider: 'barchart' }, { provider: 'yahoo' }, { provider: 'barchart' }],
      totals: { allowance: 2, allowanceTonight: 1, nights: 2 },
    });
    const { code, stdout, stderr } = await vortex(['download', ...args], { cwd, env });
    context.expect(code, stderr).toBe(5);
    const report = readReport(stdout);
    context.expect(told(report, ['stocks/1d/SPY', 'forex/1d/EURUSD', gold('202404')])).toEqual([
      ['updated', 'barchart', undefined],
      ['updated', 'yahoo', undefined],
      ['postponed', 'barchart', 'allowance-used'],
    ]);
    context.expect(report.allowance).toEqual({ barchart: { used: 1, limit: 1 } });
    context.expect(dataFiles(join(cwd, 'data'))).toEqual(['forex/1d/EURUSD.csv', 'stocks/1d/SPY.csv']);
    const truth = await sandbox.truth('forex/EURUSD?period=1d&from=2024-01-01&to=2024-07-03');
    expect(csvRows(join(cwd, 'data/forex/1d/EURUSD.csv'))).toHaveLength(truth.length);
  });

  it.for(['503', 'reset', 'html'])(
    '%s at the first of two: a run of one series gets it from the second',
    async (fault, context) => {
      const cwd = temporaryFolder(context);
      const sandbox = await standIn(NOW, `dukascopy:${fault}`, context);
      const { env } = sandbox;
      const args = ['download', 'EURUSD', '--start', '2024-06-03', '-p', 'dukascopy,yahoo', '--json', '--now', NOW];
      const { code, stdout, stderr } = await vortex(args, { cwd, env });
      context.expect(code, stderr).toBe(0);
      context.expect(told(readReport(stdout), ['forex/1d/EURUSD'])).toEqual([['updated', 'yahoo', undefined]]);
      context.expect(stderr).toMatch(/forex\/1d\/EURUSD is asked of yahoo in place of dukascopy: /);

      await sandbox.change({ faults: `dukascopy:${fault};yahoo:${fault}` });
      const none = await vortex([...args, '-o', 'none'], { cwd, env });
      context.expect(none.code).toBe(3);
      context.expect(resultOf(readReport(none.stdout), 'forex/1d/EURUSD')).toMatchObject({ provider: 'dukascopy' });
      context.expect(dataFiles(join(cwd, 'none'))).toEqual([]);
    },
  );
});
