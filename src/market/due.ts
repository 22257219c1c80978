import type { TradeDate } from './calendar.ts';
import type { ExchangeTable } from './exchange-table.ts';
import { DAY_MS } from './period.ts';
import { sessionsAfter, sessionsUpTo } from './session-dates.ts';

/** Sessions and bars that are looked back on. */
const WINDOW = 60;
const LEAST_CONTRACT_BARS = 20;
const LEAST_GROUP = 3;
const DELAYS = 20;

/** Contracts live and die; undated series are stocks, pairs and coins. */
export type CadenceKind = 'contract' | 'undated';

const LEAST_SHARE: Readonly<Record<CadenceKind, number>> = { contract: 0.95, undated: 0.8 };

/** Index of the first stamp at or after a date. */
function firstFrom(stamps: ArrayLike<TradeDate>, date: TradeDate): number {
  let low = 0;
  let high = stamps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stamps[middle] ?? Number.POSITIVE_INFINITY) < date) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * True when a series has a bar on nearly every session: on 80 % (contracts 95 %, and 20 bars) of the 60 sessions that end with
 * its last bar before the date. A contract that is younger is judged on the sessions since its first bar; an undated series
 * that is younger passes. Without a bar before the date nothing holds.
 * @param stamps trade dates of its bars, ascending
 * @param table absent, or silent on those years: weekdays count as sessions
 */
export function cadenceHolds(
  stamps: ArrayLike<TradeDate>,
  table: ExchangeTable | undefined,
  date: TradeDate,
  kind: CadenceKind,
): boolean {
  const end = firstFrom(stamps, date);
  const first = stamps[0];
  const last = stamps[end - 1];
  if (first === undefined || last === undefined) return false;
  const window = sessionsUpTo(table, last, WINDOW);
  const sessions = window.filter((session) => session >= first);
  if (kind === 'undated' && sessions.length < WINDOW) return true;
  let bars = 0;
  for (const session of sessions) {
    if (stamps[firstFrom(stamps, session)] === session) bars++;
  }
  if (kind === 'contract' && bars < LEAST_CONTRACT_BARS) return false;
  return bars >= LEAST_SHARE[kind] * sessions.length;
}

/** What the other live series of a group have on a date. */
export interface GroupOnDate {
  /** How many live series there are beside this one. */
  readonly size: number;
  /** How many of them have a bar. */
  readonly withBar: number;
}

/** What is needed to say whether a bar is due. */
export interface DueQuestion {
  readonly date: TradeDate;
  readonly table: ExchangeTable | undefined;
  /** Whether the series' own cadence holds before the date. */
  readonly cadence: boolean;
  readonly group: GroupOnDate;
}

/**
 * True when a daily bar is to be expected: the series' cadence holds, and its exchange's table says so or at least half of
 * three or more other series have a bar. A table that is not proven counts only where at least half of the others, however
 * few, have a bar.
 */
export function isDue({ date, table, cadence, group }: DueQuestion): boolean {
  if (!cadence) return false;
  const half = group.size > 0 && 2 * group.withBar >= group.size;
  if (half && group.size >= LEAST_GROUP) return true;
  if (table === undefined || !table.day(date).isDue) return false;
  return table.isProven || half;
}

/**
 * The longest way from one of the last 60 bars to the next, in due dates (weekdays without a table): 1 when none is missing,
 * 0 with fewer than two bars.
 * @param stamps trade dates of the bars, ascending
 */
export function longestPause(stamps: ArrayLike<TradeDate>, table: ExchangeTable | undefined): number {
  let longest = 0;
  for (let index = Math.max(1, stamps.length - WINDOW + 1); index < stamps.length; index++) {
    const from = stamps[index - 1];
    const to = stamps[index];
    if (from === undefined || to === undefined) continue;
    // Fewer days than the longest pause hold no longer one.
    if ((to - from) / DAY_MS > longest) longest = Math.max(longest, sessionsAfter(table, from, to));
  }
  return longest;
}

/**
 * How late the bars of a series usually come: the median of its last 20 delays, in the unit they are in; 0 without any.
 * Of an even number the lower of the two in the middle, so that a delay that was seen is given.
 */
export function usualDelay(delays: readonly number[]): number {
  const sorted = delays.slice(-DELAYS).sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
