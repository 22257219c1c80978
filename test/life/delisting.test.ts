import { expect, it } from 'vitest';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { standIn } from '../support/stand-in.ts';
import { night, weekdaysFrom } from './nights.ts';
import type { Night } from './nights.ts';

const TICKERS = ['SPY', 'QQQ', 'KO', 'GONE'];
const NIGHTS = weekdaysFrom('2024-10-07', '2024-12-06');

it('a share that is delisted, and a holiday that no table knows', async () => {
  const sandbox = await standIn(`${NIGHTS[0] ?? ''}T23:45:00Z`);
  const data = join(temporaryFolder(), 'data');
  const args = ['download', ...TICKERS.map((ticker) => `stock:${ticker}`), '--start', '2024-01-02', '-o', data];
  const nights: Night[] = [];
  // All four lack the Wednesday for good.
  for (const date of NIGHTS) nights.push(await night(sandbox, date, args, { faults: 'yahoo:lost-day=2024-10-09@2099-01-01' }));
  process.stderr.write(nights.map((n) => `${n.date} ${n.code} ${n.requests} ${n.lines.map((l) => l.slice(0, 200)).join('\n   ')}\n`).join(''));
  expect(nights.length).toBeGreaterThan(40);
}, 120_000);
