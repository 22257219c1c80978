import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../../src/market/futures-cycle.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import { seriesOf } from '../../src/market/series.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import { inOrder } from '../../src/plan/order.ts';
import type { Job, JobReason } from '../../src/plan/plan.ts';
import { at, DAY, days, GOLD, NOW, options, provider, SILVER, SPY } from './fixtures.ts';

interface Wish {
  readonly instrument: Instrument;
  readonly month?: string;
  readonly reason?: JobReason;
  readonly period?: '1d' | '1m';
  readonly from?: string;
}

function job({ instrument, month, reason = 'new', period = '1d', from = '2024-06-01' }: Wish): Job {
  const [year = 0, number = 0] = (month ?? '').split('-').map(Number);
  const contract = month === undefined ? undefined : contractOf(instrument.code, year, number, 365, NOW);
  return {
    series: seriesOf(instrument, contract, period),
    provider: 'a',
    sourceSymbol: 'X',
    reason,
    missing: [days(from, '2024-07-09')],
    requests: [days(from, '2024-07-09')],
    allowance: 0,
    suggested: false,
    stored: NOTHING_STORED,
  };
}

const names = (jobs: readonly Job[]): string[] => jobs.map(({ series }) => `${series.symbol} ${series.period}`);

describe('the order of work', () => {
  it('is live and behind, then about to fall out of reach, then history from the newest contract on, one of each in turn', () => {
    const providers = [provider('a', { periods: { '1m': { depthDays: 28 }, '1d': {} } })];
    const jobs = [
      job({ instrument: GOLD, month: '2022-02' }),
      job({ instrument: GOLD, month: '2024-02' }),
      job({ instrument: SILVER, month: '2023-03' }),
      job({ instrument: GOLD, month: '2024-06', reason: 'update' }),
      // Bars of one minute from 06-15 on leave a reach of 28 days on 07-13.
      job({ instrument: SPY, period: '1m', from: '2024-06-15' }),
      job({ instrument: SILVER, month: '2023-07' }),
      job({ instrument: GOLD, month: '2024-08', reason: 'update' }),
      job({ instrument: GOLD, month: '2023-12' }),
      job({ instrument: SPY, reason: 'update' }),
    ];
    expect(names(inOrder(jobs, options({ providers })))).toEqual([
      'GCQ24 1d',
      'SPY 1d',
      'SPY 1m',
      // GCM24 has expired in June: what is missing of it is history.
      'GCM24 1d',
      'SIN23 1d',
      'GCG24 1d',
      'SIH23 1d',
      'GCZ23 1d',
      'GCG22 1d',
    ]);
  });

  it('has a gap and a new series of live instruments as history, not as an update', () => {
    const jobs = [
      job({ instrument: SPY, reason: 'gap' }),
      job({ instrument: GOLD, month: '2024-12', reason: 'update' }),
    ];
    expect(names(inOrder(jobs, options()))).toEqual(['GCZ24 1d', 'SPY 1d']);
  });

  it('counts as about to leave what does so in less than seven days, by depth or by the end of a contract', () => {
    const leaving = (from: string): boolean => {
      const providers = [provider('a', { periods: { '1m': { depthDays: 28 }, '1d': {} } })];
      const jobs = [job({ instrument: GOLD, month: '2024-12' }), job({ instrument: SPY, period: '1m', from })];
      return inOrder(jobs, options({ providers, now: at('2024-07-10') }))[0]?.series.period === '1m';
    };
    // 28 days from 06-18 end on 07-16, six days ahead; from 06-19 seven.
    expect([leaving('2024-06-18'), leaving('2024-06-19')]).toEqual([true, false]);
    const expiring = (now: string): boolean => {
      const providers = [provider('a', { expiredContractDays: 0 })];
      const jobs = [job({ instrument: GOLD, month: '2024-12' }), job({ instrument: GOLD, month: '2024-07' })];
      return inOrder(jobs, options({ providers, now: at(now) }))[0]?.series.symbol === 'GCN24';
    };
    // GCN24 is served to the end of 07-31.
    expect([expiring('2024-07-25'), expiring('2024-07-25T00:00:01Z')]).toEqual([false, true]);
  });
});

const anyJob = fc
  .record({
    instrument: fc.constantFrom(GOLD, SILVER, SPY),
    year: fc.integer({ min: 2015, max: 2026 }),
    month: fc.integer({ min: 1, max: 12 }),
    reason: fc.constantFrom<JobReason>('new', 'update', 'gap', 'force'),
    period: fc.constantFrom<'1d' | '1m'>('1d', '1m'),
    from: fc.constantFrom('2024-05-01', '2024-06-15', '2024-07-01'),
  })
  .map(({ year, month, ...wish }) =>
    job(wish.instrument === SPY ? wish : { ...wish, month: `${year}-${String(month).padStart(2, '0')}` }),
  );

describe('over any jobs', () => {
  const providers = [provider('a', { periods: { '1d': {}, '1m': { depthDays: 28 } }, expiredContractDays: 400 })];
  const setting = options({ providers });

  /** 0 live and behind, 1 leaving within a week, 2 history: from the words of the rule. */
  const turnOf = ({ series, reason, missing }: Job): number => {
    const { contract, period } = series;
    if (reason === 'update' && (contract === undefined || contract.life.to > NOW)) return 0;
    const soon = NOW + 7 * DAY;
    const outOfDepth = period === '1m' && (missing[0]?.from ?? 0) + 28 * DAY < soon;
    return outOfDepth || (contract !== undefined && contract.life.to + 400 * DAY < soon) ? 1 : 2;
  };

  it('the order is a permutation, and the same each time', () => {
    fc.assert(
      fc.property(fc.array(anyJob, { maxLength: 25 }), (jobs) => {
        const before = [...jobs];
        const ordered = inOrder(jobs, setting);
        expect(jobs).toEqual(before);
        expect(ordered).toHaveLength(jobs.length);
        expect(new Set(ordered)).toEqual(new Set(jobs));
        expect(inOrder(jobs, setting)).toEqual(ordered);
      }),
    );
  });

  it('live ones go first, leaving ones next, and of history the n-th newest of each instrument before any (n+1)-th', () => {
    fc.assert(
      fc.property(fc.array(anyJob, { maxLength: 25 }), (jobs) => {
        const ordered = inOrder(jobs, setting);
        const turns = ordered.map(turnOf);
        expect(turns).toEqual([...turns].sort((a, b) => a - b));
        const seen = new Map<string, { count: number; month: number }>();
        let round = 1;
        for (const { series } of ordered.filter((entry) => turnOf(entry) === 2)) {
          const before = seen.get(series.instrument.id) ?? { count: 0, month: Infinity };
          const month = series.contract === undefined ? Infinity : series.contract.year * 12 + series.contract.month;
          expect(month).toBeLessThanOrEqual(before.month);
          expect(before.count + 1).toBeGreaterThanOrEqual(round);
          round = before.count + 1;
          seen.set(series.instrument.id, { count: round, month });
        }
      }),
    );
  });
});
