import { firstOfMonth, firstOfNextMonth, isWeekday, mondayOf } from '../src/market/calendar.ts';
import type { TradeDate } from '../src/market/calendar.ts';
import { DAY_MS, HOUR_MS } from '../src/market/period.ts';
import { wallTime } from './sessions.ts';
import type { Session } from './sessions.ts';
import { foldRows, rowOf } from './tick-bars.ts';
import type { TickBar } from './tick-bars.ts';
import type { Truth } from './truth.ts';
import type { LatestQuote } from './yahoo-quote.ts';
import { dateAt } from './yahoo-session.ts';
import type { ChartRequest, Interval } from './yahoo-request.ts';
import type { Listing } from './yahoo-listing.ts';

/** One row of a chart: a bar, or nothing but its stamp (null values on the wire). */
export interface ChartRow {
  /** Seconds since the epoch. */
  readonly stamp: number;
  /** Last trade date in the bar; decides the dividends that its adjusted close leaves out. */
  readonly date: TradeDate;
  readonly bar: TickBar | undefined;
}

/** Whether a stamp is in the asked range. For currencies the end of the range is answered too. */
export function isAsked(listing: Listing, request: ChartRequest, stamp: number): boolean {
  const past = listing.security.class === 'forex' ? stamp > request.to : stamp >= request.to;
  return stamp >= request.from && !past;
}

/** Where the daily row of a date is stamped, seconds since the epoch: the open, for futures midnight. */
function dayStamp(listing: Listing, date: TradeDate, session: Session | undefined): number {
  const { venue } = listing.security;
  if (venue === 'us-futures') return wallTime(date, 0, listing.zone) / 1000;
  return (session?.opensAt ?? wallTime(date, 8 * HOUR_MS, listing.zone)) / 1000;
}

/**
 * Daily rows. Days on which London and the futures exchanges are shut come as rows of nulls; the session that is going
 * is stamped with the time of its last trade, and not there before the local midnight of its date.
 */
export function dayRows(truth: Truth, listing: Listing, request: ChartRequest, quote: LatestQuote): ChartRow[] {
  const { security } = listing;
  const from = dateAt(listing, request.from * 1000);
  const to = Math.min(dateAt(listing, request.to * 1000), quote.session.date) + DAY_MS;
  const sessions = truth.sessions(security, from, to);
  const bars = truth.daily(security, from, to);
  const withNulls = security.venue === 'us-futures' || security.venue === 'london';
  const rows: ChartRow[] = [];
  const add = (row: ChartRow): void => {
    if (isAsked(listing, request, row.stamp)) rows.push(row);
  };
  let next = Math.max(from, security.first);
  sessions.forEach((session, index) => {
    for (; withNulls && next < session.date; next += DAY_MS) {
      if (isWeekday(next)) add({ stamp: dayStamp(listing, next, undefined), date: next, bar: undefined });
    }
    next = session.date + DAY_MS;
    const going = quote.going && session.date === quote.session.date;
    if (!going) add({ stamp: dayStamp(listing, session.date, session), date: session.date, bar: rowOf(bars, index) });
    else if (dateAt(listing, quote.time) === session.date) {
      add({ stamp: Math.floor(quote.time / 1000), date: session.date, bar: quote.bar });
    }
  });
  return rows;
}

/** First date of the week, month or quarter of a date, and of the next one. */
function bucketOf(interval: Interval): { start: (date: number) => TradeDate; next: (date: number) => TradeDate } {
  if (interval === '1mo') return { start: firstOfMonth, next: firstOfNextMonth };
  if (interval === '3mo') {
    const quarter = (date: number, ahead: number): number => {
      const day = new Date(date);
      return Date.UTC(day.getUTCFullYear(), Math.floor(day.getUTCMonth() / 3) * 3 + ahead, 1);
    };
    return { start: (date) => quarter(date, 0), next: (date) => quarter(date, 3) };
  }
  return { start: mondayOf, next: (date) => mondayOf(date) + 7 * DAY_MS };
}

/**
 * Weekly and longer rows, stamped at the local midnight of their first date. While a session is going its day is a row of
 * its own after the rest of its week or month; not so for currencies and coins, whose day is worked in.
 */
export function longRows(truth: Truth, listing: Listing, request: ChartRequest, quote: LatestQuote): ChartRow[] {
  const { security } = listing;
  const { start, next } = bucketOf(request.interval);
  const from = start(dateAt(listing, request.from * 1000));
  const to = Math.min(next(dateAt(listing, request.to * 1000)), quote.session.date + DAY_MS);
  const bars = truth.daily(security, from, to);
  const separate = security.venue !== 'forex' && security.venue !== 'crypto';
  const rows: ChartRow[] = [];
  const add = (row: ChartRow): void => {
    if (isAsked(listing, request, row.stamp)) rows.push(row);
  };
  for (let row = 0; row < bars.time.length;) {
    const bucket = start(bars.time[row] ?? 0);
    let end = row + 1;
    while (end < bars.time.length && (bars.time[end] ?? 0) < next(bucket)) end++;
    const stamp = wallTime(bucket, 0, listing.zone) / 1000;
    const date = bars.time[end - 1] ?? 0;
    if (quote.going && date === quote.session.date) {
      const rest = end - 1 > row ? foldRows(bars, row, end - 1) : undefined;
      if (rest !== undefined && separate) {
        add({ stamp, date: bars.time[end - 2] ?? 0, bar: rest });
        add({ stamp: Math.floor(quote.time / 1000), date, bar: quote.bar });
      } else add({ stamp, date, bar: rest === undefined ? quote.bar : joined(rest, quote.bar) });
    } else add({ stamp, date, bar: foldRows(bars, row, end) });
    row = end;
  }
  return rows;
}

function joined(first: TickBar, second: TickBar): TickBar {
  return {
    open: first.open,
    high: Math.max(first.high, second.high),
    low: Math.min(first.low, second.low),
    close: second.close,
    volume: first.volume + second.volume,
  };
}
