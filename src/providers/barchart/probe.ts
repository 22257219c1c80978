import type { HttpResponse } from '../../http/http-client.ts';
import { DAY_MS, isIntraday, MINUTE_MS, periodMs } from '../../market/period.ts';
import { offsetAt } from '../../market/time-zone.ts';
import type { BarRequest } from '../provider.ts';
import { stampOf } from './csv.ts';
import { datesOf, zoneOf } from './download.ts';
import { badAnswer, holdsWebPage, problem, refused, webPage } from './errors.ts';

const FOLDER = '/proxies/timeseries/historical';
/** A few tell as much as all: whether there are any. */
const MOST_RECORDS = '5';
/** When so few requests are left the vendor wants a pause. */
const FEW_LEFT = 15;

const DATA = { '1wk': 'weekly', '1mo': 'monthly' } as const;

/** Digits of a clock's reading: 20240501, or with the time of day 202405010830. */
function digits(wall: number, length: 8 | 12): string {
  return new Date(wall).toISOString().replace(/\D/g, '').slice(0, length);
}

/** Path and query of the question whether there are bars; the address that charts are drawn from counts no downloads. */
export function probePath(request: BarRequest, symbol: string): string {
  const { period, range } = request;
  const common = {
    symbol,
    maxrecords: MOST_RECORDS,
    volume: 'contract',
    order: 'asc',
    dividends: 'false',
    backadjust: 'false',
    daystoexpiration: '1',
    contractroll: 'combined',
  };
  if (!isIntraday(period)) {
    const { from, to } = datesOf(request);
    const data = period === '1wk' || period === '1mo' ? DATA[period] : 'daily';
    const query = { ...common, data, start: digits(from, 8), end: digits(to - DAY_MS, 8) };
    return `${FOLDER}/queryeod.ashx?${new URLSearchParams(query).toString()}`;
  }
  const wall = (instant: number): number => instant + offsetAt(instant, zoneOf(request));
  const query = {
    ...common,
    interval: String(periodMs(period) / MINUTE_MS),
    start: digits(wall(range.from), 12),
    end: digits(wall(range.to - 1), 12),
  };
  return `${FOLDER}/queryminutes.ashx?${new URLSearchParams(query).toString()}`;
}

/** A web page in place of data is tried again. */
export function probeProblem(response: HttpResponse): ReturnType<typeof webPage> | undefined {
  return response.status === 200 && holdsWebPage(response) ? webPage(response) : undefined;
}

/** True when the vendor has few requests left for us. */
export function isNearLimit({ headers }: HttpResponse): boolean {
  const left = headers['x-ratelimit-remaining'];
  return left !== undefined && Number(left) <= FEW_LEFT;
}

/**
 * Whether the answer has a bar in the asked dates.
 * @throws VortexError `no-such-symbol`, `refused`, `bad-answer`
 */
export function hasBars(response: HttpResponse, request: BarRequest, symbol: string): boolean {
  const { status, url, body } = response;
  if (status === 404) throw problem(`no such symbol at barchart: ${symbol}`, 'no-such-symbol', 'skip-series');
  if (status === 401 || status === 403) throw refused(`barchart refuses this client with status ${status}: ${url}`);
  if (status !== 200) throw badAnswer(`status ${status}`, url);
  const lines = body
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const { from, to } = datesOf(request);
  return lines.some((line, index) => {
    const fields = line.split(',');
    // Of a day the symbol comes first, of a minute the time.
    const stamp = stampOf(fields[isIntraday(request.period) ? 0 : 1] ?? '');
    if (stamp === undefined || fields.length < 7) throw badAnswer(`row ${index + 1} of the chart is no bar`, url);
    return stamp.wall >= from && stamp.wall < to;
  });
}
