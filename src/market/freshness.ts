import { utcDate } from './calendar.ts';
import { dueUnits } from './due-units.ts';
import type { DueUnit } from './due-units.ts';
import type { ExchangeTable } from './exchange-table.ts';
import { DAY_MS } from './period.ts';
import type { Period } from './period.ts';
import type { Rhythm } from './rhythm.ts';

/** When a series that stands still is called stale, and when it has failed. */
export interface StaleLimits {
  readonly warnSessions: number;
  /** 0: never. */
  readonly failSessions: number;
}

export type Freshness = 'fresh' | 'stale' | 'failed';

/** Weeks and months: finished periods without a bar. */
const LONG_LIMITS: StaleLimits = { warnSessions: 2, failSessions: 3 };
/** Least wait for a series without a rhythm: ten weekdays. */
const LEAST_PAUSE_DAYS = 14;

export interface StandingStill {
  /** Stamp of the last bar. */
  readonly last: number;
  /** Where its coverage ends: the source has answered up to there. */
  readonly to: number;
  readonly period: Period;
  readonly table: ExchangeTable;
  /** Whether a bar was to be expected on the date; says no for dates on which no series of the exchange has one. */
  readonly isCounted: (unit: DueUnit) => boolean;
}

/** The due dates, weeks or sessions after the last bar of which the source has answered without one, oldest first. Pure. */
export function unitsBehind({ last, to, period, table, isCounted }: StandingStill): DueUnit[] {
  return [...dueUnits(table, { from: last + 1, to }, period)].filter(isCounted);
}

/** The middle one of the usual delays, due dates; 0 where none are known. */
export function usualDelay(delays: readonly number[]): number {
  return [...delays].sort((a, b) => a - b)[delays.length >> 1] ?? 0;
}

/** How a regular series stands that is behind by so many due units, its usual delay taken off. Pure. */
export function freshnessOf(behind: number, period: Period, limits: StaleLimits): Freshness {
  const { warnSessions, failSessions } = period === '1wk' || period === '1mo' ? LONG_LIMITS : limits;
  if (limits.failSessions > 0 && behind >= failSessions) return 'failed';
  return behind >= warnSessions ? 'stale' : 'fresh';
}

/** How a series stands of which no table says when a bar is due: by its own longest pause. Pure. @param to end of what was answered */
export function freshnessByPause(last: number, to: number, rhythm: Rhythm | undefined, limits: StaleLimits): Freshness {
  const pause = rhythm?.longestPauseDays ?? 0;
  const still = (utcDate(to) - utcDate(last)) / DAY_MS;
  if (limits.failSessions > 0 && still > Math.max(1.5 * LEAST_PAUSE_DAYS, 3 * pause)) return 'failed';
  return still > Math.max(LEAST_PAUSE_DAYS, 2 * pause) ? 'stale' : 'fresh';
}
