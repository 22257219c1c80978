import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf, worstExitCode } from '../../src/download/exit-code.ts';
import { runReport } from '../../src/download/run-report.ts';
import type { SeriesResult } from '../../src/download/run-report.ts';

/** The order of SPEC: when several apply, the earlier one counts. */
const ORDER = [130, 143, 1, 2, 6, 4, 3, 5, 0];

describe('the exit code', () => {
  it('of a run is the first of the order among all that happened', () => {
    expect(new Set(Object.values(EXIT))).toEqual(new Set(ORDER));
    ORDER.forEach((first, index) => {
      for (const later of ORDER.slice(index)) {
        expect(worstExitCode([first, later])).toBe(first);
        expect(worstExitCode([later, 0, first, later])).toBe(first);
      }
    });
    expect(worstExitCode([])).toBe(0);
  });

  it.each([
    ['usage', 2],
    ['config-invalid', 2],
    ['folder-locked', 6],
    ['folder-unusable', 1],
    ['disk-full', 1],
    ['internal', 1],
    ['no-such-symbol', 3],
    ['html-answer', 3],
    ['provider-fault', 3],
    ['rate-limited', 3],
    ['circuit-open', 3],
    ['refused', 4],
    ['bot-wall', 4],
    ['allowance-used', 5],
    ['interrupted', 130],
  ] as const)('of %s is %i', (code, exitCode) => {
    expect(exitCodeOf(code)).toBe(exitCode);
  });
});

const result = (outcome: SeriesResult['outcome'], added = 0): SeriesResult => ({
  series: `stocks/1d/${outcome}`,
  instrument: 'SPY',
  symbol: 'SPY',
  period: '1d',
  provider: 'yahoo',
  outcome,
  added,
  revised: added === 0 ? 0 : 1,
  dropped: 2,
  first: null,
  last: null,
  error: null,
});

describe('the report of a run', () => {
  const head = { run: 'r', startedAt: 's', finishedAt: 'f', requests: 17 };

  it('adds up its series and bars, and has the form that scripts rely on', () => {
    const results = [
      result('updated', 21),
      result('updated', 4),
      result('unchanged'),
      result('empty'),
      result('failed'),
    ];
    const report = runReport({ ...head, exitCode: 3 }, results, 8);
    expect(report).toEqual({
      schema: 1,
      run: 'r',
      status: 'partial',
      exitCode: 3,
      startedAt: 's',
      finishedAt: 'f',
      series: {
        planned: 5,
        updated: 2,
        unchanged: 1,
        empty: 1,
        postponed: 0,
        failed: 1,
        unservable: 8,
        stale: 0,
        suspect: 0,
      },
      bars: { added: 25, revised: 2, dropped: 10 },
      requests: 17,
      allowance: {},
      results,
    });
  });

  it.each([
    [0, [result('updated')], 'ok'],
    [3, [result('updated'), result('failed')], 'partial'],
    [3, [result('failed')], 'failed'],
    [4, [result('postponed')], 'refused'],
    [5, [result('postponed')], 'postponed'],
    [1, [result('updated')], 'failed'],
    [130, [result('updated')], 'interrupted'],
    [143, [result('postponed')], 'interrupted'],
  ])('with the exit code %i has its status', (exitCode, results, status) => {
    expect(runReport({ ...head, exitCode }, results, 0).status).toBe(status);
  });
});
