import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contents, temporaryFolder } from '../support/folder.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';
import { command, night, weekdaysFrom } from './nights.ts';
import type { Night } from './nights.ts';

/** Five exchanges: New York, London, the futures of CME, pairs, coins. LIFE=year walks the whole year. */
const FIRST = process.env['LIFE'] === 'year' ? '2024-03-01' : '2024-10-01';
const LAST = '2025-02-28';
const NIGHTS = weekdaysFrom(FIRST, LAST);
const START = '2024-01-02';
const STOCKS = ['SPY', 'QQQ', 'KO', 'T0001', 'OCDO.L', 'BTC-USD'];
const CONTRACTS = ['GCJ25', 'GCM25'];
const ASKED = [...STOCKS.map((key) => `stock:${key}`), 'EURUSD', ...CONTRACTS.map((key) => `future:${key}`)];

/** Lives from the end of August 2024 on. */
const LATEST = { from: '2024-09-02', ask: 'future:GCQ25' };

/** What is wrong at the source in some nights: from the first date on, up to and without the second. */
const TROUBLES: readonly (readonly [from: string, until: string, faults: string])[] = [
  ['2024-10-16', '2024-10-21', 'yahoo:lost-day=2024-10-16@2024-10-21'],
  ['2024-11-12', '2024-11-15', 'yahoo:lost-day=2024-11-12@2024-11-15'],
  ['2024-12-09', '2024-12-13', 'yahoo:lost-week=1'],
  ['2025-01-15', '2025-01-16', 'yahoo:identity=1@currency'],
  ['2025-01-22', '2025-01-28', 'yahoo:lost-day=2025-01-22@2025-01-28'],
];

const NEW_YORK = 'stocks/1d/KO, stocks/1d/QQQ, stocks/1d/SPY';
const A_NIGHT_BEHIND = 'futures/1d/GOLD/GOLD_20250600, futures/1d/GOLD/GOLD_20250800, stocks/1d/BTC-USD';
const OTHERS = 'forex/1d/EURUSD, stocks/1d/BTC-USD, stocks/1d/OCDO.L';

const none = (date: string, series: string): string =>
  `suspect: no bar of ${date} (yahoo) though one is due, in ${series}`;
const silent = (id: string, since: string, count: number): string =>
  `${id}: no series of this exchange has had a bar since ${since}, ${count} sessions in a row`;
const still = (count: number): string =>
  `failed: BTC-USD stands still: its last bar is of 2024-12-05, and yahoo has answered without a newer one since, for ${count} sessions`;
const changed = (series: string, was: string, is: string): string =>
  `failed: ${series}: the source now answers with another series: currency was ${was}, is ${is}`;

/**
 * What people are told in which night, written by hand. A late day: by name in the second night without it, then as a count.
 * Coins, pairs, London and trade dates of futures are final a night later. GCJ25, T0001, OCDO.L keep what others lose.
 */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  '2024-10-17': [none('2024-10-16', NEW_YORK)],
  '2024-10-18': [none('2024-10-16', A_NIGHT_BEHIND), '3 suspect dates in 3 series'],
  '2024-11-13': [none('2024-11-12', NEW_YORK)],
  '2024-11-14': [none('2024-11-12', A_NIGHT_BEHIND), '3 suspect dates in 3 series'],
  // From Monday on the week before is gone: Friday and the weekend for those a night behind, then a day more each night.
  '2024-12-09': [
    'CMES 2024-12-06: holiday?',
    'XNYS 2024-12-09: holiday?',
    'stale: stocks/1d/BTC-USD stand still, up to 3 sessions behind',
  ],
  '2024-12-10': [
    'CMES 2024-12-09: holiday?',
    'XNYS 2024-12-10: holiday?',
    'stale: stocks/1d/BTC-USD stand still, up to 4 sessions behind',
    none('2024-12-06', OTHERS),
    none('2024-12-07', 'stocks/1d/BTC-USD'),
    none('2024-12-08', 'stocks/1d/BTC-USD'),
  ],
  '2024-12-11': [
    silent('CMES', '2024-12-06', 3),
    silent('XNYS', '2024-12-09', 3),
    'stale: forex/1d/EURUSD, stocks/1d/OCDO.L stand still, up to 3 sessions behind',
    none('2024-12-09', OTHERS),
    '5 suspect dates in 3 series',
    still(5),
  ],
  '2024-12-12': [
    silent('CMES', '2024-12-06', 4),
    silent('XNYS', '2024-12-09', 4),
    'stale: forex/1d/EURUSD, stocks/1d/OCDO.L stand still, up to 4 sessions behind',
    none('2024-12-10', OTHERS),
    '8 suspect dates in 3 series',
    still(6),
  ],
  '2025-01-15': [
    changed('forex/1d/EURUSD', 'USD', 'GBp'),
    changed('futures/1d/GOLD/GOLD_20250400', 'USD', 'GBp'),
    changed('futures/1d/GOLD/GOLD_20250600', 'USD', 'GBp'),
    changed('futures/1d/GOLD/GOLD_20250800', 'USD', 'GBp'),
    changed('stocks/1d/BTC-USD', 'USD', 'GBp'),
    changed('stocks/1d/KO', 'USD', 'GBp'),
    changed('stocks/1d/OCDO.L', 'GBp', 'GBP'),
    changed('stocks/1d/QQQ', 'USD', 'GBp'),
    changed('stocks/1d/SPY', 'USD', 'GBp'),
    changed('stocks/1d/T0001', 'USD', 'GBp'),
  ],
  '2025-01-23': [none('2025-01-22', NEW_YORK)],
  '2025-01-24': [none('2025-01-22', A_NIGHT_BEHIND), '3 suspect dates in 3 series'],
  '2025-01-27': ['6 suspect dates in 6 series'],
};

/** What a line says, without the advice that follows. */
const gistOf = (line: string): string =>
  line.replace(/^vortex: /, '').split(/; (?!the)|\. Nothing| No series/)[0] ?? '';

interface Kept {
  readonly file: string;
  readonly truth: string;
  /** The last day whose bar is final in the last night: a day of London ends at its midnight. */
  readonly last: string;
}

const KEPT: readonly Kept[] = [
  ...['SPY', 'QQQ', 'KO', 'T0001'].map((key) => ({ file: `stocks/1d/${key}`, truth: `stock/${key}`, last: LAST })),
  ...['OCDO.L', 'BTC-USD'].map((key) => ({ file: `stocks/1d/${key}`, truth: `stock/${key}`, last: '2025-02-27' })),
  { file: 'forex/1d/EURUSD', truth: 'forex/EURUSD', last: '2025-02-27' },
  { file: 'futures/1d/GOLD/GOLD_20250400', truth: 'future/GCJ25', last: '2025-02-27' },
  { file: 'futures/1d/GOLD/GOLD_20250600', truth: 'future/GCM25', last: '2025-02-27' },
];

/** Bars of a file that differ from the truth, and bars of the truth that the file lacks. */
async function wrongBars(sandbox: StandIn, data: string, { file, truth, last }: Kept): Promise<string[]> {
  const until = new Date(Date.parse(last) + 86_400_000).toISOString().slice(0, 10);
  const bars = await sandbox.truth(`${truth}?period=1d&from=${START}&to=${until}`);
  const right = bars.map(({ time, open, high, low, close, volume }) => [time, open, high, low, close, volume].join());
  const lines = readFileSync(join(data, `${file}.csv`), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1);
  const found = lines.map((line) => {
    const [time, ...values] = line.split(',');
    return [time, ...values.slice(0, 5).map(Number)].join();
  });
  const [ours, theirs] = [new Set(found), new Set(right)];
  return [...found.filter((row) => !theirs.has(row)), ...right.filter((row) => !ours.has(row))].map(
    (row) => `${file} ${row}`,
  );
}

it('nights with holidays, late days, a lost week and another currency: what is told is the list made by hand, and no bar is wrong', async () => {
  const sandbox = await standIn(`${FIRST}T23:45:00Z`);
  const data = join(temporaryFolder(), 'data');
  const nights: Night[] = [];
  for (const date of NIGHTS) {
    const [, , faults = ''] = TROUBLES.find(([from, until]) => date >= from && date < until) ?? [];
    const asked = date < LATEST.from ? ASKED : [...ASKED, LATEST.ask];
    nights.push(await night(sandbox, date, ['download', ...asked, '--start', START, '-o', data], { faults }));
  }
  const told = nights.filter(({ lines }) => lines.length > 0).map(({ date, lines }) => [date, lines.map(gistOf)]);
  expect(Object.fromEntries(told)).toEqual(TOLD);
  expect(nights.filter(({ code }) => code !== 0).map(({ date, code }) => [date, code])).toEqual([
    ['2024-12-11', 3],
    ['2024-12-12', 3],
    ['2025-01-15', 3],
  ]);
  const wrong: string[] = [];
  for (const kept of KEPT) wrong.push(...(await wrongBars(sandbox, data, kept)));
  expect(wrong).toEqual([]);
  const before = contents(data);
  const rebuilt = await command(['rebuild', '-o', data, '--now', `${LAST}T23:50:00Z`, '--log-level', 'silent'], {});
  expect([rebuilt.code, rebuilt.stdout]).toEqual([0, expect.stringContaining('10 unchanged, 0 refused')]);
  expect(contents(data)).toEqual(before);
}, 300_000);
