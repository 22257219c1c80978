import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { contents, csvRows, dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

// Wednesday morning: the last finished bars are those of Tuesday, 2 July.
const NOW = '2024-07-03T06:00:00Z';
const DAILY = ['download', 'SPY', '--start', '2024-01-02', '--end', '2024-06-28', '--format', 'csv,parquet'];
const MINUTES = [
  'download',
  'SPY',
  '--period',
  '1m',
  '--start',
  '2024-06-10',
  '--end',
  '2024-06-28',
  '--format',
  'csv,parquet',
];
const MODE = ['-p', 'yahoo', '--json', '--now', NOW];
const IMPATIENT = { VORTEX_HTTP_IDLE_TIMEOUT_MS: '300' };

// These tests wait for back-offs, not for the processor.
vi.setConfig({ maxConcurrency: 8 });

beforeAll(() => {
  programPath();
});

const FAULTS = [
  ['a response cut in the middle', 'cut', 'network'],
  ['half a body that says it is whole', 'truncate', 'bad-answer'],
  ['an outage page with status 200', 'html', 'html-answer'],
  ['status 500 five times', 'first=5@500', 'provider-fault'],
  ['status 503', '503', 'provider-fault'],
  ['status 429 without Retry-After', '429', 'rate-limited'],
  ['status 429 with Retry-After of an hour', '429=1@3600', 'rate-limited'],
  ['connections that are reset', 'reset', 'network'],
  ['a server that says nothing', 'stall', 'timeout'],
  ['a body that stops coming', 'hang', 'timeout'],
  ['columns without their timestamps', 'no-timestamp', 'bad-answer'],
] as const;

describe.concurrent('a fault is a failure, never "no data"', () => {
  it.for(FAULTS)(
    '%s: exit 3, nothing stored, and the next run makes up for it',
    async ([, fault, errorCode], context) => {
      const cwd = temporaryFolder(context);
      const sandbox = await standIn(NOW, `yahoo:${fault}`, context);
      // Only who waits for nothing should lose patience: the processor may be busy.
      const { env } = sandbox;
      const waiting = errorCode === 'timeout' ? { ...env, ...IMPATIENT } : env;
      const broken = await vortex([...DAILY, ...MODE, '-o', 'out'], { cwd, env: waiting });
      context.expect(broken.code).toBe(3);
      const report = readReport(broken.stdout);
      context
        .expect(report)
        .toMatchObject({ status: 'failed', series: { planned: 1, failed: 1, empty: 0, unchanged: 0 } });
      context.expect(resultOf(report, 'stocks/1d/SPY').error?.code).toBe(errorCode);
      context.expect(broken.stderr).toMatch(/^vortex: failed: /m);
      context.expect(dataFiles(join(cwd, 'out'))).toEqual([]);

      await sandbox.change({ faults: '' });
      const healed = await vortex([...DAILY, ...MODE, '-o', 'out'], { cwd, env });
      context.expect(healed.code).toBe(0);
      const undisturbed = await vortex([...DAILY, ...MODE, '-o', 'undisturbed'], { cwd, env });
      context.expect(undisturbed.code).toBe(0);
      context.expect(dataFiles(join(cwd, 'out'))).toEqual(['stocks/1d/SPY.csv', 'stocks/1d/SPY.parquet']);
      context.expect(contents(join(cwd, 'out'))).toEqual(contents(join(cwd, 'undisturbed')));
      context.expect(everythingIn(cwd).filter((path) => path.endsWith('.tmp') || path.endsWith('/lock'))).toEqual([]);
    },
  );

  it('a long Retry-After ends the series at once and says when to come back', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, 'yahoo:429=1@3600', context);
    const before = Date.now();
    const { stdout } = await vortex([...DAILY, ...MODE], { cwd, env: sandbox.env });
    const retryAt = Date.parse(resultOf(readReport(stdout), 'stocks/1d/SPY').error?.retryAt ?? '');
    context.expect(retryAt).toBeGreaterThanOrEqual(before + 3_600_000);
    context.expect(retryAt).toBeLessThanOrEqual(Date.now() + 3_600_000);
    context.expect(await sandbox.requests()).toBe(1);
  });

  it('a fault in the middle of a long series keeps what was answered, and the next run adds the rest', async (context) => {
    const cwd = temporaryFolder(context);
    // Nineteen days of minutes are asked for in three requests; the third is never answered.
    const sandbox = await standIn(NOW, 'yahoo:after=2@503', context);
    const broken = await vortex([...MINUTES, ...MODE, '-o', 'out'], { cwd, env: sandbox.env });
    context.expect(broken.code).toBe(3);
    const report = readReport(broken.stdout);
    context
      .expect(resultOf(report, 'stocks/1m/SPY'))
      .toMatchObject({ outcome: 'failed', first: '2024-06-10T13:30:00Z' });
    // Two requests of seven days: nine trading days (the 19th is a holiday) of 390 minutes.
    context.expect(report.bars['added']).toBe(9 * 390);

    await sandbox.change({ faults: '' });
    const healed = await vortex([...MINUTES, ...MODE, '-o', 'out'], { cwd, env: sandbox.env });
    context.expect(healed.code).toBe(0);
    context.expect(readReport(healed.stdout).bars).toMatchObject({ added: 5 * 390, revised: 0 });
    await vortex([...MINUTES, ...MODE, '-o', 'undisturbed'], { cwd, env: sandbox.env });
    context.expect(contents(join(cwd, 'out'))).toEqual(contents(join(cwd, 'undisturbed')));
  });

  it('the series before and after a broken one are saved', async (context) => {
    const cwd = temporaryFolder(context);
    const sandbox = await standIn(NOW, 'yahoo:first=4@500', context);
    const args = [...DAILY, 'KO', 'BTC-USD', ...MODE, '--concurrency', '1'];
    const { code, stdout } = await vortex(args, { cwd, env: sandbox.env });
    context.expect(code).toBe(3);
    context.expect(readReport(stdout)).toMatchObject({ status: 'partial', series: { updated: 2, failed: 1 } });
    context.expect(dataFiles(join(cwd, 'data'))).toHaveLength(4);
  });
});

describe('answers with quirks give the same files as clean ones', () => {
  it.each([
    ['a row past the end of the range', 'past-end', { 'outside-range': 1 }],
    ['the last day twice', 'duplicate', { 'live-quote': 1 }],
    ['stamps an hour before midnight', 'dst', undefined],
    ['no currency', 'null-currency', undefined],
  ])('%s', async (_, quirk, leftOut) => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW, `yahoo:${quirk}`);
    const odd = await vortex([...DAILY, ...MODE, '-o', 'out'], { cwd, env: sandbox.env });
    await sandbox.change({ faults: '' });
    const clean = await vortex([...DAILY, ...MODE, '-o', 'undisturbed'], { cwd, env: sandbox.env });
    expect([odd.code, clean.code]).toEqual([0, 0]);
    expect(resultOf(readReport(odd.stdout), 'stocks/1d/SPY')).toMatchObject({ dropped: 0 });
    expect(resultOf(readReport(odd.stdout), 'stocks/1d/SPY').leftOut).toEqual(leftOut);
    expect(odd.stderr).not.toContain('bad row');
    const csv = (folder: string): unknown => csvRows(join(cwd, folder, 'stocks/1d/SPY.csv'));
    expect(csv('out')).toEqual(csv('undisturbed'));
  });

  it('null rows say that there was no trade: they are left out and counted, and every other bar is there', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW, 'yahoo:nulls');
    const { code, stdout } = await vortex([...DAILY, ...MODE], { cwd, env: sandbox.env });
    expect(code).toBe(0);
    const truth = await sandbox.truth('stock/SPY?period=1d&from=2024-01-02&to=2024-06-29');
    const { added, dropped, leftOut } = resultOf(readReport(stdout), 'stocks/1d/SPY');
    const nulls = leftOut?.['no-trade'] ?? 0;
    expect(dropped).toBe(0);
    expect(nulls).toBeGreaterThan(0);
    expect(added + nulls).toBe(truth.length);
    const closes = new Map(truth.map((bar) => [bar.time, bar.close]));
    const rows = csvRows(join(cwd, 'data/stocks/1d/SPY.csv'));
    expect(rows).toHaveLength(added);
    for (const row of rows) expect(closes.get(row['Datetime'] ?? '')).toBe(Number(row['Close']));
  });
});
