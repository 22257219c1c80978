import { describe, expect, it } from 'vitest';
import type { AllowanceAccount } from '../../src/download/purse.ts';
import type { RunTools } from '../../src/download/run-tools.ts';
import type { DayBudget } from '../../src/plan/budget.ts';
import type { Job, Plan } from '../../src/plan/plan.ts';
import type { FetchedBars, ProviderSession } from '../../src/providers/provider.ts';
import { dataFiles, temporaryFolder } from '../support/folder.ts';
import { bars, commit, coveredDays, manifest, NOW, SPY, stock, storeOf } from '../store/workspace.ts';
import { days, fault, good, JANUARY, job, nothing } from './workspace.ts';
import { session, wholeRun } from './whole-run.ts';

const [QQQ, KO] = [stock('QQQ'), stock('KO')];
const paid = { allowance: 1 } as const;
const outcomes = (results: readonly { series: string; outcome: string; error: { code: string } | null }[]): string[] =>
  results.map(({ series, outcome, error }) => `${series} ${outcome}${error === null ? '' : ` ${error.code}`}`);

interface Counted extends AllowanceAccount {
  day: DayBudget;
}

/** An account in memory. */
function account(limit: number, used = 0): Counted {
  const self: Counted = {
    provider: 'a',
    day: { limit, used, liveUsed: 0, ended: false, endsAt: NOW + 1 },
    read: () => self.day,
    spend: () => {
      if (self.day.used >= limit) return Promise.resolve(false);
      self.day = { ...self.day, used: self.day.used + 1 };
      return Promise.resolve(true);
    },
    tell: (count) => {
      self.day = { ...self.day, used: count, told: count };
      return Promise.resolve();
    },
    end: () => {
      self.day = { ...self.day, ended: true };
      return Promise.resolve();
    },
  };
  return self;
}

interface Site {
  readonly answers: readonly (FetchedBars | Error)[];
  /** The provider's own count. */
  readonly told?: number | Error;
  readonly probe?: (job: string) => Promise<boolean | undefined>;
}

/** A run at a provider whose every answer costs a download. */
async function paidRun(root: string, jobs: readonly Job[], counted: Counted, site: Site, plan: Partial<Plan> = {}) {
  const inner = session(site.answers);
  let opened = 0;
  const open: RunTools['open'] = (id, spend) => {
    opened += 1;
    const { told, probe } = site;
    const paying: ProviderSession = {
      fetchBars: async (request, signal) => {
        if (id === 'a') await spend(request.job);
        return inner.fetchBars(request, signal);
      },
      ...(told === undefined
        ? {}
        : {
            allowance: () =>
              told instanceof Error ? Promise.reject(told) : Promise.resolve({ used: told, limit: 9, endsAt: NOW }),
          }),
      ...(probe === undefined ? {} : { probe: (request) => probe(request.job) }),
    };
    return Promise.resolve(paying);
  };
  const ran = await wholeRun(root, { jobs, ...plan }, open, {}, undefined, { accounts: [counted] });
  return { ...ran, asked: inner.asked, opened };
}

describe('a run with an allowance', () => {
  it('asks for what is left and postpones the rest, which nobody is asked for', async () => {
    const root = temporaryFolder();
    const jobs = [SPY, QQQ, KO].map((series) => job(root, series, paid));
    const ran = await paidRun(root, jobs, account(2), { answers: [good(JANUARY), good(JANUARY)] });
    expect(outcomes(ran.results)).toEqual([
      'stocks/1d/KO postponed allowance-used',
      'stocks/1d/QQQ updated',
      'stocks/1d/SPY updated',
    ]);
    expect([ran.codes, ran.asked.length, ran.allowance]).toEqual([[5], 2, { a: { used: 2, limit: 2 } }]);
  });

  it("goes by the provider's own count, asked once; one that cannot tell is taken by the ledger", async () => {
    const root = temporaryFolder();
    const jobs = [SPY, QQQ].map((series) => job(root, series, paid));
    const more = account(2, 2);
    const ran = await paidRun(root, jobs, more, { answers: [good(JANUARY)], told: 1 });
    expect(ran.allowance).toEqual({ a: { used: 2, limit: 2 } });
    expect(outcomes(ran.results)).toEqual(['stocks/1d/QQQ postponed allowance-used', 'stocks/1d/SPY updated']);
    const silent = await paidRun(root, [job(root, QQQ, paid)], account(2, 1), {
      answers: [good(JANUARY)],
      told: fault('timeout', 'skip-series'),
    });
    expect(outcomes(silent.results)).toEqual(['stocks/1d/QQQ updated']);
    expect(silent.warnings).toEqual([expect.stringContaining('does not say what is used')]);
  });

  it('a provider that gives no more is believed for the rest of its day, without being asked again', async () => {
    const root = temporaryFolder();
    const counted = account(9);
    const answers = [good(JANUARY), fault('allowance-used', 'stop-provider')];
    const jobs = [SPY, QQQ, KO].map((series) => job(root, series, paid));
    const first = await paidRun(root, jobs, counted, { answers });
    expect(first.codes).toEqual([5, 5]);
    expect(counted.day.ended).toBe(true);
    const again = await paidRun(root, [job(root, QQQ, paid)], counted, { answers: [] });
    expect([again.opened, again.codes]).toEqual([0, [5]]);
  });

  it('gives back what a job did not use: a free no leaves its download to the next', async () => {
    const root = temporaryFolder();
    const jobs = [SPY, QQQ, KO].map((series) => job(root, series, paid));
    const probe = (name: string): Promise<boolean> => Promise.resolve(name !== QQQ.key);
    const ran = await paidRun(root, jobs, account(2), { answers: [good(JANUARY), good(JANUARY)], probe });
    expect(outcomes(ran.results)).toEqual([
      'stocks/1d/KO updated',
      'stocks/1d/QQQ failed no-bars',
      'stocks/1d/SPY updated',
    ]);
    expect([ran.codes, ran.allowance]).toEqual([[3], { a: { used: 2, limit: 2 } }]);
    expect(coveredDays(storeOf(root), QQQ)).toBe(0);
  });

  it('does not probe a series that has bars, or that costs nothing', async () => {
    const root = temporaryFolder();
    await commit(root, bars(31));
    const probe = (): Promise<boolean> => Promise.reject(fault('internal', 'abort-run'));
    const next = [days('2024-02-01', '2024-02-10')];
    const update = job(root, SPY, { ...paid, reason: 'update', requests: next });
    const ran = await paidRun(root, [update, job(root, QQQ, { provider: 'b' })], account(2), {
      answers: [nothing(), good(JANUARY)],
      probe,
    });
    expect(outcomes(ran.results)).toEqual(['stocks/1d/QQQ updated', 'stocks/1d/SPY unchanged']);
  });

  it('a long series gets the part that is left, which is kept; the rest is postponed', async () => {
    const root = temporaryFolder();
    const requests = [
      days('2024-01-01', '2024-01-10'),
      days('2024-01-11', '2024-01-20'),
      days('2024-01-21', '2024-01-31'),
    ];
    const long = job(root, SPY, { requests, allowance: 3 });
    const answers = requests.slice(0, 2).map((range) => good(range));
    const ran = await paidRun(root, [long], account(2), { answers });
    expect(outcomes(ran.results)).toEqual(['stocks/1d/SPY postponed allowance-used']);
    expect([ran.codes, coveredDays(storeOf(root)), dataFiles(root)]).toEqual([[5], 20, ['stocks/1d/SPY.csv']]);
  });

  it('a new basis that cannot be paid for is marked, and nothing is asked or mixed', async () => {
    const root = temporaryFolder();
    await commit(root, bars(31));
    const range = days('2024-01-27', '2024-02-05');
    const halved = { ...good(days('2024-01-27', '2024-01-31'), bars(31, 50)) };
    const update = job(root, SPY, { ...paid, reason: 'update', requests: [range] });
    const ran = await paidRun(root, [update], account(1), { answers: [halved] });
    expect(outcomes(ran.results)).toEqual(['stocks/1d/SPY postponed allowance-used']);
    expect([ran.codes, ran.asked.length]).toEqual([[5], 1]);
    expect(manifest(root)).toMatchObject({ rebase_pending: true, rows: 31 });
  });
});

describe('a series without bars', () => {
  const elsewhere = (job: Job, away: ReadonlySet<string>): Job | undefined =>
    away.has('b') ? undefined : { ...job, provider: 'b', allowance: 0 };

  it.each([
    ['refuses us', fault('refused', 'stop-provider')],
    ['is behind a bot wall', fault('bot-wall', 'stop-provider')],
    ['fails again and again', fault('circuit-open', 'stop-provider')],
    ['does not know the symbol', fault('no-such-symbol', 'skip-series')],
    ['cannot serve it', fault('not-servable', 'skip-series')],
    ['has answered nothing in this run', fault('network', 'skip-series')],
    ['has only given what cannot be read', fault('bad-answer', 'skip-series')],
  ])('goes to the next provider when its first one %s, and that is said', async (_, error) => {
    const root = temporaryFolder();
    const answers = [error, good(JANUARY)];
    const ran = await paidRun(root, [job(root, SPY, paid)], account(2), { answers }, { instead: elsewhere });
    expect(ran.results).toMatchObject([{ outcome: 'updated', provider: 'b' }]);
    expect([ran.codes, manifest(root)['provider']]).toEqual([[], 'b']);
    expect(ran.warnings.at(-1)).toMatch(/asked of b in place of a/);
  });

  it('waits for the next day when its first one gives no more, unless failover.on_allowance sends it on', async () => {
    const answers = () => [fault('allowance-used', 'stop-provider'), good(JANUARY)];
    const waiting = temporaryFolder();
    const jobOf = (root: string) => [job(root, SPY, paid)];
    const kept = await paidRun(waiting, jobOf(waiting), account(2), { answers: answers() }, { instead: elsewhere });
    expect([outcomes(kept.results), kept.codes]).toEqual([['stocks/1d/SPY postponed allowance-used'], [5]]);
    const root = temporaryFolder();
    const plan = { instead: elsewhere, onAllowance: true };
    const sent = await paidRun(root, jobOf(root), account(2), { answers: answers() }, plan);
    expect(sent.results).toMatchObject([{ outcome: 'updated', provider: 'b' }]);
    expect(sent.codes).toEqual([]);
  });

  it.each([
    ['one request fails', fault('network', 'skip-series'), 3],
    ['an answer cannot be read', fault('bad-answer', 'skip-series'), 3],
  ])('stays when %s of a provider that has answered others: another try may do', async (_, error, code) => {
    const root = temporaryFolder();
    const jobs = [job(root, QQQ, paid), job(root, SPY, paid)];
    const ran = await paidRun(root, jobs, account(2), { answers: [good(JANUARY), error] }, { instead: elsewhere });
    expect(outcomes(ran.results)).toEqual(['stocks/1d/QQQ updated', `stocks/1d/SPY failed ${error.code}`]);
    expect([ran.codes, dataFiles(root), ran.asked.length]).toEqual([[code], ['stocks/1d/QQQ.csv'], 2]);
  });

  it('has failed by the word of the one that is down when the next does not have it', async () => {
    const root = temporaryFolder();
    const answers = [fault('timeout', 'skip-series'), fault('no-such-symbol', 'skip-series')];
    const ran = await paidRun(root, [job(root, SPY, paid)], account(2), { answers }, { instead: elsewhere });
    expect([outcomes(ran.results), ran.codes]).toEqual([['stocks/1d/SPY failed timeout'], [3]]);
  });

  it('is asked of the next when its first one has no bars of it; where none has, that is what is kept', async () => {
    const root = temporaryFolder();
    const some = [nothing(), good(JANUARY)];
    const ran = await paidRun(root, [job(root, SPY, paid)], account(2), { answers: some }, { instead: elsewhere });
    expect(ran.results).toMatchObject([{ outcome: 'updated', provider: 'b' }]);
    const none = [nothing(), fault('no-such-symbol', 'skip-series')];
    const empty = await paidRun(root, [job(root, QQQ, paid)], account(2), { answers: none }, { instead: elsewhere });
    expect([outcomes(empty.results), empty.codes]).toEqual([['stocks/1d/QQQ failed no-bars'], [3]]);
    expect(coveredDays(storeOf(root), QQQ)).toBe(0);
  });

  it('that only a cycle suggested does not exist where whole lives are served: no other is asked', async () => {
    const root = temporaryFolder();
    const answers = [fault('no-such-symbol', 'skip-series')];
    const suggested = job(root, SPY, { ...paid, suggested: true });
    const ran = await paidRun(root, [suggested], account(2), { answers }, { instead: elsewhere });
    expect([outcomes(ran.results), ran.asked.length]).toEqual([['stocks/1d/SPY empty'], 1]);
  });

  it('is postponed by the one that is away when the next does not have it either', async () => {
    const root = temporaryFolder();
    const answers = [fault('bot-wall', 'stop-provider'), fault('no-such-symbol', 'skip-series')];
    const ran = await paidRun(root, [job(root, SPY, paid)], account(2), { answers }, { instead: elsewhere });
    expect(outcomes(ran.results)).toEqual(['stocks/1d/SPY postponed bot-wall']);
    expect(ran.codes).toEqual([4]);
  });
});
