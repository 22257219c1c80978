import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoredSeries } from '../../src/market/stored-series.ts';
import type { TimeRange, TimeRanges } from '../../src/market/time-range.ts';
import { at, BITCOIN, DAY, onlyJob, plan, provider, stored, wanted } from './fixtures.ts';

/** Days are counted from here; crypto has a bar on each of them. */
const ZERO = at('2024-01-01');
const LENGTH = 60;

/** Ranges that hold exactly the days of which the flag is set. */
function rangesOf(flags: readonly boolean[]): TimeRange[] {
  const ranges: TimeRange[] = [];
  flags.forEach((flag, day) => {
    if (flag && flags[day - 1] !== true) ranges.push({ from: ZERO + day * DAY, to: ZERO + day * DAY });
    const last = ranges.pop();
    if (last !== undefined) ranges.push(flag ? { ...last, to: ZERO + (day + 1) * DAY } : last);
  });
  return ranges;
}

/** The days that ranges hold, in the order given: a day asked twice stands there twice. */
const daysIn = (ranges: TimeRanges): number[] =>
  ranges.flatMap(({ from, to }) =>
    Array.from({ length: (to - from) / DAY }, (_, index) => (from - ZERO) / DAY + index),
  );

const cases = fc
  .record({
    // Runs of days rather than single ones.
    runs: fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 12 })), { minLength: 5, maxLength: 12 }),
    bars: fc.array(fc.boolean(), { minLength: LENGTH, maxLength: LENGTH }),
    from: fc.integer({ min: 0, max: 50 }),
    length: fc.integer({ min: 1, max: 60 }),
    today: fc.integer({ min: 10, max: 70 }),
    span: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    depth: fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined }),
    overlapBars: fc.integer({ min: 0, max: 6 }),
  })
  .map(({ runs, bars, ...rest }) => {
    const covered = runs.flatMap(([known, count]) => Array.from({ length: count }, () => known)).slice(0, LENGTH);
    const stamps = covered.flatMap((known, day) => (known && bars[day] === true ? [ZERO + day * DAY] : []));
    return { ...rest, covered, known: stored(rangesOf(covered), stamps) };
  });

it('a plan asks for exactly what is missing and the overlap, once, in order, within reach, in pieces of the span', () => {
  fc.assert(
    fc.property(cases, ({ from, length, today, span, depth, overlapBars, covered, known }) => {
      // At noon of `today` the bar of the day before is final, and a depth of days reaches to the midnight after so many noons.
      const now = ZERO + today * DAY + DAY / 2;
      const reach = {
        ...(span === undefined ? {} : { spanDays: span }),
        ...(depth === undefined ? {} : { depthDays: depth }),
      };
      const changed = { now, overlapBars, providers: [provider('a', { periods: { '1d': reach } })] };
      const entry = wanted({ from: ZERO + from * DAY, to: ZERO + (from + length) * DAY }, { instrument: BITCOIN });
      const nearest = depth === undefined ? -Infinity : today - depth + 1;
      const missing: number[] = [];
      for (let day = from; day < from + length; day++) {
        if (day < today && day >= nearest && covered[day] !== true) missing.push(day);
      }
      const { jobs, settled } = plan([entry], known, changed);
      expect(jobs.length + settled.length).toBe(1);
      expect(jobs.length).toBe(missing.length === 0 ? 0 : 1);
      if (jobs.length === 0) return;
      const job = onlyJob({ jobs, settled, notices: [] });
      expect(daysIn(job.missing)).toEqual(missing);

      const tail = known.tail.map((stamp) => (stamp - ZERO) / DAY);
      const last = tail.at(-1) ?? Infinity;
      const next = missing.find((day) => day > last && !missing.includes(day - 1)) ?? -Infinity;
      const expected = new Set(missing);
      const [first = Infinity] = overlapBars === 0 ? [] : tail.slice(-overlapBars);
      for (let day = Math.max(first, nearest); day < next; day++) expected.add(day);
      expect(daysIn(job.requests)).toEqual([...expected].sort((a, b) => a - b));
      for (const request of job.requests)
        expect((request.to - request.from) / DAY).toBeLessThanOrEqual(span ?? Infinity);
    }),
    { numRuns: 1000 },
  );
});

it('once everything asked for is known, nothing is asked for again', () => {
  fc.assert(
    fc.property(cases, ({ from, length, today, span, depth, covered, known }) => {
      const now = ZERO + today * DAY + DAY / 2;
      const reach = {
        ...(span === undefined ? {} : { spanDays: span }),
        ...(depth === undefined ? {} : { depthDays: depth }),
      };
      const changed = { now, providers: [provider('a', { periods: { '1d': reach } })] };
      const entry = wanted({ from: ZERO + from * DAY, to: ZERO + (from + length) * DAY }, { instrument: BITCOIN });
      const { jobs } = plan([entry], known, changed);
      const answered = new Set(daysIn(jobs.flatMap((job) => job.requests)));
      const flags = Array.from({ length: 200 }, (_, day) => covered[day] === true || answered.has(day));
      const after: StoredSeries = { ...known, coverage: rangesOf(flags) };
      expect(plan([entry], after, changed).jobs).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
