import { DAY_MS, HOUR_MS, MINUTE_MS } from '../src/market/period.ts';
import { localDate, offsetAt } from '../src/market/time-zone.ts';
import { wallTime } from './sessions.ts';
import type { Session } from './sessions.ts';
import type { Listing } from './yahoo-listing.ts';

/** A stretch of trading as Yahoo writes it: seconds since the epoch, offset of the zone in seconds. */
export interface WirePeriod {
  readonly timezone: string;
  readonly start: number;
  readonly end: number;
  readonly gmtoffset: number;
}

/** The three stretches of a day, [start, end). */
export interface WireDay {
  readonly pre: WirePeriod;
  readonly regular: WirePeriod;
  readonly post: WirePeriod;
}

const SHORT_NAMES: Readonly<Record<string, readonly [winter: string, summer: string]>> = {
  'America/New_York': ['EST', 'EDT'],
  'Europe/London': ['GMT', 'BST'],
  UTC: ['UTC', 'UTC'],
};

/** The short name that a zone goes by at an instant: EST, EDT. */
export function shortZone(zone: string, instant: number): string {
  const january = offsetAt(Date.UTC(new Date(instant).getUTCFullYear(), 0, 1), zone);
  const names = SHORT_NAMES[zone] ?? [zone, zone];
  return offsetAt(instant, zone) === january ? names[0] : names[1];
}

function wirePeriod(start: number, end: number, zone: string): WirePeriod {
  return {
    timezone: shortZone(zone, start),
    start: start / 1000,
    end: end / 1000,
    gmtoffset: offsetAt(start, zone) / 1000,
  };
}

/** When the market before and after the regular session begins and ends, milliseconds since the epoch. */
export function extendedHours(listing: Listing, session: Session): { preFrom: number; postTo: number } {
  const { venue } = listing.security;
  if (venue === 'london')
    return { preFrom: session.opensAt - 45 * MINUTE_MS, postTo: session.closesAt + 45 * MINUTE_MS };
  if (!listing.prePost && listing.instrumentType !== 'INDEX')
    return { preFrom: session.opensAt, postTo: session.closesAt };
  return { preFrom: wallTime(session.date, 4 * HOUR_MS, listing.zone), postTo: session.closesAt + 4 * HOUR_MS };
}

/** The day of a session. Markets that never rest are told as midnight to 23:59 of the local day. */
export function wireDay(listing: Listing, session: Session): WireDay {
  const { zone, security } = listing;
  if (security.venue === 'new-york' || security.venue === 'london') {
    const { preFrom, postTo } = extendedHours(listing, session);
    return {
      pre: wirePeriod(preFrom, session.opensAt, zone),
      regular: wirePeriod(session.opensAt, session.closesAt, zone),
      post: wirePeriod(session.closesAt, postTo, zone),
    };
  }
  return localDay(session.date, zone);
}

/** Midnight to 23:59 of a local day. */
export function localDay(date: number, zone: string): WireDay {
  const start = wallTime(date, 0, zone);
  const end = wallTime(date + DAY_MS, 0, zone) - MINUTE_MS;
  return {
    pre: wirePeriod(start, start, zone),
    regular: wirePeriod(start, end, zone),
    post: wirePeriod(end, end, zone),
  };
}

/** The local date at an instant in the zone of the listing. */
export function dateAt(listing: Listing, instant: number): number {
  return localDate(instant, listing.zone);
}
