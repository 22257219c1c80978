import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { barsWithin } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import { subtract } from '../../src/market/time-range.ts';
import type { TimeRange } from '../../src/market/time-range.ts';
import { planJobs } from '../../src/plan/planner.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { bar, rowsOf, table } from '../market/rows.ts';
import { contents, identities, temporaryFolder } from '../support/folder.ts';
import { SPY, storeOf } from '../store/workspace.ts';
import { day, fault } from './workspace.ts';
import { wholeRun } from './whole-run.ts';

const DAY = 86_400_000;
const START = day('2024-01-01');

/** What really happened: a bar each weekday but for two weeks of holidays, no two alike. */
const TRUTH: Bars = table(
  Array.from({ length: 260 }, (_, index) => START + index * DAY)
    .filter((date) => ![0, 6].includes(new Date(date).getUTCDay()))
    .filter((date) => date < day('2024-04-01') || date > day('2024-04-14'))
    .map((date) => {
      const price = ((date / DAY) * 7919) % 1000;
      return bar(date, price, price + 2, price - 1, price + 1, price * 10);
    }),
);

const PROVIDER: Provider = {
  id: 'a',
  capabilities: {
    assetClasses: ['stock'],
    periods: { '1d': { spanDays: 20 } },
    servesWholeLife: true,
    dayBoundary: {},
    paceMs: 0,
  },
  Options: z.unknown(),
  symbolFor: ({ code }) => code,
  create: () => {
    throw new Error('a test opens its sessions itself');
  },
};

/** Noon in New York, in winter: the session of the day is going, that of the day before is over. */
const noon = (days: number): number => START + days * DAY + 17 * 3_600_000;

interface Attempt {
  /** Days since the run before. */
  readonly later: number;
  readonly from: number;
  readonly force: boolean;
  /** How many requests are answered before one fails; none fails when it is more than are asked. */
  readonly answered: number;
  readonly formats: readonly ('csv' | 'parquet')[];
}

/** One run: plans what is missing, asks a source that may fail, stores. @returns what is wanted, and how it ended */
async function attempt(root: string, now: number, { from, force, answered, formats }: Attempt) {
  const wanted: TimeRange = { from: START + from * DAY, to: Infinity };
  const plan = planJobs(
    [{ series: SPY, range: wanted, named: true, suggested: false, startGiven: true }],
    (series) => storeOf(root).read(series).stored,
    { providers: [PROVIDER], overlapBars: 5, settleMinutes: 15, force, now },
  );
  let left = answered;
  const source = {
    fetchBars: ({ range }: { range: TimeRange }) => {
      if (left-- === 0) return Promise.reject(fault('network', 'skip-series'));
      const all = barsWithin(TRUTH, -Infinity, Math.floor(now / DAY) * DAY + DAY);
      const bars = barsWithin(all, range.from, range.to);
      return Promise.resolve({ bars, dropped: {}, source: { symbol: 'SPY', timezone: 'America/New_York' } });
    },
  };
  const { codes } = await wholeRun(root, plan, () => Promise.resolve(source), { now, formats });
  return { codes, jobs: plan.jobs.length, wanted: { from: wanted.from, to: Math.floor(now / DAY) * DAY } };
}

const attempts = fc.array(
  fc.record({
    later: fc.integer({ min: 0, max: 45 }),
    from: fc.integer({ min: 0, max: 40 }),
    force: fc.boolean(),
    answered: fc.integer({ min: 0, max: 9 }),
    formats: fc.constantFrom(['csv'] as const, ['parquet'] as const, ['csv', 'parquet'] as const),
  }),
  { minLength: 1, maxLength: 5 },
);

it('run after run, whatever fails: what is known is the truth, what is not known is not stored and is told, and in the end all is there', async () => {
  await fc.assert(
    fc.asyncProperty(attempts, async (tries) => {
      const root = temporaryFolder();
      let now = noon(60);
      let known = 0;
      for (const each of tries) {
        now += each.later * DAY;
        const { codes, wanted } = await attempt(root, now, each);
        const store = storeOf(root);
        const state = store.read(SPY);
        const { coverage } = state.stored;
        const expected = coverage.flatMap(({ from, to }) => rowsOf(barsWithin(TRUTH, from, to)));
        expect(state.stored.rows === 0 ? [] : rowsOf(await store.loadBars(state))).toEqual(expected);
        // No bar of a session that is still going.
        expect(Math.max(...coverage.map(({ to }) => to), 0)).toBeLessThanOrEqual(wanted.to);
        const missing = subtract(wanted, coverage).flatMap(({ from, to }) => rowsOf(barsWithin(TRUTH, from, to)));
        if (missing.length > 0) expect(codes).toEqual([3]);
        if (codes.length === 0) expect(missing).toEqual([]);
        expect(state.stored.rows).toBeGreaterThanOrEqual(known);
        known = state.stored.rows;
      }
      const last = { later: 0, from: 0, force: false, answered: 99, formats: ['csv', 'parquet'] as const };
      expect((await attempt(root, now, last)).codes).toEqual([]);
      const store = storeOf(root);
      const all = rowsOf(barsWithin(TRUTH, START, Math.floor(now / DAY) * DAY));
      expect(all.length).toBeGreaterThan(40);
      expect(rowsOf(await store.loadBars(store.read(SPY)))).toEqual(all);
      // And the same again moves nothing and asks nobody.
      const [before, standing] = [contents(root), identities(root)];
      expect((await attempt(root, now, last)).jobs).toBe(0);
      expect([contents(root), identities(root)]).toEqual([before, standing]);
    }),
    { numRuns: 40 },
  );
}, 60_000);
