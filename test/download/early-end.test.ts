import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VortexError } from '../../src/market/errors.ts';
import type { Series } from '../../src/market/instrument.ts';
import type { Settled } from '../../src/plan/plan.ts';
import { contents, dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { bars, commit, coveredDays, SPY, stock, storeOf } from '../store/workspace.ts';
import { days, fault, good, job, run } from './workspace.ts';
import { session, wholeRun } from './whole-run.ts';

const [IWM, KO, QQQ] = [stock('IWM'), stock('KO'), stock('QQQ')];
const THREE = [days('2024-01-01', '2024-01-10'), days('2024-01-11', '2024-01-20'), days('2024-01-21', '2024-01-31')];
const nobody = (): Promise<never> => Promise.reject(new Error('nobody is to be asked'));
const BOTH = { formats: ['csv', 'parquet'] } as const;
const told = (results: readonly { symbol: string; outcome: string; error: { code: string } | null }[]): string[] =>
  results.map(({ symbol, outcome, error }) => `${symbol} ${outcome} ${error?.code ?? ''}`.trim());

function unchanged(root: string, series: Series): Settled {
  return { series, outcome: 'unchanged', stored: storeOf(root).read(series).stored };
}

async function folderOf(...series: Series[]): Promise<string> {
  const root = temporaryFolder();
  for (const each of series) await commit(root, bars(3), ['csv'], 'run-1', each);
  return root;
}

describe('a run that is interrupted in the midst of a series', () => {
  it.each([
    ['new', false],
    ['update', false],
    ['force', true],
  ] as const)('whose reason is %s keeps the answered part unless it is all or nothing', async (reason, whole) => {
    const root = temporaryFolder();
    const interruption = new AbortController();
    const ran = await run(
      root,
      [job(root, SPY, { requests: THREE, reason }), job(root, QQQ)],
      (range) => {
        if (range.from !== THREE[1]?.from) return good(range);
        interruption.abort('SIGINT');
        return fault('interrupted', 'abort-run');
      },
      { concurrency: 1 },
      interruption.signal,
    );
    expect(told(ran.results)).toEqual(['QQQ postponed interrupted', 'SPY postponed interrupted']);
    expect(ran.results[1]).toMatchObject({ added: whole ? 0 : 10, last: whole ? null : '2024-01-10' });
    expect([ran.codes, ran.aborted, ran.asked.length]).toEqual([[130, 130], undefined, 2]);
    expect(storeOf(root).read(SPY).stored.coverage).toEqual(whole ? [] : [THREE[0]]);
    expect(everythingIn(root).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });

  it('before it began asks nobody and changes nothing', async () => {
    const root = await folderOf(SPY);
    const before = contents(root);
    const jobs = [job(root, SPY), job(root, QQQ)];
    const ran = await run(root, jobs, (range) => good(range), {}, AbortSignal.abort('SIGTERM'));
    expect(told(ran.results)).toEqual(['QQQ postponed interrupted', 'SPY postponed interrupted']);
    expect([ran.asked, ran.codes, contents(root)]).toEqual([[], [130, 130], before]);
  });
});

describe('a request that another series cut off by ending the run', () => {
  it('is no failure and no interruption: its series is postponed', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'stocks/1d/SPY.csv.tmp'), { recursive: true });
    const cut = new VortexError('cut off', { code: 'interrupted', disposition: 'abort-run' });
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const source = {
      fetchBars: ({ job: key }: { job: string }, signal: AbortSignal) => {
        if (key === SPY.key) return Promise.resolve(good(THREE[0] ?? days('2024-01-01', '2024-01-01')));
        // Waits until the run takes it away.
        signal.addEventListener('abort', end);
        return ended.then(() => Promise.reject(cut));
      },
    };
    const jobs = [job(root, QQQ), job(root, SPY)];
    const ran = await wholeRun(root, { jobs }, () => Promise.resolve(source), { concurrency: 2 });
    expect(told(ran.results)).toEqual(['QQQ postponed stopped-early', 'SPY failed folder-unusable']);
    expect([ran.aborted?.code, new Set(ran.codes)]).toEqual(['folder-unusable', new Set([1, 3])]);
  });
});

describe('a series that lacks a format only', () => {
  it('waits for the next run when the disk has ended this one', async () => {
    const root = await folderOf(IWM, SPY, QQQ);
    mkdirSync(join(root, 'stocks/1d/IWM.parquet.tmp'));
    const settled = [IWM, SPY, QQQ].map((series) => unchanged(root, series));
    const ran = await wholeRun(root, { settled }, nobody, BOTH);
    expect(told(ran.results)).toEqual([
      'IWM failed folder-unusable',
      'QQQ postponed stopped-early',
      'SPY postponed stopped-early',
    ]);
    expect(dataFiles(root)).not.toContain('stocks/1d/SPY.parquet');
    expect(ran.aborted?.code).toBe('folder-unusable');
  });

  it('waits for the next run when this one stops at its first failure; a series that is whole does not', async () => {
    const root = await folderOf(SPY, QQQ);
    await commit(root, bars(3), ['csv', 'parquet'], 'run-1', QQQ);
    const error = new VortexError('no', { code: 'not-servable', disposition: 'skip-series' });
    const settled: Settled[] = [{ series: KO, outcome: 'failed', error }, unchanged(root, SPY), unchanged(root, QQQ)];
    const ran = await wholeRun(root, { settled }, nobody, { ...BOTH, failFast: true });
    expect(told(ran.results)).toEqual(['KO failed not-servable', 'QQQ unchanged', 'SPY postponed stopped-early']);
    expect([new Set(ran.codes), ran.aborted?.code]).toEqual([new Set([3]), 'stopped-early']);
    expect(dataFiles(root)).not.toContain('stocks/1d/SPY.parquet');
  });

  it('waits for the next run after an interruption', async () => {
    const root = await folderOf(SPY, QQQ);
    const settled = [SPY, QQQ].map((series) => unchanged(root, series));
    const before = contents(root);
    const ran = await wholeRun(root, { settled, jobs: [job(root, KO)] }, nobody, BOTH, AbortSignal.abort('SIGINT'));
    expect(told(ran.results)).toEqual([
      'KO postponed interrupted',
      'QQQ postponed interrupted',
      'SPY postponed interrupted',
    ]);
    expect([ran.codes, ran.aborted, contents(root)]).toEqual([[130, 130, 130], undefined, before]);
    // The next run makes up for it.
    await wholeRun(root, { settled }, () => Promise.resolve(session([])), BOTH);
    expect(dataFiles(root)).toHaveLength(4);
    expect(coveredDays(storeOf(root))).toBe(3);
  });
});
