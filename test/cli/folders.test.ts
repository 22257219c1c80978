import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contents, csvRows, dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const WISH = ['--start', '2024-06-03', '--format', 'csv,parquet', '--now', NOW, '--json'];

describe('a data folder that cannot be written', () => {
  it('is a file: exit 1, no request, the file is as it was', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    writeFileSync(join(cwd, 'data'), 'mine');
    const { code, stdout, stderr } = await vortex(['download', 'SPY', ...WISH], { cwd, env: sandbox.env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/data.*a file stands where a folder should be/);
    expect(readFileSync(join(cwd, 'data'), 'utf8')).toBe('mine');
    expect(everythingIn(cwd)).toEqual(['data']);
    expect(await sandbox.requests()).toBe(0);
  });

  it('has a file where the folder of a series should be: exit 1, what was stored before is unharmed', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const data = join(cwd, 'data');
    await vortex(['download', 'SPY', ...WISH], { cwd, env: sandbox.env });
    const before = contents(data);
    writeFileSync(join(data, 'forex'), 'mine');
    const { code, stderr } = await vortex(['download', 'SPY', 'EURUSD', ...WISH], { cwd, env: sandbox.env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/forex.*a file stands where a folder should be/);
    expect(contents(data)).toEqual({ ...before, forex: Buffer.from('mine').toString('base64') });
    expect(everythingIn(cwd).filter((path) => /\.tmp$|\/lock/.test(path))).toEqual([]);
  });
});

describe('files that people touched', () => {
  it('a deleted file is fetched again, and only that', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const args = ['download', 'SPY', 'KO', '--start', '2024-06-03', '--now', NOW, '--json'];
    await vortex(args, { cwd, env: sandbox.env });
    const before = contents(join(cwd, 'data'));
    rmSync(join(cwd, 'data/stocks/1d/SPY.csv'));
    const { code, stdout } = await vortex(args, { cwd, env: sandbox.env });
    expect(code).toBe(0);
    expect(readReport(stdout)).toMatchObject({ requests: 1, series: { updated: 1, unchanged: 1 } });
    expect(contents(join(cwd, 'data'))).toEqual(before);
  });

  it('a file edited by hand is set aside and fetched again, which is said', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const args = ['download', 'SPY', '--start', '2024-06-03', '--now', NOW, '--json'];
    await vortex(args, { cwd, env: sandbox.env });
    const file = join(cwd, 'data/stocks/1d/SPY.csv');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('2024-06-03', '2024-06-02'));
    const { code, stderr } = await vortex(args, { cwd, env: sandbox.env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/SPY\.csv.*quarantine/);
    expect(readFileSync(file, 'utf8')).toBe(before);
    const aside = everythingIn(join(cwd, 'data')).filter((path) => /quarantine.*SPY\.csv$/.test(path));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(cwd, 'data', aside[0] ?? ''), 'utf8')).toContain('2024-06-02');
  });

  it('a format asked for later is written from what is stored, without a request', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const args = ['download', 'SPY', '--start', '2024-06-03', '--now', NOW, '--json'];
    await vortex(args, { cwd, env: sandbox.env });
    const { code, stdout } = await vortex([...args, '--format', 'parquet'], { cwd, env: sandbox.env });
    expect(code).toBe(0);
    expect(readReport(stdout).requests).toBe(0);
    await vortex(['download', 'SPY', ...WISH, '-o', 'both'], { cwd, env: sandbox.env });
    expect(contents(join(cwd, 'data'))).toEqual(contents(join(cwd, 'both')));
  });
});

describe('names on disk', () => {
  it('futures contracts, indices and pairs have their files where the layout says', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    mkdirSync(join(cwd, 'config'));
    const settings = {
      futures: { GOLD: { code: 'GC', cycle: 'GJMQVZ' } },
      stocks: { '^GSPC': {} },
      forex: { EURUSD: { periods: '1d,1wk' } },
    };
    writeFileSync(join(cwd, 'config/config.json'), JSON.stringify(settings));
    const args = ['download', '--start', '2024-06-03', '--now', NOW, '--json'];
    const { code, stdout } = await vortex(args, { cwd, env: sandbox.env });
    expect(code).toBe(0);
    const gold = ['20240800', '20241000', '20241200', '20250200', '20250400', '20250600'];
    expect(dataFiles(join(cwd, 'data'))).toEqual(
      [
        'forex/1d/EURUSD.csv',
        'forex/1wk/EURUSD.csv',
        ...gold.map((month) => `futures/1d/GOLD/GOLD_${month}.csv`),
        'stocks/1d/^GSPC.csv',
      ].sort(),
    );
    // June 2024 was over on 30 June: Yahoo does not have it any more.
    expect(readReport(stdout).series['unservable']).toBe(1);
    expect(resultOf(readReport(stdout), 'futures/1d/GOLD/GOLD_20240800')).toMatchObject({
      symbol: 'GCQ24',
      instrument: 'GOLD',
    });
    const truth = await sandbox.truth('future/GCQ24?period=1d&from=2024-06-03&to=2024-07-03');
    const rows = csvRows(join(cwd, 'data/futures/1d/GOLD/GOLD_20240800.csv'));
    expect(rows.map((row) => [row['Datetime'], Number(row['Close'])])).toEqual(
      truth.map((bar) => [bar.time, bar.close]),
    );
  });
});
