import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VortexError } from '../../src/market/errors.ts';
import type { Series } from '../../src/market/instrument.ts';
import type { Settled } from '../../src/plan/plan.ts';
import { dataFiles, everythingIn, identities, temporaryFolder } from '../support/folder.ts';
import { bars, commit, coveredDays, manifest, SPY, stock, storeOf } from '../store/workspace.ts';
import { days, fault, good, JANUARY, job, nothing } from './workspace.ts';
import { session, wholeRun } from './whole-run.ts';

const [QQQ, KO] = [stock('QQQ'), stock('KO')];
const TEN = [days('2024-01-01', '2024-01-10'), days('2024-01-11', '2024-01-20'), days('2024-01-21', '2024-01-31')];
const [FIRST = JANUARY] = TEN;
const closed = (): Promise<never> => Promise.reject(new Error('nobody is to be asked'));
const outcomes = (results: readonly { series: string; outcome: string }[]): string[] =>
  results.map(({ series, outcome }) => `${series} ${outcome}`);

function unchanged(root: string, series: Series): Settled {
  return { series, outcome: 'unchanged', stored: storeOf(root).read(series).stored };
}

/** Changes a file without a trace in its length or time, as a failing disk does. */
function rot(path: string, from: string, to: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, readFileSync(path, 'latin1').replace(from, to), 'latin1');
  utimesSync(path, atime, mtime);
}

describe('a provider that cannot even be opened', () => {
  it('refuses its own series only, and what the run did is told', async () => {
    const root = temporaryFolder();
    const jobs = [job(root, SPY, { provider: 'shut' }), job(root, QQQ), job(root, KO, { provider: 'shut' })];
    const open = (id: string) =>
      id === 'shut' ? Promise.reject(fault('refused', 'stop-provider')) : Promise.resolve(session([good(JANUARY)]));
    const { results, codes, aborted, warnings } = await wholeRun(root, { jobs }, open);
    expect(outcomes(results)).toEqual(['stocks/1d/KO postponed', 'stocks/1d/QQQ updated', 'stocks/1d/SPY postponed']);
    expect([codes, aborted, dataFiles(root)]).toEqual([[4, 4], undefined, ['stocks/1d/QQQ.csv']]);
    expect(warnings).toHaveLength(1);
  });

  it('that cannot be closed costs no result', async () => {
    const root = temporaryFolder();
    const broken = { ...session([good(JANUARY)]), close: () => Promise.reject(new Error('still busy')) };
    const { results, warnings } = await wholeRun(root, { jobs: [job(root, SPY)] }, () => Promise.resolve(broken));
    expect(outcomes(results)).toEqual(['stocks/1d/SPY updated']);
    expect(warnings).toEqual([expect.stringContaining('still busy')]);
    expect(coveredDays(storeOf(root))).toBe(31);
  });
});

describe('a series with nothing to fetch', () => {
  it('gets the format that it lacks, without a request, and moves no other file', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    const before = identities(root)['stocks/1d/SPY.csv'];
    const settled = [unchanged(root, SPY)];
    const { results } = await wholeRun(root, { settled }, closed, { formats: ['csv', 'parquet'] });
    expect(outcomes(results)).toEqual(['stocks/1d/SPY unchanged']);
    expect(dataFiles(root)).toEqual(['stocks/1d/SPY.csv', 'stocks/1d/SPY.parquet']);
    expect(identities(root)['stocks/1d/SPY.csv']).toBe(before);
    const store = storeOf(root);
    expect([coveredDays(store), store.read(SPY).formats]).toEqual([3, ['csv', 'parquet']]);
  });

  it('says that it set a foreign file aside for it', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    writeFileSync(join(root, 'stocks/1d/SPY.parquet'), 'mine');
    const settled = [unchanged(root, SPY)];
    const { warnings } = await wholeRun(root, { settled }, closed, { formats: ['csv', 'parquet'] });
    expect(warnings).toEqual([expect.stringMatching(/^stocks\/1d\/SPY\.parquet .*quarantine/)]);
    expect(readFileSync(join(root, '.vortex/quarantine/this-run/stocks/1d/SPY.parquet'), 'utf8')).toBe('mine');
  });

  it('has failed when the disk does not take the format, and the run is over', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    mkdirSync(join(root, 'stocks/1d/SPY.parquet.tmp'));
    const settled = [unchanged(root, SPY)];
    const ran = await wholeRun(root, { settled, jobs: [job(root, QQQ)] }, closed, { formats: ['csv', 'parquet'] });
    expect(outcomes(ran.results)).toEqual(['stocks/1d/QQQ postponed', 'stocks/1d/SPY failed']);
    expect([ran.codes.includes(1), ran.aborted?.disposition]).toEqual([true, 'abort-run']);
    expect(dataFiles(root).filter((path) => !path.endsWith('.tmp'))).toEqual(['stocks/1d/SPY.csv']);
  });

  it('fails alone when its file turns out to be rotten', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    const path = join(root, 'stocks/1d/SPY.csv');
    // A time that can be put back to the last digit.
    const manifestPath = join(root, '.vortex/series/stocks/1d/SPY.json');
    utimesSync(path, new Date(86_400_000), new Date(86_400_000));
    const text = readFileSync(manifestPath, 'utf8').replace(/"mtime_ms": [\d.]+/, '"mtime_ms": 86400000');
    writeFileSync(manifestPath, text);
    rot(path, '101', '1O1');
    const settled = [unchanged(root, SPY)];
    const open = () => Promise.resolve(session([good(JANUARY)]));
    const wish = { formats: ['csv', 'parquet'] } as const;
    const ran = await wholeRun(root, { settled, jobs: [job(root, QQQ)] }, open, wish);
    expect(outcomes(ran.results)).toEqual(['stocks/1d/QQQ updated', 'stocks/1d/SPY failed']);
    expect(ran.results[1]?.error?.code).toBe('file-corrupt');
    expect(ran.results[1]?.error?.message).toMatch(/SPY\.csv:3: /);
    expect([ran.codes, ran.aborted]).toEqual([[3], undefined]);
  });
});

describe('a contract that only its cycle suggested', () => {
  const unknown = fault('no-such-symbol', 'skip-series');
  const suggested = (root: string) => job(root, SPY, { suggested: true, requests: TEN });

  it.each([
    ['bars', good(FIRST), 10],
    ['nothing', nothing(), 0],
  ])(
    'is not absent when the source first answered with %s and only then knew nothing of it',
    async (_, answer, added) => {
      const root = temporaryFolder();
      const source = session([answer, unknown]);
      const { results, codes } = await wholeRun(root, { jobs: [suggested(root)] }, () => Promise.resolve(source));
      // The rest was never answered: it is unknown, and that is no success.
      expect(results).toMatchObject([{ outcome: 'failed', added, error: { code: 'no-such-symbol' } }]);
      expect([codes, storeOf(root).read(SPY).stored.absent, coveredDays(storeOf(root))]).toEqual([[3], undefined, 10]);
    },
  );
});

describe('--fail-fast', () => {
  it('stops at a provider that cannot be opened, too', async () => {
    const root = temporaryFolder();
    const open = (id: string) =>
      id === 'a' ? Promise.reject(fault('network', 'skip-series')) : Promise.resolve(session([good(JANUARY)]));
    const jobs = [job(root, SPY), job(root, QQQ, { provider: 'b' })];
    const { results, aborted } = await wholeRun(root, { jobs }, open, { failFast: true });
    expect(outcomes(results)).toEqual(['stocks/1d/QQQ postponed', 'stocks/1d/SPY failed']);
    expect(aborted?.code).toBe('stopped-early');
  });

  it('stops at a series that could not even be planned', async () => {
    const root = temporaryFolder();
    const error = new VortexError('no', { code: 'not-servable', disposition: 'skip-series' });
    const settled: Settled[] = [{ series: SPY, outcome: 'failed', error }];
    const { results, codes } = await wholeRun(root, { settled, jobs: [job(root, QQQ)] }, closed, { failFast: true });
    expect(outcomes(results)).toEqual(['stocks/1d/QQQ postponed', 'stocks/1d/SPY failed']);
    expect([...new Set(codes)]).toEqual([3]);
  });
});

describe('the telling of a run', () => {
  it('counts every series once, what nobody serves apart, and has the fields that scripts rely on', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    const settled: Settled[] = [
      unchanged(root, SPY),
      { series: KO, outcome: 'unservable', reason: 'expired' },
      { series: stock('GONE'), outcome: 'empty', stored: { coverage: [], rows: 0, tail: [] } },
    ];
    const plan = { settled, jobs: [job(root, QQQ)] };
    const { results, progress, unservable } = await wholeRun(root, plan, () =>
      Promise.resolve(session([good(JANUARY)])),
    );
    expect(progress.map(({ done, total }) => `${done}/${total}`)).toEqual(['1/3', '2/3', '3/3']);
    expect([unservable, outcomes(results)]).toEqual([
      1,
      ['stocks/1d/GONE empty', 'stocks/1d/QQQ updated', 'stocks/1d/SPY unchanged'],
    ]);
    expect(results[1]).toEqual({
      series: 'stocks/1d/QQQ',
      instrument: 'QQQ',
      symbol: 'QQQ',
      period: '1d',
      provider: 'a',
      outcome: 'updated',
      added: 31,
      revised: 0,
      dropped: 0,
      first: '2024-01-01',
      last: '2024-01-31',
      error: null,
    });
    expect(results[2]).toMatchObject({ provider: 'yahoo', first: '2024-01-01', last: '2024-01-03', added: 0 });
    expect(manifest(root).commit).toBe(1);
    expect(everythingIn(root).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });
});
