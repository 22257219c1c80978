import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataFiles, temporaryFolder } from '../support/folder.ts';
import { standIn } from '../support/stand-in.ts';
import { night, weekdaysFrom } from './nights.ts';
import type { Night } from './nights.ts';

/** LIFE_STOCKS=3000 walks a folder of that size by hand. */
const STOCKS = Number(process.env['LIFE_STOCKS'] ?? '300');
const PAIRS = ['EURUSD', 'GBPUSD', 'USDJPY', 'AUDUSD', 'NZDUSD', 'USDCHF', 'USDCAD', 'EURGBP', 'EURCHF', 'EURJPY'];
const MARKETS = ['future:GOLD', 'future:GAS_US', 'future:AUD'];
/** Juneteenth is among them; the June contracts end after them. */
const NIGHTS = weekdaysFrom('2024-06-12', '2024-06-26');

it('a large folder: a cold first run and ten quiet nights tell nothing, exit 0, and ask once a series', async () => {
  const sandbox = await standIn(`${NIGHTS[0] ?? ''}T23:45:00Z`);
  const folder = temporaryFolder();
  const [list, data] = [join(folder, 'symbols.txt'), join(folder, 'data')];
  const tickers = Array.from({ length: STOCKS }, (_, index) => `stock:T${String(index + 1).padStart(4, '0')}`);
  writeFileSync(list, [...tickers, ...PAIRS, ...MARKETS].join('\n'));
  const nights: Night[] = [];
  for (const date of NIGHTS) {
    nights.push(await night(sandbox, date, ['download', '--symbols-file', list, '--start', '2024-01-02', '-o', data]));
  }
  expect(nights.flatMap(({ date, lines }) => lines.map((line) => `${date} ${line}`))).toEqual([]);
  expect(nights.map(({ code }) => code)).toEqual(NIGHTS.map(() => 0));
  const series = dataFiles(data).filter((path) => /^(stocks|futures|forex)\/1d\/.*\.csv$/.test(path)).length;
  expect(series).toBeGreaterThan(STOCKS + PAIRS.length + MARKETS.length);
  // The plan without suspects: one request a series.
  expect(nights.slice(1).filter(({ requests }) => requests > series)).toEqual([]);
}, 600_000);
