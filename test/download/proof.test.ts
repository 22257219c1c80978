import { describe, expect, it } from 'vitest';
import type { Bars } from '../../src/market/bars.ts';
import { weekday } from '../../src/market/calendar.ts';
import type { ExchangeTable } from '../../src/market/exchange-table.ts';
import { seriesOf } from '../../src/market/series.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import type { StoredSeries } from '../../src/market/stored-series.ts';
import { proveAnswer } from '../../src/download/proof.ts';
import type { Proof } from '../../src/download/proof.ts';
import { bar, table } from '../market/rows.ts';

const DAY = 86_400_000;
const day = (text: string): number => Date.parse(text);
const SPY = seriesOf({ class: 'stock', id: 'SPY', code: 'SPY' }, undefined, '1d');
const CONTRACT = {
  year: 2024,
  month: 8,
  letter: 'Q',
  symbol: 'GCQ24',
  life: { from: day('2023-09-01'), to: day('2024-09-01') },
};
const GOLD = seriesOf({ class: 'future', id: 'GOLD', code: 'GC', cycle: 'GJMQVZ' }, CONTRACT, '1d');

/** Monday to Friday but 4 July 2024. */
const WEEKDAYS: ExchangeTable = {
  id: 'TEST',
  zone: 'UTC',
  isProven: true,
  day: (date) => ({ isDue: weekday(date) % 6 !== 0 && date !== day('2024-07-04') }),
};

/** A bar on each weekday from–to, both in it, but for some; volume 5. */
function bars(from: string, to: string, without: readonly string[] = [], volume = 5): Bars {
  const rows = [];
  for (let date = day(from); date <= day(to); date += DAY) {
    const isOut = without.some((text) => day(text) === date) || weekday(date) % 6 === 0 || date === day('2024-07-04');
    if (!isOut) rows.push(bar(date, 1, 2, 0.5, 1.5, volume));
  }
  return table(rows);
}

const whole = (from: string, to: string) => ({ from: day(from), to: day(to) + DAY });
const NOW = day('2024-07-13');

interface Given {
  readonly bars: Bars;
  readonly stored?: Partial<StoredSeries>;
  readonly from?: string;
  readonly to?: string;
  readonly series?: typeof SPY;
  readonly firstBar?: number;
  readonly now?: number;
  readonly lastDate?: number;
  readonly exchange?: ExchangeTable | undefined;
}

function prove({ from = '2024-01-01', to = '2024-07-12', now = NOW, series = SPY, ...given }: Given): Proof {
  const judged = {
    series,
    stored: { ...NOTHING_STORED, ...given.stored },
    bars: given.bars,
    answered: [whole(from, to)],
    firstBar: given.firstBar,
    lastDate: given.lastDate,
  };
  const rules = { table: 'exchange' in given ? given.exchange : WEEKDAYS, provider: 'yahoo', suspectDays: 30, now };
  return proveAnswer(judged, rules);
}

const suspects = (proof: Proof): string[] =>
  proof.suspects.map(({ stamp }) => new Date(stamp).toISOString().slice(0, 10));

describe('a due date without a bar', () => {
  it('between bars is suspect, a holiday of the table is not', () => {
    const proof = prove({ bars: bars('2024-01-01', '2024-07-12', ['2024-07-09']) });
    expect(suspects(proof)).toEqual(['2024-07-09']);
    expect(proof.error).toBeUndefined();
    expect(proof.coverage).toEqual([whole('2024-01-01', '2024-07-12')]);
  });

  it('after the last bar is suspect too', () => {
    const proof = prove({ bars: bars('2024-01-01', '2024-07-10') });
    expect(suspects(proof)).toEqual(['2024-07-11', '2024-07-12']);
  });

  it('is none of a series that trades now and then', () => {
    const thin = bars('2024-01-01', '2024-07-12');
    const rows = table(
      Array.from(thin.time)
        .filter((_, row) => row % 2 === 0)
        .map((time) => bar(time, 1, 2, 0.5, 1.5)),
    );
    expect(suspects(prove({ bars: rows }))).toEqual([]);
  });

  it('heals when its bar comes, and counts a day at each answer without it', () => {
    const before = { coverage: [whole('2024-01-01', '2024-07-11')] };
    const suspect = { stamp: day('2024-07-09'), answered: [day('2024-07-10')], isOld: false };
    const without = bars('2024-01-01', '2024-07-12', ['2024-07-09']);
    const again = prove({ bars: without, stored: { ...before, suspects: [suspect] } });
    expect(again.suspects).toEqual([{ ...suspect, answered: [day('2024-07-10'), day('2024-07-13')] }]);
    const healed = prove({ bars: bars('2024-01-01', '2024-07-12'), stored: { ...before, suspects: [suspect] } });
    expect(healed.suspects).toEqual([]);
  });

  it('settles after thirty days and three answers on different days, not before', () => {
    const without = bars('2024-01-01', '2024-08-12', ['2024-07-09']);
    const days = (...texts: string[]) => ({ stamp: day('2024-07-09'), answered: texts.map(day), isOld: false });
    const at = (now: string, answered: ReturnType<typeof days>) =>
      prove({
        bars: without,
        to: '2024-08-12',
        now: day(now),
        stored: { coverage: [whole('2024-01-01', '2024-08-09')], suspects: [answered] },
      });
    expect(at('2024-08-13', days('2024-07-10', '2024-07-11')).settled).toHaveLength(1);
    expect(at('2024-08-13', days('2024-07-10', '2024-07-11')).suspects).toEqual([]);
    expect(at('2024-08-08', days('2024-07-10', '2024-07-11')).settled).toEqual([]);
    expect(at('2024-08-13', days('2024-07-10')).settled).toEqual([]);
  });

  it('of the past is told as a hole of old, more than sixty sessions back', () => {
    const proof = prove({ bars: bars('2024-01-01', '2024-07-12', ['2024-03-05']) });
    expect(proof.holesOfOld).toHaveLength(1);
    expect(proof.suspects).toMatchObject([{ stamp: day('2024-03-05'), isOld: true }]);
  });

  it('that was answered for before and settled is not suspect again', () => {
    const without = bars('2024-01-01', '2024-07-12', ['2024-07-09']);
    expect(suspects(prove({ bars: without, stored: { coverage: [whole('2024-01-01', '2024-07-11')] } }))).toEqual([]);
  });

  it('is judged by no table that is not proven', () => {
    const without = bars('2024-01-01', '2024-07-12', ['2024-07-09']);
    expect(suspects(prove({ bars: without, exchange: { ...WEEKDAYS, isProven: false } }))).toEqual([]);
    expect(suspects(prove({ bars: without, exchange: undefined }))).toEqual([]);
  });
});

describe('five or more due dates without a bar', () => {
  const HOLE = ['2024-05-13', '2024-05-14', '2024-05-15', '2024-05-16', '2024-05-17'];
  const holed = bars('2024-01-01', '2024-07-12', HOLE);
  const range = { from: day('2024-05-13'), to: day('2024-05-18') };

  it('between bars are a bad answer: they stay unknown', () => {
    const proof = prove({ bars: holed });
    expect(proof.error).toMatchObject({ code: 'bad-answer', disposition: 'skip-series' });
    expect(proof.error?.message).toContain('2024-05-13 to 2024-05-17');
    expect(proof.coverage).toEqual([
      { from: day('2024-01-01'), to: range.from },
      { from: range.to, to: day('2024-07-13') },
    ]);
    expect(proof.refused).toEqual([{ ...range, answered: [day('2024-07-13')], isConfirmed: false }]);
  });

  it('four are not: they are suspect, or holes of old', () => {
    const proof = prove({ bars: bars('2024-01-01', '2024-07-12', HOLE.slice(1)) });
    expect([proof.error, proof.suspects.length]).toEqual([undefined, 4]);
  });

  it.each([
    ['two earlier answers a week apart', ['2024-07-06', '2024-07-08'], true],
    ['two earlier answers of this week', ['2024-07-08', '2024-07-10'], false],
    ['one earlier answer', ['2024-07-01'], false],
  ])('are confirmed by the third equal answer over a week: %s', (_, days, isConfirmed) => {
    const refused = [{ ...range, answered: days.map(day), isConfirmed: false }];
    const coverage = [
      { from: day('2024-01-01'), to: range.from },
      { from: range.to, to: day('2024-07-12') },
    ];
    const proof = prove({ bars: holed, stored: { refused, coverage } });
    expect(proof.confirmed.length).toBe(isConfirmed ? 1 : 0);
    expect(proof.error === undefined).toBe(isConfirmed);
    expect(proof.coverage.length).toBe(isConfirmed ? 1 : 2);
  });

  it('become unknown again where they had been suspects before the bars after them came', () => {
    const trailing = HOLE.map((text) => ({ stamp: day(text), answered: [day('2024-05-18')], isOld: false }));
    const proof = prove({
      bars: bars('2024-01-01', '2024-05-20', HOLE),
      from: '2024-05-06',
      to: '2024-05-20',
      now: day('2024-05-21'),
      stored: { coverage: [whole('2024-01-01', '2024-05-17')], suspects: trailing, rows: 90 },
    });
    expect(proof.error?.code).toBe('bad-answer');
    expect(proof.suspects).toEqual([]);
    expect(proof.coverage).toEqual([
      { from: day('2024-01-01'), to: range.from },
      { from: range.to, to: day('2024-05-21') },
    ]);
  });

  it('stay unknown when an answer does not tell by which table it is to be judged', () => {
    const refused = [{ ...range, answered: [day('2024-07-12')], isConfirmed: false }];
    const proof = prove({ bars: holed, stored: { refused }, exchange: undefined });
    expect(proof.error?.code).toBe('bad-answer');
    expect(proof.refused).toEqual([{ ...range, answered: [day('2024-07-12'), day('2024-07-13')], isConfirmed: false }]);
    expect(proof.coverage.length).toBe(2);
    const healed = prove({ bars: bars('2024-01-01', '2024-07-12'), stored: { refused }, exchange: undefined });
    expect([healed.error, healed.refused]).toEqual([undefined, []]);
  });

  it('after the last bar are no bad answer: how old the series is tells', () => {
    const proof = prove({ bars: bars('2024-01-01', '2024-07-01') });
    expect([proof.error, proof.suspects.length]).toEqual([undefined, 8]);
  });
});

describe('before the first bar', () => {
  it('silence is an answer, unless the source says that its bars begin earlier', () => {
    const late = bars('2024-03-01', '2024-07-12');
    expect(prove({ bars: late }).error).toBeUndefined();
    expect(prove({ bars: late, firstBar: day('2024-03-01') }).error).toBeUndefined();
    const told = prove({ bars: late, firstBar: day('1993-01-29') });
    expect(told.error?.code).toBe('bad-answer');
    expect(told.coverage).toEqual([{ from: day('2024-03-01'), to: day('2024-07-13') }]);
  });

  it('a remark after now, or after the first bar, is none', () => {
    const late = bars('2024-03-01', '2024-07-12');
    expect(prove({ bars: late, firstBar: day('2027-01-01') }).error).toBeUndefined();
    expect(prove({ bars: late, firstBar: day('2024-06-01') }).error).toBeUndefined();
  });

  it.each([
    ['with a table', WEEKDAYS],
    ['without one', undefined],
  ])('an answer without any bar is unknown when the source says that it has older ones, %s', (_, exchange) => {
    const none = prove({ bars: bars('2024-01-02', '2024-01-01'), firstBar: day('1993-01-29'), exchange });
    expect([none.error?.code, none.coverage]).toEqual(['bad-answer', []]);
    const later = prove({ bars: bars('2024-01-02', '2024-01-01'), firstBar: day('2027-01-01'), exchange });
    expect(later.error).toBeUndefined();
  });
});

describe('a contract', () => {
  it('is suspect on a date whose five bars before had volume, while it is not near its end', () => {
    const at = { series: GOLD, from: '2023-12-01', to: '2024-05-31', now: day('2024-06-01') };
    expect(suspects(prove({ ...at, bars: bars('2023-12-01', '2024-05-31', ['2024-05-21']) }))).toEqual(['2024-05-21']);
    expect(suspects(prove({ ...at, bars: bars('2023-12-01', '2024-05-31', ['2024-05-21'], 0) }))).toEqual([]);
  });

  it('has no suspects after its last bar from 45 days before the end of its month on', () => {
    const stopped = bars('2023-12-01', '2024-08-20');
    const proof = prove({ series: GOLD, bars: stopped, from: '2023-12-01', to: '2024-08-30', now: day('2024-08-31') });
    expect([proof.error, proof.suspects]).toEqual([undefined, []]);
  });
});
