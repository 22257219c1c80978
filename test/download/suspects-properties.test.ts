import fc from 'fast-check';
import { expect, it } from 'vitest';
import { weekday } from '../../src/market/calendar.ts';
import { allocateBars } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import type { ExchangeTable } from '../../src/market/exchange-table.ts';
import { seriesOf } from '../../src/market/series.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import type { StoredSeries } from '../../src/market/stored-series.ts';
import { intersect } from '../../src/market/time-range.ts';
import { proveAnswer } from '../../src/download/proof.ts';
import type { Proof } from '../../src/download/proof.ts';

const DAY = 86_400_000;
const FIRST = Date.parse('2024-01-01');
const DAYS = 120;
const SPY = seriesOf({ class: 'stock', id: 'SPY', code: 'SPY' }, undefined, '1d');
const WEEKDAYS: ExchangeTable = {
  id: 'TEST',
  zone: 'UTC',
  isProven: true,
  day: (date) => ({ isDue: weekday(date) % 6 !== 0 }),
};

/** One night: up to which day the source answers, from which, and which days it lacks. */
interface Night {
  readonly from: number;
  readonly length: number;
  readonly lacks: readonly number[];
}

const night: fc.Arbitrary<Night> = fc.record({
  from: fc.integer({ min: 0, max: DAYS - 2 }),
  length: fc.integer({ min: 1, max: DAYS }),
  lacks: fc.uniqueArray(fc.integer({ min: 0, max: DAYS - 1 }), { maxLength: 40 }),
});

function barsOf(stamps: readonly number[]): Bars {
  const bars = allocateBars(stamps.length, []);
  bars.time.set(stamps);
  bars.volume.fill(100);
  return bars;
}

interface Step {
  readonly before: StoredSeries;
  readonly stamps: readonly number[];
  readonly answered: { readonly from: number; readonly to: number };
  readonly proof: Proof;
}

/** Works the nights in, one after the other; what is stored is never taken away. */
function steps(nights: readonly Night[]): Step[] {
  let stored: StoredSeries = NOTHING_STORED;
  let stamps: readonly number[] = [];
  return nights.map(({ from, length, lacks }, index) => {
    const answered = { from: FIRST + from * DAY, to: FIRST + Math.min(DAYS, from + length) * DAY };
    const came = [];
    for (let date = answered.from; date < answered.to; date += DAY) {
      if (weekday(date) % 6 !== 0 && !lacks.includes((date - FIRST) / DAY)) came.push(date);
    }
    stamps = [...new Set([...stamps, ...came])].sort((a, b) => a - b);
    const before = stored;
    const judged = { series: SPY, stored: before, bars: barsOf(stamps), answered: [answered] };
    const now = FIRST + (DAYS + index) * DAY;
    const proof = proveAnswer(judged, { table: WEEKDAYS, provider: 'a', suspectDays: 30, now });
    stored = {
      ...NOTHING_STORED,
      coverage: proof.coverage,
      suspects: proof.suspects,
      refused: proof.refused,
      rows: stamps.length,
      ...(stamps[0] === undefined ? {} : { first: stamps[0] }),
      tail: stamps.slice(-10),
      ...(proof.rhythm === undefined ? {} : { rhythm: proof.rhythm }),
    };
    return { before, stamps, answered, proof };
  });
}

const NIGHTS = fc.array(night, { minLength: 1, maxLength: 12 });

function always(check: (step: Step) => void): void {
  fc.assert(
    fc.property(NIGHTS, (nights) => {
      for (const step of steps(nights)) check(step);
    }),
    { numRuns: 300 },
  );
}

it('coverage never holds a refused range that is not confirmed', () => {
  always(({ proof }) => {
    for (const range of proof.refused.filter(({ isConfirmed }) => !isConfirmed)) {
      expect(proof.coverage.flatMap((part) => intersect(part, range) ?? [])).toEqual([]);
    }
  });
});

it('every stored bar that was answered for stays covered: a refused range holds none', () => {
  always(({ proof, stamps }) => {
    for (const stamp of stamps) {
      expect(proof.coverage.some(({ from, to }) => stamp >= from && stamp < to)).toBe(true);
    }
  });
});

it('a bar that comes removes its suspect', () => {
  always(({ proof, stamps, answered }) => {
    const doubted = proof.suspects.map(({ stamp }) => stamp);
    const came = stamps.filter((stamp) => stamp >= answered.from && stamp < answered.to);
    expect(doubted.filter((stamp) => came.includes(stamp))).toEqual([]);
  });
});

it('a suspect that was not asked about stays as it was', () => {
  always(({ before, proof, answered }) => {
    const others = (before.suspects ?? []).filter(({ stamp }) => stamp < answered.from || stamp >= answered.to);
    const isHeld = (stamp: number): boolean => proof.refused.some(({ from, to }) => stamp >= from && stamp < to);
    for (const suspect of others.filter(({ stamp }) => !isHeld(stamp))) expect(proof.suspects).toContainEqual(suspect);
  });
});

it('suspects are ascending, one a date, and due', () => {
  always(({ proof }) => {
    const doubted = proof.suspects.map(({ stamp }) => stamp);
    expect(doubted).toEqual([...new Set(doubted)].sort((a, b) => a - b));
    expect(doubted.every((stamp) => weekday(stamp) % 6 !== 0)).toBe(true);
  });
});
