import type { Answer } from './answer.ts';
import { dividendsOf, factorOn, isAhead, splitSession } from './corporate-actions.ts';
import { DAY_MS } from '../src/market/period.ts';
import type { DrawnFaults } from './faults.ts';
import { isThere } from './row-faults.ts';
import { priceOf } from './securities.ts';
import type { Recordings } from './recorded.ts';
import type { StandIn, StandInRequest } from './stand-in.ts';
import type { TickBar } from './tick-bars.ts';
import type { Truth } from './truth.ts';
import { float32Text, tickTexts } from './wire-text.ts';
import {
  CHART_PATH,
  TOO_MANY_REQUESTS,
  YAHOO_HEADERS,
  YAHOO_PAGES,
  noDataFor,
  notFound,
  unknownPath,
} from './yahoo-answers.ts';
import { limitAnswer } from './yahoo-limits.ts';
import { firstTrade, listingOf } from './yahoo-listing.ts';
import type { Listing } from './yahoo-listing.ts';
import { chartMeta } from './yahoo-meta.ts';
import { minuteRows } from './yahoo-minute-rows.ts';
import { quirkRows, saidOf } from './yahoo-quirks.ts';
import { latestQuote } from './yahoo-quote.ts';
import type { LatestQuote } from './yahoo-quote.ts';
import { INTERVAL_MINUTES, readChartRequest } from './yahoo-request.ts';
import type { ChartRequest } from './yahoo-request.ts';
import { dayRows, longRows } from './yahoo-rows.ts';
import type { ChartRow } from './yahoo-rows.ts';
import { dateAt } from './yahoo-session.ts';

/** What prices and volumes of an answer are multiplied by. */
interface Scale {
  readonly price: number;
  readonly volume: number;
}

type Events = Record<string, Record<string, Readonly<Record<string, unknown>>>>;

/** Dividends and splits with a stamp in the asked range, by stamp. */
function eventsOf(listing: Listing, request: ChartRequest, scale: Scale, now: number): Events {
  const { security } = listing;
  const from = dateAt(listing, request.from * 1000);
  const to = dateAt(listing, request.to * 1000) + DAY_MS;
  const asked = (stamp: number): boolean => stamp >= request.from && stamp < request.to;
  const events: Events = {};
  if (request.events.has('div')) {
    for (const { session, amount } of dividendsOf(security, from, to, now)) {
      const date = session.opensAt / 1000;
      if (asked(date)) (events['dividends'] ??= {})[date] = { amount: amount * scale.price, date };
    }
  }
  if (request.events.has('split') || request.events.has('splits')) {
    for (const split of security.splits) {
      const date = splitSession(security, split).opensAt / 1000;
      if (isAhead(security, split, now) || !asked(date)) continue;
      const { ratio } = split;
      (events['splits'] ??= {})[date] = { date, numerator: ratio, denominator: 1, splitRatio: `${ratio}:1` };
    }
  }
  return events;
}

/** A split that explains why all history is on another base. */
function addSplit(events: Events, quote: LatestQuote, ratio: number): void {
  const date = quote.session.opensAt / 1000;
  (events['splits'] ??= {})[date] = { date, numerator: ratio, denominator: 1, splitRatio: `${ratio}:1` };
}

/** The columns of an answer as JSON text: far quicker than to make numbers of ticks and text of numbers each time. */
function indicatorsText(
  truth: Truth,
  listing: Listing,
  rows: readonly ChartRow[],
  scale: Scale,
  now: number,
  { withAdjclose, asTexts }: { readonly withAdjclose: boolean; readonly asTexts: boolean },
): string {
  const { security } = listing;
  if (rows.length === 0) return `{"quote":[{}]${withAdjclose ? ',"adjclose":[{}]' : ''}}`;
  const text = tickTexts(security.price, scale.price);
  const adjustments = truth.adjustments(security, now);
  const told = (number: string): string => (asTexts ? `"${number}"` : number);
  const column = (value: (bar: TickBar, date: number) => string): string =>
    rows.map(({ bar, date }) => (bar === undefined ? 'null' : told(value(bar, date)))).join(',');
  const adjusted = (bar: TickBar, date: number): string => {
    const factor = factorOn(adjustments, date);
    return factor === 1 ? text(bar.close) : float32Text(priceOf(bar.close * scale.price, security.price) * factor);
  };
  const quote =
    `"open":[${column((bar) => text(bar.open))}],"high":[${column((bar) => text(bar.high))}],` +
    `"low":[${column((bar) => text(bar.low))}],"close":[${column((bar) => text(bar.close))}],` +
    `"volume":[${column((bar) => String(Math.round(bar.volume * scale.volume)))}]`;
  const adjclose = withAdjclose ? `,"adjclose":[{"adjclose":[${column(adjusted)}]}]` : '';
  return `{"quote":[{${quote}}]${adjclose}}`;
}

interface Chart {
  readonly rows: readonly ChartRow[];
  readonly meta: Readonly<Record<string, unknown>>;
}

function chartOf(
  truth: Truth,
  listing: Listing,
  request: ChartRequest,
  quote: LatestQuote,
  now: number,
  faults: DrawnFaults,
): Chart {
  const minutes = INTERVAL_MINUTES[request.interval];
  const prePost = request.prePost || faults.quirks.has('prepost');
  let rows: ChartRow[];
  if (minutes !== undefined) rows = minuteRows(truth, listing, { ...request, prePost }, quote, minutes, now);
  else if (request.interval === '1d') rows = dayRows(truth, listing, request, quote);
  else rows = longRows(truth, listing, request, quote);
  rows = rows.filter((row) => isThere(row.date, listing.symbol, faults, now));
  const meta = chartMeta(truth, listing, request, quote, rows, now);
  return {
    rows: quirkRows(rows, faults.quirks, listing, request, quote),
    meta: { ...meta, ...saidOf(listing, meta, faults, now) },
  };
}

function chartAnswer(
  truth: Truth,
  listing: Listing,
  request: ChartRequest,
  quote: LatestQuote,
  now: number,
  faults: DrawnFaults,
): Answer {
  const { quirks, rebaseFactor } = faults;
  const shown = truth.scaleAt(listing.security, now);
  const rebase = quirks.has('rebase') ? rebaseFactor : 1;
  const scale = { price: shown.price / rebase, volume: shown.volume * rebase };
  const { rows, meta } = chartOf(truth, listing, request, quote, now, faults);
  const withAdjclose = INTERVAL_MINUTES[request.interval] === undefined && !quirks.has('no-adjclose');
  const events = eventsOf(listing, request, scale, now);
  const splits = request.events.has('splits') || request.events.has('split');
  if (rebase !== 1 && splits) addSplit(events, quote, rebase);
  const head = JSON.stringify(quirks.has('null-currency') ? { ...meta, currency: null } : meta);
  const withStamps = rows.length > 0 && !quirks.has('no-timestamp');
  const stamps = withStamps
    ? `,"timestamp":[${rows.map(({ stamp }) => (quirks.has('drifted') ? stamp * 1000 : stamp)).join(',')}]`
    : '';
  const happened = Object.keys(events).length === 0 ? '' : `,"events":${JSON.stringify(events)}`;
  const indicators = indicatorsText(truth, listing, rows, scale, now, {
    withAdjclose,
    asTexts: quirks.has('rows-text'),
  });
  const result = `{"meta":${head}${stamps}${happened},"indicators":${indicators}}`;
  return { status: 200, headers: YAHOO_HEADERS, body: `{"chart":{"result":[${result}],"error":null}}` };
}

/** True for a client that Yahoo takes for a browser. */
function looksLikeBrowser(userAgent: string | undefined): boolean {
  return userAgent?.startsWith('Mozilla/') ?? false;
}

function answerYahoo(truth: Truth, request: StandInRequest, now: number, faults: DrawnFaults): Answer {
  if (!looksLikeBrowser(request.headers['user-agent'])) return TOO_MANY_REQUESTS;
  const symbol = CHART_PATH.exec(request.path)?.[1];
  if (symbol === undefined) return unknownPath();
  const listing = listingOf(truth, decodeURIComponent(symbol), now);
  if (listing === undefined || faults.quirks.has('unlisted')) return notFound();
  const isMonth = listing.security.class === 'future' && !listing.symbol.endsWith('=F');
  if (isMonth && faults.quirks.has('months-gone')) return notFound();
  const first = firstTrade(listing);
  const quote = latestQuote(truth, listing, now);
  const asked = readChartRequest(request.query, now, quote.session.opensAt, first);
  if ('status' in asked) return asked;
  const refused = limitAnswer(asked, now);
  if (refused !== undefined) return refused;
  if (asked.to * 1000 <= first) return noDataFor(asked.from, asked.to);
  return chartAnswer(truth, listing, asked, quote, now, faults);
}

/** Answers as Yahoo's chart endpoint does. @param recorded answers in place of made-up prices */
export function yahooStandIn(truth: Truth, recorded?: Recordings): StandIn {
  return {
    pages: YAHOO_PAGES,
    env: (url) => ({ VORTEX_YAHOO_BASE_URL: url, VORTEX_YAHOO_PACE_MS: '0' }),
    answer: (request, now, faults) =>
      recorded?.answer(request.path, request.query) ?? answerYahoo(truth, request, now, faults),
  };
}
