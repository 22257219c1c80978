import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';

const DAY = 86_400_000;
/** Both changes of the clocks in New York and in London, two dividends of SPY, the split of AAPL, eleven holidays. */
const [FIRST, LAST] = ['2023-10-26', '2024-06-20'];
const START = '2023-10-02';
const ASKED = ['stock:SPY', 'stock:AAPL', 'EURUSD', 'BTC-USD', 'future:GCM24'];

const audited = z.looseObject({ findings: z.array(z.looseObject({ severity: z.string(), kind: z.string() })) });

interface Kept {
  readonly key: string;
  readonly truth: string;
  readonly period: '1d' | '1h';
  /** Days after which a bar is final: the source ends a day of futures at midnight of New York. */
  readonly lag?: number;
}

const KEPT: readonly Kept[] = [
  { key: 'stocks/1d/SPY', truth: 'stock/SPY', period: '1d' },
  { key: 'stocks/1h/SPY', truth: 'stock/SPY', period: '1h' },
  { key: 'stocks/1d/AAPL', truth: 'stock/AAPL', period: '1d' },
  { key: 'stocks/1h/AAPL', truth: 'stock/AAPL', period: '1h' },
  { key: 'forex/1d/EURUSD', truth: 'forex/EURUSD', period: '1d' },
  { key: 'forex/1h/EURUSD', truth: 'forex/EURUSD', period: '1h' },
  { key: 'stocks/1d/BTC-USD', truth: 'stock/BTC-USD', period: '1d' },
  { key: 'futures/1d/GOLD/GOLD_20240600', truth: 'future/GCM24', period: '1d', lag: 1 },
];

/** What happens in a night beside what happens in every one. */
const NIGHTS: Readonly<Record<string, string>> = {
  // Late corrections of prices and volumes; the night after, the source takes them back.
  '2023-11-15': 'yahoo:revise-late=1',
  '2024-02-14': 'yahoo:revise-late=1',
  // Three nights without an answer.
  '2023-12-12': 'yahoo:429=1@7200',
  '2023-12-13': 'yahoo:429=1@7200',
  '2023-12-14': 'yahoo:429=1@7200',
  // The source has lost its last week.
  '2024-01-22': 'yahoo:lost-week=1',
  '2024-01-23': 'yahoo:lost-week=1',
  '2024-01-24': 'yahoo:lost-week=1',
  '2024-01-25': 'yahoo:lost-week=1',
  '2024-01-26': 'yahoo:lost-week=1',
};

type Rows = ReadonlyMap<string, readonly string[]>;

function readRows(path: string): Rows {
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
  return new Map(lines.map((line) => [line.split(',')[0] ?? '', line.split(',').slice(1)]));
}

const COLUMNS = ['Open', 'High', 'Low', 'Close', 'Volume', 'Adj Close', 'Dividends', 'Stock Splits'];

/** What a night changed of bars that were there before, as the log of revisions has it: stamp, column, old, new. */
function changesBetween(before: Rows, after: Rows): string[] {
  const changes: string[] = [];
  for (const [stamp, old] of before) {
    const fresh = after.get(stamp) ?? [];
    old.forEach((value, index) => {
      if (value !== fresh[index]) changes.push([stamp, COLUMNS[index], value, fresh[index]].join());
    });
  }
  return changes.sort();
}

interface Revision {
  readonly kind: string;
  readonly text: string;
}

/** Lines of a log of revisions: Seen,Run,Datetime,Kind,Column,Old,New. */
function revisionsOf(data: string, key: string): Revision[] {
  const path = join(data, '.vortex/revisions', `${key}.csv`);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
  return lines.map((line) => {
    const [, , stamp = '', kind = '', ...rest] = line.split(',');
    return { kind, text: [stamp, ...rest].join() };
  });
}

const nightsBetween = (from: string, to: string): string[] => {
  const nights: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY) {
    const weekday = new Date(at).getUTCDay();
    if (weekday > 0 && weekday < 6) nights.push(new Date(at).toISOString().slice(0, 10));
  }
  return nights;
};

async function expectTruth(
  sandbox: StandIn,
  data: string,
  { key, truth, period, lag = 0 }: Kept,
  now: string,
): Promise<number> {
  const instant = period === '1d' ? '' : 'T00:00:00Z';
  const until = new Date(Date.parse(now) + DAY - lag * DAY).toISOString().slice(0, 10);
  const bars = await sandbox.truth(`${truth}?period=${period}&from=${START}${instant}&to=${until}${instant}`);
  const expected = bars.map(({ time, open, high, low, close, volume }) => [time, open, high, low, close, volume]);
  const found = [...readRows(join(data, `${key}.csv`))].map(([time, values]) => [
    time,
    ...values.slice(0, 5).map(Number),
  ]);
  expect([key, found.length]).toEqual([key, expected.length]);
  expect(found.map((row) => row.join())).toEqual(expected.map((row) => row.join()));
  return found.length;
}

it('240 days, a run every other night: the files are the truth bar for bar, and the log holds what was changed and nothing else', async () => {
  const sandbox = await standIn(`${FIRST}T23:45:00Z`);
  const cwd = temporaryFolder();
  const data = join(cwd, 'data');
  // Every other night, as of a machine that is not always on, and those in which something happens, with the one after.
  const all = nightsBetween(FIRST, LAST);
  const nights = all.filter(
    (night, index) => index % 2 === 0 || night === LAST || [night, all[index - 1]].some((each = '') => each in NIGHTS),
  );
  const codes: Record<string, number | null> = {};
  let [logged, rebased] = [0, 0];
  let expectedCount = 0;
  for (const night of nights) {
    const now = `${night}T23:45:00Z`;
    await sandbox.change({ now, faults: NIGHTS[night] ?? '' });
    const before = KEPT.map(({ key }) => [readRows(join(data, `${key}.csv`)), revisionsOf(data, key).length] as const);
    const args = ['download', ...ASKED, '--period', '1d,1h', '--start', START, '-o', 'data', '--now', now];
    // What the source corrects behind the overlap is not seen, so it is longer in the night that takes corrections back.
    const overlap = NIGHTS[night]?.includes('revise') === true ? '5' : '100';
    const { code, stderr } = await vortex(args, { cwd, env: { ...sandbox.env, VORTEX_OVERLAP_BARS: overlap } });
    expect([night, stderr]).toEqual([night, expect.not.stringContaining('internal')]);
    codes[night] = code;
    KEPT.forEach(({ key }, index) => {
      const [rows, known] = before[index] ?? [new Map(), 0];
      const fresh = revisionsOf(data, key).slice(known);
      const isRebase = fresh.some(({ kind }) => kind === 'rebase');
      if (isRebase) rebased += 1;
      const values = fresh.filter(({ kind }) => kind !== 'vanished' && kind !== 'rebase');
      logged += values.length;
      const changes = changesBetween(rows, readRows(join(data, `${key}.csv`)));
      expectedCount += isRebase ? values.length : changes.length;
      if (!isRebase) expect([night, key, values.map(({ text }) => text).sort()]).toEqual([night, key, changes]);
    });
  }
  const failed = Object.entries(codes).filter(([, code]) => code !== 0);
  expect(failed).toEqual([
    ...Object.entries(NIGHTS)
      .filter(([, fault]) => fault.includes('429'))
      .map(([night]) => [night, 3]),
    // The last bar of BTC-USD is of 17 January: on the night of the 23rd it is five due dates behind, the 18th to the 22nd.
    ...['2024-01-23', '2024-01-24', '2024-01-25', '2024-01-26'].map((night) => [night, 3]),
  ]);
  expect(logged).toBe(expectedCount);
  let bars = 0;
  for (const kept of KEPT) bars += await expectTruth(sandbox, data, kept, `${nights.at(-1) ?? LAST}T23:45:00Z`);
  const audit = await vortex(['verify', '-o', 'data', '--now', `${LAST}T23:45:00Z`, '--json'], { cwd });
  const { findings } = audited.parse(JSON.parse(audit.stdout));
  expect([audit.code, findings.filter(({ severity }) => severity === 'error')]).toEqual([0, []]);
  expect(statSync(join(data, 'stocks/1d/SPY.csv')).size).toBeGreaterThan(1000);
  expect(readdirSync(join(data, '.vortex')).includes('quarantine')).toBe(false);
  process.stderr.write(
    `${nights.length} nights, ${bars} bars, ${logged} revised values, ${rebased} changes of basis\n`,
  );
}, 900_000);
