import { parseTradeDate } from '../market/calendar.ts';
import { DAY_MS, HOUR_MS, isIntraday, MINUTE_MS } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { barOfDate } from '../market/session.ts';
import { instantOf, localDate, offsetAt } from '../market/time-zone.ts';

/** Zones whose midnight stands for a trade date in files of these tools, beside the instrument's own. */
const MIDNIGHTS = ['America/Chicago', 'America/New_York', 'UTC', 'Europe/London'];

const STAMP = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;
/** `01/31/2024 17:00`, as Barchart wrote it for years. */
const US_STAMP = /^(\d{2})\/(\d{2})\/(\d{4})(.*)$/;

/** A stamp as it is written. */
interface Written {
  /** UTC midnight of the date, milliseconds. */
  readonly date: number;
  /** Milliseconds after midnight; undefined for a date alone. */
  readonly timeMs: number | undefined;
  /** Milliseconds east of UTC; undefined when no zone is written. */
  readonly offsetMs: number | undefined;
}

const dates = new Map<string, number | undefined>();

/** Each date is met many times in a file of minutes. */
function dateIn(text: string): number | undefined {
  if (!dates.has(text)) dates.set(text, parseTradeDate(text));
  return dates.get(text);
}

function readWritten(text: string): Written | undefined {
  const [, day, hours, minutes, seconds, zone] =
    STAMP.exec(text.includes('/') ? text.replace(US_STAMP, '$3-$1-$2$4') : text) ?? [];
  const date = dateIn(day ?? '');
  if (date === undefined) return undefined;
  const timeMs =
    hours === undefined
      ? undefined
      : Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds ?? 0) * 1000;
  if (timeMs !== undefined && timeMs >= DAY_MS) return undefined;
  const [, sign, east, past] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '') ?? [];
  const offset = (Number(east ?? 0) * 60 + Number(past ?? 0)) * MINUTE_MS;
  return { date, timeMs, offsetMs: zone === undefined ? undefined : sign === '-' ? -offset : offset };
}

/** What tells how stamps are meant. */
export interface StampRule {
  readonly period: Period;
  /** IANA zone of the exchange, if known. */
  readonly timezone?: string | undefined;
  /** Zone of stamps that name none; undefined: such intraday stamps cannot be read. */
  readonly sourceZone?: string | undefined;
}

function dateOf({ date, timeMs, offsetMs }: Written, { timezone }: StampRule): number | undefined {
  if (timeMs === undefined || (offsetMs === undefined && timeMs === 0)) return date;
  if (offsetMs === undefined) return undefined;
  if (offsetMs !== 0 && timeMs === 0) return date;
  const instant = date + timeMs - offsetMs;
  const zones = timezone === undefined ? MIDNIGHTS : [timezone, ...MIDNIGHTS];
  const zone = zones.find((name) => (instant + offsetAt(instant, name)) % DAY_MS === 0);
  return zone === undefined ? undefined : localDate(instant, zone);
}

/** The second time that a wall clock shows this, where that follows the row before; else the first. */
function instantAfter(date: number, timeMs: number, zone: string, before: number): number {
  const first = instantOf(date, timeMs, zone);
  const second = first + HOUR_MS;
  const isTwice = second + offsetAt(second, zone) === date + timeMs;
  return isTwice && first <= before && second > before ? second : first;
}

/**
 * Reads one stamp of a foreign file: a trade date (its UTC midnight) for daily and longer bars, where midnight of Chicago,
 * New York, London, UTC or the exchange stands for the date; the instant for intraday ones. Undefined when it cannot be read. Pure.
 * @param before the stamp of the row before, which tells the two hours apart that a clock shows twice
 */
export function readForeignStamp(text: string, rule: StampRule, before: number): number | undefined {
  const written = readWritten(text);
  if (written === undefined) return undefined;
  if (!isIntraday(rule.period)) {
    const date = dateOf(written, rule);
    return date === undefined ? undefined : barOfDate(date, rule.period);
  }
  const { date, timeMs, offsetMs } = written;
  if (timeMs === undefined) return undefined;
  if (offsetMs !== undefined) return date + timeMs - offsetMs;
  return rule.sourceZone === undefined ? undefined : instantAfter(date, timeMs, rule.sourceZone, before);
}
