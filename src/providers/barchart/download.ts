import { answerClock } from '../answer-clock.ts';
import type { HttpResponse } from '../../http/http-client.ts';
import { NO_BARS } from '../../market/bars.ts';
import { firstOfMonth, firstOfNextMonth, formatTradeDate, mondayOf, utcDate } from '../../market/calendar.ts';
import { DAY_MS, HOUR_MS, isIntraday, MINUTE_MS, periodMs } from '../../market/period.ts';
import type { Period } from '../../market/period.ts';
import type { TimeRange } from '../../market/time-range.ts';
import { localDate } from '../../market/time-zone.ts';
import type { BarRequest, FetchedBars, SourceFacts } from '../provider.ts';
import { barsOfRows, inForexWeekend, rowsOf } from './bars.ts';
import type { Reading, Row } from './bars.ts';
import { readSheet } from './csv.ts';
import { badAnswer, CHICAGO } from './errors.ts';

/** Most rows of one download. */
const ROW_LIMIT = 20_000;

const NEW_YORK = 'America/New_York';
const REGULAR_HOURS = { from: 9.5 * HOUR_MS, to: 16 * HOUR_MS };

/** Sunday evening before a holiday belongs to Tuesday: dates that may be trade dates are asked with so many days after them. */
const EVENING_DAYS = 3;

const KINDS: Readonly<Partial<Record<Period, { period: string; title: string }>>> = {
  '1d': { period: 'daily', title: 'Daily' },
  '1wk': { period: 'weekly', title: 'Weekly' },
  '1mo': { period: 'monthly', title: 'Monthly' },
};

/** The zone in which the site stamps intraday bars of a class. */
export function zoneOf({ instrument }: BarRequest): string {
  return instrument.class === 'stock' ? NEW_YORK : CHICAGO;
}

/** The dates on the wire that hold all wanted bars, half-open: whole weeks and months, intraday by the site's clock. */
export function datesOf(request: BarRequest): TimeRange {
  const { period, range, instrument } = request;
  const last = range.to - 1;
  if (period === '1wk') return { from: mondayOf(range.from), to: mondayOf(last) + 7 * DAY_MS };
  if (period === '1mo') return { from: firstOfMonth(range.from), to: firstOfNextMonth(last) };
  if (!isIntraday(period)) return range;
  const zone = zoneOf(request);
  const evening = instrument.class === 'future' ? EVENING_DAYS : 0;
  return { from: localDate(range.from, zone), to: localDate(last, zone) + (1 + evening) * DAY_MS };
}

/** The form of a download. @param dates half-open */
export function downloadForm(
  request: BarRequest,
  symbol: string,
  token: string,
  dates: TimeRange,
): Record<string, string> {
  const { period, instrument } = request;
  const kind = KINDS[period];
  const time = kind === undefined ? 'tradeTime.format(Y-m-d H:i)' : 'tradeTime.format(Y-m-d)';
  const interest = kind !== undefined && instrument.class === 'future' ? ',openInterest' : '';
  return {
    _token: token,
    fileName: `${symbol}_${kind?.title ?? 'Intraday'}_Historical Data`,
    symbol,
    fields: `${time},openPrice,highPrice,lowPrice,lastPrice,volume${interest}`,
    startDate: formatTradeDate(dates.from),
    endDate: formatTradeDate(dates.to - DAY_MS),
    orderBy: 'tradeTime',
    orderDir: 'asc',
    method: 'historical',
    limit: String(ROW_LIMIT),
    customView: 'true',
    pageTitle: 'Historical Data',
    ...(kind === undefined
      ? { type: 'minutes', interval: String(periodMs(period) / MINUTE_MS) }
      : { type: 'eod', period: kind.period }),
  };
}

/** What one download gave, and what of the dates is still to be asked for. */
interface Part {
  readonly rows: readonly Row[];
  readonly newestFirst: boolean;
  readonly hasOpenInterest: boolean;
  readonly rest: TimeRange | undefined;
}

const dateOf = (row: Row | undefined): number => utcDate(row?.wall ?? 0);

/** Reads one download. One as long as the limit was cut at its end: the day that it was cut in is asked for again. */
function partOf(response: HttpResponse, period: Period, dates: TimeRange): Part {
  const { url } = response;
  const { rows, newestFirst, hasOpenInterest } = rowsOf(readSheet(response.body.toString('utf8'), url), period, url);
  if (rows.length < ROW_LIMIT) return { rows, newestFirst, hasOpenInterest, rest: undefined };
  const cut = dateOf(newestFirst ? rows[0] : rows.at(-1));
  const rest = newestFirst ? { from: dates.from, to: cut + DAY_MS } : { from: cut, to: dates.to };
  const kept = rows.filter((row) => dateOf(row) !== cut);
  if (kept.length === 0) throw badAnswer(`${rows.length} rows for one day`, url);
  return { rows: kept, newestFirst, hasOpenInterest, rest };
}

/** Regular hours of the exchange, where they are known and nothing else is wanted. */
function hoursOf({ instrument, period, extendedHours }: BarRequest): TimeRange | undefined {
  if (instrument.class !== 'stock' || !isIntraday(period) || extendedHours) return undefined;
  return (instrument.timezone ?? NEW_YORK) === NEW_YORK ? REGULAR_HOURS : undefined;
}

/** The site's files say nothing of who a series is: what is known are the hours and what its close is. */
function factsOf(request: BarRequest, clock: number | undefined): Partial<SourceFacts> {
  const { instrument, period } = request;
  const intraday = isIntraday(period);
  const closeKind = instrument.class === 'future' && !intraday ? 'settlement' : 'last';
  // What a pair's price and a stock's daily close are, it does not say.
  const isKnown = instrument.class === 'future' || (instrument.class === 'stock' && intraday);
  // At exchanges elsewhere than in New York the regular hours are not known: all bars are taken.
  const hours = hoursOf(request) === undefined ? 'extended' : 'regular';
  return {
    ...(clock === undefined ? {} : { clock }),
    ...(isKnown ? { closeKind } : {}),
    ...(instrument.class === 'stock' && intraday ? { identity: { hours } } : {}),
  };
}

function checkClock({ instrument, period }: BarRequest, rows: readonly Row[], url: string): void {
  if (instrument.class !== 'forex' || !isIntraday(period)) return;
  const stray = rows.find(({ wall }) => inForexWeekend(wall));
  if (stray === undefined) return;
  const when = new Date(stray.wall).toISOString().slice(0, 16).replace('T', ' ');
  throw badAnswer(`Time ${when} is in the weekend of the market, so the stamps are not those of Chicago`, url);
}

/**
 * Downloads the bars of a request, piece by piece where the answer is cut at the limit.
 * @param ask makes one download of the dates, and spends one of the allowance
 * @throws VortexError
 */
export async function downloadBars(
  request: BarRequest,
  symbol: string,
  ask: (dates: TimeRange) => Promise<HttpResponse>,
): Promise<FetchedBars> {
  const { period, range } = request;
  const asked = datesOf(request);
  let rows: readonly Row[] = [];
  let newestFirst = false;
  let hasOpenInterest = false;
  let url = '';
  let clock: number | undefined;
  for (let dates: TimeRange | undefined = asked; dates !== undefined;) {
    const response: HttpResponse = await ask(dates);
    ({ url } = response);
    clock ??= answerClock(response);
    const part = partOf(response, period, dates);
    if (part.rest?.from === dates.from && part.rest.to === dates.to) throw badAnswer('the same rows again', url);
    const isOlder = (part.rows[0]?.wall ?? 0) < (rows[0]?.wall ?? 0);
    rows = isOlder ? [...part.rows, ...rows] : [...rows, ...part.rows];
    newestFirst ||= part.newestFirst;
    hasOpenInterest ||= part.hasOpenInterest;
    dates = part.rest;
  }
  checkClock(request, rows, url);
  const zone = zoneOf(request);
  const hours = hoursOf(request);
  const inHours = hours === undefined ? {} : { hours };
  const reading: Reading = { period, zone, asked, wanted: range, ...inHours, newestFirst, url };
  const source = { symbol, timezone: zone, dayBoundary: 'exchange', ...factsOf(request, clock) };
  if (rows.length === 0) return { bars: NO_BARS, dropped: {}, source };
  return { ...barsOfRows(rows, hasOpenInterest, reading), source };
}
