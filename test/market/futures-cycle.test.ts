import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTradeDate } from '../../src/market/calendar.ts';
import { contractOf, contractYear, deliveryMonth, resolveCycle, wantedWindow } from '../../src/market/futures-cycle.ts';
import type { WantedContract } from '../../src/market/futures-cycle.ts';
import { MONTH_LETTERS } from '../../src/market/instrument.ts';

const DAY = 86_400_000;
const LETTERS = Array.from(MONTH_LETTERS);
const at = (text: string): number => Date.parse(text);
const NOW = at('2026-10-05T12:00:00Z');
const days = (first: string, last: string): { from: number; to: number } => ({ from: at(first), to: at(last) + DAY });
const lines = (found: readonly WantedContract[]): string[] =>
  found.map(({ contract, wanted }) =>
    [contract.symbol, formatTradeDate(wanted.from), formatTradeDate(wanted.to - DAY)].join(' '),
  );

describe('the contracts of a cycle', () => {
  it('GOLD, GJMQVZ, the first half of 2024, 365 days, is the eight contracts of the worked example', () => {
    const range = days('2024-01-01', '2024-06-30');
    expect(lines(resolveCycle('GC', 'GJMQVZ', range, 365, NOW))).toEqual([
      'GCG24 2024-01-01 2024-02-29',
      'GCJ24 2024-01-01 2024-04-30',
      'GCM24 2024-01-01 2024-06-30',
      'GCQ24 2024-01-01 2024-06-30',
      'GCV24 2024-01-01 2024-06-30',
      'GCZ24 2024-01-01 2024-06-30',
      'GCG25 2024-02-29 2024-06-30',
      'GCJ25 2024-04-30 2024-06-30',
    ]);
  });

  it.each(LETTERS.map((letter, index): [string, number] => [letter, index + 1]))(
    'the letter %s is month %i, across a leap year and a year end',
    (letter, month) => {
      const last = new Date(Date.UTC(2024, month, 0)).toISOString().slice(0, 10);
      const found = resolveCycle('ZZ', letter, days('2023-12-01', '2024-12-31'), 30, NOW);
      const own = found.filter(({ contract }) => contract.year === 2024);
      const first = new Date(at(last) - 30 * DAY).toISOString().slice(0, 10);
      const line = `ZZ${letter}24 ${first} ${last}`;
      expect(lines(own)).toEqual([line]);
      expect(own.map(({ contract }) => contract.month)).toEqual([month]);
    },
  );

  it('a leap day is the last of a life, and the first of one', () => {
    expect(contractOf('GC', 2024, 2, 365, NOW).life).toEqual(days('2023-03-01', '2024-02-29'));
    expect(contractOf('GC', 2025, 2, 365, NOW).life).toEqual(days('2024-02-29', '2025-02-28'));
    expect(contractOf('GC', 2000, 2, 1, NOW).life).toEqual(days('2000-02-28', '2000-02-29'));
    expect(contractOf('GC', 1900, 2, 1, NOW).life).toEqual(days('1900-02-27', '1900-02-28'));
  });

  it('a window of two days to the last is dropped, one of three is kept, at either edge of a life', () => {
    const windows = (first: string, last: string): string[] =>
      lines(resolveCycle('GC', 'J', days(first, last), 365, NOW));
    // GCJ24 lives from 2023-05-01 to 2024-04-30, GCJ25 from 2024-04-30.
    expect(windows('2024-04-28', '2024-04-30')).toEqual([]);
    expect(windows('2024-04-27', '2024-04-30')).toEqual(['GCJ24 2024-04-27 2024-04-30']);
    expect(windows('2024-03-01', '2024-05-02')).toEqual(['GCJ24 2024-03-01 2024-04-30']);
    expect(windows('2024-03-01', '2024-05-03')).toEqual(['GCJ24 2024-03-01 2024-04-30', 'GCJ25 2024-04-30 2024-05-03']);
    expect(windows('2024-03-01', '2024-03-03')).toEqual([]);
    expect(windows('2024-03-01', '2024-03-04')).toEqual(['GCJ24 2024-03-01 2024-03-04']);
  });

  it('nothing is wanted after today, and a contract of which only two days lie before it is not', () => {
    const range = days('2024-01-01', '2024-12-31');
    const seen = (now: string): string[] => lines(resolveCycle('GC', 'GJ', range, 365, at(now)));
    expect(seen('2024-03-02T23:59:00Z')).toEqual(['GCG24 2024-01-01 2024-02-29', 'GCJ24 2024-01-01 2024-03-02']);
    expect(seen('2024-03-03T00:00:00Z')).toEqual([
      'GCG24 2024-01-01 2024-02-29',
      'GCJ24 2024-01-01 2024-03-03',
      'GCG25 2024-02-29 2024-03-03',
    ]);
    expect(seen('2023-12-31T00:00:00Z')).toEqual([]);
  });

  it('contracts of 1999, 2000 and 2031', () => {
    const found = resolveCycle('GC', 'GZ', days('1999-11-01', '2000-03-31'), 365, NOW);
    expect(lines(found)).toEqual([
      'GCZ99 1999-11-01 1999-12-31',
      'GCG00 1999-11-01 2000-02-29',
      'GCZ00 2000-01-01 2000-03-31',
      'GCG01 2000-02-29 2000-03-31',
    ]);
    expect(found.map(({ contract }) => deliveryMonth(contract))).toEqual(['1999-12', '2000-02', '2000-12', '2001-02']);
    const far = resolveCycle('GE', 'Z', days('2026-01-01', '2026-09-30'), 2000, NOW);
    expect(far.map(({ contract }) => contract.symbol)).toEqual(['GEZ26', 'GEZ27', 'GEZ28', 'GEZ29', 'GEZ30', 'GEZ31']);
  });
});

/** The same list by brute force: for every month near, the days of the range that lie in its life, counted one by one. */
function byWalking(cycle: string, first: number, last: number, daysCount: number, now: number): string[] {
  const found: string[] = [];
  const today = Math.floor(now / DAY) * DAY;
  const years = [new Date(first).getUTCFullYear() - 1, new Date(last + daysCount * DAY).getUTCFullYear() + 1] as const;
  for (let year = years[0]; year <= years[1]; year++) {
    for (const [index, letter] of LETTERS.entries()) {
      if (!cycle.includes(letter)) continue;
      let lastOfMonth = Date.UTC(year, index, 28);
      while (new Date(lastOfMonth + DAY).getUTCMonth() === index) lastOfMonth += DAY;
      const wanted: number[] = [];
      for (let day = first; day <= last; day += DAY) {
        if (day <= today && day <= lastOfMonth && lastOfMonth - day <= daysCount * DAY) wanted.push(day);
      }
      const [from, to] = [wanted[0], wanted.at(-1)];
      if (from === undefined || to === undefined || to - from < 3 * DAY) continue;
      found.push([letter, year, formatTradeDate(from), formatTradeDate(to)].join(' '));
    }
  }
  return found;
}

const cycles = fc.subarray(LETTERS, { minLength: 1 }).map((letters) => letters.join(''));
const dates = fc.integer({ min: Date.UTC(1978, 0, 1) / DAY, max: Date.UTC(2032, 0, 1) / DAY });
const ranges = fc
  .tuple(dates, fc.integer({ min: 0, max: 500 }))
  .map(([first, length]) => ({ first, last: first + length }));

it('every list is the one that a walk over days gives: none twice, none missing, ascending, never after today', () => {
  const lives = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1200 }), fc.constant(365));
  fc.assert(
    fc.property(
      cycles,
      ranges,
      lives,
      fc.integer({ min: -400, max: 900 }),
      (cycle, { first, last }, daysCount, lag) => {
        const now = (first + lag) * DAY + 12_345_678;
        const found = resolveCycle('GC', cycle, { from: first * DAY, to: last * DAY + DAY }, daysCount, now);
        const told = found.map(({ contract, wanted }) =>
          [contract.letter, contract.year, formatTradeDate(wanted.from), formatTradeDate(wanted.to - DAY)].join(' '),
        );
        expect(told).toEqual(byWalking(cycle, first * DAY, last * DAY, daysCount, now));
      },
    ),
    { numRuns: 150 },
  );
});

it('a window lies in the life of its contract and in the range, or there is none', () => {
  fc.assert(
    fc.property(dates, ranges, fc.integer({ min: 1, max: 12 }), (now, { first, last }, month) => {
      const contract = contractOf('GC', 2010, month, 365, now * DAY);
      const window = wantedWindow(contract, { from: first * DAY, to: last * DAY + DAY }, now * DAY);
      if (window === undefined) return;
      expect(window.from).toBe(Math.max(contract.life.from, first * DAY));
      expect(window.to).toBe(Math.min(contract.life.to, last * DAY + DAY, now * DAY + DAY));
      expect(window.to - DAY - window.from).toBeGreaterThanOrEqual(3 * DAY);
    }),
  );
});

describe('the year of a contract symbol', () => {
  it.each([
    ['24', '2026-10-05', 2024],
    ['99', '2026-10-05', 1999],
    ['31', '2026-10-05', 2031],
    ['46', '2026-10-05', 2046],
    ['47', '2026-10-05', 1947],
    ['00', '2026-10-05', 2000],
    ['99', '1999-12-31', 1999],
    ['00', '1999-12-31', 2000],
    ['19', '1999-12-31', 2019],
    ['20', '1999-12-31', 1920],
    ['00', '2080-01-01', 2100],
    ['01', '2080-01-01', 2001],
    ['2024', '2104-01-01', 2024],
    ['1946', '2026-10-05', 1946],
  ])('%s read in %s is %i', (text, now, year) => {
    expect(contractYear(text, at(now))).toBe(year);
  });

  it('written and read back is the same year, in two digits from 79 years back to 20 ahead and in four outside', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2199 }), fc.integer({ min: 1970, max: 2120 }), (year, nowYear) => {
        const now = Date.UTC(nowYear, 6, 1);
        const { symbol } = contractOf('GC', year, 4, 365, now);
        const text = symbol.slice('GCJ'.length);
        expect(text).toHaveLength(year >= nowYear - 79 && year <= nowYear + 20 ? 2 : 4);
        expect(contractYear(text, now)).toBe(year);
      }),
    );
  });

  it('turns with the year of UTC, at the stroke of midnight', () => {
    expect(contractOf('GC', 2047, 1, 365, at('2026-12-31T23:59:59.999Z')).symbol).toBe('GCF2047');
    expect(contractOf('GC', 2047, 1, 365, at('2027-01-01T00:00:00Z')).symbol).toBe('GCF47');
  });

  it('no two contracts within reach of now share a symbol', () => {
    const symbols = new Set<string>();
    for (let year = 1900; year <= 2100; year++) {
      for (let month = 1; month <= 12; month++) symbols.add(contractOf('GC', year, month, 365, NOW).symbol);
    }
    expect(symbols.size).toBe(201 * 12);
  });
});
