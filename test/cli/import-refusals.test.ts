import { readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { adopt, daily, GOLD, HEADER, NOW, put, readManifest } from '../support/foreign.ts';
import { vortex } from '../support/program.ts';

describe('bars that nobody can vouch for', () => {
  it('a bad row is dropped with its reason, and its day is suspect, as after a download', async () => {
    const cwd = temporaryFolder();
    const text = daily(['2024-01-05', '2024-01-02', '2024-01-03', '2024-01-04', '2024-01-02']);
    // The second row of 2 January has another volume than the first.
    const odd = `${text.replace(',99,1,3,', ',0,1,3,').trimEnd()}1\n`;
    put(cwd, { 'Day_GOLD_20240400.csv': `\uFEFF${odd.replaceAll('\n', '\r\n')}` });
    const { code, rows, stderr } = await adopt(cwd);
    expect(code).toBe(0);
    expect(rows).toMatchObject([
      { added: 3, dropped: 2, droppedReasons: { 'high-below-low': 1, 'duplicate-time': 1 }, unsorted: 5 },
    ]);
    expect(stderr).toContain('2 bad rows dropped: ');
    expect(stderr).toContain('1 high below low');
    expect(stderr).toContain('1 replaced by a second row for the same time');
    expect(readManifest(cwd, GOLD)).toMatchObject({
      coverage: [['2024-01-02', '2024-01-05']],
      suspect: [{ stamp: '2024-01-03', answered: ['2026-11-01'] }],
    });
    const plan = ['plan', 'GCJ24', '-p', 'barchart', '--start', '2024-01-02', '--end', '2024-01-05', '--json'];
    expect(JSON.parse((await vortex([...plan, '--now', NOW], { cwd })).stdout)).toMatchObject({ jobs: [] });
  });

  it('a suspect day of one file is data once another file has its bar; a bad row of a Sunday is not due', async () => {
    const cwd = temporaryFolder();
    const bad = (date: string): string => `${date},1,1,2,1,5\n`;
    const good = (date: string): string => `${date},1,2,1,1,5\n`;
    const file = 'futures/1d/GOLD/GOLD_20240400.csv';
    put(cwd, { [file]: HEADER + good('2024-01-05') + bad('2024-01-07') + bad('2024-01-08') + good('2024-01-09') });
    await adopt(cwd);
    expect(readManifest(cwd, GOLD)['suspect']).toMatchObject([{ stamp: '2024-01-08' }]);
    put(cwd, { [file]: HEADER + good('2024-01-05') + good('2024-01-08') + good('2024-01-09') });
    await adopt(cwd);
    expect(readManifest(cwd, GOLD)['suspect']).toBeUndefined();
  });

  it('the bar whose session was not over when the file was written, or is not at --now, is left out', async () => {
    // Thursday, 4 January 2024: the session of gold closes at 16:00 in Chicago, 22:00 UTC.
    const text = daily(['2024-01-02', '2024-01-03', '2024-01-04']);
    const last = async (writtenAt: string, args: readonly string[] = [], sidecar?: string) => {
      const cwd = temporaryFolder();
      const path = 'futures/1d/GOLD/GOLD_20240400.csv';
      put(cwd, { [path]: text, ...(sidecar === undefined ? {} : { [`${path}.json`]: sidecar }) }, writtenAt);
      const { rows } = await adopt(cwd, args);
      return [rows[0]?.last, rows[0]?.unfinished];
    };
    expect(await last('2024-01-04T21:00:00Z')).toEqual(['2024-01-03', 1]);
    expect(await last('2024-01-04T22:15:00Z')).toEqual(['2024-01-04', 0]);
    expect(await last(NOW, ['--now', '2024-01-04T21:00:00Z'])).toEqual(['2024-01-03', 1]);
    expect(await last(NOW, [], '{"created_date":"2024-01-04T21:00:00.5"}')).toEqual(['2024-01-03', 1]);
    // A time before the bars is none: the copy lost it.
    expect(await last('1980-01-01T00:00:00Z')).toEqual(['2024-01-04', 0]);
  });
});

describe('folders and files that are none', () => {
  it('a file that cannot be read is named, the others are adopted: 3', async () => {
    const cwd = temporaryFolder();
    put(cwd, {
      'Day_GOLD_20240400.csv': daily(['2024-01-02']),
      'Day_GOLD_20240600.csv': '',
      'Day_GOLD_20240800.csv': HEADER,
      'Hour_GOLD_20240800.csv': `${HEADER}1970-01-01T06:00:00+0000,0,0,0,0,0\n1970-01-01T06:00:00+0000,0,0,0,0,0\n`,
      'Day_GOLD_20241000.csv': '<html>login</html>',
      'Day_GOLD_20241200.csv': `${HEADER}x,y,z\n`,
    });
    const { code, rows } = await adopt(cwd);
    expect(code).toBe(3);
    expect(rows.map(({ file, outcome, reason }) => [file, outcome, reason])).toEqual([
      ['Day_GOLD_20240400.csv', 'imported', null],
      ['Day_GOLD_20240600.csv', 'skipped', 'it is empty'],
      ['Day_GOLD_20240800.csv', 'skipped', 'it has no bars'],
      ['Day_GOLD_20241000.csv', 'skipped', expect.stringContaining('no header')],
      ['Day_GOLD_20241200.csv', 'skipped', 'none of its rows is good'],
      ['Hour_GOLD_20240800.csv', 'skipped', 'it has no bars'],
    ]);
    expect(dataFiles(join(cwd, 'data'))).toEqual([`${GOLD}.csv`]);
  });

  it('a sidecar that speaks against the name of its file keeps the bars out: 3', async () => {
    const cwd = temporaryFolder();
    put(cwd, {
      [`${GOLD}.csv`]: daily(['2024-01-02']),
      [`${GOLD}.csv.json`]: '{"symbol":"GC=F","data_provider":"YahooFinance"}',
      'stocks/1d/SPY.csv': daily(['2024-01-02']),
      'stocks/1d/SPY.csv.json': '{"period":"1M"}',
    });
    const { code, rows } = await adopt(cwd);
    expect(code).toBe(3);
    expect(rows.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('GC=F, which is a front month'),
      expect.stringContaining('its bars are 1M'),
    ]);
    expect(dataFiles(cwd).filter((path) => path.startsWith('data/futures'))).toEqual([]);
  });

  it('files without bars are no fault: 0', async () => {
    const cwd = temporaryFolder();
    put(cwd, { 'Day_GOLD_20240800.csv': HEADER });
    expect((await adopt(cwd)).code).toBe(0);
  });

  it('what is not known by its name is named and left alone; links are not followed; no name leads out', async () => {
    const cwd = temporaryFolder();
    put(cwd, {
      'Day_GOLD_20240400.csv': daily(['2024-01-02']),
      '5Minutes_GOLD_20240400.csv': daily(['2024-01-02']),
      'notes.txt': 'mine',
      'Day_.._20240400.csv': daily(['2024-01-02']),
      'stocks/1d/a..b.csv': daily(['2024-01-02']),
      'stocks/1d/%2E%2E%2Fout.csv': daily(['2024-01-02']),
      'elsewhere/SPY.txt': 'x',
    });
    writeFileSync(join(cwd, 'secret.csv'), daily(['2024-01-02']));
    symlinkSync(join(cwd, 'secret.csv'), join(cwd, 'old/Day_GOLD_20240600.csv'));
    const { code, rows, left, stderr } = await adopt(cwd);
    expect(code).toBe(3);
    expect(rows.filter(({ outcome }) => outcome !== 'skipped').map(({ file }) => file)).toEqual([
      'Day_GOLD_20240400.csv',
    ]);
    expect(rows).toHaveLength(4);
    expect(left.map(({ file }) => file).sort()).toEqual([
      '5Minutes_GOLD_20240400.csv',
      'Day_GOLD_20240600.csv',
      'elsewhere/SPY.txt',
      'notes.txt',
    ]);
    expect(stderr).toContain('5Minutes_GOLD_20240400.csv: left alone: its name tells no bar size');
    expect(dataFiles(join(cwd, 'data'))).toEqual([`${GOLD}.csv`]);
    expect(readdirSync(cwd).sort()).toEqual(['data', 'old', 'secret.csv']);
  });

  it('no folder, nothing known in it, the data folder itself, one of ours, an unknown provider: 2', async () => {
    const cwd = temporaryFolder();
    put(cwd, { 'notes.csv': 'a,b\n1,2\n' });
    const told = async (...args: string[]) => {
      const { code, stderr } = await vortex(['import', ...args], { cwd });
      expect({ args, code }).toEqual({ args, code: 2 });
      return stderr;
    };
    expect(await told('nowhere')).toContain('nowhere is no folder');
    expect(await told('old/notes.csv')).toContain('is no folder');
    expect(await told('old')).toContain('nothing that is known');
    expect(await told('old', '-o', 'old')).toContain('the data folder itself');
    expect(await told('old', '--provider', 'bloomberg')).toContain('bloomberg is no provider');
    expect(everythingIn(cwd)).toEqual(['old/', 'old/notes.csv']);
    put(cwd, { 'Day_GOLD_20240400.csv': daily(['2024-01-02']) });
    await adopt(cwd);
    expect(await told('data', '-o', 'other')).toContain('data folder of Vortex already');
  });

  it('a data folder inside the folder that is adopted is passed over', async () => {
    const cwd = temporaryFolder();
    put(cwd, { 'Day_GOLD_20240400.csv': daily(['2024-01-02']) });
    const inside = ['-o', 'old/data'];
    expect((await adopt(cwd, inside)).code).toBe(0);
    expect((await adopt(cwd, inside)).rows.map(({ file }) => file)).toEqual(['Day_GOLD_20240400.csv']);
    expect(statSync(join(cwd, 'old/data', `${GOLD}.csv`)).isFile()).toBe(true);
  });
});
