import { DAY_MS } from '../src/market/period.ts';
import type { TickBar } from './tick-bars.ts';
import { foldRows, rowOf } from './tick-bars.ts';
import { lastOpened, sessionBefore, sessionOf } from './sessions.ts';
import type { Session } from './sessions.ts';
import type { Truth } from './truth.ts';
import { dateAt } from './yahoo-session.ts';
import type { Listing } from './yahoo-listing.ts';

/** The latest of a security at `now`, in ticks. */
export interface LatestQuote {
  /** The session that is going or was the last. */
  readonly session: Session;
  /** True while it is going. */
  readonly going: boolean;
  /** The bar of that session as far as it has come. */
  readonly bar: TickBar;
  /** Time of the last trade, milliseconds since the epoch. */
  readonly time: number;
  /** The session whose day Yahoo tells as the current one: today's, else the last before. */
  readonly current: Session;
}

function clip(truth: Truth, listing: Listing, session: Session): Session {
  const { last, venue } = listing.security;
  if (last === undefined || session.date <= last) return session;
  return truth.sessions(listing.security, last, last + DAY_MS)[0] ?? sessionBefore(venue, last);
}

/** What trades, and how far its session has come. */
export function latestQuote(truth: Truth, listing: Listing, now: number): LatestQuote {
  const { security } = listing;
  const session = clip(truth, listing, lastOpened(security.venue, now));
  const going = session.closesAt > now;
  const today = dateAt(listing, now);
  const current = sessionOf(security.venue, today) ?? sessionBefore(security.venue, today);
  const minutes = going ? truth.minutesSoFar(security, session, now) : undefined;
  const bar = minutes
    ? foldRows(minutes, 0, minutes.time.length)
    : rowOf(truth.daily(security, session.date, session.date + DAY_MS), 0);
  return {
    session,
    going,
    bar: bar ?? { open: 0, high: 0, low: 0, close: 0, volume: 0 },
    time: going ? now : session.closesAt,
    current,
  };
}

const yearly = new WeakMap<Truth, Map<string, { date: number; high: number; low: number }>>();

/** Highest and lowest price of the year before the session of the quote and of that session itself, in ticks. */
export function yearRange(truth: Truth, listing: Listing, quote: LatestQuote): { high: number; low: number } {
  const { date } = quote.session;
  const known = yearly.get(truth) ?? new Map<string, { date: number; high: number; low: number }>();
  yearly.set(truth, known);
  let range = known.get(listing.security.key);
  if (range?.date !== date) {
    const days = truth.daily(listing.security, date - 365 * DAY_MS, date);
    range = { date, high: quote.bar.high, low: quote.bar.low };
    if (days.time.length > 0) range = { date, ...foldRows(days, 0, days.time.length) };
    known.set(listing.security.key, range);
  }
  return { high: Math.max(range.high, quote.bar.high), low: Math.min(range.low, quote.bar.low) };
}
