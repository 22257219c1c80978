import { firstOfMonth, firstOfNextMonth, utcDate } from '../src/market/calendar.ts';
import { DAY_MS } from '../src/market/period.ts';
import type { DrawnFaults } from './faults.ts';
import { hashText } from './random.ts';
import { allocateTickBars, rowOf, setRow } from './tick-bars.ts';
import type { TickBars } from './tick-bars.ts';

/** Half a year: how far ahead of now a lie about a first trade date lies. */
const LIE_MS = 180 * DAY_MS;
/** One series of so many keeps a day that the others lose. */
const KEEPS_ONE_IN = 4;

type RowFaults = Pick<DrawnFaults, 'quirks' | 'dates' | 'argument' | 'identity'>;

/**
 * Whether a series has a bar on a date in spite of the faults.
 * @param time trade date or instant of the bar @param now both milliseconds since the epoch, UTC
 */
export function isThere(time: number, symbol: string, { quirks, dates, identity }: RowFaults, now: number): boolean {
  if (quirks.has('all-empty')) return false;
  const date = utcDate(time);
  const still = dates.get('still');
  if (still !== undefined && date >= still.date) return false;
  const empty = dates.get('empty-middle');
  if (empty !== undefined && date >= empty.date && date < firstOfNextMonth(empty.date)) return false;
  const lost = dates.get('lost-day');
  const isLost = lost?.date === date && now < lost.until && hashText(symbol) % KEEPS_ONE_IN !== 0;
  return !isLost && !(identity === 'reused' && date < firstOfMonth(now));
}

/** The bars that are there in spite of the faults. */
export function barsThere(bars: TickBars, symbol: string, faults: RowFaults, now: number): TickBars {
  if (faults.quirks.size === 0) return bars;
  const rows = Array.from(bars.time.keys()).filter((row) => isThere(bars.time[row] ?? 0, symbol, faults, now));
  if (rows.length === bars.time.length) return bars;
  const kept = allocateTickBars(rows.length);
  rows.forEach((from, row) => {
    const bar = rowOf(bars, from);
    if (bar !== undefined) setRow(kept, row, bars.time[from] ?? 0, bar);
  });
  return kept;
}

/** The first trade date that is told: the true one, or a lie. Milliseconds since the epoch, UTC. */
export function toldFirst(first: number, { quirks, identity }: RowFaults, now: number): number {
  if (quirks.has('meta-lies')) return utcDate(now + LIE_MS);
  return identity === 'reused' ? firstOfMonth(now) : first;
}
