import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { duck } from '../support/duck.ts';
import { csvRows, dataFiles, identities, temporaryFolder } from '../support/folder.ts';
import { start, vortex } from '../support/program.ts';
import {
  NO_RECORDINGS,
  readExchange,
  recordedFolder,
  recordedRows,
  resultIn,
  shortestFloat32,
} from '../support/recorded.ts';
import { readReport, resultOf } from '../support/report.ts';

const environment = z.object({ env: z.record(z.string(), z.string()) });
const HEADER = 'Datetime,Open,High,Low,Close,Volume';
const EXTRAS = ',Adj Close,Dividends,Stock Splits';
const WISH = ['AAPL', 'BTC-USD', 'EURUSD', '-p', 'yahoo', '--start', '2020-01-01', '--end', '2020-12-31'];
const FILES = [
  { series: 'stocks/1d/AAPL', recording: 'old-historicalv8-AAPL-2020-01-01-to-2021-01-04.json', extras: true },
  { series: 'stocks/1d/BTC-USD', recording: 'old-historicalv8-BTC-USD-2020-01-01-to-2021-01-04.json', extras: true },
  { series: 'forex/1d/EURUSD', recording: 'old-historicalv8-EURUSD=X-2020-01-01-to-2021-01-04.json', extras: false },
] as const;

if (NO_RECORDINGS !== undefined) console.warn(NO_RECORDINGS);

describe.skipIf(NO_RECORDINGS !== undefined)('AAPL, BTC-USD and EURUSD of 2020, from recorded answers', () => {
  beforeAll(() => {
    recordedFolder('yahoo');
  });

  /** `vortex sandbox --recorded`, as a process of its own. */
  async function replay(cwd: string) {
    const sandbox = start(['sandbox', '--port', '0', '--json', '--recorded', recordedFolder('yahoo')], { cwd });
    const line = await sandbox.seen('stdout', /\n/);
    const { env } = environment.parse(JSON.parse(line));
    const end = async (): Promise<number | null> => {
      sandbox.child.kill('SIGTERM');
      return (await sandbox.ended).code;
    };
    return { env, end };
  }

  it('every bar is the recorded one, nothing is lost, invented or out of range, and a second run changes nothing', async () => {
    const cwd = temporaryFolder();
    const sandbox = await replay(cwd);
    const args = ['download', ...WISH, '--format', 'csv,parquet', '--json'];
    const first = await vortex(args, { cwd, env: sandbox.env });
    expect(first.code).toBe(0);
    const report = readReport(first.stdout);
    expect(report).toMatchObject({ status: 'ok', exitCode: 0, series: { planned: 3, updated: 3, failed: 0 } });
    const data = join(cwd, 'data');
    expect(dataFiles(data)).toEqual(FILES.flatMap(({ series }) => [`${series}.csv`, `${series}.parquet`]).sort());

    for (const { series, recording, extras } of FILES) {
      const rows = recordedRows(resultIn(readExchange(recording))).filter(({ date }) => date.startsWith('2020-'));
      const good = rows.filter(({ values }) => values.close !== null);
      const csv = csvRows(join(data, `${series}.csv`));
      expect(csv.map((row) => row['Datetime'])).toEqual(good.map(({ date }) => date));
      good.forEach(({ values }, index) => {
        const row = csv[index] ?? {};
        for (const name of ['open', 'high', 'low', 'close'] as const) {
          const text = row[`${name.charAt(0).toUpperCase()}${name.slice(1)}`];
          expect(text, `${series} ${row['Datetime'] ?? ''} ${name}`).toBe(shortestFloat32(values[name] ?? Number.NaN));
        }
        expect(row['Volume']).toBe(String(values.volume));
        if (extras) expect(row['Adj Close']).toBe(shortestFloat32(values.adjclose ?? Number.NaN));
      });
      const header = readFileSync(join(data, `${series}.csv`), 'utf8').split('\n')[0];
      expect(header).toBe(HEADER + (extras ? EXTRAS : ''));
      const result = resultOf(report, series);
      expect(result).toMatchObject({
        outcome: 'updated',
        added: good.length,
        first: good[0]?.date,
        last: good.at(-1)?.date,
      });
      expect(result.leftOut?.['no-trade'] ?? 0).toBe(rows.length - good.length);
    }
    // Known of 2020: 253 trading days, and four days of nulls for bitcoin.
    expect(resultOf(report, 'stocks/1d/AAPL').added).toBe(253);
    expect(resultOf(report, 'stocks/1d/BTC-USD')).toMatchObject({ added: 362, dropped: 0, leftOut: { 'no-trade': 4 } });

    const before = identities(data);
    const again = await vortex(args, { cwd, env: sandbox.env });
    expect(again.code).toBe(0);
    const unchanged = readReport(again.stdout);
    expect(unchanged).toMatchObject({
      requests: 0,
      bars: { added: 0, revised: 0 },
      series: { unchanged: 3, updated: 0 },
    });
    expect(identities(data)).toEqual(before);

    expect(await sandbox.end()).toBe(0);
  });

  it('the dividends and the split of AAPL stand on their days', async () => {
    const cwd = temporaryFolder();
    const sandbox = await replay(cwd);
    const { code } = await vortex(['download', ...WISH], { cwd, env: sandbox.env });
    expect(code).toBe(0);
    const happened = (column: string): [string | undefined, number][] =>
      csvRows(join(cwd, 'data/stocks/1d/AAPL.csv'))
        .filter((row) => row[column] !== '0')
        .map((row) => [row['Datetime'], Number(row[column])]);
    expect(happened('Dividends')).toEqual([
      ['2020-02-07', 0.1925],
      ['2020-05-08', 0.205],
      ['2020-08-07', 0.205],
      ['2020-11-06', 0.205],
    ]);
    expect(happened('Stock Splits')).toEqual([['2020-08-31', 4]]);
    await sandbox.end();
  });

  it('DuckDB reads the same rows from the Parquet as from the CSV', async () => {
    const cwd = temporaryFolder();
    const sandbox = await replay(cwd);
    const { code } = await vortex(['download', ...WISH, '--format', 'csv,parquet'], { cwd, env: sandbox.env });
    expect(code).toBe(0);
    for (const { series, extras } of FILES) {
      const path = join(cwd, 'data', series);
      const names = `${HEADER}${extras ? EXTRAS : ''}`.split(',').slice(1);
      const columns = names.map((name) => `"${name}"`).join();
      const csvTypes = names.map((name) => `'${name}':'DOUBLE'`).join();
      const csv = `read_csv('${path}.csv', header=true, columns={'Datetime':'TIMESTAMP',${csvTypes}})`;
      const parquet = `(SELECT "Datetime"::TIMESTAMP AS "Datetime",${columns} FROM read_parquet('${path}.parquet'))`;
      const only = (a: string, b: string): string => `(SELECT * FROM ${a} EXCEPT ALL SELECT * FROM ${b})`;
      const differing = `SELECT (SELECT count(*) FROM ${only(csv, parquet)}) + (SELECT count(*) FROM ${only(parquet, csv)})`;
      expect(await duck(differing), series).toEqual([['0']]);
      const sums = (table: string): string =>
        `SELECT count(*), sum("Close"), sum("Volume"), min("Datetime"), max("Datetime") FROM ${table}`;
      const fromCsv = await duck(sums(csv));
      expect(await duck(sums(parquet))).toEqual(fromCsv);
      expect(Number(fromCsv[0]?.[0])).toBe(csvRows(`${path}.csv`).length);
    }
    await sandbox.end();
  });

  it('an unknown symbol among known ones fails alone, by its name', async () => {
    const cwd = temporaryFolder();
    const sandbox = await replay(cwd);
    const args = ['download', 'XYZQ', 'AAPL', 'EURUSD', '--start', '2020-01-01', '--end', '2020-12-31', '--json'];
    const { code, stdout, stderr } = await vortex(args, { cwd, env: sandbox.env });
    expect(code).toBe(3);
    const report = readReport(stdout);
    expect(report).toMatchObject({ status: 'partial', exitCode: 3, series: { updated: 2, failed: 1 } });
    const { outcome, error } = resultOf(report, 'stocks/1d/XYZQ');
    expect(outcome).toBe('failed');
    expect(error?.code).toBe('no-such-symbol');
    expect(error?.message).toMatch(/^no such symbol at yahoo: XYZQ(;|$)/);
    expect(stderr).toContain('no such symbol at yahoo: XYZQ');
    expect(dataFiles(join(cwd, 'data'))).toEqual(['forex/1d/EURUSD.csv', 'stocks/1d/AAPL.csv']);
    await sandbox.end();
  });
});
