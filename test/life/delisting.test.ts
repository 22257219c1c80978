import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { standIn } from '../support/stand-in.ts';
import { night, weekdaysFrom } from './nights.ts';
import type { Night } from './nights.ts';

const TICKERS = ['SPY', 'QQQ', 'KO', 'GONE'];
const NIGHTS = weekdaysFrom('2024-10-07', '2024-12-06');
/** GONE trades for the last time on Friday 18 October; the 25th session after that is 22 November, with Monday's run behind. */
const [GONE_FROM, PRESUMED] = ['2024-10-21', '2024-11-25'];

it('a share that is delisted fails for 25 sessions, is told once as ended, and is asked for weekly; a holiday that no table knows is one question', async () => {
  const sandbox = await standIn(`${NIGHTS[0] ?? ''}T23:45:00Z`);
  const data = join(temporaryFolder(), 'data');
  const args = ['download', ...TICKERS.map((ticker) => `stock:${ticker}`), '--start', '2024-01-02', '-o', data];
  // All four lack that Wednesday for good.
  const faults = 'yahoo:lost-day=2024-10-09@2099-01-01';
  const nights: Night[] = [];
  for (const date of NIGHTS) nights.push(await night(sandbox, date, args, { faults }));
  const failing = NIGHTS.filter((date) => date >= GONE_FROM && date < PRESUMED);
  expect(nights.filter(({ code }) => code !== 0).map(({ date }) => date)).toEqual(failing);
  const told = nights.flatMap(({ date, lines }) =>
    lines.map((line) => `${date} ${line.replace('vortex: ', '').slice(0, 38)}`),
  );
  expect(told).toEqual([
    '2024-10-09 XNYS 2024-10-09: holiday? No series of',
    ...failing.flatMap((date) => [
      ...(date === '2024-11-08' ? ['2024-11-08 3 suspect dates count as days without '] : []),
      `${date} failed: no such symbol at yahoo: GONE `,
    ]),
    `${PRESUMED} stocks/1d/GONE seems to have ended; it`,
  ]);
  const after = nights.filter(({ date }) => date > PRESUMED).map(({ date, requests }) => [date, requests]);
  expect(after).toEqual(after.map(([date]) => [date, date === '2024-12-02' ? 4 : 3]));
}, 120_000);
