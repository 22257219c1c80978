import { formatInstant, parseTradeDate } from '../src/market/calendar.ts';
import { ASSET_CLASSES } from '../src/market/instrument.ts';
import { DAY_MS, isIntraday, isPeriod, PERIODS } from '../src/market/period.ts';
import { formatStamp } from '../src/market/stored-series.ts';
import { jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { priceOf } from './securities.ts';
import type { Truth } from './truth.ts';
import { utcDays } from './utc-truth.ts';

const DEFAULT_INTRADAY_DAYS = 30;

function fault(status: number, message: string): Answer {
  return jsonAnswer(status, { error: message });
}

/** Reads a date or an instant with a zone; milliseconds since the epoch, UTC. */
function readTime(text: string): number | undefined {
  const date = parseTradeDate(text);
  if (date !== undefined) return date;
  const instant = /^\d{4}-\d{2}-\d{2}T.+(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

/**
 * `GET /truth/<class>/<SYMBOL>?period=1d&from=…&to=…`: the bars that the stand-ins stand for, finished at `now`.
 * `from` is inclusive, `to` exclusive; both are dates or instants. Days are those of the security's own sessions (of a pair from
 * midnight to midnight in London); with `day_boundary=UTC` they are days of UTC.
 */
export function answerTruth(truth: Truth, path: string, query: URLSearchParams, now: number): Answer {
  const [classText = '', symbol = '', ...rest] = path.split('/').map((part) => decodeURIComponent(part));
  const assetClass = ASSET_CLASSES.find((name) => name === classText);
  if (assetClass === undefined || symbol === '' || rest.length > 0) {
    return fault(404, `ask for /truth/<class>/<SYMBOL>; the class is one of ${ASSET_CLASSES.join(', ')}`);
  }
  const security = truth.find(assetClass, symbol, now);
  if (security === undefined) return fault(404, `no such ${assetClass}: ${symbol}`);
  const period = query.get('period') ?? '1d';
  if (!isPeriod(period)) return fault(400, `no such period: ${period}; the periods are ${PERIODS.join(', ')}`);
  const to = readTime(query.get('to') ?? formatInstant(now + DAY_MS));
  const earliest = isIntraday(period) ? (to ?? now) - DEFAULT_INTRADAY_DAYS * DAY_MS : security.first - 31 * DAY_MS;
  const from = readTime(query.get('from') ?? formatInstant(earliest));
  if (from === undefined || to === undefined) {
    return fault(400, 'from and to are dates (2024-01-31) or instants (2024-01-31T14:30:00Z)');
  }
  const boundary = query.get('day_boundary');
  if (boundary !== null && boundary !== 'UTC') return fault(400, 'day_boundary is UTC or is left out');
  const ticks =
    boundary === 'UTC' && !isIntraday(period)
      ? utcDays(truth, security, period, { from, to }, now)
      : truth.bars(security, period, { from, to }, now);
  const scale = truth.scaleAt(security, now);
  const price = (value: number | undefined): number => priceOf((value ?? 0) * scale.price, security.price);
  const bars = Array.from(ticks.time, (time, row) => ({
    time: formatStamp(time, period),
    open: price(ticks.open[row]),
    high: price(ticks.high[row]),
    low: price(ticks.low[row]),
    close: price(ticks.close[row]),
    volume: (ticks.volume[row] ?? 0) * scale.volume,
  }));
  return jsonAnswer(200, { bars });
}
