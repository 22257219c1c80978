import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { contents, csvRows, dataFiles, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';

const DAY_MS = 86_400_000;
// Wednesday morning in Europe, one o'clock at night in Chicago.
const FIRST = Date.parse('2024-07-03T06:00:00Z');
/** Instruments of the stand-in. */
const MARKETS =
  '{"futures":{"GOLD":{"code":"GC","cycle":"GJMQVZ","days_count":365},"AUD":{"code":"A6","cycle":"HMUZ","days_count":365}}}';

const totals = z.object({ totals: z.record(z.string(), z.number()) });

vi.setConfig({ maxConcurrency: 4, testTimeout: 120_000 });

beforeAll(() => {
  programPath();
});

interface Setting {
  readonly cwd: string;
  readonly sandbox: StandIn;
  readonly env: Readonly<Record<string, string>>;
}

const morning = (night: number): string => new Date(FIRST + night * DAY_MS).toISOString();

async function run({ cwd, sandbox, env }: Setting, args: readonly string[], night: number): Promise<Report> {
  await sandbox.change({ now: morning(night) });
  const { stdout } = await vortex(['download', ...args, '--json', '--now', morning(night)], { cwd, env });
  return readReport(stdout);
}

async function planned({ cwd, env }: Setting, args: readonly string[], night: number): Promise<Record<string, number>> {
  const { stdout, code } = await vortex(['plan', ...args, '--json', '--now', morning(night)], { cwd, env });
  expect(code).toBe(0);
  return totals.parse(JSON.parse(stdout)).totals;
}

const downloadsOf = async ({ sandbox }: Setting): Promise<number> =>
  (await sandbox.counts('barchart'))['downloads'] ?? 0;

describe.concurrent('a short allowance', () => {
  const EXPIRED = ['GOLD', 'AUD', '--start', '2020-01-01', '--end', '2023-01-10', '-p', 'barchart'];

  it('of 5 brings 40 expired contracts in eight days with 40 downloads, and none is made on the ninth', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(morning(0), '', context);
    writeFileSync(join(cwd, 'markets.json'), MARKETS);
    const setting = { cwd, sandbox, env: { ...sandbox.env, VORTEX_BARCHART_ALLOWANCE: '5' } };
    const args = [...EXPIRED, '--config', 'markets.json'];
    context
      .expect(await planned(setting, args, 0))
      .toMatchObject({ series: 40, allowance: 40, allowanceTonight: 5, nights: 8, postponed: 35 });
    let made = 0;
    for (let night = 0; night < 8; night++) {
      const report = await run(setting, args, night);
      const today = await downloadsOf(setting);
      made += today;
      context.expect(today, `night ${night}`).toBe(5);
      context.expect(report).toMatchObject({
        exitCode: night === 7 ? 0 : 5,
        status: night === 7 ? 'ok' : 'postponed',
        series: { updated: 5, unchanged: night * 5, postponed: 35 - night * 5, failed: 0 },
        allowance: { barchart: { used: 5, limit: 5 } },
      });
      context.expect(dataFiles(join(cwd, 'data'))).toHaveLength(5 * (night + 1));
      const left = await planned(setting, args, night);
      context.expect(left).toMatchObject({ allowance: 35 - night * 5, allowanceTonight: 0, nights: 7 - night });
    }
    context.expect(made).toBe(40);
    const before = contents(join(cwd, 'data'));
    const last = await run(setting, args, 8);
    context
      .expect(last)
      .toMatchObject({ exitCode: 0, requests: 0, series: { unchanged: 40 }, allowance: { barchart: { used: 0 } } });
    context.expect(await downloadsOf(setting)).toBe(0);
    context.expect(contents(join(cwd, 'data'))).toEqual(before);
  });

  it('gives at most half of a day to live series until the history is complete, all of them in turn', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(morning(0), '', context);
    const config = ['--config', 'markets.json', '-p', 'barchart'];
    const setting = { cwd, sandbox, env: { ...sandbox.env, VORTEX_BARCHART_ALLOWANCE: '6' } };
    // The five live contracts of gold are there from the day before.
    writeFileSync(join(cwd, 'markets.json'), '{"futures":{"GOLD":{"code":"GC","cycle":"GJMQVZ","days_count":365}}}');
    const first = await run(setting, ['GCQ24', 'GCV24', 'GCZ24', 'GCG25', 'GCJ25', ...config], -1);
    const stale = first.results.filter(({ outcome }) => outcome === 'updated').map(({ series }) => series);
    context.expect(stale).toHaveLength(5);
    const args = ['GOLD', '--start', '2023-01-01', ...config];
    const updated = new Map<string, number>();
    let [nights, halves] = [0, 0];
    for (; nights < 20; nights++) {
      const report = await run(setting, args, nights);
      context.expect(await downloadsOf(setting)).toBeLessThanOrEqual(6);
      const updates = report.results.filter(({ outcome, series }) => outcome === 'updated' && stale.includes(series));
      for (const { series } of updates) updated.set(series, (updated.get(series) ?? 0) + 1);
      if (report.exitCode === 0) break;
      context.expect(report.exitCode).toBe(5);
      const wantsHistory = report.results.some(({ outcome, first }) => outcome === 'postponed' && first === null);
      if (wantsHistory && updates.length === 3) halves += 1;
      if (wantsHistory) context.expect(updates.length, `night ${nights}`).toBeLessThanOrEqual(3);
    }
    context.expect(halves).toBeGreaterThan(0);
    context.expect([...updated.keys()].sort()).toEqual([...stale].sort());
  });

  it('is shared with whatever else downloads for the account: the vendor counts, also for another folder', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(morning(0), '', context);
    const setting = { cwd, sandbox, env: { ...sandbox.env, VORTEX_BARCHART_ALLOWANCE: '5' } };
    const args = ['GOLD', '--start', '2023-01-01', '--end', '2023-06-30', '-p', 'barchart'];
    await run(setting, ['GCJ23', 'GCM23', '-p', 'barchart', '-o', 'one'], 0);
    context.expect(await downloadsOf(setting)).toBe(2);
    const report = await run(setting, [...args, '-o', 'two'], 0);
    context.expect(report).toMatchObject({
      exitCode: 5,
      series: { updated: 3 },
      allowance: { barchart: { used: 5, limit: 5 } },
    });
    context.expect(await downloadsOf(setting)).toBe(5);
  });

  it('that the vendor says is used up is not asked for again on that day, and the plan knows it', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(morning(0), 'barchart:quota=3', context);
    const setting = { cwd, sandbox, env: sandbox.env };
    const args = ['GOLD', '--start', '2023-01-01', '--end', '2023-06-30', '-p', 'barchart'];
    const first = await run(setting, args, 0);
    context.expect(first).toMatchObject({ exitCode: 5, series: { updated: 3 } });
    context.expect(await planned(setting, args, 0)).toMatchObject({ allowanceTonight: 0, nights: 1 });
    const again = await run(setting, args, 0);
    context.expect(again).toMatchObject({ exitCode: 5, requests: 0, series: { updated: 0, unchanged: 3 } });
    await sandbox.change({ faults: '' });
    context.expect(await run(setting, args, 1)).toMatchObject({ exitCode: 0, series: { postponed: 0, failed: 0 } });
  });

  it('pays for no contract that has no bars in the window: a free question tells', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(morning(0), '', context);
    const setting = { cwd, sandbox, env: sandbox.env };
    // Contracts are wanted long before they were first traded.
    writeFileSync(join(cwd, 'markets.json'), '{"futures":{"GOLD":{"code":"GC","cycle":"GJMQVZ","days_count":2500}}}');
    const args = ['GOLD', '--start', '2020-01-01', '--end', '2020-01-31', '--config', 'markets.json', '-p', 'barchart'];
    const report = await run(setting, args, 0);
    context.expect(report).toMatchObject({ exitCode: 0, series: { postponed: 0, failed: 0 } });
    context.expect(report.series['empty']).toBeGreaterThan(0);
    context.expect(report.series['updated']).toBeGreaterThan(0);
    context.expect(await downloadsOf(setting)).toBe(report.series['updated']);
    context.expect(await run(setting, args, 1)).toMatchObject({ exitCode: 0, requests: 0 });
  });

  it('of 1 brings a long intraday history in as many nights, each download made once, and the archive has it all', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(morning(0), '', context);
    const setting = { cwd, sandbox, env: { ...sandbox.env, VORTEX_BARCHART_ALLOWANCE: '1' } };
    // Three requests for 2600 days; the first one is long before the contract was traded and costs nothing.
    writeFileSync(join(cwd, 'markets.json'), '{"futures":{"GOLD":{"code":"GC","cycle":"GJMQVZ","days_count":2600}}}');
    const args = ['GCJ24', '--period', '1h', '--config', 'markets.json', '-p', 'barchart'];
    const codes: number[] = [];
    let made = 0;
    for (let night = 0; night < 6 && codes.at(-1) !== 0; night++) {
      codes.push((await run(setting, args, night)).exitCode);
      made += await downloadsOf(setting);
    }
    context.expect([codes, made]).toEqual([[5, 0], 2]);
    const path = join(cwd, 'data/futures/1h/GOLD/GOLD_20240400.csv');
    const truth = await sandbox.truth('future/GCJ24?period=1h&from=2015-01-01&to=2024-05-01');
    context.expect(csvRows(path)).toHaveLength(truth.length);
    const before = contents(join(cwd, 'data/futures'));
    rmSync(path);
    const rebuilt = await vortex(['rebuild', '--config', 'markets.json'], { cwd, env: setting.env });
    context.expect(rebuilt.code, rebuilt.stderr).toBe(0);
    context.expect(contents(join(cwd, 'data/futures'))).toEqual(before);
  });
});
