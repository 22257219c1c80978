import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { bars, commit, coveredDays, manifest, SPY, stock, storeOf } from '../store/workspace.ts';
import { day, days, fault, good, job, JANUARY, nothing, run } from './workspace.ts';

const QQQ = stock('QQQ');
const THREE = ['2024-01-01', '2024-01-11', '2024-01-21'].map((from) => ({
  from: day(from),
  to: day(from) + 10 * 86_400_000,
}));

describe('a series', () => {
  it('is stored as soon as it is there, and what was asked is known', async () => {
    const root = temporaryFolder();
    const { results, codes } = await run(root, [job(root, SPY)], (range) => good(range));
    expect(results).toMatchObject([
      { outcome: 'updated', added: 31, first: '2024-01-01', last: '2024-01-31', error: null },
    ]);
    expect([codes, dataFiles(root), coveredDays(storeOf(root))]).toEqual([[], ['stocks/1d/SPY.csv'], 31]);
  });

  it('of which the source has no bar at all fails, and nothing is remembered', async () => {
    const root = temporaryFolder();
    const { results, codes } = await run(root, [job(root, SPY)], nothing);
    expect([results[0]?.error?.code, codes, dataFiles(root)]).toEqual(['no-bars', [3], []]);
    expect(coveredDays(storeOf(root))).toBe(0);
  });

  it('of which one request of three fails keeps what was answered before; the rest stays unknown', async () => {
    const root = temporaryFolder();
    const broken = fault('provider-fault', 'skip-series');
    const second = (range: { from: number }): boolean => range.from === THREE[1]?.from;
    const ran = await run(root, [job(root, SPY, { requests: THREE })], (range) =>
      second(range) ? broken : good(range),
    );
    expect(ran.results).toMatchObject([{ outcome: 'failed', added: 10, error: { code: 'provider-fault' } }]);
    expect([ran.codes, ran.asked.length]).toEqual([[3], 2]);
    expect(storeOf(root).read(SPY).stored.coverage).toEqual([THREE[0]]);
  });

  it('that is forced is all or nothing', async () => {
    const root = temporaryFolder();
    await commit(root, bars(31));
    const forced = job(root, SPY, { requests: THREE, reason: 'force' });
    const last = (range: { from: number }): boolean => range.from === THREE[2]?.from;
    const ran = await run(root, [forced], (range) =>
      last(range) ? fault('network', 'skip-series') : good(range, bars(31, 7)),
    );
    expect(ran.results).toMatchObject([{ outcome: 'failed', added: 0, revised: 0 }]);
    const store = storeOf(root);
    expect((await store.loadBars(store.read(SPY))).close).toEqual(bars(31).close);
  });

  it('loses its bars that are not final, by the word of the source, and is known up to them only', async () => {
    const root = temporaryFolder();
    const session = { tradeDate: day('2024-01-31'), closesAt: day('2099-01-01') };
    const ran = await run(root, [job(root, SPY)], (range) => ({ ...good(range), source: { symbol: 'X', session } }));
    expect(ran.results).toMatchObject([{ added: 30, last: '2024-01-30', leftOut: { unfinished: 1 }, dropped: 0 }]);
    expect(storeOf(root).read(SPY).stored.coverage).toEqual([days('2024-01-01', '2024-01-30')]);
  });

  it('that only a cycle suggested and nobody knows does not exist', async () => {
    const root = temporaryFolder();
    const unknown = fault('no-such-symbol', 'skip-series');
    const { results, codes } = await run(root, [job(root, SPY, { suggested: true })], () => unknown);
    expect([results[0]?.outcome, results[0]?.error, codes]).toEqual(['empty', null, []]);
    expect(storeOf(root).read(SPY).stored.absent).toMatchObject({ provider: 'a' });
  });

  it('that was named, or that has bars, has failed when nobody knows it, and loses nothing', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    const unknown = fault('no-such-symbol', 'skip-series');
    const jobs = [job(root, SPY, { suggested: true, reason: 'update' }), job(root, QQQ)];
    const { results, codes } = await run(root, jobs, () => unknown);
    expect(results.map(({ series, outcome }) => [series, outcome])).toEqual([
      ['stocks/1d/QQQ', 'failed'],
      ['stocks/1d/SPY', 'failed'],
    ]);
    expect(results[0]?.error?.message).toBe('no-such-symbol in a test; nearest: SPY');
    expect([codes, manifest(root).rows]).toEqual([[3, 3], 3]);
  });

  it('is not mixed of two day boundaries, nor of two intraday grids', async () => {
    const root = temporaryFolder();
    const from = (boundary: string) => (range: { from: number; to: number }) => ({
      ...good(range),
      source: { symbol: 'X', timezone: 'UTC', dayBoundary: boundary },
    });
    await run(root, [job(root, SPY, { requests: [days('2024-01-01', '2024-01-10')] })], from('UTC'));
    const later = job(root, SPY, { requests: [days('2024-01-11', '2024-01-31')], reason: 'update' });
    const { results, codes } = await run(root, [later], from('Europe/London'));
    expect([results[0]?.outcome, codes, manifest(root).rows]).toEqual(['failed', [3], 10]);
    expect(results[0]?.error?.message).toMatch(/the end of a day was UTC, is Europe\/London/);
  });
});

describe('a run', () => {
  const many = ['A', 'B', 'C', 'D', 'E', 'F'].map(stock);

  it('never has more series under way than it may', async () => {
    for (const concurrency of [1, 3]) {
      const root = temporaryFolder();
      const ran = await run(
        root,
        many.map((series) => job(root, series)),
        (range) => good(range),
        { concurrency },
      );
      expect(ran.atOnce).toBe(concurrency);
    }
  });

  it('tells of every series once, and how far it is', async () => {
    const root = temporaryFolder();
    const { progress, results } = await run(
      root,
      many.map((series) => job(root, series)),
      (range) => good(range),
    );
    expect(progress.map(({ done, total }) => [done, total])).toEqual(many.map((_, index) => [index + 1, 6]));
    expect(results.map(({ series }) => series)).toEqual(many.map(({ key }) => key));
  });

  it('skips a series that fails, and goes on', async () => {
    const root = temporaryFolder();
    const ran = await run(
      root,
      many.map((series) => job(root, series)),
      (range, { symbol }) => (symbol === 'B' ? fault('bad-answer', 'skip-series') : good(range)),
    );
    expect(ran.results.filter(({ outcome }) => outcome === 'failed').map(({ symbol }) => symbol)).toEqual(['B']);
    expect(dataFiles(root)).toHaveLength(5);
  });

  it.each([
    ['allowance-used', 'postponed', 5],
    ['request-limit', 'postponed', 5],
    ['refused', 'postponed', 4],
    ['bot-wall', 'postponed', 4],
    ['circuit-open', 'failed', 3],
  ] as const)('asks a provider no more after %s, and the series are %s', async (code, outcome, exitCode) => {
    const root = temporaryFolder();
    const jobs = many.map((series) => job(root, series));
    const ran = await run(root, jobs, () => fault(code, 'stop-provider'), { concurrency: 1 });
    expect(ran.asked).toHaveLength(1);
    expect(ran.results.map((result) => result.outcome)).toEqual(many.map(() => outcome));
    expect(new Set(ran.codes)).toEqual(new Set([exitCode]));
    expect(ran.warnings[0]).toMatch(/a is not asked any more in this run/);
  });

  it('that is interrupted has saved what was finished and postpones the rest', async () => {
    const root = temporaryFolder();
    const interruption = new AbortController();
    const answer = (range: { from: number; to: number }, series: { symbol: string }) => {
      if (series.symbol === 'C') {
        interruption.abort('SIGTERM');
        return fault('interrupted', 'abort-run');
      }
      return good(range);
    };
    const jobs = many.map((series) => job(root, series));
    const ran = await run(root, jobs, answer, { concurrency: 1 }, interruption.signal);
    expect(ran.results.map(({ outcome }) => outcome)).toEqual([
      'updated',
      'updated',
      'postponed',
      'postponed',
      'postponed',
      'postponed',
    ]);
    expect([dataFiles(root).length, new Set(ran.codes)]).toEqual([2, new Set([130])]);
    expect(everythingIn(root).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });

  it('stops at the first failure when it is told to, and calls nothing else a failure', async () => {
    const root = temporaryFolder();
    const jobs = many.map((series) => job(root, series));
    const answer = (range: { from: number; to: number }, { symbol }: { symbol: string }) =>
      symbol === 'B' ? fault('no-such-symbol', 'skip-series') : good(range);
    const ran = await run(root, jobs, answer, { concurrency: 1, failFast: true });
    expect(ran.results.map(({ outcome }) => outcome)).toEqual([
      'updated',
      'failed',
      ...Array<string>(4).fill('postponed'),
    ]);
    expect(new Set(ran.codes)).toEqual(new Set([3]));
  });

  it('ends when the disk refuses, and tells it once', async () => {
    const root = temporaryFolder();
    for (const { key } of many) mkdirSync(join(root, `${key}.csv.tmp`), { recursive: true });
    const ran = await run(
      root,
      many.map((series) => job(root, series)),
      (range) => good(range),
      { concurrency: 1 },
    );
    expect(ran.aborted?.disposition).toBe('abort-run');
    expect(ran.codes).toContain(1);
    expect(dataFiles(root)).toEqual([]);
  });

  it('takes a fault of its own for a bug, not for an answer', async () => {
    const root = temporaryFolder();
    const ran = await run(root, [job(root, SPY)], () => Promise.reject(new TypeError('x is undefined')));
    expect([ran.results[0]?.error?.code, ran.codes, coveredDays(storeOf(root))]).toEqual(['internal', [1], 0]);
    expect(JANUARY.from).toBe(day('2024-01-01'));
  });
});
