import { DAY_MS, MINUTE_MS } from '../src/market/period.ts';
import { mix, unit } from './random.ts';
import type { Session } from './sessions.ts';
import { foldRows, rowOf } from './tick-bars.ts';
import type { TickBar } from './tick-bars.ts';
import type { Truth } from './truth.ts';
import type { LatestQuote } from './yahoo-quote.ts';
import { dateAt, extendedHours } from './yahoo-session.ts';
import { isAsked } from './yahoo-rows.ts';
import type { ChartRow } from './yahoo-rows.ts';
import type { ChartRequest } from './yahoo-request.ts';
import type { Listing } from './yahoo-listing.ts';

/** Rows outside the regular session: prices about the price next to it, no volume. */
function quietRows(session: Session, from: number, to: number, price: number, lengthMs: number): ChartRow[] {
  const rows: ChartRow[] = [];
  for (let time = from; time < to; time += lengthMs) {
    const step = (n: number): number => Math.round(price * (1 + 0.002 * (unit(mix(time / 1000, n)) - 0.5)));
    const [open, close] = [step(1), step(2)];
    const bar = { open, close, high: Math.max(open, close), low: Math.min(open, close), volume: 0 };
    rows.push({ stamp: time / 1000, date: session.date, bar });
  }
  return rows;
}

function regularRows(truth: Truth, listing: Listing, session: Session, minutes: number, now: number): ChartRow[] {
  const bars = truth.minutesSoFar(listing.security, session, now);
  const rows: ChartRow[] = [];
  for (let row = 0; row < bars.time.length; row += minutes) {
    const stamp = (bars.time[row] ?? 0) / 1000;
    const bar = foldRows(bars, row, Math.min(row + minutes, bars.time.length));
    rows.push({ stamp, date: session.date, bar });
  }
  return rows;
}

/**
 * Intraday rows on a grid from the open of each session. While a session is going the last trade follows as a row of
 * its own without volume.
 * @param minutes length of a bar
 */
export function minuteRows(
  truth: Truth,
  listing: Listing,
  request: ChartRequest,
  quote: LatestQuote,
  minutes: number,
  now: number,
): ChartRow[] {
  const { security } = listing;
  const from = dateAt(listing, request.from * 1000) - DAY_MS;
  const to = Math.min(dateAt(listing, request.to * 1000) + 2 * DAY_MS, dateAt(listing, now) + 2 * DAY_MS);
  const rows: ChartRow[] = [];
  for (const session of truth.sessions(security, from, to)) {
    const { preFrom, postTo } = extendedHours(listing, session);
    if (postTo <= request.from * 1000 || preFrom > request.to * 1000 || preFrom > now) continue;
    const day = rowOf(truth.daily(security, session.date, session.date + DAY_MS), 0);
    const extended = request.prePost && listing.prePost && day !== undefined;
    const lengthMs = minutes * MINUTE_MS;
    const upTo = (end: number): number => Math.min(end, now);
    if (extended) rows.push(...quietRows(session, preFrom, upTo(session.opensAt), day.open, lengthMs));
    if (session.opensAt <= now) rows.push(...regularRows(truth, listing, session, minutes, now));
    if (extended) rows.push(...quietRows(session, session.closesAt, upTo(postTo), day.close, lengthMs));
  }
  const lastTrade = Math.floor(quote.time / 1000);
  if (quote.going && rows.at(-1)?.stamp !== lastTrade) {
    rows.push({ stamp: lastTrade, date: quote.session.date, bar: flat(quote.bar.close) });
  }
  return rows.filter((row) => isAsked(listing, request, row.stamp));
}

/** A bar of one price and no volume. */
export function flat(price: number): TickBar {
  return { open: price, high: price, low: price, close: price, volume: 0 };
}
