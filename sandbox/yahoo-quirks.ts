import { isWeekday, weekday } from '../src/market/calendar.ts';
import { DAY_MS } from '../src/market/period.ts';
import type { QuirkName } from './fault-list.ts';
import type { DrawnFaults } from './faults.ts';
import { toldFirst } from './row-faults.ts';
import { mix } from './random.ts';
import { wallTime } from './sessions.ts';
import type { TickBar } from './tick-bars.ts';
import type { Listing } from './yahoo-listing.ts';
import { flat } from './yahoo-minute-rows.ts';
import type { LatestQuote } from './yahoo-quote.ts';
import { INTERVAL_MINUTES } from './yahoo-request.ts';
import type { ChartRequest, Interval } from './yahoo-request.ts';
import type { ChartRow } from './yahoo-rows.ts';

const NULL_ROWS_ONE_IN = 12;
const WEEK_MS = 7 * DAY_MS;
const LATE_MS = 3 * DAY_MS;
const LIVE_ROW_DELAY_S = 37;

/** Always the same rows, whatever range is asked: about one in twelve. */
function isNulled(row: ChartRow): boolean {
  return mix(row.stamp, 77) % NULL_ROWS_ONE_IN === 0;
}

/** Daily on Tuesdays and Thursdays, else two of four bars: two of any five bars in a row are changed, never all. */
function revised(row: ChartRow, slotSeconds: number): TickBar | undefined {
  const { bar } = row;
  if (bar === undefined) return undefined;
  const slot = Math.floor(row.stamp / slotSeconds);
  const phase = slotSeconds === DAY_MS / 1000 && isWeekday(row.date) ? weekday(row.date) - 1 : slot % 4;
  if (phase === 1) return { ...bar, close: bar.close + 1, high: Math.max(bar.high, bar.close + 1) };
  if (phase === 3 && bar.low > 1) return { ...bar, low: bar.low - 1, volume: Math.ceil(bar.volume * 1.01) };
  return bar;
}

/** Seconds between two stamps of an interval, about. */
function slotOf(request: ChartRequest): number {
  const minutes = INTERVAL_MINUTES[request.interval];
  if (minutes !== undefined) return minutes * 60;
  const days: Partial<Record<Interval, number>> = { '5d': 7, '1wk': 7, '1mo': 30.5, '3mo': 91.5 };
  return (days[request.interval] ?? 1) * 86_400;
}

/** The last day comes twice, at first with less volume; a longer or shorter bar is followed by a live row. */
function duplicateLast(rows: ChartRow[], request: ChartRequest): void {
  const last = rows.at(-1);
  if (last?.bar === undefined) return;
  const { bar } = last;
  if (request.interval === '1d') {
    rows.splice(-1, 0, { ...last, bar: { ...bar, close: bar.open, volume: Math.floor(bar.volume / 2) } });
  } else rows.push({ ...last, stamp: last.stamp + LIVE_ROW_DELAY_S, bar: flat(bar.close) });
}

/** Rows with the quirks put upon them that concern rows. */
export function quirkRows(
  rows: readonly ChartRow[],
  quirks: ReadonlySet<QuirkName>,
  listing: Listing,
  request: ChartRequest,
  quote: LatestQuote,
): readonly ChartRow[] {
  if (quirks.size === 0) return rows;
  let changed = [...rows];
  if (quirks.has('lost-week')) changed = changed.filter(({ stamp }) => stamp * 1000 < quote.time - WEEK_MS);
  if (quirks.has('revise')) changed = changed.map((row) => ({ ...row, bar: revised(row, slotOf(request)) }));
  if (quirks.has('revise-late')) {
    const isLate = ({ stamp }: ChartRow): boolean => stamp * 1000 >= quote.time - LATE_MS;
    changed = changed.map((row) => (isLate(row) ? { ...row, bar: revised(row, slotOf(request)) } : row));
  }
  if (quirks.has('nulls')) changed = changed.map((row) => (isNulled(row) ? { ...row, bar: undefined } : row));
  if (quirks.has('duplicate')) duplicateLast(changed, request);
  if (quirks.has('dst') && INTERVAL_MINUTES[request.interval] === undefined) {
    changed = changed.map((row) => ({ ...row, stamp: midnightOf(row, listing, request) - 3_600 }));
  }
  const lastTrade = Math.floor(quote.time / 1000);
  if (quirks.has('past-end') && lastTrade >= request.to) {
    changed.push({ stamp: lastTrade, date: quote.session.date, bar: flat(quote.bar.close) });
  }
  return changed;
}

function midnightOf(row: ChartRow, listing: Listing, request: ChartRequest): number {
  return request.interval === '1d' ? wallTime(row.date, 0, listing.zone) / 1000 : row.stamp;
}

/** What the head says of the series in place of the truth: another one's currency, name or exchange, a first trade date. */
export function saidOf(
  listing: Listing,
  meta: Readonly<Record<string, unknown>>,
  faults: DrawnFaults,
  now: number,
): Readonly<Record<string, unknown>> {
  const { identity } = faults;
  const name = { longName: 'Another Company, made up', shortName: 'Another Company' };
  const { first } = listing.security;
  const told = toldFirst(first, faults, now);
  return {
    ...(told === first ? {} : { firstTradeDate: wallTime(told, 0, listing.zone) / 1000 }),
    ...(identity === 'currency' ? { currency: meta['currency'] === 'GBp' ? 'GBP' : 'GBp' } : {}),
    ...(identity === 'name' || identity === 'reused' ? name : {}),
    ...(identity === 'exchange' ? { exchangeName: 'PNK', fullExchangeName: 'Other OTC' } : {}),
  };
}
