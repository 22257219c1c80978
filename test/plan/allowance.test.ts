import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareLive, spreadOver, withFailOver } from '../../src/plan/allowance.ts';
import type { DayBudget } from '../../src/plan/budget.ts';
import type { Job, JobReason } from '../../src/plan/plan.ts';
import { bridged } from '../../src/plan/reach.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import { contractOf } from '../../src/market/futures-cycle.ts';
import { seriesOf } from '../../src/market/series.ts';
import {
  DAY,
  days,
  GOLD,
  gold,
  NOW,
  onlyJob,
  plan,
  provider,
  SPY,
  stored,
  told,
  wanted,
  weekdays,
} from './fixtures.ts';

const PAID = provider('a', { allowance: { perDay: 5, timezone: 'UTC' } });
const budget = (changed: Partial<DayBudget> = {}): DayBudget => ({
  limit: 5,
  used: 0,
  liveUsed: 0,
  ended: false,
  endsAt: NOW + DAY,
  ...changed,
});
const budgets = (changed: Partial<DayBudget> = {}): ReadonlyMap<string, DayBudget> => new Map([['a', budget(changed)]]);

function job(month: number, reason: JobReason, allowance = 1): Job {
  const contract = contractOf('GC', 2020 + Math.floor(month / 12), (month % 12) + 1, 365, NOW);
  const requests = Array.from({ length: allowance }, () => days('2024-06-01', '2024-07-01'));
  const series = seriesOf(GOLD, contract, '1d');
  const rest = { missing: requests, requests, suggested: true, stored: NOTHING_STORED };
  return { series, provider: 'a', sourceSymbol: contract.symbol, reason, allowance, ...rest };
}

const LIVE = [60, 61, 62, 63, 64].map((month) => job(month, 'update'));
const HISTORY = [1, 2, 3, 4, 5, 6, 7, 8].map((month) => job(month, 'new'));
const wholePlan = (jobs: readonly Job[]) => ({ jobs, settled: [], notices: [] });

describe('live updates while history is wanted', () => {
  it('take half of a day before it, the others come behind it', () => {
    const { first, last } = shareLive(LIVE, HISTORY, budgets());
    expect([first, last]).toEqual([LIVE.slice(0, 2), LIVE.slice(2)]);
  });

  it('count what earlier runs of the day took', () => {
    expect(shareLive(LIVE, HISTORY, budgets({ used: 1, liveUsed: 1 })).first).toHaveLength(1);
    expect(shareLive(LIVE, HISTORY, budgets({ used: 3, liveUsed: 3 })).first).toHaveLength(0);
  });

  it('all go first when no history is wanted, or none that costs anything', () => {
    expect(shareLive(LIVE, [], budgets()).first).toEqual(LIVE);
    const free = HISTORY.map((entry) => ({ ...entry, allowance: 0 }));
    expect(shareLive(LIVE, free, budgets()).first).toEqual(LIVE);
    expect(shareLive(LIVE, HISTORY, new Map()).first).toEqual(LIVE);
  });

  it('the one that has waited longest is the first', () => {
    const range = days('2024-06-03', '2024-07-09');
    const entries = [gold(2024, 8), gold(2024, 10), gold(2024, 12)].map((contract) =>
      wanted(range, { instrument: GOLD, contract, named: false, suggested: true }),
    );
    const lastDays = ['2024-07-05', '2024-07-03', '2024-07-04'];
    const { jobs } = plan(
      entries,
      ({ contract }) => {
        const last = lastDays[entries.findIndex(({ series }) => series.contract?.month === contract?.month)] ?? '';
        return stored([days('2024-06-03', last)], weekdays('2024-06-03', last));
      },
      { providers: [PAID], budgets: budgets() },
    );
    expect(jobs.map(({ series }) => series.symbol)).toEqual(['GCV24', 'GCZ24', 'GCQ24']);
  });
});

describe('what a plan takes tonight', () => {
  it('is what is left of the day, in order; history then takes what the live series leave of the next nights', () => {
    const paid = spreadOver(wholePlan(HISTORY), budgets({ used: 2 }), NOW);
    expect([...paid.tonight.values()]).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
    expect(paid.nights).toBe(2);
    expect(spreadOver(wholePlan([...LIVE.slice(0, 2), ...HISTORY]), budgets(), NOW).nights).toBe(3);
    expect(spreadOver(wholePlan(HISTORY), budgets({ ended: true }), NOW).nights).toBe(2);
  });

  it('never ends with an allowance of 0, and is no night when nothing is paid for', () => {
    expect(spreadOver(wholePlan(HISTORY), budgets({ limit: 0 }), NOW).nights).toBeUndefined();
    expect(spreadOver(wholePlan([]), budgets({ limit: 0 }), NOW).nights).toBe(0);
  });

  it('gives a long series a part, but what is all or nothing waits for enough', () => {
    const [long, forced] = [job(1, 'new', 9), job(2, 'force', 4)];
    const { tonight } = spreadOver(wholePlan([forced, long]), budgets({ used: 2 }), NOW);
    expect([tonight.get(forced), tonight.get(long)]).toEqual([0, 3]);
  });

  it('is never more than is left', () => {
    const anyJob = fc
      .tuple(
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom<JobReason>('new', 'force', 'update'),
        fc.integer({ min: 0, max: 4 }),
      )
      .map(([month, reason, cost]) => job(month, reason, cost));
    fc.assert(
      fc.property(
        fc.array(anyJob),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 9 }),
        (jobs, limit, used) => {
          const { tonight } = spreadOver(wholePlan(jobs), budgets({ limit, used }), NOW);
          const sum = [...tonight.values()].reduce((total, granted) => total + granted, 0);
          expect(sum).toBeLessThanOrEqual(Math.max(0, limit - used));
        },
      ),
    );
  });
});

describe('a series that has no bars', () => {
  const both = { providers: [PAID, provider('b')], budgets: budgets({ used: 5 }) };
  const entry = wanted(days('2024-06-03', '2024-07-09'));

  it('goes to the next provider where failover.on_allowance says so, with the name that it has there; with bars it stays', () => {
    const planned = plan([entry], NOTHING_STORED, both);
    const next = planned.instead?.(onlyJob(planned), new Set(['a']));
    expect(next).toMatchObject({ provider: 'b', sourceSymbol: 'b:SPY', allowance: 0 });
    expect(planned.instead?.(onlyJob(planned), new Set(['a', 'b']))).toBeUndefined();
    expect(onlyJob(withFailOver(planned, both.budgets, NOW)).provider).toBe('a');
    const leaving = plan([entry], NOTHING_STORED, { ...both, onAllowance: true });
    expect(onlyJob(withFailOver(leaving, both.budgets, NOW)).provider).toBe('b');

    const bound = plan([entry], stored([days('2024-06-03', '2024-06-28')], weekdays('2024-06-03', '2024-06-28')), both);
    expect(bound.instead?.(onlyJob(bound), new Set(['a']))).toBeUndefined();
    expect(onlyJob(withFailOver(bound, both.budgets, NOW)).provider).toBe('a');
  });

  it('stays where it is when the next cannot serve it', () => {
    const contract = gold(2024, 2);
    const expired = wanted(days('2024-01-01', '2024-02-29'), { instrument: GOLD, contract, suggested: true });
    const planned = plan([expired], NOTHING_STORED, {
      ...both,
      providers: [PAID, provider('b', { expiredContractDays: 0 })],
    });
    expect(planned.instead?.(onlyJob(planned), new Set(['a']))).toBeUndefined();
  });
});

describe('two gaps at a provider that counts downloads', () => {
  it('are one request where the provider bears its length, and the cost is one', () => {
    const gaps = [days('2024-06-03', '2024-06-05'), days('2024-06-20', '2024-07-01')];
    expect(told(bridged(gaps, undefined))).toEqual(['2024-06-03 2024-07-01']);
    expect(bridged(gaps, 20 * DAY)).toEqual(gaps);
    const known = stored([days('2024-06-06', '2024-06-19')], weekdays('2024-06-06', '2024-06-19'));
    const entry = wanted(days('2024-06-03', '2024-07-01'), { instrument: SPY });
    expect(onlyJob(plan([entry], known, { providers: [PAID] }))).toMatchObject({ allowance: 1 });
    expect(onlyJob(plan([entry], known)).requests).toHaveLength(2);
  });
});
