import { describe, expect, it } from 'vitest';
import type { EndOfSeries } from '../../src/market/stored-series.ts';
import { at, DAY, days, NOW, onlyJob, plan, stored, told, wanted, weekdays } from './fixtures.ts';

const MAY = weekdays('2024-05-01', '2024-05-31');
const WISH = wanted(days('2024-05-01', '2024-07-11'));

/** A series whose bars stop in May, answered for up to 5 July. */
function silent(ended: EndOfSeries, answeredAt = at('2024-06-28')) {
  return { ...stored([days('2024-05-01', '2024-07-05')], MAY), ended, answeredAt };
}

const presumedAt = (now: number): EndOfSeries => ({ kind: 'presumed', on: at('2024-05-31'), at: now });

describe('a series that seems to have ended', () => {
  it.each([1, 6])('is not asked for %i days after that was found, and is unchanged', (waited) => {
    const { jobs, settled } = plan([WISH], silent(presumedAt(NOW - waited * DAY)));
    expect(jobs).toEqual([]);
    expect(settled).toMatchObject([{ outcome: 'unchanged' }]);
  });

  it('is asked for on the seventh day', () => {
    expect(told(onlyJob(plan([WISH], silent(presumedAt(NOW - 7 * DAY)))).missing)).toEqual(['2024-07-06 2024-07-09']);
  });

  it('waits a week from its newest good answer', () => {
    const ended = presumedAt(NOW - 20 * DAY);
    expect(plan([WISH], silent(ended, NOW - 6 * DAY)).jobs).toEqual([]);
    expect(plan([WISH], silent(ended, NOW - 7 * DAY)).jobs).toHaveLength(1);
  });

  it('gets no request for its suspect dates alone while it waits', () => {
    const suspects = [{ stamp: at('2024-05-20'), answered: [at('2024-06-20')], isOld: false }];
    const of = (waited: number) => ({
      ...silent(presumedAt(NOW - waited * DAY), NOW - waited * DAY),
      coverage: [days('2024-05-01', '2024-07-09')],
      suspects,
    });
    expect(plan([WISH], of(6)).jobs).toEqual([]);
    expect(plan([WISH], of(7)).jobs).toHaveLength(1);
  });

  it('is asked for what is missing before its last bar, and at once with --force', () => {
    const early = wanted(days('2024-04-01', '2024-07-11'));
    const known = silent(presumedAt(NOW - DAY));
    expect(told(onlyJob(plan([early], known)).missing)).toEqual(['2024-04-01 2024-04-30']);
    expect(plan([WISH], known, { force: true }).jobs).toHaveLength(1);
  });
});
