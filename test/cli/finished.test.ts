import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { at, chartBody } from '../support/chart.ts';
import { csvRows, temporaryFolder } from '../support/folder.ts';
import { answer, serve } from '../support/loopback.ts';
import { vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

/** Stamp of the last stored bar after a run in an empty folder at that time. */
async function lastBar(symbol: string, period: string, now: string): Promise<string | null | undefined> {
  const sandbox = await standIn(now);
  const args = ['download', symbol, '--period', period, '--start', '2024-05-01', '--json', '--now', now];
  const { stdout } = await vortex(args, { cwd: temporaryFolder(), env: sandbox.env });
  return readReport(stdout).results.at(-1)?.last;
}

// Days are those of 2024; 4 July is a holiday, 28 June the last trading day of its month, a Friday.
describe('a bar is stored when the last session in it is over and has settled', () => {
  it.each([
    ['SPY', '1d', '2024-06-28T20:14:59Z', '2024-06-27'],
    ['SPY', '1d', '2024-06-28T20:15:00Z', '2024-06-28'],
    ['SPY', '1d', '2024-07-04T20:30:00Z', '2024-07-03'],
    ['SPY', '1d', '2024-01-31T21:14:00Z', null],
    ['SPY', '1wk', '2024-07-05T20:14:00Z', '2024-06-24'],
    ['SPY', '1wk', '2024-07-05T20:15:00Z', '2024-07-01'],
    ['SPY', '1wk', '2024-07-08T14:00:00Z', '2024-07-01'],
    ['SPY', '1mo', '2024-06-28T20:14:00Z', '2024-05-01'],
    ['SPY', '1mo', '2024-06-28T20:15:00Z', '2024-06-01'],
    ['SPY', '1m', '2024-06-28T15:00:30Z', '2024-06-28T14:59:00Z'],
    ['SPY', '5m', '2024-06-28T15:04:59Z', '2024-06-28T14:55:00Z'],
    // Yahoo's day of a pair is that of London: in summer it ends at 23:00 UTC.
    ['EURUSD', '1d', '2024-07-02T23:14:00Z', '2024-07-01'],
    ['EURUSD', '1d', '2024-07-02T23:15:00Z', '2024-07-02'],
    ['BTC-USD', '1wk', '2024-07-07T23:59:00Z', '2024-06-24'],
    ['BTC-USD', '1wk', '2024-07-08T00:15:00Z', '2024-07-01'],
    // Chicago closes at 21:00 UTC; whatever Yahoo says of the day, in the morning it is over.
    ['GCQ24', '1d', '2024-07-02T20:59:00Z', '2024-07-01'],
    ['GCQ24', '1d', '2024-07-03T06:00:00Z', '2024-07-02'],
  ])('%s by %s at %s: the last one is %s', async (symbol, period, now, last) => {
    expect(await lastBar(symbol, period, now)).toBe(last);
  });
});

it.each([
  ['2024-07-02T21:15:00Z', '2024-07-01'],
  ['2024-07-02T23:15:00Z', '2024-07-02'],
])(
  'the day of a pair at the sandbox ends in London, and is not taken for empty before: at %s the last one is %s',
  async (now, last) => {
    const sandbox = await standIn(now);
    const args = ['download', 'EURUSD', '-p', 'sandbox', '--start', '2024-05-01', '--json', '--now', now];
    const { stdout } = await vortex(args, { cwd: temporaryFolder(), env: sandbox.env });
    expect(readReport(stdout).results[0]?.last).toBe(last);
  },
);

it('a pair that was asked for between the closes of New York and of London has its day an hour later', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-07-02T21:30:00Z');
  const last = async (now: string) => {
    await sandbox.change({ now });
    const args = ['download', 'EURUSD', '-p', 'sandbox', '--start', '2024-05-01', '--json', '--now', now];
    return readReport((await vortex(args, { cwd, env: sandbox.env })).stdout).results[0]?.last;
  };
  expect(await last('2024-07-02T21:30:00Z')).toBe('2024-07-01');
  expect(await last('2024-07-02T23:30:00Z')).toBe('2024-07-02');
});

it('a session that by the word of the source closes later than usual is waited for, and not forgotten', async () => {
  const cwd = temporaryFolder();
  // An hour later than New York closes otherwise.
  const regular = { start: at('2024-07-02T13:30:00Z'), end: at('2024-07-02T21:00:00Z') };
  const body = chartBody({
    stamps: ['2024-07-01T13:30:00Z', '2024-07-02T13:30:00Z'],
    close: [1, 2],
    adjclose: [1, 2],
    meta: { currentTradingPeriod: { regular } },
  });
  const server = await serve((_, response) => {
    answer(response, 200, body);
  });
  const env = { VORTEX_YAHOO_BASE_URL: server.url, VORTEX_YAHOO_PACE_MS: '0' };
  const last = async (now: string) => {
    const { stdout } = await vortex(['download', 'SPY', '--start', '2024-07-01', '--json', '--now', now], { cwd, env });
    return readReport(stdout).results[0]?.last;
  };
  expect(await last('2024-07-02T20:30:00Z')).toBe('2024-07-01');
  expect(await last('2024-07-02T21:14:00Z')).toBe('2024-07-01');
  expect(await last('2024-07-02T21:15:00Z')).toBe('2024-07-02');
});

describe('what a later answer says of stored days', () => {
  async function twoRuns(
    first: Readonly<Record<string, number | null>>,
    second: Readonly<Record<string, number | null>>,
  ) {
    const cwd = temporaryFolder();
    let days = first;
    const server = await serve((_, response) => {
      const stamps = Object.keys(days).map((day) => `2024-${day}T13:30:00Z`);
      const close = Object.values(days);
      answer(response, 200, chartBody({ stamps, close, adjclose: close }));
    });
    const env = { VORTEX_YAHOO_BASE_URL: server.url, VORTEX_YAHOO_PACE_MS: '0' };
    const run = async (now: string) => {
      const { code, stdout } = await vortex(['download', 'SPY', '--start', '2024-06-24', '--json', '--now', now], {
        cwd,
        env,
      });
      return { code, report: readReport(stdout) };
    };
    const before = await run('2024-07-01T22:00:00Z');
    days = second;
    const after = await run('2024-07-02T22:00:00Z');
    const rows = csvRows(join(cwd, 'data/stocks/1d/SPY.csv')).map((row) => [
      row['Datetime']?.slice(5),
      Number(row['Close']),
    ]);
    const stored: unknown = Object.fromEntries(rows);
    return { before, after, stored };
  }

  it('a day that was null and has a bar now is added', async () => {
    const { before, after, stored } = await twoRuns(
      { '06-26': 1, '06-27': 2, '06-28': null, '07-01': 4 },
      { '06-26': 1, '06-27': 2, '06-28': 3, '07-01': 4, '07-02': 5 },
    );
    expect(before.report).toMatchObject({ exitCode: 0, bars: { added: 3, dropped: 0 } });
    expect(before.report.results).toMatchObject([{ leftOut: { 'no-trade': 1 } }]);
    expect(after.report).toMatchObject({ exitCode: 0, bars: { added: 2, revised: 0, dropped: 0 } });
    expect(stored).toEqual({ '06-26': 1, '06-27': 2, '06-28': 3, '07-01': 4, '07-02': 5 });
  });

  it('a stored day that it lacks, or has as null, is kept', async () => {
    const { after, stored } = await twoRuns(
      { '06-26': 1, '06-27': 2, '06-28': 3, '07-01': 4 },
      { '06-26': 1, '06-28': null, '07-01': 4, '07-02': 5 },
    );
    expect(after.report).toMatchObject({ exitCode: 0, bars: { added: 1, revised: 0 } });
    expect(stored).toEqual({ '06-26': 1, '06-27': 2, '06-28': 3, '07-01': 4, '07-02': 5 });
  });

  it('an answer with nothing in it takes nothing away', async () => {
    const { after, stored } = await twoRuns({ '06-28': 3, '07-01': 4 }, {});
    expect(after.code).toBe(0);
    expect(after.report.bars).toMatchObject({ added: 0, revised: 0 });
    expect(stored).toEqual({ '06-28': 3, '07-01': 4 });
  });
});
