import { firstOfMonth, firstOfNextMonth, isWeekday, mondayOf, utcDate, weekday } from './calendar.ts';
import type { TradeDate } from './calendar.ts';
import type { Instrument } from './instrument.ts';
import { DAY_MS, HOUR_MS, isIntraday, periodMs } from './period.ts';
import type { Period } from './period.ts';
import { instantOf, localDate } from './time-zone.ts';

/** Sessions open at whole quarters of an hour (9:30 New York, 9:15 Mumbai), and their bars begin there. */
const QUARTER_MS = HOUR_MS / 4;

/** When the session of a trade date is over, as far as is known without asking the source. */
export interface SessionRule {
  /** IANA zone of the close. */
  readonly zone: string;
  /** Milliseconds after midnight of the trade date, in the zone. */
  readonly closeMs: number;
  /** True when Saturdays and Sundays can be trade dates. */
  readonly weekends: boolean;
}

const CME_GROUP = new Set(['CME', 'CBOT', 'COMEX', 'NYMEX', 'KCBT']);
const CME: SessionRule = { zone: 'America/Chicago', closeMs: 16 * HOUR_MS, weekends: false };
const US_STOCKS: SessionRule = { zone: 'America/New_York', closeMs: 16 * HOUR_MS, weekends: false };
const FOREX: SessionRule = { zone: 'America/New_York', closeMs: 17 * HOUR_MS, weekends: false };
const CRYPTO: SessionRule = { zone: 'UTC', closeMs: DAY_MS, weekends: true };

/** Ticker endings of exchanges whose week has a session on Sunday. */
const SUNDAY_EXCHANGES = /\.(TA|SR|KW|QA|CA)$/;
const CRYPTO_PAIR = /^[A-Z0-9]+-(USD|EUR|GBP|JPY|CAD|AUD|INR|KRW|BTC|ETH|USDT)$/;

function stockRule(code: string, zone: string | undefined): SessionRule {
  if (CRYPTO_PAIR.test(code)) return CRYPTO;
  if (code.endsWith('=F')) return CME;
  if (/^[A-Z0-9-]+$/.test(code) || zone === US_STOCKS.zone) return US_STOCKS;
  return { zone: zone ?? 'UTC', closeMs: DAY_MS, weekends: SUNDAY_EXCHANGES.test(code) };
}

/**
 * The rule by exchange: US stocks 16:00 New York, CME group 16:00 Chicago, FX the provider's own day or else 17:00 New York,
 * crypto 24:00 UTC, anything else its next local midnight (UTC while its zone is unknown).
 * @param dayBoundary IANA zone of the provider's own day for this class, if it has one
 * @param knownZone IANA zone that the source named before
 */
export function sessionRule(instrument: Instrument, dayBoundary?: string, knownZone?: string): SessionRule {
  const zone = instrument.timezone ?? knownZone;
  if (instrument.class === 'stock') return stockRule(instrument.code, zone);
  if (instrument.class === 'forex') {
    return dayBoundary === undefined ? FOREX : { zone: dayBoundary, closeMs: DAY_MS, weekends: false };
  }
  if (instrument.exchange !== undefined && CME_GROUP.has(instrument.exchange)) return CME;
  return { zone: zone ?? 'UTC', closeMs: DAY_MS, weekends: false };
}

/** Least and greatest offset from UTC of the zones in the rules, hours. */
const OFFSETS: Readonly<Record<string, readonly [least: number, greatest: number]>> = {
  'America/New_York': [-5, -4],
  'America/Chicago': [-6, -5],
  'Europe/London': [0, 1],
};

/** The first date whose session is not over yet, given when each is over. Starts from a date that surely is. */
function firstOpenFrom(date: TradeDate, isOver: (date: TradeDate) => boolean): TradeDate {
  while (isOver(date)) date += DAY_MS;
  return date;
}

function firstOpenDate({ zone, closeMs }: SessionRule, now: number, settleMs: number): TradeDate {
  const before = utcDate(now) - 3 * DAY_MS;
  const atOffset = (hours: number): TradeDate =>
    firstOpenFrom(before, (date) => now >= date + closeMs - hours * HOUR_MS + settleMs);
  const [least, greatest] = OFFSETS[zone] ?? [];
  if (least !== undefined && greatest !== undefined) {
    // Most of the day the answer is the same in summer and in winter, and loading the time zones takes 12 ms.
    const date = atOffset(least);
    if (date === atOffset(greatest)) return date;
  }
  return firstOpenFrom(before, (date) => now >= instantOf(date, closeMs, zone) + settleMs);
}

function lastSessionOfMonth(date: TradeDate, weekends: boolean): TradeDate {
  let last = firstOfNextMonth(date) - DAY_MS;
  while (!weekends && !isWeekday(last)) last -= DAY_MS;
  return last;
}

/** The stamp that the bar of a trade date has at a period of a day or longer: the date, its Monday, its 1st. */
export function barOfDate(date: TradeDate, period: Period): TradeDate {
  if (period === '1wk') return mondayOf(date);
  return period === '1mo' ? firstOfMonth(date) : date;
}

/**
 * Where finished bars end when `openDate` is the first trade date not finished: bars stamped before it are final.
 * Periods of a day and longer only.
 */
export function finishedBefore(period: Period, openDate: TradeDate, weekends: boolean): TradeDate {
  if (period === '1wk') {
    const monday = mondayOf(openDate);
    return !weekends && openDate - monday >= 5 * DAY_MS ? monday + 7 * DAY_MS : monday;
  }
  if (period === '1mo') {
    return lastSessionOfMonth(openDate, weekends) < openDate ? firstOfNextMonth(openDate) : firstOfMonth(openDate);
  }
  return openDate;
}

function intradayEnd(period: Period, rule: SessionRule, now: number): number {
  const length = periodMs(period);
  const grid = Math.min(length, QUARTER_MS);
  const end = Math.floor((now - length) / grid) * grid + grid;
  if (rule.weekends) return end;
  const date = localDate(end, rule.zone);
  const saturday = weekday(date) === 6 ? date : date - DAY_MS;
  const closed = weekday(date) === 6 || (weekday(date) === 0 && end < instantOf(date, 17 * HOUR_MS, rule.zone));
  return closed ? Math.min(end, instantOf(saturday, 0, rule.zone)) : end;
}

/**
 * Exclusive end of the bars that are finished at `now`, as far as the rule knows: an intraday bar at its start + period,
 * a daily one when its session has closed and settled, longer ones when the last session in them has. Days on which
 * nothing trades do not move it.
 * @param now milliseconds since the epoch, UTC
 * @param settleMs how long after the close a daily bar may still change
 */
export function finishedEnd(period: Period, rule: SessionRule, now: number, settleMs: number): number {
  if (isIntraday(period)) return intradayEnd(period, rule, now);
  let openDate = firstOpenDate(rule, now, settleMs);
  if (period !== '1d') return finishedBefore(period, openDate, rule.weekends);
  while (!rule.weekends && !isWeekday(openDate - DAY_MS)) openDate -= DAY_MS;
  return openDate;
}
