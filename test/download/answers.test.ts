import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Bars } from '../../src/market/bars.ts';
import type { Period } from '../../src/market/period.ts';
import { seriesOf } from '../../src/market/series.ts';
import type { BarRequest, ProviderSession } from '../../src/providers/provider.ts';
import { bar, table } from '../market/rows.ts';
import { contents, csvRows, temporaryFolder } from '../support/folder.ts';
import { bars, coveredDays, SPY, stock, storeOf } from '../store/workspace.ts';
import { day, days, fault, good, JANUARY, job, nothing, run } from './workspace.ts';
import { session, wholeRun } from './whole-run.ts';

const [QQQ, KO] = [stock('QQQ'), stock('KO')];
const MINUTE = 60_000;
const spy = (period: Period) => seriesOf({ class: 'stock', id: 'SPY', code: 'SPY' }, undefined, period);
const source = { symbol: 'SPY', timezone: 'America/New_York' };
const at = (...stamps: string[]): Bars => table(stamps.map((stamp) => bar(Date.parse(stamp), 1, 2, 0.5, 1.5)));
const changed = (rows: Record<number, number>): Bars => {
  const fresh = bars(31);
  for (const [row, close] of Object.entries(rows)) fresh.close[Number(row)] = close;
  return fresh;
};
const log = (root: string): string[] =>
  readFileSync(join(root, '.vortex/revisions/stocks/1d/SPY.csv'), 'utf8').trimEnd().split('\n').slice(1);

async function january(): Promise<string> {
  const root = temporaryFolder();
  await run(root, [job(root, SPY)], (range) => good(range));
  return root;
}

describe('bars on the grid of another clock', () => {
  const hourly = spy('1h');
  const hour = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });
  const FIRST = hour('2024-01-02T14:00:00Z', '2024-01-02T17:00:00Z');
  const NEXT = hour('2024-01-02T17:00:00Z', '2024-01-03T20:00:00Z');
  const answer = (...stamps: string[]) => ({ bars: at(...stamps), dropped: {}, source });

  it.each([
    ['the full hour in two sessions', ['2024-01-02T17:00:00Z', '2024-01-03T18:00:00Z'], 'failed'],
    ['the full hour in one session', ['2024-01-02T17:00:00Z', '2024-01-02T18:00:00Z'], 'updated'],
    ['the same minute', ['2024-01-02T17:30:00Z', '2024-01-02T18:30:00Z'], 'updated'],
    ['the same minute and, after a break, the full hour', ['2024-01-02T17:30:00Z', '2024-01-02T19:00:00Z'], 'updated'],
  ] as const)('begin at %s: they are %3$s', async (_, stamps, outcome) => {
    const root = temporaryFolder();
    const jobs = [job(root, hourly, { requests: [FIRST] })];
    await run(root, jobs, () => answer('2024-01-02T14:30:00Z', '2024-01-02T15:30:00Z'));
    const before = contents(root);
    const ran = await run(root, [job(root, hourly, { requests: [NEXT], reason: 'update' })], () => answer(...stamps));
    expect(ran.results[0]?.outcome).toBe(outcome);
    const stored = csvRows(join(root, 'stocks/1h/SPY.csv')).map(({ Datetime }) => Datetime);
    if (outcome === 'failed') {
      expect([ran.codes, contents(root)]).toEqual([[3], before]);
      expect(ran.results[0]?.error?.code).toBe('identity-changed');
      expect(ran.results[0]?.error?.message).toMatch(/minute 0, the stored ones at 30.*vortex series rename/);
      expect(storeOf(root).read(hourly).stored.coverage).toEqual([FIRST]);
    } else {
      expect(stored).toEqual(['2024-01-02T14:30:00Z', '2024-01-02T15:30:00Z', ...stamps]);
      expect(storeOf(root).read(hourly).stored.coverage).toEqual([{ from: FIRST.from, to: NEXT.to }]);
    }
  });
});

describe('what the source says of its session', () => {
  const closesAt = Date.parse('2024-01-31T21:00:00Z');
  const word = { tradeDate: day('2024-01-31'), closesAt };

  it.each([
    ['a quarter of an hour after the close', 15 * MINUTE, 31],
    ['a moment before that', 15 * MINUTE - 1, 30],
    ['before the close', -MINUTE, 30],
  ])('makes the bar of the day final %s', async (_, after, expected) => {
    const root = temporaryFolder();
    const answer = { ...good(JANUARY), source: { ...source, session: word } };
    const ran = await run(root, [job(root, SPY)], () => answer, { now: closesAt + after });
    expect(ran.results[0]?.added).toBe(expected);
    expect(coveredDays(storeOf(root))).toBe(expected);
  });

  // 31 January 2024 is a Wednesday, 26 January a Friday.
  it.each([
    ['1wk', '2024-01-31', ['2024-01-15', '2024-01-22'], '2024-01-28'],
    ['1wk', '2024-01-26', ['2024-01-15'], '2024-01-21'],
    ['1mo', '2024-01-31', ['2023-12-01'], '2023-12-31'],
  ] as const)('holds back the bar of %s while %s is open', async (period, open, expected, covered) => {
    const root = temporaryFolder();
    const series = spy(period);
    const stamps = period === '1wk' ? ['2024-01-15', '2024-01-22', '2024-01-29'] : ['2023-12-01', '2024-01-01'];
    const all = at(...stamps.filter((stamp) => stamp <= open));
    const range = days(stamps[0] ?? '', '2024-02-04');
    const opened = { tradeDate: day(open), closesAt: day(open) + 21 * 60 * MINUTE };
    const answer = { bars: all, dropped: {}, source: { ...source, session: opened } };
    const jobs = [job(root, series, { requests: [range] })];
    await run(root, jobs, () => answer, { now: day(open) + 15 * 60 * MINUTE });
    expect(csvRows(join(root, `${series.key}.csv`)).map(({ Datetime }) => Datetime)).toEqual(expected);
    expect(storeOf(root).read(series).stored.coverage).toEqual([days(stamps[0] ?? '', covered)]);
  });
});

describe('what a later answer says of stored bars', () => {
  it('counts when a forced run gets all of it: corrections are stored, counted and logged', async () => {
    const root = await january();
    const forced = job(root, SPY, { reason: 'force' });
    const { results } = await run(root, [forced], (range) => good(range, changed({ 4: 99, 9: 98.5 })));
    expect(results).toMatchObject([{ outcome: 'updated', added: 0, revised: 2 }]);
    const rows = csvRows(join(root, 'stocks/1d/SPY.csv'));
    expect([rows.length, rows[4]?.['Close'], rows[9]?.['Close'], rows[5]?.['Close']]).toEqual([
      31,
      '99',
      '98.5',
      '105',
    ]);
    expect(log(root).map((line) => line.split(',').slice(2).join())).toEqual([
      '2024-01-05,price,Close,104,99',
      '2024-01-10,price,Close,109,98.5',
    ]);
    expect(coveredDays(storeOf(root))).toBe(31);
  });

  it('never drops one that it lacks, nor a value that it has no value for', async () => {
    const root = await january();
    const before = readFileSync(join(root, 'stocks/1d/SPY.csv'), 'utf8');
    const fresh = bars(31);
    fresh.volume.fill(Number.NaN);
    const answer = table(
      Array.from(fresh.time, (time, row) => {
        const close = fresh.close[row] ?? Number.NaN;
        return bar(time, close, close, close, close, Number.NaN);
      }).filter((_, row) => row !== 10),
    );
    const { results } = await run(root, [job(root, SPY, { reason: 'force' })], () => good(JANUARY, answer));
    expect(results).toMatchObject([{ outcome: 'unchanged', added: 0, revised: 0 }]);
    expect(readFileSync(join(root, 'stocks/1d/SPY.csv'), 'utf8')).toBe(before);
    // It is told once, however often the bar is asked for again.
    await run(root, [job(root, SPY, { reason: 'force' })], () => good(JANUARY, answer));
    expect(log(root).map((line) => line.split(',').slice(2).join())).toEqual(['2024-01-11,vanished,,,']);
  });

  it('brings a contract to life that was said not to exist', async () => {
    const root = temporaryFolder();
    const absent = fault('no-such-symbol', 'skip-series');
    await run(root, [job(root, SPY, { suggested: true })], () => absent);
    await run(root, [job(root, SPY, { suggested: true })], (range) => good(range));
    const { absent: still, rows } = storeOf(root).read(SPY).stored;
    expect([still, rows]).toEqual([undefined, 31]);
  });
});

describe('several requests for one series', () => {
  const THREE = [days('2024-01-01', '2024-01-10'), days('2024-01-11', '2024-01-20'), days('2024-01-21', '2024-01-31')];

  it('add up what they dropped and what is in doubt; days without a bar inside an answer are known to be empty', async () => {
    const root = temporaryFolder();
    const few = bars(31);
    few.open[25] = 1000;
    const answers = [
      { ...good(days('2024-01-03', '2024-01-05')), dropped: { 'null-close': 2, 'duplicate-time': 1 } as const },
      nothing(),
      { ...good(days('2024-01-26', '2024-01-27'), few), dropped: { 'null-close': 3 } as const, undecided: 2 },
    ];
    const { results } = await wholeRun(root, { jobs: [job(root, SPY, { requests: THREE })] }, () =>
      Promise.resolve(session(answers)),
    );
    expect(results).toMatchObject([
      { added: 5, dropped: 6, droppedReasons: { 'null-close': 5, 'duplicate-time': 1 }, flagged: 3 },
    ]);
    expect(storeOf(root).read(SPY).stored.coverage).toEqual([JANUARY]);
  });
});

describe('the sessions of a run', () => {
  it('are opened once each, told everything of the series, and ended once, whatever happens', async () => {
    const root = temporaryFolder();
    const asked: BarRequest[] = [];
    const happened: string[] = [];
    const open = (id: string): Promise<ProviderSession> => {
      happened.push(`open ${id}`);
      return Promise.resolve({
        fetchBars: (request: BarRequest) => {
          asked.push(request);
          if (id === 'b') return Promise.reject(fault('refused', 'stop-provider'));
          return Promise.resolve(good(request.range));
        },
        close: () => {
          happened.push(`close ${id}`);
          return Promise.resolve();
        },
      });
    };
    const life = { from: day('2023-05-01'), to: day('2024-05-01') };
    const contract = { year: 2024, month: 4, letter: 'J', symbol: 'GCJ24', life };
    const gold = seriesOf({ class: 'future', id: 'GOLD', code: 'GC' }, contract, '1d');
    const jobs = [
      job(root, gold),
      job(root, QQQ, { provider: 'b' }),
      job(root, KO, { provider: 'b' }),
      job(root, SPY, { provider: 'a' }),
    ];
    const { results } = await wholeRun(root, { jobs }, open, { extendedHours: true });
    expect(happened).toEqual(['open a', 'open b', 'close a', 'close b']);
    expect(results.map(({ symbol, outcome }) => `${symbol} ${outcome}`)).toEqual([
      'GCJ24 updated',
      'KO postponed',
      'QQQ postponed',
      'SPY updated',
    ]);
    expect(asked.map(({ job: key }) => key)).toEqual([
      'futures/1d/GOLD/GOLD_20240400',
      'stocks/1d/QQQ',
      'stocks/1d/SPY',
    ]);
    expect(asked[0]).toEqual({
      instrument: { class: 'future', id: 'GOLD', code: 'GC' },
      contract,
      period: '1d',
      range: JANUARY,
      extendedHours: true,
      job: 'futures/1d/GOLD/GOLD_20240400',
    });
    expect(asked[1]).not.toHaveProperty('contract');
  });
});
