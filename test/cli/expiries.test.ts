import { join } from 'node:path';
import { expect, it } from 'vitest';
import { csvRows, identities, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const APRIL = 'futures/1d/GOLD/GOLD_20240400';
const WISH = ['GCJ24', 'GCM24', '--start', '2024-03-01', '--json', '-o', 'data'];

it('a contract ends with its true expiry, once TWS has told it: not asked again in the rest of the month, anywhere', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-04-25T06:00:00Z');
  const run = async (command: string, now: string, provider = 'ibkr') => {
    await sandbox.change({ now });
    return vortex([command, ...WISH, '-p', provider, '--now', now], { cwd, env: sandbox.env });
  };
  // The sandbox lets a contract expire on the third last trade date of its month: 26 April 2024.
  const live = readReport((await run('download', '2024-04-25T06:00:00Z')).stdout);
  expect(resultOf(live, APRIL)).toMatchObject({ outcome: 'updated', last: '2024-04-24' });
  const last = readReport((await run('download', '2024-04-27T06:00:00Z')).stdout);
  expect(resultOf(last, APRIL)).toMatchObject({ outcome: 'updated', added: 2, last: '2024-04-26' });
  const truth = await sandbox.truth('future/GCJ24?period=1d&from=2024-03-01&to=2024-05-01');
  expect(csvRows(join(cwd, `data/${APRIL}.csv`)).map((row) => row['Datetime'])).toEqual(truth.map(({ time }) => time));

  const before = identities(join(cwd, 'data/futures/1d/GOLD'));
  const planned = await run('plan', '2024-04-30T06:00:00Z');
  expect(JSON.parse(planned.stdout)).toMatchObject({
    jobs: [{ series: 'futures/1d/GOLD/GOLD_20240600' }],
    totals: { unchanged: 1 },
  });
  const later = readReport((await run('download', '2024-04-30T06:00:00Z')).stdout);
  expect(resultOf(later, APRIL)).toMatchObject({ outcome: 'unchanged', error: null });
  // The contract and the last days of the one that is live.
  expect(later.requests).toBe(2);
  expect(identities(join(cwd, 'data/futures/1d/GOLD'))[`${APRIL.split('/').at(-1) ?? ''}.csv`]).toEqual(
    before[`${APRIL.split('/').at(-1) ?? ''}.csv`],
  );
  const elsewhere = readReport((await run('download', '2024-05-20T06:00:00Z', 'yahoo,ibkr')).stdout);
  expect(resultOf(elsewhere, APRIL)).toMatchObject({ outcome: 'unchanged', error: null });

  const resolve = ['instruments', 'resolve', 'GOLD', '--start', '2024-04-01', '--end', '2024-05-31', '--json'];
  const known = await vortex([...resolve, '-o', 'data', '--now', '2024-05-20T06:00:00Z'], { cwd });
  expect(JSON.parse(known.stdout)).toMatchObject({
    contracts: [
      { symbol: 'GCJ24', from: '2024-04-01', to: '2024-04-26', expires: '2024-04-26' },
      { symbol: 'GCM24', to: '2024-05-20', expires: '2024-06-26' },
      { symbol: 'GCQ24', to: '2024-05-20' },
      { symbol: 'GCV24' },
      { symbol: 'GCZ24' },
      { symbol: 'GCG25' },
      { symbol: 'GCJ25' },
    ],
  });
});
