import { describe, expect, it } from 'vitest';
import { formatTradeDate, weekday } from '../../src/market/calendar.ts';
import type { ExchangeTable } from '../../src/market/exchange-table.ts';
import { VortexError } from '../../src/market/errors.ts';
import { seriesOf } from '../../src/market/series.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import type { StoredSeries } from '../../src/market/stored-series.ts';
import { Judgement } from '../../src/download/judgement.ts';
import type { Verdict } from '../../src/download/judgement.ts';
import { SilentDays } from '../../src/download/silent-days.ts';
import type { SilentDates } from '../../src/download/silent-days.ts';
import type { Standing } from '../../src/download/standing.ts';
import { suspectLines } from '../../src/download/suspect-lines.ts';

const DAY = 86_400_000;
const day = (text: string): number => Date.parse(text);
const NOW = day('2024-07-13');
const REGULAR = { due: 60, met: 60, longestPauseDays: 3 };

const WEEKDAYS: ExchangeTable = {
  id: 'TEST',
  zone: 'UTC',
  isProven: true,
  day: (date) => ({ isDue: weekday(date) % 6 !== 0 }),
};

/** Stamps of the weekdays from–to, both in it. */
function weekdays(from: string, to: string): number[] {
  const found = [];
  for (let date = day(from); date <= day(to); date += DAY) if (weekday(date) % 6 !== 0) found.push(date);
  return found;
}

interface Given {
  readonly id?: string;
  readonly last: string;
  readonly to?: string;
  readonly table?: ExchangeTable | undefined;
  readonly stored?: Partial<StoredSeries>;
  readonly error?: VortexError;
  /** Delivery month of a contract. */
  readonly month?: number;
}

/** A series that has each weekday since May up to its last bar, and was answered for up to 12 July. */
function standing({ id = 'A', last, to = '2024-07-12', error, month, stored = {}, ...given }: Given): Standing {
  const stamps = weekdays('2024-05-01', last);
  const contract = {
    year: 2024,
    month: month ?? 1,
    letter: 'Q',
    symbol: `${id}${month ?? 1}`,
    life: { from: day('2023-09-01'), to: Date.UTC(2024, month ?? 1, 1) },
  };
  const series =
    month === undefined
      ? seriesOf({ class: 'stock', id, code: id }, undefined, '1d')
      : seriesOf({ class: 'future', id, code: id, cycle: 'GJMQVZ' }, contract, '1d');
  return {
    series,
    provider: 'yahoo',
    table: 'table' in given ? given.table : WEEKDAYS,
    stored: {
      ...NOTHING_STORED,
      coverage: [{ from: day('2024-05-01'), to: day(to) + DAY }],
      rows: stamps.length,
      first: stamps[0] ?? 0,
      tail: stamps.slice(-10),
      rhythm: REGULAR,
      ...stored,
    },
    before: [],
    recent: Float64Array.from(stamps),
    isCurrent: true,
    isAnswered: error === undefined,
    error,
  };
}

const LIMITS = { warnSessions: 3, failSessions: 5 };

function judge(standings: readonly Standing[], before: SilentDates = {}, now = NOW): Verdict[] {
  return new Judgement(standings, { limits: LIMITS, now }, new SilentDays(standings, before, now)).verdicts();
}

const verdictOf = (standings: readonly Standing[], now = NOW): Verdict | undefined => judge(standings, {}, now)[0];

describe('a series that stands still', () => {
  it.each([
    ['2024-07-12', 0, 'fresh'],
    ['2024-07-10', 2, 'fresh'],
    ['2024-07-09', 3, 'stale'],
    ['2024-07-08', 4, 'stale'],
    ['2024-07-05', 5, 'failed'],
  ])('since %s is %i sessions behind: %s', (last, behind, freshness) => {
    const verdict = verdictOf([standing({ last })]);
    expect(verdict).toMatchObject({ behind, freshness });
    expect(verdict?.error?.code).toBe(freshness === 'failed' ? 'stale' : undefined);
  });

  it('is measured by answers: what was not asked for is not stale', () => {
    expect(verdictOf([standing({ last: '2024-07-01', to: '2024-07-02' })])).toMatchObject({ behind: 1 });
  });

  it('counts from its usual delay', () => {
    const late = { delays: [1, 1, 2, 1, 1] };
    expect(verdictOf([standing({ last: '2024-07-09', stored: late })])).toMatchObject({
      behind: 2,
      freshness: 'fresh',
    });
  });

  it('and trades now and then is measured by its longest pause, ten weekdays at least', () => {
    const rare = { rhythm: { due: 60, met: 20, longestPauseDays: 9 } };
    expect(verdictOf([standing({ last: '2024-07-01', stored: rare })])?.freshness).toBe('fresh');
    expect(verdictOf([standing({ last: '2024-06-21', stored: rare })])?.freshness).toBe('stale');
    expect(verdictOf([standing({ last: '2024-06-10', stored: rare })])?.freshness).toBe('failed');
  });

  it('is not judged when its wanted range ends in the past, or when it has ended', () => {
    expect(judge([{ ...standing({ last: '2024-06-03' }), isCurrent: false }])).toEqual([]);
    const ended = { kind: 'user', at: NOW } as const;
    expect(judge([standing({ last: '2024-06-03', stored: { ended } })])).toEqual([]);
  });

  it('for 25 sessions while half of its exchange goes on is presumed to have ended', () => {
    const others = ['B', 'C', 'D'].map((id) => standing({ id, last: '2024-07-12' }));
    const [verdict] = judge([standing({ last: '2024-06-07' }), ...others]);
    expect(verdict).toMatchObject({ freshness: 'fresh', ended: { kind: 'presumed', on: day('2024-06-07') } });
    const [alone] = judge([standing({ last: '2024-06-07' })]);
    expect(alone).toMatchObject({ freshness: 'failed' });
    expect(alone?.ended).toBeUndefined();
  });

  it('and was presumed to have ended is no failure when its weekly question finds nothing, and waits another week', () => {
    const gone = new VortexError('no such symbol', { code: 'no-such-symbol', disposition: 'skip-series' });
    const ended = { kind: 'presumed', on: day('2024-06-07'), at: day('2024-07-05') } as const;
    const verdict = verdictOf([standing({ last: '2024-06-07', stored: { ended }, error: gone })]);
    expect(verdict).toMatchObject({ ended: { on: day('2024-06-07'), at: NOW }, isKnown: true });
    expect(verdict?.error).toBeUndefined();
    const network = new VortexError('no line', { code: 'network', disposition: 'retry' });
    expect(verdictOf([standing({ last: '2024-06-07', stored: { ended }, error: network })])).toBeUndefined();
  });

  it('and that its source has dropped is presumed to have ended after as long, not before', () => {
    const others = ['B', 'C', 'D'].map((id) => standing({ id, last: '2024-07-12' }));
    const gone = new VortexError('no such symbol', { code: 'no-such-symbol', disposition: 'skip-series' });
    expect(judge([standing({ last: '2024-06-07', error: gone }), ...others])[0]?.ended?.kind).toBe('presumed');
    expect(judge([standing({ last: '2024-06-21', error: gone }), ...others])[0]?.series).toBe('stocks/1d/B');
  });
});

describe('a table that is not proven', () => {
  const unproven = { ...WEEKDAYS, isProven: false };
  it('counts only where half of the group has the date', () => {
    const others = ['B', 'C', 'D'].map((id) => standing({ id, last: '2024-07-12', table: unproven }));
    expect(judge([standing({ last: '2024-07-05', table: unproven }), ...others])[0]).toMatchObject({
      behind: 5,
      freshness: 'failed',
    });
    const still = ['B', 'C', 'D'].map((id) => standing({ id, last: '2024-07-05', table: unproven }));
    expect(judge([standing({ last: '2024-07-05', table: unproven }), ...still])[0]).toMatchObject({
      behind: 0,
      freshness: 'fresh',
    });
  });
});

describe('a contract near its end', () => {
  it('that stands still while a later month goes on has ended after five sessions; until then it is not stale', () => {
    const later = standing({ id: 'GOLD', last: '2024-07-12', month: 10 });
    const ended = judge([standing({ id: 'GOLD', last: '2024-07-05', month: 7 }), later])[0];
    expect(ended).toMatchObject({ behind: 0, freshness: 'fresh', ended: { kind: 'contract', on: day('2024-07-05') } });
    const soon = judge([standing({ id: 'GOLD', last: '2024-07-09', month: 7 }), later])[0];
    expect(soon).toMatchObject({ behind: 0, freshness: 'fresh' });
    expect(soon?.ended).toBeUndefined();
  });

  it('that trades now and then has not ended before a longer pause than twice its longest', () => {
    const thin = { rhythm: { due: 60, met: 30, longestPauseDays: 9 } };
    const later = standing({ id: 'GOLD', last: '2024-07-12', month: 10 });
    const after = (last: string) => judge([standing({ id: 'GOLD', last, month: 7, stored: thin }), later])[0]?.ended;
    expect(after('2024-07-01')).toBeUndefined();
    expect(after('2024-06-20')?.kind).toBe('contract');
  });

  it('may end from its last trade date on where the rule is known: Brent stops two months before its month', () => {
    // The contract of August 2024 ended on 28 June; the one of October goes on.
    const brent = standing({ id: 'BRENT_W', last: '2024-06-28', month: 8 });
    const later = standing({ id: 'BRENT_W', last: '2024-07-12', month: 10 });
    expect(judge([brent, later])[0]).toMatchObject({ freshness: 'fresh', ended: { on: day('2024-06-28') } });
  });

  it('has not ended while no later month has newer bars, or more than 45 days before the end of its month', () => {
    expect(judge([standing({ id: 'GOLD', last: '2024-07-05', month: 7 })])[0]).toMatchObject({ freshness: 'failed' });
    const later = standing({ id: 'GOLD', last: '2024-07-12', month: 12 });
    expect(judge([standing({ id: 'GOLD', last: '2024-07-05', month: 10 }), later])[0]).toMatchObject({
      freshness: 'failed',
    });
  });
});

describe('a session of which no series of an exchange has a bar', () => {
  const three = (last: string) => ['A', 'B', 'C'].map((id) => standing({ id, last }));

  it('is asked about once, and counts for no series', () => {
    const standings = three('2024-07-11');
    const silent = new SilentDays(standings, {}, NOW);
    expect(silent.word()).toEqual({ questions: [expect.stringMatching(/^TEST 2024-07-12: holiday\?/)], errors: [] });
    expect(judge(standings).map(({ behind }) => behind)).toEqual([0, 0, 0]);
    expect(silent.remembered(NOW)).toEqual({ TEST: [day('2024-07-12')] });
    const again = new SilentDays(standings, { TEST: [day('2024-07-12')] }, NOW);
    expect(again.word()).toEqual({ questions: [], errors: [] });
    expect(again.remembered(NOW)).toBeUndefined();
  });

  it('makes the exchange silent from the third in a row on', () => {
    const { questions, errors } = new SilentDays(three('2024-07-09'), {}, NOW).word();
    expect(questions).toEqual([]);
    expect(errors).toMatchObject([{ code: 'market-silent' }]);
    expect(errors[0]?.message).toContain('2024-07-10');
  });

  it('needs three series that were asked, and none of them with a bar', () => {
    expect(new SilentDays(three('2024-07-09').slice(1), {}, NOW).word()).toEqual({ questions: [], errors: [] });
    const one = [...three('2024-07-09'), standing({ id: 'D', last: '2024-07-12' })];
    expect(new SilentDays(one, {}, NOW).word()).toEqual({ questions: [], errors: [] });
  });

  it('is forgotten when bars come after all', () => {
    const silent = new SilentDays(three('2024-07-12'), { TEST: [day('2024-07-11')] }, NOW);
    expect(silent.remembered(NOW)).toEqual({});
  });
});

describe('what people are told of suspect dates', () => {
  const suspect = (date: string, ...answered: string[]) => ({
    stamp: day(date),
    answered: answered.map(day),
    isOld: false,
  });
  const none = new SilentDays([], {}, NOW);
  const lines = (...suspects: ReturnType<typeof suspect>[]): string[] =>
    suspectLines([standing({ last: '2024-07-12', stored: { suspects } })], none, NOW);

  it('nothing on the first day, the name on the second, a count from then on', () => {
    expect(lines(suspect('2024-07-11', '2024-07-13'))).toEqual([]);
    expect(lines(suspect('2024-07-11', '2024-07-12', '2024-07-13'))).toEqual([
      expect.stringMatching(/2024-07-11 \(yahoo\).*stocks\/1d\/A/),
    ]);
    expect(lines(suspect('2024-07-11', '2024-07-11', '2024-07-12', '2024-07-13'))).toEqual([
      expect.stringMatching(/^1 suspect dates in 1 series/),
    ]);
  });

  it('in the order of dates and names, whichever job ended first', () => {
    const late = (id: string, date: string) =>
      standing({ id, last: '2024-07-12', stored: { suspects: [suspect(date, '2024-07-12', '2024-07-13')] } });
    const told = [late('C', '2024-07-10'), late('B', '2024-07-09'), late('A', '2024-07-10')];
    const [first, second] = suspectLines(told, none, NOW);
    expect(first).toContain('2024-07-09');
    expect(second).toContain('in stocks/1d/A, stocks/1d/C;');
  });

  it('nothing of a date on which the whole exchange was silent', () => {
    const silent = new SilentDays([], { TEST: [day('2024-07-11')] }, NOW);
    const series = standing({
      last: '2024-07-12',
      stored: { suspects: [suspect('2024-07-11', '2024-07-12', '2024-07-13')] },
    });
    expect(suspectLines([series], silent, NOW)).toEqual([]);
    expect(formatTradeDate(day('2024-07-11'))).toBe('2024-07-11');
  });
});
