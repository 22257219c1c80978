import type { TradeDate } from '../src/market/calendar.ts';
import { DAY_MS } from '../src/market/period.ts';
import { nthWeekday } from './holidays.ts';
import { priceOf } from './securities.ts';
import type { Security, Split } from './securities.ts';
import { sessionBefore, sessionOf } from './sessions.ts';
import type { Session } from './sessions.ts';
import type { DailyTruth } from './daily-truth.ts';

/** Money paid a share, in today's shares; `session` is the first one without it. */
export interface Dividend {
  readonly session: Session;
  readonly amount: number;
}

/** What a close is multiplied by to give the adjusted close: dividends that went ex after it. */
export interface Adjustments {
  /** Ex dates, ascending. */
  readonly dates: readonly TradeDate[];
  /** Factor of the closes before the ex date of the same index. */
  readonly factors: readonly number[];
}

function exSession(security: Security, year: number, month: number, friday: number): Session {
  const date = nthWeekday(year, month, 5, friday);
  return sessionOf(security.venue, date) ?? sessionBefore(security.venue, date);
}

/** Dividends with an ex date in [from, to) whose session has opened at `now`, in order. */
export function dividendsOf(security: Security, from: TradeDate, to: TradeDate, now: number): Dividend[] {
  const rule = security.dividends;
  if (rule === undefined) return [];
  const found: Dividend[] = [];
  const start = new Date(Math.max(from, security.first)).getUTCFullYear();
  const end = new Date(Math.min(to, now)).getUTCFullYear();
  for (let year = start; year <= end; year++) {
    for (const month of rule.months) {
      const session = exSession(security, year, month, rule.friday);
      const inside = session.date >= from && session.date < to && session.date > security.first;
      if (inside && session.opensAt <= now) found.push({ session, amount: rule.amount });
    }
  }
  return found;
}

/** The session at whose open a split takes effect. */
export function splitSession(security: Security, split: Split): Session {
  const session = sessionOf(security.venue, split.date);
  return session ?? { date: split.date, opensAt: split.date, closesAt: split.date };
}

/** Whether the split still lies ahead at `now`. */
export function isAhead(security: Security, split: Split, now: number): boolean {
  return splitSession(security, split).opensAt > now;
}

/** Each dividend lowers the closes before it by its part of the last one: factor 1 − amount / close. */
export function adjustmentsOf(daily: DailyTruth, security: Security, now: number): Adjustments {
  const dividends = dividendsOf(security, security.first, now + 7 * DAY_MS, now);
  const dates: TradeDate[] = [];
  const factors: number[] = [];
  let factor = 1;
  for (const { session, amount } of dividends.reverse()) {
    const before = daily.closeOn(security, sessionBefore(security.venue, session.date).date);
    factor *= 1 - amount / priceOf(before, security.price);
    dates.push(session.date);
    factors.push(factor);
  }
  return { dates: dates.reverse(), factors: factors.reverse() };
}

/** Factor of the close of one trade date. */
export function factorOn(adjustments: Adjustments, date: TradeDate): number {
  let low = 0;
  let high = adjustments.dates.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((adjustments.dates[middle] ?? Infinity) <= date) low = middle + 1;
    else high = middle;
  }
  return adjustments.factors[low] ?? 1;
}
