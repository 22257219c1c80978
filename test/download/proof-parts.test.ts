import { describe, expect, it } from 'vitest';
import { weekday } from '../../src/market/calendar.ts';
import type { ExchangeTable } from '../../src/market/exchange-table.ts';
import type { Contract } from '../../src/market/instrument.ts';
import type { Period } from '../../src/market/period.ts';
import { seriesOf } from '../../src/market/series.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import type { StoredSeries } from '../../src/market/stored-series.ts';
import type { TimeRange } from '../../src/market/time-range.ts';
import { proveAnswer } from '../../src/download/proof.ts';
import type { Proof } from '../../src/download/proof.ts';
import { bar, table } from '../market/rows.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const day = (text: string): number => Date.parse(text);

/** Monday to Friday, 22:00 UTC of the evening before to 21:00. */
const EVENINGS: ExchangeTable = {
  id: 'TEST',
  zone: 'UTC',
  isProven: true,
  day: (date) =>
    weekday(date) % 6 === 0
      ? { isDue: false }
      : { isDue: true, session: { open: date - 2 * HOUR, close: date + 21 * HOUR, isHalf: false } },
};

interface Given {
  readonly stamps: readonly number[];
  readonly answered: TimeRange;
  readonly stored: Partial<StoredSeries>;
  readonly now: string;
  readonly period?: Period;
  readonly contract?: Contract;
  readonly lastDate?: number;
}

function prove({ stamps, answered, stored, now, period = '1d', contract, lastDate }: Given): Proof {
  const instrument =
    contract === undefined
      ? ({ class: 'stock', id: 'SPY', code: 'SPY' } as const)
      : ({ class: 'future', id: 'GOLD', code: 'GC', cycle: 'GJMQVZ' } as const);
  return proveAnswer(
    {
      series: seriesOf(instrument, contract, period),
      stored: { ...NOTHING_STORED, ...stored },
      bars: table(stamps.map((stamp) => bar(stamp, 1, 2, 0.5, 1.5, 5))),
      answered: [answered],
      lastDate,
    },
    { table: EVENINGS, provider: 'yahoo', suspectDays: 30, now: day(now) },
  );
}

const suspects = (proof: Proof): string[] =>
  proof.suspects.map(({ stamp }) => new Date(stamp).toISOString().slice(0, 16));

/** The weekdays from–to, both in it. */
function weekdays(from: string, to: string): number[] {
  const found = [];
  for (let date = day(from); date <= day(to); date += DAY) if (weekday(date) % 6 !== 0) found.push(date);
  return found;
}

/** An hourly bar through each session of the dates; of one of them the first so many only. */
function hours(dates: readonly number[], cut?: string, count = 23): number[] {
  return dates.flatMap((date) =>
    Array.from({ length: cut !== undefined && date === day(cut) ? count : 23 }, (_, hour) => date + (hour - 2) * HOUR),
  );
}

describe('a session that was answered for in parts', () => {
  const from = day('2024-06-02T22:00Z');
  const answered = { from: day('2024-07-02T10:00Z'), to: day('2024-07-03T12:00Z') };
  const at = {
    answered,
    stored: { coverage: [{ from, to: answered.from }] },
    now: '2024-07-03T12:00Z',
    period: '1h',
  } as const;

  it('and ends with less than half its bars is suspect, on whichever side of it the run before came', () => {
    const stamps = hours(weekdays('2024-06-03', '2024-07-03'), '2024-07-02', 9).filter((stamp) => stamp < answered.to);
    expect(suspects(prove({ ...at, stamps }))).toEqual(['2024-07-01T22:00']);
  });

  it('and has no bar at all is suspect', () => {
    const stamps = hours(weekdays('2024-06-03', '2024-07-03'), '2024-07-02', 0).filter((stamp) => stamp < answered.to);
    expect(suspects(prove({ ...at, stamps }))).toEqual(['2024-07-01T22:00']);
  });

  it('is not healed, and not answered for once more, by an answer for a part of it', () => {
    const suspect = { stamp: day('2024-07-01T22:00Z'), answered: [day('2024-07-03')], isOld: false };
    const stamps = hours(weekdays('2024-06-03', '2024-07-05'), '2024-07-02', 9);
    const coverage = [{ from, to: day('2024-07-05T12:00Z') }];
    const proof = prove({
      stamps,
      answered: { from: day('2024-07-01T20:00Z'), to: day('2024-07-02T03:00Z') },
      stored: { coverage, suspects: [suspect] },
      now: '2024-07-05T12:00Z',
      period: '1h',
    });
    expect(proof.suspects).toEqual([suspect]);
  });
});

describe('a suspect date', () => {
  const suspect = { stamp: day('2024-07-02'), answered: [day('2024-07-03')], isOld: false };
  const stored = { coverage: [{ from: day('2024-01-01'), to: day('2024-07-04') }], suspects: [suspect] };
  const stamps = weekdays('2024-01-01', '2024-07-04').filter(
    (date) => date !== suspect.stamp && date !== day('2024-07-03'),
  );

  it('that was not asked for, since nothing stored is asked again, is not answered for once more', () => {
    const proof = prove({
      stamps,
      stored,
      answered: { from: day('2024-07-04'), to: day('2024-07-05') },
      now: '2024-07-05',
    });
    expect(proof.suspects).toEqual([suspect]);
  });

  it('gains no day of answers by a clock that was set back', () => {
    const proof = prove({
      stamps,
      stored,
      answered: { from: day('2024-07-01'), to: day('2024-07-05') },
      now: '2024-07-01',
    });
    expect(proof.suspects[0]).toEqual(suspect);
  });
});

describe('a series of which only the end was read', () => {
  const THIN = { due: 60, met: 20, longestPauseDays: 9 };
  const at = {
    stamps: weekdays('2024-06-20', '2024-07-05').filter((date) => date !== day('2024-07-04')),
    answered: { from: day('2024-07-01'), to: day('2024-07-06') },
    now: '2024-07-06',
  };
  const stored = { first: day('2010-01-04'), coverage: [{ from: day('2010-01-04'), to: day('2024-07-03') }] };

  it('keeps what is known of how it trades: 11 of 12 dates in this end, 20 of 60 before it', () => {
    const proof = prove({ ...at, stored: { ...stored, rhythm: THIN } });
    // The 48 dates before the end count as 48/60 of 20: 16.
    expect(proof.rhythm).toEqual({ due: 60, met: 27, longestPauseDays: 9 });
    expect(proof.suspects).toEqual([]);
    const full = { due: 60, met: 60, longestPauseDays: 3 };
    expect(suspects(prove({ ...at, stored: { ...stored, rhythm: full } }))).toEqual(['2024-07-04T00:00']);
  });

  it('does not begin with that end: a silence of five dates before it is a bad answer', () => {
    const rhythm = { due: 60, met: 60, longestPauseDays: 3 };
    const coverage = [
      { from: day('2010-01-04'), to: day('2024-06-10') },
      { from: day('2024-06-20'), to: day('2024-07-06') },
    ];
    const proof = prove({
      ...at,
      answered: { from: day('2024-06-10'), to: day('2024-06-20') },
      stored: { ...stored, coverage, rhythm },
    });
    expect(proof.error?.code).toBe('bad-answer');
    expect(proof.coverage).toEqual(coverage);
  });
});

describe('a contract whose last trade date is known', () => {
  const contract = {
    year: 2024,
    month: 8,
    letter: 'Q',
    symbol: 'GCQ24',
    life: { from: day('2023-09-01'), to: day('2024-09-01') },
  };
  it('is suspect up to that date and not after it', () => {
    const proof = prove({
      stamps: weekdays('2024-02-01', '2024-08-23'),
      answered: { from: day('2024-02-01'), to: day('2024-08-31') },
      stored: {},
      now: '2024-08-31',
      contract,
      lastDate: day('2024-08-28'),
    });
    expect(suspects(proof)).toEqual(['2024-08-26T00:00', '2024-08-27T00:00', '2024-08-28T00:00']);
  });
});
