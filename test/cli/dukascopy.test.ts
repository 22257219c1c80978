import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { candlesBody } from '../support/candles.ts';
import { contents, csvRows, identities, temporaryFolder } from '../support/folder.ts';
import { answer, serve } from '../support/loopback.ts';
import { start, vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import type { TruthBar } from '../support/truth.ts';

/** A folder, a sandbox, and `vortex download … -p dukascopy` in it as time goes by. */
async function history(firstNow: string, faults = '') {
  const cwd = temporaryFolder();
  const sandbox = await standIn(firstNow, faults);
  return {
    cwd,
    sandbox,
    data: join(cwd, 'data'),
    run: async (args: readonly string[], now = firstNow) => {
      await sandbox.change({ now });
      const all = ['download', ...args, '-p', 'dukascopy', '--json', '--now', now];
      const { code, stdout, stderr } = await vortex(all, { cwd, env: sandbox.env });
      return { code, stderr, report: readReport(stdout) };
    },
    /** Rows of a file in the form of the truth. */
    rows: (path: string): TruthBar[] =>
      csvRows(join(cwd, 'data', path)).map((row) => ({
        time: row['Datetime'] ?? '',
        open: Number(row['Open']),
        high: Number(row['High']),
        low: Number(row['Low']),
        close: Number(row['Close']),
        volume: Number(row['Volume']),
      })),
  };
}

const UTC = '&day_boundary=UTC';

describe('vortex download -p dukascopy', () => {
  it('against vortex sandbox writes files that are its truth', async () => {
    const cwd = temporaryFolder();
    const now = '2024-05-15T19:10:20Z';
    const sandbox = start(['sandbox', '--port', '0', '--now', now], { cwd });
    const lines = await sandbox.seen('stdout', /VORTEX_SANDBOX_BASE_URL=.*\n/);
    const env = Object.fromEntries(
      [...lines.matchAll(/^export (VORTEX_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(env).toMatchObject({ VORTEX_DUKASCOPY_PACE_MS: '0' });
    const args = ['EURUSD', '-p', 'dukascopy', '--period', '1h', '--start', '2024-03-01', '--now', now, '--json'];
    const { code, stdout } = await vortex(['download', ...args], { cwd, env });
    expect(code).toBe(0);
    expect(resultOf(readReport(stdout), 'forex/1h/EURUSD')).toMatchObject({
      provider: 'dukascopy',
      outcome: 'updated',
      first: '2024-03-01T00:00:00Z',
      last: '2024-05-15T18:00:00Z',
      dropped: 0,
    });
    const url = `${env['VORTEX_SANDBOX_BASE_URL'] ?? ''}/truth/forex/EURUSD?period=1h&from=2024-03-01T00:00:00Z`;
    const truth = await (await fetch(url)).text();
    const times = csvRows(join(cwd, 'data/forex/1h/EURUSD.csv')).map((row) => row['Datetime']);
    expect(times).toEqual([...truth.matchAll(/"time":"([^"]+)"/g)].map(([, time]) => time));
    sandbox.child.kill('SIGINT');
    expect((await sandbox.ended).code).toBe(0);
  });

  it.each([
    ['1m', '2024-03-28', ''],
    ['15m', '2024-03-01', ''],
    ['1h', '2024-03-01', ''],
    ['1d', '2021-01-01', UTC],
    ['1wk', '2021-01-04', UTC],
    ['1mo', '2021-01-01', UTC],
  ])('%s: the file of a pair and of a coin, value by value', async (period, from, extra) => {
    const now = '2024-04-10T08:07:00Z';
    const { run, rows, sandbox, data } = await history(now);
    const { code, report } = await run(['EURUSD', 'BTC-USD', '--period', period, '--start', from]);
    expect(code).toBe(0);
    expect(report.bars['dropped']).toBe(0);
    for (const [path, of] of [
      ['forex', 'forex/EURUSD'],
      ['stocks', 'stock/BTC-USD'],
    ] as const) {
      const name = of.split('/')[1] ?? '';
      const truth = await sandbox.truth(`${of}?period=${period}&from=${from}${extra}`);
      expect(rows(`${path}/${period}/${name}.csv`)).toEqual(truth);
      expect(truth.length).toBeGreaterThan(38);
    }
    const before = contents(data);
    const [files, requests] = [identities(data), await sandbox.requests('dukascopy')];
    expect((await run(['EURUSD', 'BTC-USD', '--period', period, '--start', from])).code).toBe(0);
    expect(contents(data)).toEqual(before);
    expect(identities(data)).toEqual(files);
    expect(await sandbox.requests('dukascopy')).toBe(requests);
  });

  it('keeps in the manifest whose day it is', async () => {
    const { run, data } = await history('2024-04-10T08:07:00Z');
    await run(['EURUSD', '--start', '2024-03-01']);
    const manifest: unknown = JSON.parse(readFileSync(join(data, '.vortex/series/forex/1d/EURUSD.json'), 'utf8'));
    expect(JSON.stringify(manifest)).toContain('"day_boundary":"UTC"');
  });

  it('run day by day over a weekend and both nights of the clocks ends in the file of one run, without a revision', async () => {
    const periods = ['--period', '30m,1d,1wk,1mo', '--start', '2024-03-01'];
    const daily = await history('2024-03-07T22:10:00Z');
    const times = [
      '07T22:10',
      '08T21:30',
      '08T22:31',
      '09T12:00',
      '10T12:00',
      '10T23:45',
      '11T00:05',
      '11T08:00',
      '12T00:16',
    ];
    const later = ['29T21:10', '30T00:20', '31T12:00', '31T23:40'].map((time) => `2024-03-${time}:00Z`);
    let code: number | null = null;
    for (const now of [
      ...times.map((time) => `2024-03-${time}:00Z`),
      ...later,
      '2024-04-01T00:20:00Z',
      '2024-04-02T07:00:00Z',
    ]) {
      const ran = await daily.run(['EURUSD', ...periods], now);
      code = ran.code;
      expect([now, ran.code, ran.report.bars['revised']]).toEqual([now, 0, 0]);
    }
    expect(code).toBe(0);
    const once = await history('2024-04-02T07:00:00Z');
    await once.run(['EURUSD', ...periods]);
    expect(contents(daily.data)).toEqual(contents(once.data));
  });

  it('without a start begins where the source does, and says when a start is cut', async () => {
    const { run, rows, sandbox } = await history('2024-05-15T19:10:20Z');
    const { code } = await run(['EURUSD', 'BTC-USD']);
    expect(code).toBe(0);
    expect(rows('forex/1d/EURUSD.csv')[0]?.time).toBe('2003-12-01');
    expect(rows('stocks/1d/BTC-USD.csv')[0]?.time).toBe('2014-09-17');
    // A year each, what the two instruments are, and none of the years before the coin.
    expect(await sandbox.requests('dukascopy')).toBeLessThan(45);
    const cut = await run(['GBPUSD', '--start', '1999-01-01']);
    expect([cut.code, cut.stderr]).toEqual([0, expect.stringContaining('from 2003-05-05 on only')]);
  });

  it('an unknown pair is 3, a share that is not carried too; neither is silence', async () => {
    const { run } = await history('2024-05-15T19:10:20Z');
    const pair = await run(['USDMXN', '--start', '2024-05-01']);
    expect(pair.code).toBe(3);
    expect(pair.stderr).toContain('no such symbol at dukascopy: USD-MXN');
    const share = await run(['SPY', '--start', '2024-05-01']);
    expect(share.code).toBe(3);
    expect(share.stderr).toContain('dukascopy has no name for SPY');
  });

  it('rows that are there twice or beyond their day are left out, counted, and change nothing', async () => {
    const { run, rows, sandbox } = await history('2024-05-15T19:10:20Z', 'dukascopy:duplicate,past-end,nulls');
    const { code, report } = await run(['EURUSD', '--period', '1h', '--start', '2024-04-01']);
    expect(code).toBe(0);
    expect(resultOf(report, 'forex/1h/EURUSD')).toMatchObject({
      dropped: 0,
      leftOut: { 'repeated-row': 1, 'outside-range': 1 },
    });
    const truth = await sandbox.truth('forex/EURUSD?period=1h&from=2024-04-01T00:00:00Z');
    const prices = (bars: readonly TruthBar[]) => bars.map(({ volume: _, ...bar }) => bar);
    expect(prices(rows('forex/1h/EURUSD.csv'))).toEqual(prices(truth));
  });

  it.each(['429', 'truncate'])(
    'what was answered before %s stays, the rest is asked for by the next run',
    async (fault) => {
      const { run, rows, sandbox } = await history('2024-05-15T19:10:20Z', `dukascopy:after=9@${fault}`);
      const args = ['EURUSD', '--period', '1m', '--start', '2024-05-01'];
      const broken = await run(args);
      expect(broken.code).toBe(3);
      const truth = await sandbox.truth('forex/EURUSD?period=1m&from=2024-05-01T00:00:00Z');
      const kept = rows('forex/1m/EURUSD.csv');
      expect(kept).toEqual(truth.slice(0, kept.length));
      expect(kept.length).toBeGreaterThan(7_000);
      expect(kept.length).toBeLessThan(truth.length);
      await sandbox.change({ faults: '' });
      expect((await run(args)).code).toBe(0);
      expect(rows('forex/1m/EURUSD.csv')).toEqual(truth);
    },
  );

  it('is planned file by file: as many requests as the sandbox then sees, but for what the pair is', async () => {
    const now = '2024-05-15T19:10:20Z';
    const { cwd, run, sandbox } = await history(now);
    const args = ['EURUSD', '--period', '1m', '--start', '2024-05-01'];
    const planned = await vortex(['plan', ...args, '-p', 'dukascopy', '--json', '--now', now], {
      cwd,
      env: sandbox.env,
    });
    expect(JSON.parse(planned.stdout)).toMatchObject({ totals: { requests: 15 } });
    expect(await sandbox.requests('dukascopy')).toBe(0);
    await run(args);
    expect(await sandbox.requests('dukascopy')).toBe(16);
  });
});

describe('clocks that do not agree', () => {
  const args = ['download', 'EURUSD', '-p', 'dukascopy', '--period', '1m', '--start', '2024-05-13', '--json', '--now'];

  it('a day that is over for us and not for the source is a failure, never a day without bars', async () => {
    const { cwd, sandbox } = await history('2024-05-15T12:00:00Z');
    const ahead = await vortex([...args, '2024-05-16T12:00:00Z'], { cwd, env: sandbox.env });
    expect(ahead.code).toBe(3);
    expect(ahead.stderr).toContain('is the clock right?');
    expect((await vortex([...args, '2024-05-15T12:00:00Z'], { cwd, env: sandbox.env })).code).toBe(0);
    const truth = await sandbox.truth('forex/EURUSD?period=1m&from=2024-05-13T00:00:00Z');
    expect(csvRows(join(cwd, 'data/forex/1m/EURUSD.csv')).map((row) => row['Datetime'])).toEqual(
      truth.map(({ time }) => time),
    );
  });

  it('what the source has beyond our time is left alone and no fault', async () => {
    const { cwd, sandbox } = await history('2024-05-17T12:00:00Z');
    const { code, stdout } = await vortex([...args, '2024-05-15T12:00:00Z'], { cwd, env: sandbox.env });
    expect(code).toBe(0);
    expect(resultOf(readReport(stdout), 'forex/1m/EURUSD')).toMatchObject({ dropped: 0, last: '2024-05-15T11:59:00Z' });
  });
});

it('what a file in progress did not have yet is there after the next run', async () => {
  const cwd = temporaryFolder();
  const minute = (text: string): number => (Date.parse(text) - Date.parse('2024-07-03T00:00:00Z')) / 60_000;
  // Late by eight minutes, and the last candle is not whole.
  let upTo = minute('2024-07-03T11:52:00Z');
  let lastClose = -3;
  const server = await serve((path, response) => {
    const rows = path.includes('?from=') ? upTo : 0;
    const at = path.includes('?from=') ? '2024-07-03' : '2024-07-02';
    const still = Array.from({ length: rows }, () => 0);
    const closes = [...still.slice(1), lastClose].slice(0, rows);
    const times = still.map((_, row) => (row === 0 ? 0 : 1));
    const base = rows === 0 ? null : [1.1, 1.2, 1.0, 1.1];
    answer(response, 200, candlesBody({ at, base, times, closes }));
  });
  const env = { VORTEX_DUKASCOPY_BASE_URL: server.url, VORTEX_DUKASCOPY_PACE_MS: '0' };
  const run = async (now: string) => {
    const args = ['download', 'EURUSD', '-p', 'dukascopy', '--period', '1m', '--start', '2024-07-02', '--json'];
    const { code, stdout } = await vortex([...args, '--now', now], { cwd, env });
    expect(code).toBe(0);
    return resultOf(readReport(stdout), 'forex/1m/EURUSD');
  };
  expect(await run('2024-07-03T12:00:00Z')).toMatchObject({ added: upTo, last: '2024-07-03T11:51:00Z' });
  [upTo, lastClose] = [minute('2024-07-03T12:30:00Z'), 0];
  expect(await run('2024-07-03T12:30:00Z')).toMatchObject({ added: 38, revised: 1, last: '2024-07-03T12:29:00Z' });
  const rows = csvRows(join(cwd, 'data/forex/1m/EURUSD.csv'));
  expect(rows).toHaveLength(upTo);
  expect(new Set(rows.map((row) => row['Close']))).toEqual(new Set(['1.1']));
});

it('an index named by the settings is final at midnight UTC, not when New York closes', async () => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'config'));
  const stocks = { SPX500: { symbols: { dukascopy: 'USA500.IDX-USD' } } };
  writeFileSync(join(cwd, 'config/config.json'), JSON.stringify({ stocks }));
  const server = await serve((path, response) => {
    if (!path.startsWith('/v1/candles/day/USA500.IDX-USD/BID?from=')) {
      answer(response, 404, '');
      return;
    }
    // Monday, 1 July and Tuesday: the second candle is going until midnight.
    const times = [182, 1];
    answer(
      response,
      200,
      candlesBody({ at: '2024-01-01', shift: 86_400_000, multiplier: 0.001, base: 5_500.125, times }),
    );
  });
  const env = { VORTEX_DUKASCOPY_BASE_URL: server.url, VORTEX_DUKASCOPY_PACE_MS: '0' };
  const last = async (now: string) => {
    const args = ['download', 'SPX500', '-p', 'dukascopy', '--start', '2024-06-28', '--json', '--now', now];
    const { code, stdout } = await vortex(args, { cwd, env });
    expect(code).toBe(0);
    return resultOf(readReport(stdout), 'stocks/1d/SPX500').last;
  };
  expect(await last('2024-07-02T21:00:00Z')).toBe('2024-07-01');
  expect(await last('2024-07-03T00:14:00Z')).toBe('2024-07-01');
  expect(await last('2024-07-03T00:15:00Z')).toBe('2024-07-02');
});
