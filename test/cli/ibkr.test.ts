import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { contents, csvRows, dataFiles, identities, temporaryFolder } from '../support/folder.ts';
import { start, vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const MODE = ['-p', 'ibkr', '--json', '--now', NOW, '-o', 'out'];
const HALF_YEAR = ['--start', '2024-01-02', '--end', '2024-06-28'];

/** The rows of a file and the bars of the market that they are to be; `to` is exclusive. */
async function compared(sandbox: StandIn, file: string, query: string, hasVolume = true) {
  const numbers = (bar: { open: number; high: number; low: number; close: number }) => [
    bar.open,
    bar.high,
    bar.low,
    bar.close,
  ];
  const kept = csvRows(file).map((row) => [
    row['Datetime'],
    ...['Open', 'High', 'Low', 'Close'].map((name) => Number(row[name])),
    row['Volume'],
  ]);
  const truth = (await sandbox.truth(query)).map((bar) => [
    bar.time,
    ...numbers(bar),
    hasVolume ? String(bar.volume) : '',
  ]);
  return { kept, truth };
}

describe('download -p ibkr', () => {
  it('gives what the market is: contracts, expired ones too, a stock by hour, a pair without volume', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const run = await vortex(['download', 'GOLD', 'EURUSD', ...HALF_YEAR, ...MODE], { cwd, env: sandbox.env });
    expect(run.stderr).not.toMatch(/failed/);
    expect(run.code).toBe(0);
    const hours = await vortex(['download', 'SPY', '--period', '1h', ...HALF_YEAR, ...MODE], { cwd, env: sandbox.env });
    expect(hours.code).toBe(0);
    const files = dataFiles(join(cwd, 'out'));
    expect(files).toHaveLength(10);
    for (const [file, name] of [
      ['GOLD_20240200', 'GCG24'],
      ['GOLD_20240400', 'GCJ24'],
      ['GOLD_20250400', 'GCJ25'],
    ] as const) {
      const query = `future/${name}?period=1d&from=2024-01-02&to=2024-06-29`;
      const { kept, truth } = await compared(sandbox, join(cwd, `out/futures/1d/GOLD/${file}.csv`), query);
      expect(kept.length).toBeGreaterThan(10);
      expect(kept).toEqual(truth);
    }
    const pair = await compared(
      sandbox,
      join(cwd, 'out/forex/1d/EURUSD.csv'),
      'forex/EURUSD?period=1d&from=2024-01-02&to=2024-06-29',
      false,
    );
    expect(pair.kept).toEqual(pair.truth);
    const stock = await compared(
      sandbox,
      join(cwd, 'out/stocks/1h/SPY.csv'),
      'stock/SPY?period=1h&from=2024-01-02&to=2024-06-29',
    );
    expect(stock.kept.length).toBeGreaterThan(800);
    expect(stock.kept).toEqual(stock.truth);
    // The contract, its first bar, and the half year in two requests.
    expect(readReport(hours.stdout).requests).toBe(4);

    const before = identities(join(cwd, 'out'));
    const again = await vortex(['download', 'GOLD', 'EURUSD', ...HALF_YEAR, ...MODE], { cwd, env: sandbox.env });
    expect(readReport(again.stdout)).toMatchObject({ exitCode: 0, requests: 0, series: { unchanged: 9 } });
    expect(identities(join(cwd, 'out'))).toEqual(before);
  });

  it('from its first bar on when no start is given, in a few requests', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const run = await vortex(['download', 'SPY', ...MODE], { cwd, env: sandbox.env });
    const report = readReport(run.stdout);
    expect(report.exitCode).toBe(0);
    expect(resultOf(report, 'stocks/1d/SPY')).toMatchObject({ first: '1993-01-29', last: '2024-07-02' });
    expect(report.requests).toBeLessThan(12);
  });

  it('an update asks for the contract and its last days, nothing more', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const args = ['download', 'SPY', '--start', '2024-01-02', '-p', 'ibkr', '--json', '-o', 'out', '--now'];
    await vortex([...args, '2024-07-02T06:00:00Z'], { cwd, env: sandbox.env });
    const next = readReport((await vortex([...args, NOW], { cwd, env: sandbox.env })).stdout);
    expect(next).toMatchObject({ exitCode: 0, requests: 2, bars: { added: 1, revised: 0 } });
  });

  it('a missing subscription of one exchange fails its series only', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW, 'ibkr:no-permission@COMEX');
    const run = await vortex(['download', 'GCQ24', 'A6U24', 'SPY', ...HALF_YEAR, ...MODE], { cwd, env: sandbox.env });
    expect(run.code).toBe(3);
    const report = readReport(run.stdout);
    expect(resultOf(report, 'futures/1d/GOLD/GOLD_20240800').error).toMatchObject({ code: 'not-servable' });
    expect(run.stderr).toContain('No market data permissions for COMEX FUT');
    expect(report.series).toMatchObject({ failed: 1, updated: 2 });
  });

  it('no answer at all ends in bounded time with 3, the rest not tried', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW, 'ibkr:stall');
    const env = { ...sandbox.env, VORTEX_IBKR_TIMEOUT_MS: '1500' };
    const args = ['download', 'GOLD', 'SPY', '--concurrency', '1', ...HALF_YEAR, ...MODE];
    const run = await vortex(args, { cwd, env });
    expect(run.code).toBe(3);
    expect(readReport(run.stdout)).toMatchObject({ series: { planned: 9, failed: 9 }, requests: 3 });
    expect(run.stderr).toMatch(/not asked any more.*restart TWS or IB Gateway/);
    expect(dataFiles(join(cwd, 'out'))).toEqual([]);
  });

  it('nobody there is 3 at once, with host, port and what to check', async () => {
    const cwd = temporaryFolder();
    const free = createServer();
    await new Promise<void>((resolve) => {
      free.listen(0, '127.0.0.1', resolve);
    });
    const address = free.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    free.close();
    const env = { VORTEX_IBKR_PORT: String(port) };
    const run = await vortex(['download', 'SPY', ...HALF_YEAR, ...MODE], { cwd, env });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`no TWS or IB Gateway at 127.0.0.1:${port}`);
    expect(run.stderr).toMatch(/API enabled/);
  });

  it('lines that break and a desk that is cut off change no byte', async () => {
    const cwd = temporaryFolder();
    const args = ['download', 'GOLD', 'SPY', ...HALF_YEAR, '-p', 'ibkr', '--json', '--now', NOW];
    const quiet = await standIn(NOW);
    expect((await vortex([...args, '-o', 'quiet'], { cwd, env: quiet.env })).code).toBe(0);
    const rough = await standIn(NOW, 'ibkr:cut=0.03,away=0.03@50,away-lost=0.03@50,reset=0.03');
    expect((await vortex([...args, '-o', 'rough'], { cwd, env: rough.env })).code).toBe(0);
    expect(contents(join(cwd, 'rough'))).toEqual(contents(join(cwd, 'quiet')));
    expect(await rough.requests('ibkr')).toBeGreaterThan(await quiet.requests('ibkr'));
  });

  it('stops at --max-requests with 5', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const run = await vortex(['download', 'GOLD', '--max-requests', '6', ...HALF_YEAR, ...MODE], {
      cwd,
      env: sandbox.env,
    });
    expect(run.code).toBe(5);
    expect(readReport(run.stdout)).toMatchObject({ status: 'postponed', requests: 6 });
    expect(await sandbox.requests('ibkr')).toBe(6);
  });

  it('SIGINT while an answer is waited for ends it at once with 130', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW, 'ibkr:stall');
    const run = start(['download', 'SPY', ...HALF_YEAR, ...MODE], { cwd, env: sandbox.env });
    await vi.waitFor(
      async () => {
        expect(await sandbox.requests('ibkr')).toBe(1);
      },
      { timeout: 10_000, interval: 20 },
    );
    const told = performance.now();
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(performance.now() - told).toBeLessThan(5_000);
  });

  it('a .env of another program in the folder changes nothing', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    writeFileSync(join(cwd, '.env'), 'IB_HOST=203.0.113.7\nIB_PORT=9\nMAX_REQ_PER_SECOND=1\nCLIENT_VERSION=5\n');
    const run = await vortex(['download', 'SPY', ...HALF_YEAR, ...MODE], {
      cwd,
      env: { ...sandbox.env, IB_HOST: '203.0.113.7' },
    });
    expect(run.code).toBe(0);
    expect(run.stdout.split('\n')).toHaveLength(2);
  });
});

/** The scripts that a run of the program loads, by file name. */
async function loadedBy(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const coverage = join(cwd, 'loaded');
  mkdirSync(coverage, { recursive: true });
  await vortex(args, { cwd, env: { ...env, NODE_V8_COVERAGE: coverage } });
  const scripts = z.object({ result: z.array(z.object({ url: z.string() })) });
  const files = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), 'utf8'));
  return files.flatMap((text) => scripts.parse(JSON.parse(text)).result.map(({ url }) => url.split('/').at(-1) ?? ''));
}

it('the client library is loaded by the first request, not by a plan', async () => {
  const sandbox = await standIn(NOW);
  const isSession = (name: string): boolean => name.startsWith('session-');
  const args = ['SPY', ...HALF_YEAR, '-p', 'ibkr', '--now', NOW];
  expect((await loadedBy(['plan', ...args], temporaryFolder(), sandbox.env)).filter(isSession)).toEqual([]);
  expect((await loadedBy(['download', ...args], temporaryFolder(), sandbox.env)).filter(isSession)).toHaveLength(1);
});

describe('vortex sandbox --ib-port', () => {
  it('listens there and prints what points the program at it', async () => {
    const cwd = temporaryFolder();
    const sandbox = start(['sandbox', '--port', '0', '--ib-port', '0', '--now', NOW], { cwd });
    const lines = await sandbox.seen('stdout', /VORTEX_SANDBOX_BASE_URL=.*\n/);
    const env = Object.fromEntries(
      [...lines.matchAll(/^export (VORTEX_IBKR_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(env).toMatchObject({ VORTEX_IBKR_HOST: '127.0.0.1', VORTEX_IBKR_PACE_MS: '0' });
    const run = await vortex(['download', 'SPY', ...HALF_YEAR, ...MODE], { cwd, env });
    expect(run.code).toBe(0);
    sandbox.child.kill('SIGTERM');
    expect((await sandbox.ended).code).toBe(0);
  });

  it('a port in use is refused with a clear sentence, and nothing is left listening', async () => {
    const cwd = temporaryFolder();
    const other = createServer();
    onTestFinished(() => {
      other.close();
    });
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const run = await vortex(['sandbox', '--port', '0', '--ib-port', String(port)], { cwd });
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(new RegExp(`port ${port} is in use.*--ib-port`));
  });

  it('no port is refused', async () => {
    expect((await vortex(['sandbox', '--port', '0', '--ib-port', 'x'], { cwd: temporaryFolder() })).stderr).toContain(
      '--ib-port',
    );
  });
});
