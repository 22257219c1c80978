import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { contents, csvRows, dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';

// Wednesday morning: the last finished bars are those of Tuesday, 2 July.
const NOW = '2024-07-03T06:00:00Z';
const MODE = ['-p', 'barchart', '--json', '--now', NOW];
const HALF_YEAR = ['--start', '2024-01-01', '--end', '2024-06-30'];
const PASSWORD = 'correct-horse-battery';

vi.setConfig({ maxConcurrency: 4 });

beforeAll(() => {
  programPath();
});

/** Rows of a file as the truth page writes them. */
function barsIn(path: string): unknown[] {
  return csvRows(path).map((row) => ({
    time: row['Datetime'],
    open: Number(row['Open']),
    high: Number(row['High']),
    low: Number(row['Low']),
    close: Number(row['Close']),
    volume: Number(row['Volume']),
  }));
}

const truthOf = (sandbox: StandIn, symbol: string, period: string, from: string, to: string): Promise<unknown> =>
  sandbox.truth(`${symbol}?period=${period}&from=${from}&to=${to}`);

const GOLD = [
  ['GCG24', 'GOLD_20240200', '2024-01-01', '2024-03-01'],
  ['GCJ24', 'GOLD_20240400', '2024-01-01', '2024-05-01'],
  ['GCM24', 'GOLD_20240600', '2024-01-01', '2024-07-01'],
  ['GCQ24', 'GOLD_20240800', '2024-01-01', '2024-07-01'],
  ['GCV24', 'GOLD_20241000', '2024-01-01', '2024-07-01'],
  ['GCZ24', 'GOLD_20241200', '2024-01-01', '2024-07-01'],
  ['GCG25', 'GOLD_20250200', '2024-02-29', '2024-07-01'],
  ['GCJ25', 'GOLD_20250400', '2024-04-30', '2024-07-01'],
] as const;

describe.concurrent('vortex download from Barchart', () => {
  it('gives every contract of a market, the expired ones too, bar for bar; again it costs nothing', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const args = ['download', 'GOLD', ...HALF_YEAR, '--period', '1d,1h', ...MODE];
    const { code, stdout, stderr } = await vortex(args, { cwd, env: sandbox.env });
    context.expect(code, stderr).toBe(0);
    const report = readReport(stdout);
    context.expect(report).toMatchObject({ status: 'ok', series: { planned: 16, updated: 16 } });
    for (const [symbol, name, from, to] of GOLD) {
      for (const period of ['1d', '1h']) {
        const bars = barsIn(join(cwd, `data/futures/${period}/GOLD/${name}.csv`));
        context.expect(bars, name).toEqual(await truthOf(sandbox, `future/${symbol}`, period, from, to));
      }
    }
    context.expect(await sandbox.counts('barchart')).toEqual({ downloads: 16, logins: 1, refusedLogins: 0 });
    context.expect(stderr + stdout).not.toMatch(/sandboxFormToken|%3D|XSRF-TOKEN=/);

    const before = contents(join(cwd, 'data'));
    const again = await vortex(args, { cwd, env: sandbox.env });
    context.expect(again.code).toBe(0);
    context.expect(readReport(again.stdout)).toMatchObject({ requests: 0, series: { unchanged: 16 } });
    context.expect(contents(join(cwd, 'data'))).toEqual(before);
  });

  it('gives stocks and pairs too', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, 'barchart:default-columns,quoted,crlf', context);
    const { code, stderr } = await vortex(['download', 'SPY', 'EURUSD', ...HALF_YEAR, ...MODE], {
      cwd,
      env: sandbox.env,
    });
    context.expect(code, stderr).toBe(0);
    context.expect(dataFiles(join(cwd, 'data'))).toEqual(['forex/1d/EURUSD.csv', 'stocks/1d/SPY.csv']);
    for (const [path, symbol] of [
      ['stocks/1d/SPY', 'stock/SPY'],
      ['forex/1d/EURUSD', 'forex/EURUSD'],
    ] as const) {
      const truth = await truthOf(sandbox, symbol, '1d', '2024-01-01', '2024-07-01');
      context.expect(barsIn(join(cwd, `data/${path}.csv`))).toEqual(truth);
    }
  });

  it('a month that does not exist is proven so and costs no download', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    // Gold is not listed for January.
    writeFileSync(join(cwd, 'mine.json'), '{"futures":{"GOLD":{"code":"GC","cycle":"FG"}}}');
    const args = ['download', 'GOLD', '--config', 'mine.json', '--start', '2024-01-01', '--end', '2024-01-31', ...MODE];
    const { code, stdout, stderr } = await vortex(args, { cwd, env: sandbox.env });
    context.expect(code, stderr).toBe(0);
    const report = readReport(stdout);
    context.expect(report.series['empty']).toBeGreaterThan(0);
    context.expect(resultOf(report, 'futures/1d/GOLD/GOLD_20240100')).toMatchObject({ outcome: 'empty', error: null });
    context.expect((await sandbox.counts('barchart'))['downloads']).toBe(report.series['updated']);
  });

  it('a wrong password: exit 4, tried exactly once, told to nobody, nothing stored', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const env = { ...sandbox.env, VORTEX_BARCHART_PASSWORD: PASSWORD, VORTEX_LOGGING_LEVEL: 'trace' };
    const { code, stdout, stderr } = await vortex(['download', 'GOLD', 'SPY', ...HALF_YEAR, ...MODE], { cwd, env });
    context.expect(code).toBe(4);
    context
      .expect(readReport(stdout))
      .toMatchObject({ status: 'refused', exitCode: 4, series: { postponed: 9, failed: 0 } });
    context.expect(await sandbox.counts('barchart')).toEqual({ downloads: 0, logins: 1, refusedLogins: 1 });
    context.expect(stderr).toMatch(/barchart does not take this username and password/);
    context.expect(stdout + stderr).not.toContain(PASSWORD);
    context.expect(dataFiles(join(cwd, 'data'))).toEqual([]);
  });

  it('no account: exit 4 before any request; the general one is taken', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const args = ['download', 'SPY', ...HALF_YEAR, ...MODE];
    const bare = { VORTEX_BARCHART_BASE_URL: `${sandbox.url}/barchart`, VORTEX_BARCHART_PACE_MS: '0' };
    const { code, stderr } = await vortex(args, { cwd, env: bare });
    context.expect(code).toBe(4);
    context.expect(stderr).toMatch(/VORTEX_BARCHART_USERNAME/);
    context.expect(await sandbox.requests('barchart')).toBe(0);

    writeFileSync(join(cwd, 'secret'), 'demo\n');
    const general = { ...bare, VORTEX_USERNAME: 'demo', VORTEX_PASSWORD_FILE: 'secret' };
    context.expect((await vortex(args, { cwd, env: general })).code).toBe(0);
  });

  it('the check for browsers: exit 4, and what to do about it', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, 'barchart:wall', context);
    const { code, stdout, stderr } = await vortex(['download', 'GOLD', ...HALF_YEAR, ...MODE], {
      cwd,
      env: sandbox.env,
    });
    context.expect(code).toBe(4);
    context.expect(readReport(stdout)).toMatchObject({ status: 'refused', series: { postponed: 8 } });
    context.expect(stderr).toMatch(/export its cookies/);
    context.expect(await sandbox.requests('barchart')).toBe(1);
    context.expect(dataFiles(join(cwd, 'data'))).toEqual([]);
  });

  it('cookies that have expired: exit 4, named; a file that is not there: exit 2, named', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    writeFileSync(join(cwd, 'cookies.txt'), '127.0.0.1\tFALSE\t/\tFALSE\t0\tlaravel_session\tverylonggone\n');
    const args = ['download', 'SPY', ...HALF_YEAR, ...MODE];
    const cookies = { ...sandbox.env, VORTEX_BARCHART_TRANSPORT: 'cookies', VORTEX_LOGGING_LEVEL: 'trace' };
    const expired = await vortex(args, { cwd, env: { ...cookies, VORTEX_BARCHART_COOKIE_FILE: 'cookies.txt' } });
    context.expect(expired.code).toBe(4);
    context.expect(expired.stderr).toMatch(/cookie_file have expired/);
    context.expect(expired.stdout + expired.stderr).not.toContain('verylonggone');
    context.expect((await sandbox.counts('barchart'))['logins']).toBe(0);

    const missing = await vortex(args, { cwd, env: { ...cookies, VORTEX_BARCHART_COOKIE_FILE: 'no.txt' } });
    context.expect(missing.code).toBe(2);
    context.expect(missing.stderr).toMatch(/VORTEX_BARCHART_COOKIE_FILE.*no\.txt: no such file/);
  });

  it('an allowance that ends: what came is saved, the rest postponed with 5, and the next day brings it', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, 'barchart:quota=3', context);
    const args = ['download', 'GOLD', ...HALF_YEAR, '-p', 'barchart', '--json'];
    const short = await vortex([...args, '--now', NOW], { cwd, env: sandbox.env });
    context.expect(short.code).toBe(5);
    const report = readReport(short.stdout);
    context
      .expect(report)
      .toMatchObject({ status: 'postponed', exitCode: 5, series: { updated: 3, postponed: 5, failed: 0 } });
    const postponed = report.results.filter(({ outcome }) => outcome === 'postponed');
    for (const { error } of postponed) {
      context.expect(error).toMatchObject({ code: 'allowance-used', retryAt: '2024-07-04T05:00:00.000Z' });
    }
    context.expect(dataFiles(join(cwd, 'data'))).toHaveLength(3);
    context.expect((await sandbox.counts('barchart'))['downloads']).toBe(3);

    const tomorrow = '2024-07-04T06:00:00Z';
    await sandbox.change({ now: tomorrow, faults: '' });
    const rest = await vortex([...args, '--now', tomorrow], { cwd, env: sandbox.env });
    context.expect(rest.code, rest.stderr).toBe(0);
    context.expect(readReport(rest.stdout).series).toMatchObject({ updated: 5, unchanged: 3 });
    context.expect((await sandbox.counts('barchart'))['downloads']).toBe(5);
  });

  it.for([
    ['the vendor cannot read its data', 'data-error', 'provider-fault'],
    ['half a file that says it is whole', 'truncate', undefined],
    ['a file cut in the middle', 'after=5@cut', 'network'],
    ['an outage', '503', 'provider-fault'],
  ] as const)('%s: exit 3, nothing stored, and the next run makes up for it', async ([, fault, code], context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, `barchart:${fault}`, context);
    const args = ['download', 'SPY', ...HALF_YEAR, ...MODE];
    const broken = await vortex(args, { cwd, env: sandbox.env });
    context.expect(broken.code).toBe(3);
    const { error } = resultOf(readReport(broken.stdout), 'stocks/1d/SPY');
    if (code !== undefined) context.expect(error?.code).toBe(code);
    context.expect(dataFiles(join(cwd, 'data'))).toEqual([]);
    await sandbox.change({ faults: '' });
    context.expect((await vortex(args, { cwd, env: sandbox.env })).code).toBe(0);
    const truth = await truthOf(sandbox, 'stock/SPY', '1d', '2024-01-01', '2024-07-01');
    context.expect(barsIn(join(cwd, 'data/stocks/1d/SPY.csv'))).toEqual(truth);
  });

  it('a correction and a new basis are seen', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, '', context);
    const args = ['download', 'SPY', '--start', '2024-01-01', '-p', 'barchart', '--json'];
    await vortex([...args, '--now', NOW], { cwd, env: sandbox.env });
    const tomorrow = '2024-07-05T06:00:00Z';
    await sandbox.change({ now: tomorrow, faults: 'barchart:revise' });
    const revised = await vortex([...args, '--now', tomorrow], { cwd, env: sandbox.env });
    context.expect(readReport(revised.stdout).bars['revised']).toBeGreaterThan(0);
    await sandbox.change({ now: '2024-07-06T06:00:00Z', faults: 'barchart:rebase@2' });
    const rebased = await vortex([...args, '--now', '2024-07-06T06:00:00Z'], { cwd, env: sandbox.env });
    context.expect(rebased.code, rebased.stderr).toBe(0);
    const [first] = csvRows(join(cwd, 'data/stocks/1d/SPY.csv'));
    const truth = await sandbox.truth('stock/SPY?period=1d&from=2024-01-02&to=2024-01-03');
    context.expect(Number(first?.['Close'])).toBeCloseTo((truth[0]?.close ?? 0) / 2, 6);
  });
});

describe('vortex plan for Barchart', () => {
  it('says what of the allowance it costs, and asks nobody', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const { code, stdout } = await vortex(['plan', 'GOLD', ...HALF_YEAR, ...MODE], { cwd, env: sandbox.env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ totals: { series: 8, requests: 8, allowance: 8, unservable: 0 } });
    expect(await sandbox.requests('barchart')).toBe(0);
    expect(everythingIn(cwd)).toEqual([]);
  });
});
