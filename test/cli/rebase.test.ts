import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contents, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const WISH = ['download', 'AAPL', 'KO', '-p', 'yahoo', '--start', '2024-01-01', '--format', 'csv,parquet', '--json'];
const log = (folder: string, series: string): string[] =>
  readFileSync(join(folder, '.vortex/revisions', `${series}.csv`), 'utf8')
    .trimEnd()
    .split('\n');

it('after a split and after a dividend the files are those of a fresh download, and the log has one line for each', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-06-07T22:00:00Z');
  const run = async (folder: string, now: string): Promise<ReturnType<typeof readReport>> => {
    await sandbox.change({ now });
    const { stdout } = await vortex([...WISH, '-o', folder, '--now', now], { cwd, env: sandbox.env });
    return readReport(stdout);
  };
  // AAPL splits 4:1 on 10 June 2024, KO pays on 14 June.
  const days = ['2024-06-07', '2024-06-10', '2024-06-12', '2024-06-14', '2024-06-18'].map((day) => `${day}T22:00:00Z`);
  for (const now of days) {
    const report = await run('kept', now);
    expect(report).toMatchObject({ exitCode: 0, bars: { revised: 0 } });
    await run(`fresh-${now.slice(0, 10)}`, now);
    expect(contents(join(cwd, 'kept'))).toEqual(contents(join(cwd, `fresh-${now.slice(0, 10)}`)));
  }
  const split = log(join(cwd, 'kept'), 'stocks/1d/AAPL');
  expect(split.map((line) => line.split(',').slice(3, 5).join(' '))).toEqual([
    'Kind Column',
    'rebase Open High Low Close',
    'rebase Adj Close',
  ]);
  expect(Number(split[1]?.split('factor ')[1])).toBeCloseTo(0.25, 6);
  const dividend = log(join(cwd, 'kept'), 'stocks/1d/KO');
  expect(dividend.map((line) => line.split(',').slice(3, 5).join(' '))).toEqual(['Kind Column', 'rebase Adj Close']);
});

it('a split that cannot be fetched as a whole leaves the old basis untouched, and the next run makes up for it', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-06-07T22:00:00Z');
  const run = (now: string) => vortex([...WISH, '-o', 'd', '--now', now], { cwd, env: sandbox.env });
  await run('2024-06-07T22:00:00Z');
  const before = contents(join(cwd, 'd'));
  // The first two answers are good (the overlap of each series), every other one is refused.
  await sandbox.change({ now: '2024-06-12T22:00:00Z', faults: 'yahoo:after=2@500' });
  const broken = await run('2024-06-12T22:00:00Z');
  expect(broken.code).toBe(3);
  expect(contents(join(cwd, 'd'))['stocks/1d/AAPL.csv']).toBe(before['stocks/1d/AAPL.csv']);
  expect(existsSync(join(cwd, 'd/.vortex/revisions/stocks/1d/AAPL.csv'))).toBe(false);
  await sandbox.change({ faults: '' });
  const mended = await run('2024-06-12T22:00:00Z');
  expect(mended.code).toBe(0);
  await vortex([...WISH, '-o', 'fresh', '--now', '2024-06-12T22:00:00Z'], { cwd, env: sandbox.env });
  expect(contents(join(cwd, 'd'))).toEqual(contents(join(cwd, 'fresh')));
}, 60_000);

it('a correction is a revision: the newest value is in the file, the old one in the log', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-07-02T22:00:00Z');
  const run = async (now: string): Promise<ReturnType<typeof readReport>> => {
    await sandbox.change({ now });
    return readReport((await vortex([...WISH, '-o', 'd', '--now', now], { cwd, env: sandbox.env })).stdout);
  };
  await run('2024-07-02T22:00:00Z');
  const rowsBefore = readFileSync(join(cwd, 'd/stocks/1d/AAPL.csv'), 'utf8').split('\n');
  await sandbox.change({ faults: 'yahoo:revise' });
  const report = await run('2024-07-05T22:00:00Z');
  expect(report.bars.revised).toBeGreaterThan(0);
  const rows = readFileSync(join(cwd, 'd/stocks/1d/AAPL.csv'), 'utf8').split('\n');
  const [header = '', ...lines] = log(join(cwd, 'd'), 'stocks/1d/AAPL');
  const names = header.split(',');
  for (const line of lines) {
    const entry = Object.fromEntries(line.split(',').map((field, index) => [names[index] ?? '', field]));
    const column = (rowsBefore[0] ?? '').split(',').indexOf(entry['Column'] ?? '');
    const find = (all: string[]): string | undefined =>
      all.find((row) => row.startsWith(entry['Datetime'] ?? '?'))?.split(',')[column];
    expect([find(rowsBefore), find(rows)]).toEqual([entry['Old'], entry['New']]);
    expect(['price', 'volume']).toContain(entry['Kind']);
  }
  expect(lines.length).toBeGreaterThan(0);
});
