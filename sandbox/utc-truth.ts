import { firstBarFrom } from '../src/market/bars.ts';
import { weekday } from '../src/market/calendar.ts';
import { DAY_MS } from '../src/market/period.ts';
import type { Period } from '../src/market/period.ts';
import type { TimeRange } from '../src/market/time-range.ts';
import type { Security } from './securities.ts';
import type { Session } from './sessions.ts';
import { allocateTickBars, foldBars, joinTickBars, rowOf, setRow, sliceTickBars } from './tick-bars.ts';
import type { TickBars } from './tick-bars.ts';
import { calendarUnit } from './truth.ts';
import type { Truth } from './truth.ts';

/** A session that lies in one bar is its day's bar: its minutes need not be made. */
function foldedSession(truth: Truth, security: Security, session: Session, length: number, now: number): TickBars {
  const start = (time: number): number => Math.floor(time / length) * length;
  const { date, opensAt, closesAt } = session;
  if (closesAt <= now && start(opensAt) === start(closesAt - 1)) {
    const day = rowOf(truth.daily(security, date, date + DAY_MS), 0);
    const bars = allocateTickBars(day === undefined ? 0 : 1);
    if (day !== undefined) setRow(bars, 0, start(opensAt), day);
    return bars;
  }
  return foldBars(truth.minutesSoFar(security, session, now), start);
}

/**
 * Bars of a length that begin at whole multiples of it in UTC and have begun at `now`; of the one that is going what is known.
 * Those of a day are days of UTC, whatever sessions they have a part of.
 * @param range of the starts; instants
 */
export function utcBars(truth: Truth, security: Security, length: number, range: TimeRange, now: number): TickBars {
  const to = Math.min(range.to, now + 1);
  const sessions = truth
    .sessions(security, range.from - 2 * DAY_MS, to + 2 * DAY_MS)
    .filter(({ opensAt, closesAt }) => closesAt > range.from && opensAt < to);
  const tables = sessions.map((session) => foldedSession(truth, security, session, length, now));
  const bars = foldBars(joinTickBars(tables), (time) => time);
  return sliceTickBars(bars, firstBarFrom(bars.time, range.from), firstBarFrom(bars.time, to));
}

/** Where nothing trades at the weekend but on Sunday evening, that counts to Monday's week and month. */
function tradeDay(security: Security, date: number): number {
  if (security.venue === 'crypto') return date;
  const day = weekday(date);
  if (day === 6) return date + 2 * DAY_MS;
  return day === 0 ? date + DAY_MS : date;
}

/**
 * Bars of a day or longer whose days end at midnight UTC, finished at `now`. A week is stamped its Monday, a month its 1st.
 * @param range of the stamps
 */
export function utcDays(truth: Truth, security: Security, period: Period, range: TimeRange, now: number): TickBars {
  const { start, next } = calendarUnit(period);
  const wide = { from: range.from - 3 * DAY_MS, to: next(Math.min(range.to, now)) };
  const days = utcBars(truth, security, DAY_MS, wide, now);
  const whole = sliceTickBars(days, 0, firstBarFrom(days.time, now - DAY_MS + 1));
  const bars = period === '1d' ? whole : foldBars(whole, (date) => start(tradeDay(security, date)));
  const over = (stamp: number): boolean => {
    let end = next(stamp);
    while (period !== '1d' && tradeDay(security, end - DAY_MS) >= next(stamp)) end -= DAY_MS;
    return end <= now;
  };
  let finished = bars.time.length;
  while (finished > 0 && !over(bars.time[finished - 1] ?? 0)) finished -= 1;
  const from = firstBarFrom(bars.time, range.from);
  return sliceTickBars(bars, from, Math.max(from, Math.min(finished, firstBarFrom(bars.time, range.to))));
}
