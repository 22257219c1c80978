import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { csvRows, dataFiles, everythingIn, identities, temporaryFolder } from '../support/folder.ts';
import { adopt, closes, daily, GOLD, HEADER, NOW, put, readManifest, report } from '../support/foreign.ts';
import { start, vortex } from '../support/program.ts';
import { NO_RECORDINGS, recordedFolder } from '../support/recorded.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

if (NO_RECORDINGS !== undefined) console.warn(NO_RECORDINGS);

describe.skipIf(NO_RECORDINGS !== undefined)('real files of bc-utils', () => {
  it('every row of every file is in the data folder with the same prices, and nothing else', async () => {
    const folder = recordedFolder('barchart-contracts');
    const files = readdirSync(folder).sort();
    expect(files.length).toBeGreaterThan(10);
    const originals = identities(folder);
    const cwd = temporaryFolder();
    const args = ['import', folder, '--json', '--now', NOW];
    const { code, stdout, stderr } = await vortex(args, { cwd });
    expect(code).toBe(0);
    const { series, left } = report.parse(JSON.parse(stdout));
    expect(left).toEqual([]);
    expect(series.map(({ file, outcome }) => `${file} ${outcome}`)).toEqual(files.map((file) => `${file} imported`));
    const { length } = files;
    expect(stderr).toMatch(
      new RegExp(`^${length} files: ${length} imported; [\\d,]+ bars added, 1 bad row dropped; 0 requests$`, 'm'),
    );

    const chicago = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Chicago', dateStyle: 'short' });
    for (const file of files) {
      const [, size = '', id = '', month = ''] = /^(Day|Hour)_(.+)_(\d{8})\.csv$/.exec(file) ?? [];
      const key = `futures/${size === 'Day' ? '1d' : '1h'}/${id}/${id}_${month}`;
      const all = csvRows(join(folder, file));
      // One row of all these files is bad: SONIA3 traded on 2023-10-12, with a high below its low.
      const theirs = all.filter((row) => Number(row['High']) >= Number(row['Low']) || row['Volume'] === '0');
      expect(all.length - theirs.length).toBe(id === 'SONIA3' ? 1 : 0);
      const ours = csvRows(join(cwd, 'data', `${key}.csv`));
      const stamp = (text: string): string => {
        const instant = Date.parse(text.replace('+0000', 'Z'));
        return size === 'Day' ? chicago.format(instant) : new Date(instant).toISOString().replace('.000Z', 'Z');
      };
      expect(ours.map((row) => row['Datetime'])).toEqual(theirs.map((row) => stamp(row['Time'] ?? '')));
      for (const column of ['Open', 'High', 'Low', 'Close', 'Volume']) {
        expect(ours.map((row) => Number(row[column]))).toEqual(theirs.map((row) => Number(row[column])));
      }
      const { provider, coverage, imported_from } = readManifest(cwd, key);
      expect(provider).toBe('barchart');
      expect(coverage).toHaveLength(1);
      const [[from, to] = ['', '']] = coverage;
      expect(from <= (ours[0]?.['Datetime'] ?? '') && to >= (ours.at(-1)?.['Datetime'] ?? '')).toBe(true);
      expect(imported_from).toEqual([
        expect.objectContaining({ file: `barchart-contracts/${file}`, tool: 'bc-utils', bars: theirs.length }),
      ]);
    }
    expect(dataFiles(join(cwd, 'data'))).toHaveLength(files.length);
    expect(identities(folder)).toEqual(originals);

    const before = identities(join(cwd, 'data'));
    const again = report.parse(JSON.parse((await vortex(args, { cwd })).stdout));
    expect(new Set(again.series.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']));
    expect(identities(join(cwd, 'data'))).toEqual(before);
  });

  it('a market that nobody knows is adopted under its name, and said with the nearest', async () => {
    const cwd = temporaryFolder();
    const real = readFileSync(join(recordedFolder('barchart-contracts'), 'Day_CRUDE_W_micro_20231200.csv'), 'utf8');
    put(cwd, { 'Day_CRUDE_W_nano_20231200.csv': real });
    const { code, stdout, stderr } = await vortex(['import', 'old', '--now', NOW], { cwd });
    expect(stderr).toMatch(/CRUDE_W_nano: no futures market of .*nearest: CRUDE_W.*adopted under that name/);
    expect(stdout).toMatch(/^1 files: 1 imported; 246 bars added/m);
    expect(code).toBe(0);
    const audit = await vortex(['verify', '--now', NOW], { cwd });
    expect([audit.code, audit.stdout]).toEqual([0, '1 series checked: nothing is wrong\n']);
  });

  it('the plan asks nothing of what is covered, and what is not covered it asks', async () => {
    const cwd = temporaryFolder();
    await vortex(['import', recordedFolder('barchart-contracts'), '--provider', 'sandbox', '--now', NOW], { cwd });
    const plan = async (start: string, end: string) => {
      const args = ['plan', 'A6H24', '-p', 'sandbox', '--start', start, '--end', end, '--json', '--now', NOW];
      const { code, stdout } = await vortex(args, { cwd });
      expect(code).toBe(0);
      return z
        .looseObject({ jobs: z.array(z.looseObject({ from: z.string(), to: z.string() })) })
        .parse(JSON.parse(stdout)).jobs;
    };
    expect(await plan('2023-10-17', '2024-01-31')).toEqual([]);
    expect(await plan('2023-12-01', '2023-12-31')).toEqual([]);
    expect(await plan('2023-10-10', '2024-01-31')).toMatchObject([{ from: '2023-10-10', to: '2023-10-16' }]);
  });

  it('a series from Barchart is not asked of another source, and counts as complete where it is covered', async () => {
    const cwd = temporaryFolder();
    await vortex(['import', recordedFolder('barchart-contracts'), '--now', NOW], { cwd });
    const args = ['plan', 'A6H24', '-p', 'sandbox', '--start', '2023-10-17', '--json', '--now', NOW, '--end'];
    const covered = await vortex([...args, '2024-01-31'], { cwd });
    expect([covered.code, JSON.parse(covered.stdout)]).toMatchObject([0, { jobs: [], totals: { unchanged: 1 } }]);
    const beyond = await vortex([...args, '2024-02-15'], { cwd });
    expect(beyond.code).toBe(3);
    expect(beyond.stderr).toContain('bound to barchart');
  });
});

describe('files of the older tool', () => {
  const SPY =
    'DATETIME,Open,High,Low,Close,Volume,Dividends,Stock Splits,Repaired?\n' +
    '2025-07-07T04:00:00+0000,212.67999267578125,216.22999572753906,208.8000030517578,209.9499969482422,50229000,0.0,0.0,False\n' +
    '2025-07-08T04:00:00+0000,210.10000610351562,211.42999267578125,208.4499969482422,210.00999450683594,42848900,0.25,0.0,False\n';

  it('are adopted with their provider, period and symbol; its float32 is undone where the source is Yahoo', async () => {
    const cwd = temporaryFolder();
    put(cwd, {
      'stocks/1d/SPY.csv': SPY,
      'stocks/1d/SPY.csv.json': '{"symbol":"SPY","period":"1d","data_provider":"YahooFinance"}',
      'forex/1h/EURUSD.csv': 'DATETIME,Close,Open\n2024-01-02T05:00:00+0000,1.1,1.2\n',
      'futures/1M/GOLD/GOLD_20240400.csv': daily(['2024-01-02', '2024-02-01']),
      'futures/1d/GOLD/GOLD_20240400.csv': daily(['2024-01-02', '2024-01-03']),
      'futures/1d/GOLD/GOLD_20240400.csv.json': '{ torn',
    });
    const { code, rows, left, stderr } = await adopt(cwd);
    expect(code).toBe(0);
    expect(rows.map(({ series, outcome, provider }) => [series, outcome, provider])).toEqual([
      ['forex/1h/EURUSD', 'imported', 'barchart'],
      ['futures/1mo/GOLD/GOLD_20240400', 'imported', 'barchart'],
      [GOLD, 'imported', 'barchart'],
      ['stocks/1d/SPY', 'imported', 'yahoo'],
    ]);
    expect(left).toEqual([]);
    expect(stderr).toContain('GOLD_20240400.csv.json: the sidecar cannot be read');
    expect(readFileSync(join(cwd, 'data/stocks/1d/SPY.csv'), 'utf8')).toBe(
      'Datetime,Open,High,Low,Close,Volume,Dividends,Stock Splits\n' +
        '2025-07-07,212.68,216.23,208.8,209.95,50229000,0,0\n' +
        '2025-07-08,210.1,211.43,208.45,210.01,42848900,0.25,0\n',
    );
    expect(readFileSync(join(cwd, 'data/forex/1h/EURUSD.csv'), 'utf8')).toBe(
      'Datetime,Open,High,Low,Close,Volume\n2024-01-02T05:00:00Z,1.2,,,1.1,\n',
    );
    expect(closes(cwd, 'futures/1mo/GOLD/GOLD_20240400.csv')).toEqual(['2024-01-01 2', '2024-02-01 1']);
    expect(readManifest(cwd, 'stocks/1d/SPY')).toMatchObject({
      provider: 'yahoo',
      source_symbol: 'SPY',
      coverage: [['2025-07-07', '2025-07-08']],
      imported_from: [{ file: 'old/stocks/1d/SPY.csv', tool: 'python', bars: 2 }],
    });
  });

  it('the next download goes on from there: it asks what is missing, keeps the bars and where they came from', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn('2024-07-05T12:00:00Z');
    const truth = await sandbox.truth('future/GCQ24?period=1d&from=2024-05-01&to=2024-06-01');
    const rows = truth.map(
      ({ time, open, high, low, close, volume }) =>
        `${time.slice(0, 10)}T05:00:00+0000,${open},${high},${low},${close},${volume}\n`,
    );
    put(cwd, { 'Day_GOLD_20240800.csv': HEADER + rows.join('') }, '2024-07-01T00:00:00Z');
    expect((await adopt(cwd, ['--provider', 'yahoo'])).code).toBe(0);
    const args = ['GCQ24', '-p', 'yahoo', '--start', '2024-05-01', '--json', '--now', '2024-07-05T12:00:00Z'];
    const { code, stdout } = await vortex(['download', ...args], { cwd, env: sandbox.env });
    expect(code).toBe(0);
    const key = 'futures/1d/GOLD/GOLD_20240800';
    const all = await sandbox.truth('future/GCQ24?period=1d&from=2024-05-01&to=2024-07-05');
    expect(resultOf(readReport(stdout), key)).toMatchObject({ added: all.length - truth.length, revised: 0 });
    expect(csvRows(join(cwd, 'data', `${key}.csv`)).map((row) => Number(row['Close']))).toEqual(
      all.map(({ close }) => close),
    );
    expect(readManifest(cwd, key).imported_from).toMatchObject([{ bars: truth.length }]);
  });
});

describe('what is in the folder already', () => {
  it('stays: bars that it lacks are added, differences are told, formats follow the settings', async () => {
    const cwd = temporaryFolder();
    put(cwd, { 'Day_GOLD_20240400.csv': daily(['2024-01-02', '2024-01-03', '2024-01-05']) });
    await adopt(cwd);
    const other = daily(['2024-01-03', '2024-01-04', '2024-01-05', '2024-01-08']).replace(',5,5\n', ',55,5\n');
    put(cwd, { 'Day_GOLD_20240400.csv': other });
    const { code, rows, stderr } = await adopt(cwd);
    expect(code).toBe(0);
    expect(rows).toMatchObject([{ outcome: 'merged', added: 2, differs: 1 }]);
    expect(stderr).toContain('2024-01-05 Close 5 in the folder, 55 in the file');
    expect(closes(cwd, `${GOLD}.csv`)).toEqual(
      ['02 2', '03 3', '04 4', '05 5', '08 8'].map((text) => `2024-01-${text}`),
    );
    expect(readManifest(cwd, GOLD)).toMatchObject({
      coverage: [['2024-01-02', '2024-01-08']],
      imported_from: [{ bars: 3 }, { bars: 2 }],
    });
    expect((await adopt(cwd)).rows).toMatchObject([{ outcome: 'unchanged', added: 0, differs: 1 }]);
  });

  it('two files of one series in one folder are joined, the first one wins', async () => {
    const cwd = temporaryFolder();
    put(cwd, {
      'Day_GOLD_20240400.csv': daily(['2024-01-02', '2024-01-03']),
      [`${GOLD}.csv`]: daily(['2024-01-03', '2024-01-04']),
    });
    expect((await adopt(cwd)).rows).toMatchObject([{ outcome: 'imported' }, { outcome: 'merged', added: 1 }]);
    expect(closes(cwd, `${GOLD}.csv`)).toEqual(['2024-01-02 2', '2024-01-03 3', '2024-01-04 4']);
    expect((await adopt(cwd)).rows).toMatchObject([{ outcome: 'unchanged' }, { outcome: 'unchanged' }]);
  });

  it('is never mixed with bars of another source, or of another basis', async () => {
    const cwd = temporaryFolder();
    const dates = ['2024-01-02', '2024-01-03', '2024-01-04'];
    put(cwd, { 'Day_GOLD_20240400.csv': daily(dates) });
    await adopt(cwd);
    const before = identities(join(cwd, 'data'));
    const foreign = await adopt(cwd, ['--provider', 'yahoo']);
    expect([foreign.code, foreign.rows[0]?.reason]).toEqual([3, expect.stringContaining('from barchart')]);
    const rows = [...dates, '2024-01-05'].map(
      (date) => `${date}T06:00:00+0000,100,9900,100,${Number(date.slice(-2)) * 100},5\n`,
    );
    put(cwd, { 'Day_GOLD_20240400.csv': HEADER + rows.join('') });
    const cents = await adopt(cwd);
    expect([cents.code, cents.rows[0]?.reason]).toEqual([3, expect.stringContaining('factor 100')]);
    expect(identities(join(cwd, 'data'))).toEqual(before);
  });

  it('a dry run says the same and writes nothing', async () => {
    const cwd = temporaryFolder();
    put(cwd, { 'Day_GOLD_20240400.csv': daily(['2024-01-02']) });
    const { code, rows } = await adopt(cwd, ['--dry-run']);
    expect([code, rows[0]?.outcome]).toEqual([0, 'imported']);
    expect(everythingIn(cwd)).not.toContain('data/');
  });

  it('a folder that another run holds is left alone: 6', async () => {
    const cwd = temporaryFolder();
    put(cwd, { 'Day_GOLD_20240400.csv': daily(['2024-01-02']) });
    const sandbox = await standIn(NOW, 'yahoo:stall');
    const first = start(['download', 'SPY', '-p', 'yahoo', '--now', NOW], { cwd, env: sandbox.env });
    while ((await sandbox.requests()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await adopt(cwd)).code).toBe(6);
    first.child.kill('SIGTERM');
    await first.ended;
  });
});
