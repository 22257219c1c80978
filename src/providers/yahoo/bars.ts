import { addDropped, checkBars } from '../../market/bar-checks.ts';
import type { CheckedBars, DropReason } from '../../market/bar-checks.ts';
import { allocateBars, PRICE_COLUMNS } from '../../market/bars.ts';
import type { Bars, ExtraColumn } from '../../market/bars.ts';
import type { TradeDate } from '../../market/calendar.ts';
import { utcDate } from '../../market/calendar.ts';
import { VortexError } from '../../market/errors.ts';
import { undoFloat32, undoFutureFloat32 } from '../../market/float32.ts';
import { DAY_MS, HOUR_MS, isIntraday, MINUTE_MS, periodMs } from '../../market/period.ts';
import type { Period } from '../../market/period.ts';
import { barOfDate } from '../../market/session.ts';
import type { TimeRange } from '../../market/time-range.ts';
import { isWithin } from '../../market/time-range.ts';
import { isTimeZone, offsetAt, offsetsAlong } from '../../market/time-zone.ts';
import { MOST_ROW_SECONDS, tradingPeriods } from './wire.ts';
import type { ChartResult } from './wire.ts';

/** The columns that Yahoo has of a stock beyond the five. */
export const STOCK_EXTRAS: readonly ExtraColumn[] = ['Adj Close', 'Dividends', 'Stock Splits'];

/** The stamp of a row that is dealt with: the checks pass over it. */
const SETTLED = Number.NaN;

type Column = readonly unknown[] | null | undefined;

/** A value as it came: null is NaN, anything else that is no number is infinite and so refused later. */
function numberAt(column: Column, row: number): number {
  const value = column?.[row];
  if (typeof value === 'number') return value;
  return value === null || value === undefined ? Number.NaN : Number.POSITIVE_INFINITY;
}

/**
 * Trade date of a daily stamp: the local date in the exchange's zone. A stamp on the full hour of 22 or 23 is the next
 * day's midnight, stamped with the wrong DST offset.
 */
export function dateOfStamp(instant: number, offset: number): TradeDate {
  const local = instant + offset;
  const timeOfDay = ((local % DAY_MS) + DAY_MS) % DAY_MS;
  const shifted = timeOfDay === 22 * HOUR_MS || timeOfDay === 23 * HOUR_MS ? 2 * HOUR_MS : 0;
  return utcDate(local + shifted);
}

/** Throws the error that names the field and the address. */
function badAnswer(message: string, url: string): never {
  throw new VortexError(`yahoo's answer has an unknown form: ${message}: ${url}`, {
    code: 'bad-answer',
    disposition: 'skip-series',
  });
}

/** A number that stands there as a text: "100.25". */
const isNumberText = (value: unknown): boolean =>
  typeof value === 'string' && Number.isFinite(Number.parseFloat(value));

/** Refuses columns that are not there, are of another length, or hold their numbers as texts. */
function checkForm(result: ChartResult, url: string): void {
  const { length } = result.timestamp ?? [];
  const quote = result.indicators.quote[0] ?? {};
  const columns = { ...quote, adjclose: result.indicators.adjclose?.[0]?.adjclose };
  for (const [name, column] of Object.entries(columns)) {
    if (!Array.isArray(column)) continue;
    if (column.length !== length) badAnswer(`${name} has ${column.length} values for ${length} timestamps`, url);
    const values = column.filter((value: unknown) => value !== null);
    if (values.length > 0 && values.every(isNumberText)) {
      badAnswer(`${name} holds texts, ${JSON.stringify(values[0])}, in place of numbers`, url);
    }
  }
  // Without this, stamps whose values stand under another name would count as bars of nothing.
  const missing = [...PRICE_COLUMNS, 'volume' as const].find((name) => !Array.isArray(quote[name]));
  if (length > 0 && missing !== undefined) badAnswer(`no ${missing} for ${length} timestamps`, url);
}

function readColumns(result: ChartResult, { period, asked, wanted, extras, url }: ChartReading): Bars {
  const stamps = result.timestamp ?? [];
  const quote = result.indicators.quote[0] ?? {};
  const adjusted = result.indicators.adjclose?.[0]?.adjclose;
  checkForm(result, url);
  const zone = result.meta.exchangeTimezoneName;
  if (!isTimeZone(zone)) badAnswer(`exchangeTimezoneName ${JSON.stringify(zone)} is no time zone`, url);
  const bars = allocateBars(stamps.length, extras);
  const adjClose = bars.extras.get('Adj Close');
  const offsets = isIntraday(period) ? undefined : offsetsAlong(zone);
  const undo = result.meta.instrumentType === 'FUTURE' ? undoFutureFloat32 : undoFloat32;
  for (let row = 0; row < stamps.length; row++) {
    const seconds = numberAt(stamps, row);
    if (!(Math.abs(seconds) <= MOST_ROW_SECONDS)) badAnswer(`timestamp ${row} is no time in seconds`, url);
    const instant = seconds * 1000;
    const stamp = offsets === undefined ? instant : dateOfStamp(instant, offsets(instant));
    bars.time[row] = isWithin(stamp, wanted) || !isWithin(instant, asked) ? stamp : SETTLED;
    bars.open[row] = undo(numberAt(quote.open, row));
    bars.high[row] = undo(numberAt(quote.high, row));
    bars.low[row] = undo(numberAt(quote.low, row));
    bars.close[row] = undo(numberAt(quote.close, row));
    const volume = numberAt(quote.volume, row);
    bars.volume[row] = Number.isFinite(volume) ? volume : Number.NaN;
    if (adjClose !== undefined) {
      const value = undoFloat32(numberAt(adjusted, row));
      adjClose[row] = Number.isFinite(value) ? value : Number.NaN;
    }
  }
  return bars;
}

function foldRow(bars: Bars, from: number, into: number): void {
  const [high, low] = [bars.high[from] ?? Number.NaN, bars.low[from] ?? Number.NaN];
  if (high > (bars.high[into] ?? Number.NaN)) bars.high[into] = high;
  if (low < (bars.low[into] ?? Number.NaN)) bars.low[into] = low;
  const close = bars.close[from] ?? Number.NaN;
  if (!Number.isNaN(close)) bars.close[into] = close;
  bars.volume[into] = (bars.volume[into] ?? Number.NaN) + (bars.volume[from] ?? 0);
}

/**
 * Yahoo appends the latest quote as a row of its own. For a day that is there twice the last row has the fuller volume and
 * counts; a quote inside the last longer bar is worked into it; one that belongs to no bar is left out.
 * Returns how many rows were settled that way and gives their stamps up.
 */
function settleLiveRow(bars: Bars, period: Period): number {
  const last = bars.time.length - 1;
  const stamp = bars.time[last] ?? SETTLED;
  if (Number.isNaN(stamp)) return 0;
  const before = last > 0 ? (bars.time[last - 1] ?? Number.NaN) : Number.NaN;
  if (period === '1d') {
    if (stamp !== before) return 0;
    bars.time[last - 1] = SETTLED;
    return 1;
  }
  const inside = isIntraday(period) ? stamp - before < periodMs(period) : barOfDate(stamp, period) === before;
  // A last trade on a whole minute looks like a bar, but that no bar begins inside another one.
  const onGrid = isIntraday(period) ? stamp % MINUTE_MS === 0 && !inside : stamp === barOfDate(stamp, period);
  if (onGrid || stamp === before) return 0;
  if (inside) foldRow(bars, last, last - 1);
  bars.time[last] = SETTLED;
  return 1;
}

/** Kinds that trade round the clock; of their day Yahoo says that it ends a minute early. */
const ROUND_THE_CLOCK = new Set(['CURRENCY', 'CRYPTOCURRENCY', 'FUTURE']);

/** Sessions of an intraday answer as [start, end) in milliseconds; undefined when there is nothing to be left out by them. */
function sessionsOf(result: ChartResult, extendedHours: boolean): readonly TimeRange[] | undefined {
  if (ROUND_THE_CLOCK.has(result.meta.instrumentType ?? '')) return undefined;
  const parsed = tradingPeriods.safeParse(result.meta.tradingPeriods);
  if (!parsed.success) return undefined;
  const days = parsed.data;
  const chosen = Array.isArray(days)
    ? days
    : [...(extendedHours ? (days.pre ?? []) : []), ...days.regular, ...(extendedHours ? (days.post ?? []) : [])];
  const sessions = chosen.flat().map((session) => ({ from: session.start * 1000, to: session.end * 1000 }));
  return sessions.length === 0 ? undefined : sessions.sort((a, b) => a.from - b.from);
}

function giveUpOutside(bars: Bars, sessions: readonly TimeRange[]): number {
  let outside = 0;
  let index = 0;
  for (let row = 0; row < bars.time.length; row++) {
    const time = bars.time[row] ?? Number.NaN;
    while ((sessions[index]?.to ?? Infinity) <= time) index += 1;
    const session = sessions[index];
    if (!Number.isNaN(time) && (session === undefined || time < session.from)) {
      bars.time[row] = SETTLED;
      outside += 1;
    }
  }
  return outside;
}

/** Puts what happened on a day on the first good bar that has it or follows it; what comes after the last bar is left to its own. */
function placeEvents(bars: Bars, result: ChartResult, { period, wanted }: ChartReading): void {
  const dividends = bars.extras.get('Dividends');
  const splits = bars.extras.get('Stock Splits');
  if (dividends === undefined || splits === undefined) return;
  dividends.fill(0);
  splits.fill(0);
  const zone = result.meta.exchangeTimezoneName;
  const rowOf = (seconds: number): number => {
    const date = dateOfStamp(seconds * 1000, offsetAt(seconds * 1000, zone));
    const stamp = barOfDate(date, period);
    if (stamp < wanted.from) return -1;
    return bars.time.findIndex((time) => time >= stamp);
  };
  for (const dividend of Object.values(result.events?.dividends ?? {})) {
    const row = rowOf(dividend.date);
    if (row >= 0) dividends[row] = (dividends[row] ?? 0) + undoFloat32(dividend.amount);
  }
  for (const split of Object.values(result.events?.splits ?? {})) {
    const row = rowOf(split.date);
    if (row >= 0) splits[row] = (splits[row] || 1) * (split.numerator / split.denominator);
  }
}

/** What of an answer is wanted and how it was asked for. */
export interface ChartReading {
  readonly period: Period;
  /** Range on the wire; rows outside it came unasked and are counted as dropped. Instants. */
  readonly asked: TimeRange;
  /** Stamps that the caller wants; rows that lie only in the margin asked around it go uncounted. */
  readonly wanted: TimeRange;
  readonly extras: readonly ExtraColumn[];
  readonly extendedHours: boolean;
  /** The address asked, for messages. */
  readonly url: string;
}

/** Turns an answer into bars: dates in the exchange's zone, float32 undone, live rows settled, other sessions left out. */
export function barsOfChart(result: ChartResult, reading: ChartReading): CheckedBars {
  const bars = readColumns(result, reading);
  const dropped: Partial<Record<DropReason, number>> = {};
  const sessions = isIntraday(reading.period) ? sessionsOf(result, reading.extendedHours) : undefined;
  const outside = sessions === undefined ? 0 : giveUpOutside(bars, sessions);
  if (outside > 0) dropped['outside-session'] = outside;
  const live = settleLiveRow(bars, reading.period);
  if (live > 0) dropped['live-quote'] = live;
  const checked = checkBars(bars, reading.wanted);
  placeEvents(checked.bars, result, reading);
  return { bars: checked.bars, dropped: addDropped(checked.dropped, dropped) };
}
