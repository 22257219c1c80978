import { DAY_MS } from '../src/market/period.ts';
import { offsetAt } from '../src/market/time-zone.ts';
import { priceOf } from './securities.ts';
import { sessionBefore, wallTime } from './sessions.ts';
import type { Truth } from './truth.ts';
import { firstTrade } from './yahoo-listing.ts';
import type { Listing } from './yahoo-listing.ts';
import { yearRange } from './yahoo-quote.ts';
import type { LatestQuote } from './yahoo-quote.ts';
import { dateAt, localDay, shortZone, wireDay } from './yahoo-session.ts';
import type { WirePeriod } from './yahoo-session.ts';
import { INTERVAL_MINUTES, VALID_RANGES } from './yahoo-request.ts';
import type { ChartRequest } from './yahoo-request.ts';
import type { ChartRow } from './yahoo-rows.ts';

/** The head of an answer, in Yahoo's names and order. */
export type ChartMeta = Readonly<Record<string, unknown>>;

interface WireDays {
  readonly pre: WirePeriod[][];
  readonly post: WirePeriod[][];
  readonly regular: WirePeriod[][];
}

/** The days of an intraday answer, one inner list a day; undefined when it covers none. */
function tradingPeriods(
  truth: Truth,
  listing: Listing,
  request: ChartRequest,
  rows: readonly ChartRow[],
): WireDays | WirePeriod[][] | undefined {
  const exchange = listing.security.venue === 'new-york' || listing.security.venue === 'london';
  const from = dateAt(listing, request.from * 1000);
  const to = dateAt(listing, request.to * 1000) + DAY_MS;
  const dates = [...new Set(rows.map((row) => dateAt(listing, row.stamp * 1000)))];
  const days = exchange
    ? truth
        .sessions(listing.security, from, to)
        .filter((session) => session.opensAt >= request.from * 1000 && session.opensAt < request.to * 1000)
        .map((session) => wireDay(listing, session))
    : dates.map((date) => localDay(date, listing.zone));
  if (request.prePost) {
    const part = (name: 'pre' | 'regular' | 'post'): WirePeriod[][] => days.map((day) => [day[name]]);
    return { pre: part('pre'), post: part('post'), regular: part('regular') };
  }
  return days.length === 0 ? undefined : days.map((day) => [day.regular]);
}

/** Stamp of the first daily row. */
function firstStamp(listing: Listing): number {
  const { venue, first } = listing.security;
  return (venue === 'us-futures' ? wallTime(first, 0, listing.zone) : firstTrade(listing)) / 1000;
}

/** Writes the head; `now` in milliseconds since the epoch, prices as shown at that time. */
export function chartMeta(
  truth: Truth,
  listing: Listing,
  request: ChartRequest,
  quote: LatestQuote,
  rows: readonly ChartRow[],
  now: number,
): ChartMeta {
  const { security, zone } = listing;
  const scale = truth.scaleAt(security, now);
  const price = (ticks: number): number => priceOf(ticks * scale.price, security.price);
  const year = yearRange(truth, listing, quote);
  const previous = sessionBefore(security.venue, rows[0]?.date ?? dateAt(listing, request.from * 1000));
  const intraday = INTERVAL_MINUTES[request.interval] !== undefined;
  const periods = intraday ? tradingPeriods(truth, listing, request, rows) : undefined;
  return {
    currency: security.currency,
    symbol: listing.symbol,
    exchangeName: listing.exchangeName,
    fullExchangeName: listing.fullExchangeName,
    instrumentType: listing.instrumentType,
    firstTradeDate: firstStamp(listing),
    regularMarketTime: Math.floor(quote.time / 1000),
    hasPrePostMarketData: listing.prePost,
    gmtoffset: offsetAt(now, zone) / 1000,
    timezone: shortZone(zone, now),
    exchangeTimezoneName: zone,
    regularMarketPrice: price(quote.bar.close),
    fiftyTwoWeekHigh: price(year.high),
    fiftyTwoWeekLow: price(year.low),
    regularMarketDayHigh: price(quote.bar.high),
    regularMarketDayLow: price(quote.bar.low),
    regularMarketVolume: quote.bar.volume * scale.volume,
    ...(listing.longName === undefined ? {} : { longName: listing.longName }),
    shortName: listing.shortName,
    chartPreviousClose: price(truth.closeOn(security, previous.date)),
    ...(intraday
      ? {
          previousClose: price(truth.closeOn(security, sessionBefore(security.venue, quote.session.date).date)),
          scale: 3,
        }
      : {}),
    priceHint: listing.priceHint,
    currentTradingPeriod: wireDay(listing, quote.current),
    ...(periods === undefined ? {} : { tradingPeriods: periods }),
    dataGranularity: request.interval,
    range: request.range,
    validRanges: VALID_RANGES,
  };
}
