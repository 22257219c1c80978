import { join } from 'node:path';
import { expect, it } from 'vitest';
import { csvRows, identities, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const APRIL = 'futures/1d/GOLD/GOLD_20240400';
const ALIVE = '2024-04-26T06:00:00Z';
const GONE = '2024-04-30T06:00:00Z';

/** A folder with the contracts of gold as they were the day before one expired, and what runs later in it. */
async function folderOfGold() {
  const cwd = temporaryFolder();
  const sandbox = await standIn(ALIVE);
  const run = async (symbol: string, now: string, faults = '') => {
    await sandbox.change({ now, faults });
    const args = ['download', symbol, '-p', 'yahoo', '--start', '2024-03-01', '--json', '--log-level', 'silent'];
    return vortex([...args, '--now', now], { cwd, env: sandbox.env });
  };
  expect((await run('GOLD', ALIVE)).code).toBe(0);
  return { cwd, run };
}

it('a contract that has expired before its month is over is unservable at Yahoo: one line, exit 0, its bars stay', async () => {
  const { cwd, run } = await folderOfGold();
  const before = identities(join(cwd, 'data/futures/1d/GOLD'))['GOLD_20240400.csv'];
  const { code, stdout, stderr } = await run('GOLD', GONE);
  expect(code, stderr).toBe(0);
  expect(readReport(stdout)).toMatchObject({
    status: 'ok',
    series: { planned: 5, updated: 5, failed: 0, unservable: 1 },
  });
  expect(stderr.split('\n').filter((line) => line.includes('GCJ24'))).toEqual([
    `vortex: ${APRIL}: yahoo has no GCJ24 any more, as of contracts that have expired; its last bar is of 2024-04-25; counted as unservable`,
  ]);
  expect(identities(join(cwd, 'data/futures/1d/GOLD'))['GOLD_20240400.csv']).toEqual(before);
  expect(csvRows(join(cwd, `data/${APRIL}.csv`)).at(-1)?.['Datetime']).toBe('2024-04-25');
});

it('the same contract is a failure when it is named outright', async () => {
  const { run } = await folderOfGold();
  const { code, stdout } = await run('GCJ24', GONE);
  expect(code).toBe(3);
  expect(resultOf(readReport(stdout), APRIL)).toMatchObject({ outcome: 'failed', error: { code: 'no-such-symbol' } });
});

it('a contract that is dropped long before its delivery is a failure', async () => {
  const { run } = await folderOfGold();
  const { code, stdout } = await run('GOLD', GONE, 'yahoo:unlisted=1');
  expect(code).toBe(3);
  expect(resultOf(readReport(stdout), 'futures/1d/GOLD/GOLD_20240600').outcome).toBe('failed');
});

it('a contract that expires in the month before its delivery, as natural gas, is no failure for all the weeks in between', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-01-29T06:00:00Z');
  const key = 'futures/1d/GAS_US/GAS_US_20240200';
  const run = async (now: string) => {
    await sandbox.change({ now });
    const args = ['download', 'GAS_US', '-p', 'yahoo', '--start', '2024-01-02', '--json', '--now', now];
    return vortex(args, { cwd, env: sandbox.env });
  };
  expect((await run('2024-01-29T06:00:00Z')).code).toBe(0);
  // On the first night no later month has a newer bar yet.
  const first = await run('2024-01-31T06:00:00Z');
  expect(first.code, first.stderr).toBe(0);
  const report = readReport(first.stdout);
  expect(report.results.map(({ series }) => series)).not.toContain(key);
  expect(report.series).toMatchObject({ failed: 0 });
  expect(report.series.unservable).toBeGreaterThan(0);

  const second = await run('2024-02-20T06:00:00Z');
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toMatch(
    /GAS_US_20240200: yahoo has no NGG24 any more.*has ended; its last bar is of 2024-01-26/,
  );
  expect(resultOf(readReport(second.stdout), key)).toMatchObject({ outcome: 'unchanged', last: '2024-01-26' });
  const third = await run('2024-02-21T06:00:00Z');
  expect(third.code, third.stderr).toBe(0);
  expect(third.stderr).not.toMatch(/NGG24/);
  const { stdout } = await vortex(['status', key, '--json', '--now', '2024-02-21T06:00:00Z'], { cwd });
  expect(stdout).toMatch(/"state":\s*"ended"/);
  expect(csvRows(join(cwd, `data/${key}.csv`)).at(-1)?.['Datetime']).toBe('2024-01-26');
}, 60_000);
