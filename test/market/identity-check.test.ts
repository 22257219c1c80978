import { expect, it } from 'vitest';
import { checkGrid } from '../../src/market/grid-check.ts';
import { beginsAfterStored, compareIdentity } from '../../src/market/identity-check.ts';
import { filledColumns } from '../../src/market/rebase.ts';
import { bars } from '../store/workspace.ts';

const MINUTE = 60_000;
const at = (day: string, minutes: readonly number[]): number[] =>
  minutes.map((minute) => Date.parse(`${day}T14:00:00Z`) + minute * MINUTE);
const stored = { grid: [15], seen: Date.parse('2024-06-04T14:15:00Z'), zone: 'America/New_York' };
const check = (stamps: readonly number[]) => checkGrid(Float64Array.from(stamps), '30m', stored);

it('half-hour bars that move from :15 to :00 in two sessions are on another grid; one session is flagged', () => {
  const moved = at('2024-06-05', [0, 30, 60]);
  expect(check(moved)).toEqual({ isAnother: false, off: 3, grid: [15] });
  expect(check([...moved, ...at('2024-06-06', [0, 30, 60])]).isAnother).toBe(true);
});

it('the odd last bar of half days is flagged each time and never joins the grid', () => {
  const half = ['2024-06-05', '2024-06-06', '2024-06-07'].flatMap((day) => at(day, [15, 45, 75, 105, 120]));
  expect(check(half)).toEqual({ isAnother: false, off: 3, grid: [15] });
});

it('a clock change of half an hour is no other grid', () => {
  const zone = 'Australia/Lord_Howe';
  // Offsets: 10:30 from 7 April 2024 on, 11:00 before it.
  const seen = Date.parse('2024-04-05T00:00:00Z');
  const after = Float64Array.from([8, 9, 10].map((day) => Date.UTC(2024, 3, day, 0, 30)));
  expect(checkGrid(after, '1h', { grid: [0], seen, zone })).toEqual({ isAnother: false, off: 0, grid: [0] });
});

it('a ticker that first trades in 2026 is not the one with bars back to 1973', () => {
  const told = { firstTradeDate: Date.parse('2026-07-10T13:30:00Z') };
  expect(beginsAfterStored({}, told, Date.parse('1973-05-03'))).toBe(true);
  expect(beginsAfterStored(told, told, Date.parse('1973-05-03'))).toBe(false);
  expect(beginsAfterStored({}, told, Date.parse('2026-07-10'))).toBe(false);
});

it('names differ by letters, not by capitals and points; the name of a front month says nothing', () => {
  const names = (was: string, is: string, isFrontMonth = false) =>
    compareIdentity({ name: was }, { name: is }, { isFrontMonth }).turns.length;
  expect(names('Apple Inc.', 'APPLE INC')).toBe(0);
  expect(names('Facebook', 'Meta Platforms')).toBe(1);
  expect(names('Gold Apr 25', 'Gold Jun 25', true)).toBe(0);
});

it('an empty Adj Close that the source has now is a new basis of that column, whole or in part', () => {
  const answer = { ...bars(4), extras: new Map([['Adj Close', Float64Array.of(1, 2, 3, 4)]] as const) };
  const hole = { ...bars(4), extras: new Map([['Adj Close', Float64Array.of(1, Number.NaN, 3, 4)]] as const) };
  expect(filledColumns(bars(4), answer)).toMatchObject([{ columns: 'Adj Close', bars: 4 }]);
  expect(filledColumns(hole, answer)).toMatchObject([{ bars: 1 }]);
  expect([filledColumns(answer, answer), filledColumns(answer, bars(4))]).toEqual([[], []]);
});
