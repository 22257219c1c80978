import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../support/folder.ts';
import { HEADER, put } from '../support/foreign.ts';
import { vortex } from '../support/program.ts';

const NOW = '2025-10-18';
const plans = z.looseObject({
  jobs: z.array(z.looseObject({ series: z.string(), provider: z.string(), from: z.string(), to: z.string() })),
});

/** The jobs of `plan --stored`: series, provider, first and last day. */
async function planned(cwd: string, args: readonly string[] = []) {
  const { code, stdout, stderr } = await vortex(['plan', '--stored', ...args, '--json', '--now', NOW], { cwd });
  const jobs = stdout === '' ? [] : plans.parse(JSON.parse(stdout)).jobs;
  return { code, stderr, jobs: jobs.map(({ series, provider, from, to }) => `${series} ${provider} ${from} ${to}`) };
}

const rows = (...dates: readonly string[]): string => HEADER + dates.map((date) => `${date},1,2,1,2,5\n`).join('');

/** A data folder with a live and a dead contract, one of a market that nobody knows, a stock and a pair. No settings. */
async function folder(): Promise<string> {
  const cwd = temporaryFolder();
  const sidecar = '{"data_provider":"yahoo"}';
  put(cwd, {
    'Day_CORN_20251200.csv': rows('2025-10-09', '2025-10-10'),
    'Day_CORN_20230300.csv': rows('2022-04-01', '2023-03-14'),
    'Day_ODD_20251200.csv': rows('2025-10-09', '2025-10-10'),
    'stocks/1d/SPY.csv': rows('2025-10-09', '2025-10-10'),
    'stocks/1d/SPY.csv.json': sidecar,
    'forex/1d/EURUSD.csv': rows('2025-10-09', '2025-10-10'),
    'forex/1d/EURUSD.csv.json': sidecar,
  });
  const { code, stderr } = await vortex(['import', 'old', '--now', NOW], { cwd });
  expect(code, stderr).toBe(0);
  return cwd;
}

const CORN = 'futures/1d/CORN/CORN_20251200 barchart 2025-10-09 2025-10-17';
/** Without a zone of its exchange a day is taken for over when it is over everywhere. */
const ODD = 'futures/1d/ODD/ODD_20251200 barchart 2025-10-09 2025-10-16';
const EURUSD = 'forex/1d/EURUSD yahoo 2025-10-09 2025-10-17';
const SPY = 'stocks/1d/SPY yahoo 2025-10-09 2025-10-17';

describe('what lies in the folder is planned without settings', () => {
  it('each series from its own provider and from its first bar on; a contract that has ended is not', async () => {
    const { code, jobs } = await planned(await folder());
    expect(code).toBe(0);
    expect(jobs.sort()).toEqual([EURUSD, CORN, ODD, SPY].sort());
  });

  it('narrowed by name, key, class, period, provider and days', async () => {
    const cwd = await folder();
    expect((await planned(cwd, ['CORN', 'SPY'])).jobs.sort()).toEqual([CORN, SPY]);
    expect((await planned(cwd, ['stocks/1d'])).jobs).toEqual([SPY]);
    expect((await planned(cwd, ['--class', 'forex'])).jobs).toEqual([EURUSD]);
    expect((await planned(cwd, ['--period', '1h'])).jobs).toEqual([]);
    const yahoo = await planned(cwd, ['-p', 'yahoo']);
    expect(yahoo.jobs.sort()).toEqual([EURUSD, SPY]);
    expect(yahoo.stderr).toContain('3 series are kept from other providers');
    expect((await planned(cwd, ['CORN', '--end', '2025-10-10'])).jobs).toEqual([]);
    expect((await planned(cwd, ['SPY', '--start', '2025-10-06', '--end', '2025-10-10'])).jobs).toEqual([
      'stocks/1d/SPY yahoo 2025-10-06 2025-10-08',
    ]);
  });

  it('a series that a person has ended is not asked for', async () => {
    const cwd = await folder();
    const path = join(cwd, 'data/.vortex/series/stocks/1d/SPY.json');
    const manifest = z.looseObject({}).parse(JSON.parse(readFileSync(path, 'utf8')));
    const ended = { kind: 'user', on: '2025-10-10', at: '2025-10-11T00:00:00Z' };
    writeFileSync(path, JSON.stringify({ ...manifest, ended }));
    const { jobs, stderr } = await planned(cwd, ['--class', 'stock']);
    expect(jobs).toEqual([]);
    expect(stderr).toContain('1 series has ended');
  });

  it('a name that no series has is refused: 3; a folder that is none: 2', async () => {
    const unknown = await planned(await folder(), ['SPY', 'QQQ']);
    expect([unknown.code, unknown.jobs]).toEqual([3, []]);
    expect(unknown.stderr).toContain('nothing is stored of QQQ');
    expect((await planned(temporaryFolder())).code).toBe(2);
  });

  it('is brought up to date by download, which asks no other provider', async () => {
    const cwd = temporaryFolder();
    put(cwd, { 'Day_GOLD_20251200.csv': rows('2025-10-09', '2025-10-10') });
    await vortex(['import', 'old', '--provider', 'sandbox', '--now', NOW], { cwd });
    const dry = await vortex(['download', '--stored', '--dry-run', '--json', '--now', NOW], { cwd });
    expect(plans.parse(JSON.parse(dry.stdout)).jobs).toMatchObject([
      { series: 'futures/1d/GOLD/GOLD_20251200', provider: 'sandbox' },
    ]);
  });
});
