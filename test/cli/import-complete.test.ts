import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../support/folder.ts';
import { adopt, HEADER, put, readManifest } from '../support/foreign.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import { NO_RECORDINGS, recordedFolder } from '../support/recorded.ts';

/** Long after the contracts of these tests. */
const NOW = '2025-10-18';
const plans = z.looseObject({
  jobs: z.array(z.looseObject({ series: z.string(), from: z.string(), to: z.string() })),
});

/** The jobs of a plan: series, first and last day. */
async function planned(cwd: string, args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await vortex(['plan', ...args, '--json', '--now', NOW], { cwd });
  expect(code, stderr).toBe(0);
  return plans.parse(JSON.parse(stdout)).jobs.map(({ series, from, to }) => `${series} ${from} ${to}`);
}

/** The contracts of the jobs, each once. */
const contracts = (jobs: readonly string[]): string[] => [
  ...new Set(jobs.map((job) => /_(\d{6})00 /.exec(job)?.[1] ?? job)),
];

/** Files of bc-utils that hold a first and a last day. */
function files(market: string, lives: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(lives).map(([month, dates]) => [
      `Day_${market}_${month}00.csv`,
      HEADER + dates.map((date) => `${date},1,2,1,2,5\n`).join(''),
    ]),
  );
}

const MARCH = ['CORN', '-p', 'barchart', '--start', '2023-03-13', '--end', '2023-03-31'];

describe('a contract whose bars reach to its end', () => {
  it('is complete for its whole life: the plan asks for the others of its market only', async () => {
    const cwd = temporaryFolder();
    put(cwd, files('CORN', { '202303': ['2022-04-01', '2023-03-14'] }));
    const { stderr } = await adopt(cwd);
    expect(stderr).toContain('1 contract has ended and counts as complete');
    expect(readManifest(cwd, 'futures/1d/CORN/CORN_20230300')).toMatchObject({
      coverage: [['2022-03-31', '2023-03-31']],
      inferred: true,
    });
    expect(contracts(await planned(cwd, MARCH))).toEqual(['202312', '202309', '202307', '202305']);
    expect(contracts(await planned(cwd, [...MARCH, '--force']))).toContain('202303');
  });

  it('is asked for once more with --force, and what has been proven then is no longer inferred', async () => {
    const cwd = temporaryFolder();
    put(cwd, files('GOLD', { '202404': ['2024-01-02', '2024-04-26'] }));
    await adopt(cwd, ['--provider', 'sandbox']);
    const key = 'futures/1d/GOLD/GOLD_20240400';
    expect(readManifest(cwd, key)['inferred']).toBe(true);
    const sandbox = await standIn(`${NOW}T00:00:00Z`);
    const longer = await vortex(['download', 'GCJ24', '-p', 'sandbox', '--now', NOW], {
      cwd,
      env: { ...sandbox.env, VORTEX_DAYS_COUNT: '400' },
    });
    expect(longer.code, longer.stderr).toBe(0);
    // One year is 2023-05-01 to 2024-04-30; the longer life begins 35 days earlier.
    expect(readManifest(cwd, key)).toMatchObject({ coverage: [['2023-03-27', '2024-04-30']], inferred: true });
    const forced = await vortex(['download', 'GCJ24', '-p', 'sandbox', '--force', '--now', NOW], {
      cwd,
      env: sandbox.env,
    });
    expect(forced.code, forced.stderr).toBe(0);
    expect(readManifest(cwd, key)['inferred']).toBeUndefined();
    expect(await planned(cwd, ['GCJ24', '-p', 'sandbox'])).toEqual([]);
  });

  it('is complete too where it begins late, because its trading began late', async () => {
    const cwd = temporaryFolder();
    put(cwd, files('CORN', { '202303': ['2023-02-01', '2023-03-14'] }));
    await adopt(cwd);
    expect(await planned(cwd, ['ZCH23', '-p', 'barchart'])).toEqual([]);
  });

  it('may have left two months before its month, where the rule of its exchange says so', async () => {
    const cwd = temporaryFolder();
    // ICE: the last session two months before the month; 61 days before the end of the month.
    put(cwd, files('BRENT_W', { '202406': ['2023-08-01', '2024-04-30'], '202407': ['2023-08-01', '2024-05-15'] }));
    await adopt(cwd);
    expect(await planned(cwd, ['CBM24', '-p', 'barchart'])).toEqual([]);
    expect(contracts(await planned(cwd, ['CBN24', '-p', 'barchart']))).toEqual(['202407']);
  });

  it('has a month that is over: a live one is asked for', async () => {
    const cwd = temporaryFolder();
    put(cwd, files('CORN', { '202512': ['2024-12-31', '2025-10-10'] }));
    await vortex(['import', 'old', '--now', NOW], { cwd });
    expect(contracts(await planned(cwd, ['ZCZ25', '-p', 'barchart']))).toEqual(['202512']);
  });
});

describe('a contract whose bars end too early', () => {
  it('is asked for: five months, and 46 days before the end of its month', async () => {
    const cwd = temporaryFolder();
    put(cwd, {
      ...files('CORN', { '202303': ['2022-04-01', '2022-10-14'] }),
      ...files('STEEL', { '202303': ['2022-04-01', '2023-02-14'], '202305': ['2022-06-01', '2023-04-15'] }),
    });
    await adopt(cwd);
    expect(contracts(await planned(cwd, ['ZCH23', '-p', 'barchart']))).toEqual(['202303']);
    // 2023-02-14 is 45 days before March 31, 2023-04-15 is 46 days before May 31.
    expect(await planned(cwd, ['HVH23', '-p', 'barchart'])).toEqual([]);
    expect(contracts(await planned(cwd, ['HVK23', '-p', 'barchart']))).toEqual(['202305']);
  });

  const STEEL = {
    '202301': ['2022-04-01', '2023-01-25'],
    '202302': ['2022-04-01', '2023-02-22'],
    '202304': ['2022-04-01', '2023-04-25'],
  };

  it('is told by three other dead contracts of its market: more than five days off their median', async () => {
    const cwd = temporaryFolder();
    // The others end 6, 6 and 5 days before their months do.
    put(
      cwd,
      files('STEEL', {
        ...STEEL,
        '202305': ['2022-06-01', '2023-05-20'],
        '202306': ['2022-07-01', '2023-06-18'],
      }),
    );
    await adopt(cwd);
    expect(await planned(cwd, ['HVK23', '-p', 'barchart'])).toEqual([]);
    expect(contracts(await planned(cwd, ['HVM23', '-p', 'barchart']))).toEqual(['202306']);
  });

  it('is told by the dead contracts that were stored before, and two of them do not tell', async () => {
    for (const [months, asked] of [
      [['202301', '202302'], []],
      [['202301', '202302', '202304'], ['202306']],
    ] as const) {
      const cwd = temporaryFolder();
      put(cwd, files('STEEL', Object.fromEntries(months.map((month) => [month, STEEL[month]]))));
      await adopt(cwd);
      const late = temporaryFolder();
      put(late, files('STEEL', { '202306': ['2022-07-01', '2023-06-18'] }));
      await vortex(['import', `${late}/old`, '--now', NOW], { cwd });
      expect(contracts(await planned(cwd, ['HVM23', '-p', 'barchart']))).toEqual(asked);
    }
  });

  it('counts as complete where it reaches its last trade date, whatever the others say', async () => {
    const cwd = temporaryFolder();
    const cut = { '202303': '2023-02-20', '202305': '2023-04-20', '202307': '2023-06-20' };
    const short = Object.entries(cut).map(([month, last]) => [month, ['2022-06-01', last]] as const);
    put(cwd, files('CORN', { ...Object.fromEntries(short), '202309': ['2022-10-03', '2023-09-14'] }));
    await adopt(cwd);
    expect(await planned(cwd, ['ZCU23', '-p', 'barchart'])).toEqual([]);
  });
});

describe.skipIf(NO_RECORDINGS !== undefined)('real files of bc-utils', () => {
  it('that are complete are never planned again, market by market; those cut short and the live ones are', async () => {
    const cwd = temporaryFolder();
    const folder = recordedFolder('barchart-contracts');
    await vortex(['import', folder, '--now', NOW], { cwd });
    const found = readdirSync(folder).map((file) => /^(Day|Hour)_(.+)_(\d{6})00\.csv$/.exec(file) ?? []);
    const asked: string[] = [];
    for (const [size, period] of [
      ['Day', '1d'],
      ['Hour', '1h'],
    ] as const) {
      const files = found.filter(([, prefix]) => prefix === size);
      const markets = [...new Set(files.map(([, , market = '']) => `future:${market}`))];
      const jobs = await planned(cwd, [...markets, '-p', 'barchart', '--period', period, '--start', '1978-01-01']);
      const series = new Set(jobs.map((job) => job.split(' ')[0]));
      for (const [, , market = '', month = ''] of files) {
        if (series.has(`futures/${period}/${market}/${market}_${month}00`)) asked.push(`${period} ${market} ${month}`);
      }
    }
    const stored = await planned(cwd, ['--stored']);
    const names = stored.map((job) => /^futures\/(\w+)\/\S+\/(\S+)_(\d{6})00 /.exec(job)?.slice(1).join(' '));
    expect([...new Set(names)].sort()).toEqual(asked.sort());
    expect(asked).toEqual([
      '1d AUD 202403',
      '1d CORN 202603',
      '1d CRUDE_W_micro 202605',
      '1d EUR_micro 202506',
      '1d V2X 202507',
      '1h AUD 202403',
      '1h EUR_micro 202506',
      '1h GOLD_micro 202512',
      '1h V2X 202507',
    ]);
  });
});
