import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../support/folder.ts';
import { standIn } from '../support/stand-in.ts';
import { night, weekdaysFrom } from './nights.ts';
import type { Night } from './nights.ts';

const [LATE, UNTIL] = ['2026-08-28', '2026-09-09'];
/** The last one keeps the day that the others lack. */
const TICKERS = ['SPY', 'QQQ', 'KO', 'T0001'];
const NIGHTS = weekdaysFrom('2026-08-24', '2026-09-11');

const COUNTED = 'vortex: 3 suspect dates in 3 series; vortex status lists them';

const manifest = z.looseObject({ suspect: z.array(z.looseObject({ stamp: z.string() })).optional() });

/** Whether the manifest of a series holds the late date as suspect. */
function isSuspect(data: string, ticker: string): boolean {
  const text = readFileSync(join(data, `.vortex/series/stocks/1d/${ticker}.json`), 'utf8');
  const { suspect = [] } = manifest.parse(JSON.parse(text));
  return suspect.some(({ stamp }) => stamp === LATE);
}

interface Watched extends Night {
  readonly suspects: readonly string[];
}

async function watch(faults: string): Promise<{ readonly nights: readonly Watched[]; readonly data: string }> {
  const sandbox = await standIn(`${NIGHTS[0] ?? LATE}T23:45:00Z`);
  const data = join(temporaryFolder(), 'data');
  const args = ['download', ...TICKERS.map((ticker) => `stock:${ticker}`), '--start', '2026-01-02', '-o', data];
  const nights: Watched[] = [];
  for (const date of NIGHTS) {
    const seen = await night(sandbox, date, args, { faults });
    nights.push({ ...seen, suspects: TICKERS.filter((ticker) => isSuspect(data, ticker)) });
  }
  return { nights, data };
}

it('a day that three of four tickers lack until 8 September is suspect at once, told on the second night, and heals by itself', async () => {
  const quiet = await watch('');
  const { nights, data } = await watch(`yahoo:lost-day=${LATE}@${UNTIL}`);
  const without = TICKERS.slice(0, 3);
  const during = NIGHTS.filter((date) => date >= LATE && date < UNTIL);
  expect(nights.filter(({ suspects }) => suspects.length > 0).map(({ date, suspects }) => [date, suspects])).toEqual(
    during.map((date) => [date, without]),
  );
  const byName =
    `vortex: suspect: no bar of ${LATE} (yahoo) though one is due, in stocks/1d/KO, stocks/1d/QQQ, stocks/1d/SPY; ` +
    'vortex asks again each night';
  expect(nights.flatMap(({ date, lines }) => lines.map((line) => [date, line]))).toEqual([
    ['2026-08-31', byName],
    ...during.slice(2).map((date) => [date, COUNTED]),
  ]);
  expect(nights.map(({ code }) => code)).toEqual(NIGHTS.map(() => 0));
  expect(nights.map(({ requests }) => requests)).toEqual(quiet.nights.map(({ requests }) => requests));
  expect(quiet.nights.flatMap(({ lines }) => lines)).toEqual([]);
  const has = TICKERS.filter((ticker) =>
    readFileSync(join(data, `stocks/1d/${ticker}.csv`), 'utf8').includes(`\n${LATE},`),
  );
  expect(has).toEqual(TICKERS);
}, 60_000);
