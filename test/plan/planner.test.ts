import { describe, expect, it } from 'vitest';
import { VortexError } from '../../src/market/errors.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import {
  at,
  BITCOIN,
  DAY,
  days,
  GOLD,
  gold,
  NOW,
  onlyJob,
  plan,
  provider,
  stored,
  told,
  wanted,
  weekdays,
} from './fixtures.ts';

const JUNE = weekdays('2024-06-03', '2024-06-28');

describe('what is asked for', () => {
  it('is all that is wanted when nothing is stored, up to the last finished bar', () => {
    const job = onlyJob(plan([wanted(days('2024-06-01', '2024-07-11'))]));
    expect(job).toMatchObject({ reason: 'new', provider: 'a', sourceSymbol: 'a:SPY', allowance: 0 });
    expect(told(job.missing)).toEqual(['2024-06-01 2024-07-09']);
    expect(told(job.requests)).toEqual(['2024-06-01 2024-07-09']);
  });

  it('is nothing when all is known, whether it holds bars or is proven empty', () => {
    const whole = days('2024-06-01', '2024-07-09');
    const { jobs, settled } = plan([wanted(days('2024-06-01', '2024-07-11'))], stored([whole], JUNE));
    expect(jobs).toEqual([]);
    expect(settled).toMatchObject([{ outcome: 'unchanged' }]);
    expect(plan([wanted(days('2024-06-01', '2024-07-11'))], stored([whole], []))).toMatchObject({
      jobs: [],
      settled: [{ outcome: 'empty' }],
    });
  });

  it('is nothing of a weekend, nor of a session that is not over', () => {
    const known = stored([days('2024-06-01', '2024-07-05')], JUNE);
    for (const now of ['2024-07-06T12:00:00Z', '2024-07-07T23:00:00Z', '2024-07-08T20:14:00Z']) {
      expect(plan([wanted(days('2024-06-01', '2024-07-11'))], known, { now: at(now) }).jobs).toEqual([]);
    }
    expect(
      plan([wanted(days('2024-06-01', '2024-07-11'))], known, { now: at('2024-07-08T20:15:00Z') }).jobs,
    ).toHaveLength(1);
  });

  it('is a gap in the middle, alone: the bars around it are not asked again', () => {
    const known = stored([days('2024-06-01', '2024-06-09'), days('2024-06-16', '2024-07-09')], JUNE);
    const job = onlyJob(plan([wanted(days('2024-06-01', '2024-07-11'))], known));
    expect(told(job.missing)).toEqual(['2024-06-10 2024-06-15']);
    expect(told(job.requests)).toEqual(['2024-06-10 2024-06-15']);
    expect(job.reason).toBe('gap');
  });

  it('is a gap before the first bar, without an overlap', () => {
    const known = stored([days('2024-06-03', '2024-07-09')], JUNE);
    const job = onlyJob(plan([wanted(days('2024-05-01', '2024-07-11'))], known));
    expect(told(job.requests)).toEqual(['2024-05-01 2024-06-02']);
    expect(job.reason).toBe('gap');
  });

  it('is what follows the last bar together with the last five bars', () => {
    const known = stored([days('2024-06-01', '2024-06-30')], JUNE);
    const job = onlyJob(plan([wanted(days('2024-06-01', '2024-07-11'))], known));
    expect(told(job.missing)).toEqual(['2024-07-01 2024-07-09']);
    // The last five bars of June 2024 are the 24th to the 28th.
    expect(told(job.requests)).toEqual(['2024-06-24 2024-07-09']);
    expect(job.reason).toBe('update');
    const without = onlyJob(plan([wanted(days('2024-06-01', '2024-07-11'))], known, { overlapBars: 0 }));
    expect(told(without.requests)).toEqual(['2024-07-01 2024-07-09']);
    const short = stored([days('2024-06-27', '2024-06-30')], JUNE.slice(-2));
    expect(told(onlyJob(plan([wanted(days('2024-06-27', '2024-07-11'))], short)).requests)).toEqual([
      '2024-06-27 2024-07-09',
    ]);
  });

  it('is the overlap once, also when two ranges after the last bar are missing', () => {
    const known = stored([days('2024-06-01', '2024-06-30'), days('2024-07-03', '2024-07-04')], JUNE);
    const job = onlyJob(plan([wanted(days('2024-06-01', '2024-07-11'))], known));
    expect(told(job.missing)).toEqual(['2024-07-01 2024-07-02', '2024-07-05 2024-07-09']);
    expect(told(job.requests)).toEqual(['2024-06-24 2024-07-02', '2024-07-05 2024-07-09']);
  });

  it('is no day twice when a gap lies within the overlap', () => {
    const known = stored([days('2024-06-01', '2024-06-25'), days('2024-06-27', '2024-06-30')], JUNE);
    const job = onlyJob(plan([wanted(days('2024-06-01', '2024-07-11'))], known));
    expect(told(job.missing)).toEqual(['2024-06-26 2024-06-26', '2024-07-01 2024-07-09']);
    expect(told(job.requests)).toEqual(['2024-06-24 2024-07-09']);
  });

  it('is everything with force, whatever is known', () => {
    const known = stored([days('2024-06-01', '2024-07-09')], JUNE);
    const job = onlyJob(plan([wanted(days('2024-06-01', '2024-07-11'))], known, { force: true }));
    expect(told(job.requests)).toEqual(['2024-06-01 2024-07-09']);
    expect(job.reason).toBe('force');
  });

  it('is split to the span of a request, and each request counts where there is an allowance', () => {
    const providers = [
      provider('a', { periods: { '1d': { spanDays: 10 } }, allowance: { perDay: 5, timezone: 'UTC' } }),
    ];
    const job = onlyJob(plan([wanted(days('2024-06-01', '2024-07-11'))], NOTHING_STORED, { providers }));
    expect(told(job.requests)).toEqual([
      '2024-06-01 2024-06-10',
      '2024-06-11 2024-06-20',
      '2024-06-21 2024-06-30',
      '2024-07-01 2024-07-09',
    ]);
    expect(job.allowance).toBe(4);
  });

  it('is nothing of the future', () => {
    const { jobs, settled } = plan([wanted(days('2024-08-01', '2024-08-31'))]);
    expect(jobs).toEqual([]);
    expect(settled).toMatchObject([{ outcome: 'unchanged' }]);
  });
});

describe('what lies beyond the reach of a provider', () => {
  // At 2024-07-10T12:00Z thirty days reach back to 06-10T12:00Z: the first whole day is the 11th.
  const providers = [provider('a', { periods: { '1d': { depthDays: 30 }, '1m': { depthDays: 30, spanDays: 7 } } })];

  it('is cut off, and said when the start was given', () => {
    const asked = plan([wanted(days('2024-01-01', '2024-07-11'), { startGiven: true })], NOTHING_STORED, { providers });
    expect(told(onlyJob(asked).requests)).toEqual(['2024-06-11 2024-07-09']);
    expect(asked.notices).toEqual(['a has 1d bars from 2024-06-11 on only; SPY from 2024-01-01 is cut to that']);
    expect(plan([wanted(days('2024-01-01', '2024-07-11'))], NOTHING_STORED, { providers }).notices).toEqual([]);
  });

  it('is cut at a fixed date too, where a source begins at one', () => {
    const since = at('2003-05-05');
    const from2003 = [provider('a', { periods: { '1d': { since }, '1h': { since, depthDays: 30 } } })];
    const asked = plan([wanted(days('1999-01-01', '2003-05-31'), { startGiven: true })], NOTHING_STORED, {
      providers: from2003,
    });
    expect(told(onlyJob(asked).requests)).toEqual(['2003-05-05 2003-05-31']);
    expect(asked.notices).toEqual(['a has 1d bars from 2003-05-05 on only; SPY from 1999-01-01 is cut to that']);
    const before = plan([wanted(days('1999-01-01', '2002-05-31'))], NOTHING_STORED, { providers: from2003 });
    expect(before).toMatchObject({ jobs: [], settled: [{ outcome: 'failed' }] });
    const hours = plan([wanted(days('1999-01-01', '2024-07-01'), { period: '1h' })], NOTHING_STORED, {
      providers: from2003,
    });
    expect(told(onlyJob(hours).requests)).toEqual(['2024-06-10T12:00:00.000Z 2024-07-01']);
  });

  it('is counted by the answers it takes, where one holds less than a request', () => {
    const byDay = [provider('a', { periods: { '1m': { spanDays: 7, answerDays: 1 }, '1d': {} } })];
    const range = { from: at('2024-06-03T15:00:00Z'), to: at('2024-06-11T00:00:00Z') };
    const minutes = onlyJob(
      plan([wanted(range, { instrument: BITCOIN, period: '1m' })], NOTHING_STORED, { providers: byDay }),
    );
    expect(minutes.requests).toHaveLength(2);
    // 3 to 10 June, at 15:00, and the rest of the 10th.
    expect(minutes.answers).toEqual([8, 1]);
    const known = onlyJob(plan([wanted(days('2024-06-03', '2024-06-10'))], NOTHING_STORED, { providers: byDay }));
    expect(known.answers).toEqual([1]);
  });

  it('is cut off at the date that its history begins with, which stays where it is', () => {
    const since = [provider('a', { periods: { '1d': { since: at('2024-06-20') } } })];
    const entry = wanted(days('2024-01-01', '2024-07-11'), { startGiven: true });
    const asked = plan([entry], NOTHING_STORED, { providers: since });
    expect(told(onlyJob(asked).requests)).toEqual(['2024-06-20 2024-07-09']);
    expect(asked.notices).toEqual(['a has 1d bars from 2024-06-20 on only; SPY from 2024-01-01 is cut to that']);
    const both = [provider('a', { periods: { '1d': { since: at('2024-06-01'), depthDays: 30 } } })];
    expect(told(onlyJob(plan([entry], NOTHING_STORED, { providers: both })).requests)).toEqual([
      '2024-06-11 2024-07-09',
    ]);
  });

  it('is cut to the minute for intraday bars', () => {
    const now = NOW + 1;
    const entry = wanted(days('2024-01-01', '2024-07-11'), { instrument: BITCOIN, period: '1m' });
    const job = onlyJob(plan([entry], NOTHING_STORED, { providers, now }));
    expect(new Date(job.requests[0]?.from ?? 0).toISOString()).toBe('2024-06-10T12:01:00.000Z');
    expect(new Date(job.requests.at(-1)?.to ?? 0).toISOString()).toBe('2024-07-10T12:00:00.000Z');
    expect(job.requests).toHaveLength(5);
  });

  it('is not asked for again as overlap', () => {
    const known = stored([days('2024-05-01', '2024-06-20')], weekdays('2024-05-13', '2024-05-24'));
    const job = onlyJob(plan([wanted(days('2024-05-01', '2024-07-11'))], known, { providers }));
    expect(told(job.requests)).toEqual(['2024-06-11 2024-07-09']);
    const older = stored([days('2024-05-01', '2024-06-05')], weekdays('2024-05-13', '2024-05-24'));
    expect(told(onlyJob(plan([wanted(days('2024-05-01', '2024-07-11'))], older, { providers })).requests)).toEqual([
      '2024-06-11 2024-07-09',
    ]);
  });

  it('is a failure when it was named and all of it is gone, and unservable when not', () => {
    const gone = days('2024-01-01', '2024-06-10');
    expect(plan([wanted(gone)], NOTHING_STORED, { providers }).settled).toMatchObject([
      { outcome: 'failed', error: { code: 'not-servable', disposition: 'skip-series' } },
    ]);
    expect(plan([wanted(gone, { named: false })], NOTHING_STORED, { providers }).settled).toMatchObject([
      { outcome: 'unservable', reason: 'a does not go back that far for 1d bars' },
    ]);
    expect(plan([wanted(days('2024-01-01', '2024-06-11'))], NOTHING_STORED, { providers }).jobs).toHaveLength(1);
  });

  it('is no failure when all of it is stored already', () => {
    const known = stored([days('2024-01-01', '2024-06-10')], weekdays('2024-01-02', '2024-06-10'));
    expect(plan([wanted(days('2024-01-01', '2024-06-10'))], known, { providers })).toMatchObject({
      jobs: [],
      settled: [{ outcome: 'unchanged' }],
    });
    expect(plan([wanted(days('2024-01-01', '2024-06-10'))], known, { providers, force: true }).settled).toMatchObject([
      { outcome: 'failed' },
    ]);
    expect(plan([wanted(days('2023-12-29', '2024-06-10'))], known, { providers }).settled).toMatchObject([
      { outcome: 'failed' },
    ]);
  });
});

describe('a contract', () => {
  const live = provider('a', { expiredContractDays: 0 });
  const april = gold(2024, 4);
  const wish = { instrument: GOLD, contract: april };
  const life = days('2024-01-01', '2024-04-30');

  it('that has expired is unservable where only live ones are kept, a failure when it was named', () => {
    expect(
      plan([wanted(life, { ...wish, named: false })], NOTHING_STORED, { providers: [live] }).settled,
    ).toMatchObject([{ outcome: 'unservable', reason: 'a does not serve contracts that have expired (GCJ24)' }]);
    const [settled] = plan([wanted(life, wish)], NOTHING_STORED, { providers: [live] }).settled;
    expect(settled).toMatchObject({ outcome: 'failed', error: { code: 'not-servable' } });
    expect(settled?.outcome === 'failed' && settled.error instanceof VortexError).toBe(true);
  });

  it('is served to the end of its last day, and for as many days after as its provider keeps it', () => {
    const jobs = (kept: number | undefined, now: string): number => {
      const providers = [kept === undefined ? provider('a') : provider('a', { expiredContractDays: kept })];
      return plan([wanted(life, wish)], NOTHING_STORED, { providers, now: at(now) }).jobs.length;
    };
    expect(jobs(0, '2024-04-30T23:59:59Z')).toBe(1);
    expect(jobs(0, '2024-05-01T00:00:00Z')).toBe(0);
    expect(jobs(10, '2024-05-10T23:59:59Z')).toBe(1);
    expect(jobs(10, '2024-05-11T00:00:00Z')).toBe(0);
    expect(jobs(undefined, '2044-01-01T00:00:00Z')).toBe(1);
  });

  it('goes to the first listed provider that can serve it', () => {
    const job = onlyJob(
      plan([wanted(life, wish)], NOTHING_STORED, { providers: [live, provider('b'), provider('c')] }),
    );
    expect(job).toMatchObject({ provider: 'b', sourceSymbol: 'b:GCJ24' });
  });

  it('that was said not to exist is not asked for thirty days, unless forced or at another provider', () => {
    const known = { ...NOTHING_STORED, absent: { provider: 'a', checkedAt: NOW } };
    const seen = (now: number, changed = {}): string[] => {
      const { jobs, settled } = plan([wanted(life, { ...wish, suggested: true })], known, { now, ...changed });
      return [...jobs.map((job) => job.reason), ...settled.map(({ outcome }) => outcome)];
    };
    expect(seen(NOW)).toEqual(['empty']);
    expect(seen(NOW + 30 * DAY - 1)).toEqual(['empty']);
    expect(seen(NOW + 30 * DAY)).toEqual(['new']);
    expect(seen(NOW, { force: true })).toEqual(['force']);
    expect(seen(NOW, { providers: [provider('b')] })).toEqual(['new']);
    expect(onlyJob(plan([wanted(life, wish)], known, { now: NOW })).reason).toBe('new');
  });

  it('is proven not to exist by a 404 only where its cycle alone suggests it and its whole life is served', () => {
    const suggested = (wholeLife: boolean, byCycle: boolean): boolean => {
      const providers = [provider('a', { servesWholeLife: wholeLife })];
      return onlyJob(plan([wanted(life, { ...wish, suggested: byCycle })], NOTHING_STORED, { providers })).suggested;
    };
    expect([suggested(true, true), suggested(true, false), suggested(false, true)]).toEqual([true, false, false]);
  });
});

describe('a contract whose true expiry a source has told', () => {
  const expires = at('2024-06-26');
  const june = gold(2024, 6);
  const entry = wanted(days('2024-06-03', '2024-07-09'), { instrument: GOLD, contract: june });

  it('is complete with the bars up to it, and asked for up to it before', () => {
    const known = stored([days('2024-06-03', '2024-06-26')], weekdays('2024-06-03', '2024-06-26'));
    expect(plan([entry], { ...known, expires })).toMatchObject({ jobs: [], settled: [{ outcome: 'unchanged' }] });
    const behind = stored([days('2024-06-03', '2024-06-20')], weekdays('2024-06-03', '2024-06-20'));
    const job = onlyJob(plan([entry], { ...behind, expires }));
    expect(told(job.missing)).toEqual(['2024-06-21 2024-06-26']);
    expect(job.series.contract?.life.to).toBe(expires + DAY);
  });

  it('counts as expired from the day after on, where only live ones are served', () => {
    const behind = stored([days('2024-06-03', '2024-06-20')], weekdays('2024-06-03', '2024-06-20'));
    const changed = { providers: [provider('a', { expiredContractDays: 0 })], now: at('2024-06-28T12:00:00Z') };
    const unnamed = { ...entry, named: false };
    expect(plan([unnamed], { ...behind, expires }, changed).settled).toMatchObject([{ outcome: 'unservable' }]);
    expect(plan([unnamed], behind, changed).jobs).toHaveLength(1);
  });
});
