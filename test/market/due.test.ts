import { describe, expect, it } from 'vitest';
import { formatTradeDate, parseTradeDate } from '../../src/market/calendar.ts';
import { cadenceHolds, isDue, longestPause, usualDelay } from '../../src/market/due.ts';
import type { ExchangeTable } from '../../src/market/exchange-table.ts';
import { exchangeTable } from '../../src/market/exchange-tables.ts';
import { DAY_MS } from '../../src/market/period.ts';
import { dueDates, lastSessions, sessionsBetween, sessionsOf } from '../../src/market/session-dates.ts';

const on = (text: string): number => parseTradeDate(text) ?? Number.NaN;

function tableOf(id: string): ExchangeTable {
  const table = exchangeTable(id);
  if (table === undefined) throw new Error(`no table of ${id}`);
  return table;
}

const NYSE = tableOf('XNYS');
const EUREX = tableOf('XEUR');
const texts = (dates: readonly number[]): string[] => dates.map((date) => formatTradeDate(date));

describe('session dates', () => {
  it('due dates of a half-open range leave out weekends, holidays and the end', () => {
    const range = { from: on('2024-07-03'), to: on('2024-07-09') };
    expect(texts(dueDates(NYSE, range))).toEqual(['2024-07-03', '2024-07-05', '2024-07-08']);
    expect(sessionsBetween(NYSE, range)).toBe(3);
  });

  it('the last sessions before a date end before it', () => {
    expect(texts(lastSessions(NYSE, on('2024-07-08'), 3))).toEqual(['2024-07-02', '2024-07-03', '2024-07-05']);
  });

  it('the last sessions stop where the table begins', () => {
    expect(lastSessions(NYSE, on('1990-01-10'), 60).length).toBe(6);
    expect(lastSessions(NYSE, on('1980-01-10'), 60)).toEqual([]);
  });

  it('sessions of a range hold those on which no bar is due', () => {
    const range = { from: on('2024-01-13'), to: on('2024-01-17') };
    expect(texts(sessionsOf(tableOf('CMES'), range).map(({ date }) => date))).toEqual(['2024-01-15', '2024-01-16']);
    expect(texts(dueDates(tableOf('CMES'), range))).toEqual(['2024-01-16']);
  });
});

describe('cadence', () => {
  const date = on('2024-06-03');
  /** The 100 sessions before the date. */
  const full = lastSessions(NYSE, date, 100);
  /** Without the given numbers of sessions, counted from the newest. */
  const lacking = (missing: readonly number[]): number[] => full.filter((_, index) => !missing.includes(99 - index));
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

  it('a stock with 48 of 60 sessions holds, with 47 it does not', () => {
    expect(cadenceHolds(lacking(upTo(12)), NYSE, date, 'undated')).toBe(true);
    expect(cadenceHolds(lacking(upTo(13)), NYSE, date, 'undated')).toBe(false);
  });

  it('a contract with 57 of 60 sessions holds, with 56 it does not', () => {
    expect(cadenceHolds(lacking([1, 2, 3]), NYSE, date, 'contract')).toBe(true);
    expect(cadenceHolds(lacking([1, 2, 3, 4]), NYSE, date, 'contract')).toBe(false);
  });

  it('a young contract is judged from its twentieth bar on', () => {
    expect(cadenceHolds(full.slice(-19), NYSE, date, 'contract')).toBe(false);
    expect(cadenceHolds(full.slice(-20), NYSE, date, 'contract')).toBe(true);
    expect(cadenceHolds(lacking([3, 4]).slice(-20), NYSE, date, 'contract')).toBe(false);
  });

  it('a young stock holds with few bars, without any it does not', () => {
    expect(cadenceHolds(full.slice(-1), NYSE, date, 'undated')).toBe(true);
    expect(cadenceHolds([full[50] ?? 0, full[99] ?? 0], NYSE, date, 'undated')).toBe(true);
    expect(cadenceHolds([], NYSE, date, 'undated')).toBe(false);
    expect(cadenceHolds([date], NYSE, date, 'undated')).toBe(false);
  });

  it('the window ends with the last bar before the date: what came later and the silence since do not count', () => {
    const quiet = full.slice(0, 70);
    expect(cadenceHolds(quiet, NYSE, date, 'contract')).toBe(true);
    const sparseSince = [...quiet, on('2024-06-20'), on('2024-07-20')];
    expect(cadenceHolds(sparseSince, NYSE, date, 'contract')).toBe(true);
    expect(cadenceHolds(sparseSince, NYSE, on('2024-07-21'), 'contract')).toBe(false);
  });

  it('sessions without a due bar do not count as missed', () => {
    const cme = tableOf('CMES');
    const days = lastSessions(cme, on('2024-03-01'), 70);
    expect(cadenceHolds(days, cme, on('2024-03-01'), 'contract')).toBe(true);
    expect(cadenceHolds(days, undefined, on('2024-03-01'), 'contract')).toBe(false);
  });

  it('without a table, and in years that it does not know, weekdays are the sessions', () => {
    const weekdays = Array.from({ length: 140 }, (_, index) => on('1985-01-07') + index * DAY_MS).filter(
      (_, index) => index % 7 < 5,
    );
    const later = on('1985-06-03');
    for (const table of [undefined, NYSE]) {
      expect(cadenceHolds(weekdays, table, later, 'contract')).toBe(true);
      expect(
        cadenceHolds(
          weekdays.filter((_, index) => index % 4 > 0),
          table,
          later,
          'undated',
        ),
      ).toBe(false);
    }
  });
});

describe('a due date', () => {
  const session = on('2024-06-03');
  const holiday = on('2024-07-04');
  const none = { size: 0, withBar: 0 };

  it.each([
    ['a proven table alone says so', session, NYSE, true, none, true],
    ['a proven table says so and no other series has a bar', session, NYSE, true, { size: 9, withBar: 0 }, true],
    ['the cadence does not hold', session, NYSE, false, { size: 9, withBar: 9 }, false],
    ['the table says no and nothing contradicts it', holiday, NYSE, true, none, false],
    ['half of three or more have a bar on a holiday', holiday, NYSE, true, { size: 4, withBar: 2 }, true],
    ['less than half of them have one', holiday, NYSE, true, { size: 5, withBar: 2 }, false],
    ['two others are too few to overrule the table', holiday, NYSE, true, { size: 2, withBar: 2 }, false],
    ['an unproven table stands alone', session, EUREX, true, none, false],
    ['an unproven table and one other series agree', session, EUREX, true, { size: 1, withBar: 1 }, true],
    ['an unproven table stands against the group', session, EUREX, true, { size: 3, withBar: 1 }, false],
    ['there is no table and a group', session, undefined, true, { size: 3, withBar: 2 }, true],
    ['there is no table and too small a group', session, undefined, true, { size: 2, withBar: 2 }, false],
  ] as const)('when %s', (_, date, table, cadence, group, due) => {
    expect(isDue({ date, table, cadence, group })).toBe(due);
  });
});

describe('pauses and delays', () => {
  it('a pause counts due dates, not weekends and holidays', () => {
    expect(longestPause([on('2024-07-02'), on('2024-07-03'), on('2024-07-05'), on('2024-07-08')], NYSE)).toBe(1);
    expect(longestPause([on('2024-07-02'), on('2024-07-03'), on('2024-07-05')], undefined)).toBe(2);
    expect(longestPause([on('2024-07-01'), on('2024-07-08'), on('2024-07-09')], NYSE)).toBe(4);
  });

  it('only the last 60 bars count', () => {
    const last = lastSessions(NYSE, on('2024-06-03'), 60);
    const long = [on('2023-01-03'), ...last];
    expect(longestPause(long, NYSE)).toBe(1);
    expect(longestPause(long.slice(0, 60), NYSE)).toBeGreaterThan(200);
  });

  it('a series of one bar has no pause', () => {
    expect(longestPause([on('2024-07-02')], NYSE)).toBe(0);
  });

  it('the usual delay is the median of the last 20', () => {
    expect(usualDelay([])).toBe(0);
    expect(usualDelay([2, 0, 1])).toBe(1);
    expect(usualDelay([5, 1])).toBe(1);
    expect(usualDelay([...Array.from({ length: 30 }, () => 9), ...Array.from({ length: 20 }, () => 1)])).toBe(1);
  });
});
