import { utcDate } from './calendar.ts';
import { DAY_MS, HOUR_MS } from './period.ts';
import type { TradeDate } from './calendar.ts';

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
    formats.set(zone, format);
  }
  return format;
}

/** True for a name of the IANA time zone database that this Node knows. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

function computeOffset(instant: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map((part) => [part.type, part.value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year');
  const local = Date.UTC(year, number('month') - 1, number('day'), number('hour'), number('minute'), number('second'));
  return local - Math.floor(instant / 1000) * 1000;
}

/** Offset from UTC in milliseconds (east positive) that the zone has at the instant. */
export function offsetAt(instant: number, zone: string): number {
  if (zone === 'UTC') return 0;
  let known = offsets.get(zone);
  if (known === undefined) {
    known = new Map();
    offsets.set(zone, known);
  }
  // Zones change their offset at a quarter of an hour at the finest.
  const slot = Math.floor(instant / (HOUR_MS / 4));
  let offset = known.get(slot);
  if (offset === undefined) {
    offset = computeOffset(slot * (HOUR_MS / 4), zone);
    known.set(slot, offset);
  }
  return offset;
}

/** The same as offsetAt for many ascending instants of one zone: looked up about once a week of them. */
export function offsetsAlong(zone: string): (instant: number) => number {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let offset = 0;
  return (instant) => {
    if (instant >= from && instant < to) return offset;
    offset = offsetAt(instant, zone);
    from = Math.floor(instant / (HOUR_MS / 4)) * (HOUR_MS / 4);
    // No zone changes twice within a week.
    const length = [7 * DAY_MS, DAY_MS].find((span) => offsetAt(from + span - 1, zone) === offset) ?? HOUR_MS / 4;
    to = from + length;
    return offset;
  };
}

/** The date that a wall clock in the zone shows at the instant. */
export function localDate(instant: number, zone: string): TradeDate {
  return utcDate(instant + offsetAt(instant, zone));
}

/**
 * The instant at which a wall clock in the zone shows the time `timeMs` after midnight of the date.
 * A time that a DST change leaves out gives the instant after the change; one that occurs twice gives the first.
 */
export function instantOf(date: TradeDate, timeMs: number, zone: string): number {
  const wall = date + timeMs;
  const before = offsetAt(wall - DAY_MS, zone);
  const after = offsetAt(wall + DAY_MS, zone);
  const first = wall - before;
  if (offsetAt(first, zone) === before) return first;
  const second = wall - after;
  return offsetAt(second, zone) === after ? second : first;
}
