import { isWeekday, utcDate, weekday } from '../src/market/calendar.ts';
import type { TradeDate } from '../src/market/calendar.ts';
import { DAY_MS, HOUR_MS } from '../src/market/period.ts';
import { offsetsAlong } from '../src/market/time-zone.ts';
import { futuresHolidays, londonHolidays, newYorkHolidays, NO_HOLIDAYS } from './holidays.ts';
import type { Holidays } from './holidays.ts';

/** Where something trades; decides its trading days and hours. */
export type Venue = 'new-york' | 'london' | 'us-futures' | 'forex' | 'crypto';

/** The trading of one trade date: [opensAt, closesAt), milliseconds since the epoch, UTC. */
export interface Session {
  readonly date: TradeDate;
  readonly opensAt: number;
  readonly closesAt: number;
}

const CHICAGO = 'America/Chicago';
const LONDON = 'Europe/London';
const NEW_YORK = 'America/New_York';

const clocks = new Map<string, (instant: number) => number>();

/**
 * The instant at which a wall clock in the zone shows the time `timeMs` after midnight of the date. Quick for many dates
 * in order; not for the hour that a DST change leaves out or doubles, in which no session here begins or ends.
 */
export function wallTime(date: TradeDate, timeMs: number, zone: string): number {
  let offset = clocks.get(zone);
  if (offset === undefined) {
    offset = offsetsAlong(zone);
    clocks.set(zone, offset);
  }
  const wall = date + timeMs;
  return wall - offset(wall - offset(wall));
}

interface Rules {
  readonly holidays: (year: number) => Holidays;
  readonly weekends: boolean;
  readonly opensAt: (date: TradeDate) => number;
  readonly closesAt: (date: TradeDate, half: boolean) => number;
}

const RULES: Readonly<Record<Venue, Rules>> = {
  'new-york': {
    holidays: newYorkHolidays,
    weekends: false,
    opensAt: (date) => wallTime(date, 9.5 * HOUR_MS, NEW_YORK),
    closesAt: (date, half) => wallTime(date, (half ? 13 : 16) * HOUR_MS, NEW_YORK),
  },
  london: {
    holidays: londonHolidays,
    weekends: false,
    opensAt: (date) => wallTime(date, 8 * HOUR_MS, LONDON),
    closesAt: (date, half) => wallTime(date, (half ? 12.5 : 16.5) * HOUR_MS, LONDON),
  },
  'us-futures': {
    holidays: futuresHolidays,
    weekends: false,
    opensAt: (date) => wallTime(date - DAY_MS, 17 * HOUR_MS, CHICAGO),
    closesAt: (date) => wallTime(date, 16 * HOUR_MS, CHICAGO),
  },
  forex: {
    holidays: () => NO_HOLIDAYS,
    weekends: false,
    opensAt: (date) => wallTime(date, 0, LONDON),
    closesAt: (date) =>
      weekday(date) === 5 ? wallTime(date, 17 * HOUR_MS, NEW_YORK) : wallTime(date + DAY_MS, 0, LONDON),
  },
  crypto: {
    holidays: () => NO_HOLIDAYS,
    weekends: true,
    opensAt: (date) => date,
    closesAt: (date) => date + DAY_MS,
  },
};

const years = new Map<string, readonly Session[]>();

function sessionsOfYear(venue: Venue, year: number): readonly Session[] {
  const key = `${venue} ${year}`;
  let sessions = years.get(key);
  if (sessions === undefined) {
    const rules = RULES[venue];
    const { closed, half } = rules.holidays(year);
    const found: Session[] = [];
    for (let date = Date.UTC(year, 0, 1); date < Date.UTC(year + 1, 0, 1); date += DAY_MS) {
      if ((!rules.weekends && !isWeekday(date)) || closed.has(date)) continue;
      found.push({ date, opensAt: rules.opensAt(date), closesAt: rules.closesAt(date, half.has(date)) });
    }
    sessions = found;
    years.set(key, sessions);
  }
  return sessions;
}

const yearOf = (date: TradeDate): number => new Date(date).getUTCFullYear();

/** Index of the first session on or after the date. */
function indexFrom(sessions: readonly Session[], date: TradeDate): number {
  let low = 0;
  let high = sessions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sessions[middle]?.date ?? Infinity) < date) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sessions of the trade dates [from, to), in order. */
export function sessionsBetween(venue: Venue, from: TradeDate, to: TradeDate): Session[] {
  const found: Session[] = [];
  for (let year = yearOf(from); from < to && year <= yearOf(to - 1); year++) {
    const sessions = sessionsOfYear(venue, year);
    found.push(...sessions.slice(indexFrom(sessions, from), indexFrom(sessions, to)));
  }
  return found;
}

/** The session of a trade date; undefined when the venue is shut on it. */
export function sessionOf(venue: Venue, date: TradeDate): Session | undefined {
  return sessionsBetween(venue, date, date + DAY_MS)[0];
}

/** The last session before the trade date. */
export function sessionBefore(venue: Venue, date: TradeDate): Session {
  for (let back = 1; ; back++) {
    const session = sessionOf(venue, date - back * DAY_MS);
    if (session !== undefined) return session;
  }
}

/** The last session that has opened at the instant; it may be over. */
export function lastOpened(venue: Venue, instant: number): Session {
  // A futures session opens on the evening before its trade date.
  const tomorrow = utcDate(instant) + 2 * DAY_MS;
  let session = sessionBefore(venue, tomorrow);
  while (session.opensAt > instant) session = sessionBefore(venue, session.date);
  return session;
}
