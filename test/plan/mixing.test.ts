import { describe, expect, it } from 'vitest';
import type { StoredSeries } from '../../src/market/stored-series.ts';
import type { Job, PlanOptions } from '../../src/plan/plan.ts';
import { at, DAY, days, onlyJob, plan, provider, stored, told, wanted, weekdays } from './fixtures.ts';

const BOTH: Partial<PlanOptions> = { providers: [provider('a'), provider('b')], mix: true };
const JUNE = weekdays('2024-06-03', '2024-06-28');
const WISH = [wanted(days('2024-06-03', '2024-07-09'))];

function guest(known: StoredSeries, changed: Partial<PlanOptions> = BOTH): Job | undefined {
  const planned = plan(WISH, known, changed);
  return planned.instead?.(onlyJob(planned), new Set(['a']));
}

describe('with failover.mix, what is missing of a series whose provider is away', () => {
  it('is asked of the next one, with ten stored bars before it', () => {
    const job = guest(stored([days('2024-06-03', '2024-06-30')], JUNE));
    expect(job).toMatchObject({ provider: 'b', guestOf: 'a', reason: 'update', allowance: 0 });
    expect(told(job?.missing ?? [])).toEqual(['2024-07-01 2024-07-09']);
    expect(told(job?.requests ?? [])).toEqual(['2024-06-17 2024-07-09']);
  });

  it('is asked with a fortnight before it where it is a gap, and after it where nothing stands before', () => {
    const gap = stored([days('2024-06-03', '2024-06-18'), days('2024-06-21', '2024-07-09')], JUNE);
    expect(told(guest(gap)?.requests ?? [])).toEqual(['2024-06-04 2024-06-20']);
    const late = stored([days('2024-06-12', '2024-07-09')], weekdays('2024-06-12', '2024-06-28'));
    expect(told(guest(late)?.requests ?? [])).toEqual(['2024-06-03 2024-06-26']);
  });

  it.each([
    ['the setting is off', stored([days('2024-06-03', '2024-06-30')], JUNE), { ...BOTH, mix: false }],
    ['the whole range is forced', stored([days('2024-06-03', '2024-06-30')], JUNE), { ...BOTH, force: true }],
    [
      'the whole series is to come again on another basis',
      { ...stored([days('2024-06-03', '2024-06-30')], JUNE), rebasePending: true },
      BOTH,
    ],
    ['no other is listed', stored([days('2024-06-03', '2024-06-30')], JUNE), { mix: true }],
  ])('waits where %s', (_, known, changed) => {
    expect(guest(known, changed)).toBeUndefined();
  });
});

describe('a series with bars of another provider', () => {
  const july = weekdays('2024-07-01', '2024-07-09');
  const mixed = [{ ...days('2024-07-01', '2024-07-09'), provider: 'b' }];
  const known: StoredSeries = { ...stored([days('2024-06-03', '2024-07-09')], [...JUNE, ...july]), mixed };

  it('is asked of its own one when that is there, with own bars before them', () => {
    const job = onlyJob(plan(WISH, known, BOTH));
    expect(job).toMatchObject({ provider: 'a', reason: 'update' });
    expect(told(job.missing)).toEqual(['2024-07-01 2024-07-09']);
    expect(job.requests[0]?.from).toBeLessThan(at('2024-06-28') - 7 * DAY);
    expect(told(job.requests)).toHaveLength(1);
  });

  it('is not asked of the other again', () => {
    expect(guest(known)).toBeUndefined();
  });

  it('is complete when its own one was asked and does not have them', () => {
    const kept = { ...known, mixed: mixed.map((range) => ({ ...range, kept: true })) };
    expect(plan(WISH, kept, BOTH)).toMatchObject({ jobs: [], settled: [{ outcome: 'unchanged' }] });
  });
});
