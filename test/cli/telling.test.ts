import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { chartBody, errorBody } from '../support/chart.ts';
import { csvRows, everythingIn, temporaryFolder } from '../support/folder.ts';
import { answer, serve } from '../support/loopback.ts';
import { vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const logLine = z.looseObject({ level: z.number(), run: z.string(), msg: z.string(), series: z.string().optional() });

it('without a terminal tells a log line for every series and a summary on stderr, and nothing but JSON on stdout', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const args = ['download', 'SPY', 'XYZQ', 'EURUSD', '--start', '2024-06-03', '--json', '--now', NOW];
  const { code, stdout, stderr } = await vortex(args, { cwd, env: sandbox.env });
  expect(code).toBe(3);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  const report = readReport(stdout);
  const lines = stderr.trimEnd().split('\n');
  const logged = lines.filter((line) => line.startsWith('{')).map((line) => logLine.parse(JSON.parse(line)));
  const ofSeries = logged.filter(({ series }) => series !== undefined);
  expect(ofSeries.map(({ series }) => series).sort()).toEqual(['forex/1d/EURUSD', 'stocks/1d/SPY', 'stocks/1d/XYZQ']);
  for (const line of logged) expect(line.run).toBe(report.run);
  expect(ofSeries.find(({ series }) => series === 'stocks/1d/XYZQ')?.level).toBe(50);
  expect(stderr).not.toContain('\u001B');
  // 3 June to 2 July 2024: 21 trading days in New York, 22 weekdays in London.
  expect(lines.at(-1)).toBe('3 series: 2 updated, 1 failed; 43 bars added; 3 requests');
});

it('without --json the summary is on stdout, and --log-level silent leaves only problems on stderr', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const args = ['download', 'SPY', '--start', '2024-06-03', '--log-level', 'silent', '--now', NOW];
  const { code, stdout, stderr } = await vortex(args, { cwd, env: sandbox.env });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '1 series: 1 updated; 21 bars added; 1 request\n',
    stderr: '',
  });
});

it('keeps the report of every run, the same that it prints', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const args = ['download', 'SPY', '--start', '2024-06-03', '--json', '--now', NOW];
  const { stdout } = await vortex(args, { cwd, env: sandbox.env });
  const { run } = readReport(stdout);
  expect(run).toMatch(/^20240703T060000Z-[0-9a-f]{4}$/);
  const kept: unknown = JSON.parse(readFileSync(join(cwd, `data/.vortex/runs/${run}.json`), 'utf8'));
  expect(kept).toEqual(JSON.parse(stdout));
  expect(everythingIn(join(cwd, 'data/.vortex/runs'))).toEqual([`${run}.json`]);
});

it('a Retry-After of a second is waited for, and then the bars come', async () => {
  const cwd = temporaryFolder();
  const times: number[] = [];
  const body = chartBody({ stamps: ['2024-06-03T13:30:00Z'], close: [5], adjclose: [5] });
  const server = await serve((_, response) => {
    times.push(performance.now());
    if (times.length > 1) answer(response, 200, body);
    else {
      response.writeHead(429, { 'retry-after': '1', 'content-type': 'text/html' });
      response.end('Edge: Too Many Requests');
    }
  });
  const env = { VORTEX_YAHOO_BASE_URL: server.url, VORTEX_YAHOO_PACE_MS: '0' };
  const args = ['download', 'SPY', '--start', '2024-06-03', '--end', '2024-06-03', '--json', '--now', NOW];
  const { code, stdout } = await vortex(args, { cwd, env });
  expect(code).toBe(0);
  expect(readReport(stdout)).toMatchObject({ requests: 2, bars: { added: 1 } });
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  expect(csvRows(join(cwd, 'data/stocks/1d/SPY.csv'))).toMatchObject([{ Datetime: '2024-06-03', Close: '5' }]);
});

it('a 404 for a month that only the cycle suggests is proof that it does not exist, and is asked for again after 30 days only', async () => {
  const cwd = temporaryFolder();
  const server = await serve((path, response) => {
    const symbol = decodeURIComponent(/chart\/([^?]+)/.exec(path)?.[1] ?? '');
    if (symbol === 'GCQ24.CMX')
      answer(response, 200, chartBody({ symbol, stamps: ['2024-06-03T04:00:00Z'], close: [5], adjclose: [5] }));
    else answer(response, 404, errorBody('Not Found', 'No data found, symbol may be delisted'));
  });
  const env = { VORTEX_YAHOO_BASE_URL: server.url, VORTEX_YAHOO_PACE_MS: '0' };
  const run = async (now: string) => {
    const args = ['download', 'GOLD', '--start', '2024-06-03', '--end', '2024-06-28', '--json', '--now', now];
    const { code, stdout } = await vortex(args, { cwd, env });
    return { code, report: readReport(stdout) };
  };
  // Wanted are Q24, V24, Z24, G25 and J25; M24 (to 30 June) has expired.
  const first = await run(NOW);
  expect(first.code).toBe(0);
  expect(first.report).toMatchObject({ requests: 5, series: { updated: 1, empty: 4, failed: 0, unservable: 1 } });
  const second = await run('2024-07-04T06:00:00Z');
  expect(second).toMatchObject({ code: 0, report: { requests: 0, series: { empty: 4, unchanged: 1 } } });
  const later = await run('2024-08-03T06:00:00Z');
  expect(later).toMatchObject({ code: 0, report: { requests: 4 } });
});

it('a 404 for a series that has bars is a failure, and its bars stay', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const args = ['download', 'KO', '--start', '2024-06-03', '--json'];
  await vortex([...args, '--now', NOW], { cwd, env: sandbox.env });
  const before = csvRows(join(cwd, 'data/stocks/1d/KO.csv'));
  const gone = await serve((_, response) => {
    answer(response, 404, errorBody('Not Found', 'No data found, symbol may be delisted'));
  });
  const env = { VORTEX_YAHOO_BASE_URL: gone.url, VORTEX_YAHOO_PACE_MS: '0' };
  const { code, stderr } = await vortex([...args, '--now', '2024-07-05T06:00:00Z'], { cwd, env });
  expect(code).toBe(3);
  expect(stderr).toContain('no such symbol at yahoo: KO');
  expect(csvRows(join(cwd, 'data/stocks/1d/KO.csv'))).toEqual(before);
});
