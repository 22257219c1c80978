import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { adopt, closes, daily, put, readManifest } from '../support/foreign.ts';

const HEAD = 'DATETIME,OPEN,HIGH,LOW,FINAL,VOLUME\n';
const KEY = 'futures/1d/GOLD/GOLD_20240300';

describe('contract files of pysystemtrade', () => {
  it('give their daily rows, those of 23:00:00, each of its date; intraday rows are left out and told', async () => {
    const cwd = temporaryFolder();
    put(cwd, {
      'GOLD_20240300.csv':
        `${HEAD}2024-01-02 23:00:00,2060.1,2071,2055.5,2066.25,120\n` +
        '2024-01-03 14:00:00,2061,2062,2050,2051,20\n2024-01-03 23:00:00,2064.0,2066,2037,2042.75,140\n' +
        '2024-01-04 00:00:00,2041,2043,2040,2042,3\n',
      'deeper/CRUDE_W_20240300.csv': `${HEAD}2024-01-02 23:00:00,70,72,69,71.5,9\n`,
    });
    const { code, rows, left, stderr } = await adopt(cwd, ['--provider', 'ibkr']);
    expect(code).toBe(0);
    expect(left).toEqual([]);
    expect(rows).toMatchObject([
      { series: 'futures/1d/GOLD/GOLD_20240300', added: 2, dropped: 0, intraday: 2, first: '2024-01-02' },
      { series: 'futures/1d/CRUDE_W/CRUDE_W_20240300', added: 1, intraday: 0 },
    ]);
    expect(stderr).toContain('GOLD_20240300.csv: 2 intraday rows left out');
    expect(closes(cwd, `${KEY}.csv`)).toEqual(['2024-01-02 2066.25', '2024-01-03 2042.75']);
    expect(readManifest(cwd, KEY)).toMatchObject({
      provider: 'ibkr',
      imported_from: [{ tool: 'pysystemtrade', bars: 2 }],
    });
  });

  it('without any daily row are refused: 3', async () => {
    const cwd = temporaryFolder();
    put(cwd, { 'GOLD_20240300.csv': `${HEAD}2024-01-03 14:00:00,2061,2062,2050,2051,20\n` });
    const { code, rows } = await adopt(cwd);
    expect(code).toBe(3);
    expect(rows).toMatchObject([{ outcome: 'skipped', reason: 'it has no daily row: none is stamped 23:00:00' }]);
  });

  it('are known by their header: a file of that name in another form is left, with the reason', async () => {
    const cwd = temporaryFolder();
    put(cwd, {
      'GOLD_20240300.csv': daily(['2024-01-02']),
      'Day_GOLD_20240400.csv': daily(['2024-01-02']),
      'futures/1d/SILVER/SILVER_20240300.csv': 'DATETIME,Open,High,Low,Close,Volume\n2024-01-02,1,2,1,2,3\n',
    });
    const { rows, left } = await adopt(cwd);
    expect(left.map(({ file, reason }) => `${file} ${reason}`)).toEqual([
      'GOLD_20240300.csv its name tells no bar size; known are Day_… and Hour_…',
    ]);
    expect(rows.map(({ file }) => file)).toEqual(['Day_GOLD_20240400.csv', 'futures/1d/SILVER/SILVER_20240300.csv']);
    expect(readManifest(cwd, 'futures/1d/SILVER/SILVER_20240300').imported_from).toMatchObject([{ tool: 'python' }]);
    expect(readManifest(cwd, 'futures/1d/GOLD/GOLD_20240400').imported_from).toMatchObject([{ tool: 'bc-utils' }]);
  });

  it('that have ended count as complete too', async () => {
    const cwd = temporaryFolder();
    put(cwd, { 'GOLD_20240400.csv': `${HEAD}2024-01-02 23:00:00,1,2,1,2,3\n2024-04-26 23:00:00,1,2,1,2,3\n` });
    await adopt(cwd);
    expect(readManifest(cwd, 'futures/1d/GOLD/GOLD_20240400')).toMatchObject({
      coverage: [['2023-05-01', '2024-04-30']],
      inferred: true,
    });
  });
});
