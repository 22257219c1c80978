import { gridOf, minuteOf } from './grid.ts';
import { isIntraday, MINUTE_MS, periodMs } from './period.ts';
import type { Period } from './period.ts';
import { localDate, offsetAt } from './time-zone.ts';

/** What an intraday answer says about the minutes at which bars begin. */
export interface GridCheck {
  /** More than half of the bars of two sessions lie off the stored minutes. */
  readonly isAnother: boolean;
  /** Bars that lie off the stored minutes. */
  readonly off: number;
  /** Minutes to keep from now on, ascending, as gridOf counts them. */
  readonly grid: readonly number[];
}

/** A minute with so large a share of the bars of ordinary sessions belongs to the grid: after a lunch break, say. */
const SHARE_OF_GRID = 0.25;

/**
 * Compares the bars of an answer with the stored minutes. Minutes are those of the exchange's clock, so that a clock change
 * of half an hour (Lord Howe) is no other grid; a session is a local date.
 * @param grid stored minutes of the period, counted from UTC midnight; empty when nothing is stored
 * @param seen an instant at which the stored minutes held, milliseconds since the epoch, UTC
 * @param zone IANA zone of the exchange
 */
export function checkGrid(
  time: Float64Array,
  period: Period,
  { grid, seen, zone }: { readonly grid: readonly number[]; readonly seen: number; readonly zone: string },
): GridCheck {
  const found = gridOf(time, period);
  if (!isIntraday(period) || grid.length === 0 || found.every((minute) => grid.includes(minute))) {
    return { isAnother: false, off: 0, grid: grid.length === 0 ? found : grid };
  }
  const length = periodMs(period) / MINUTE_MS;
  const shift = offsetAt(seen, zone);
  const sessions = new Map<number, { bars: number; off: number[] }>();
  for (const instant of time) {
    const date = localDate(instant, zone);
    const session = sessions.get(date) ?? { bars: 0, off: [] };
    sessions.set(date, session);
    session.bars += 1;
    const minute = minuteOf(instant + offsetAt(instant, zone) - shift, period) % length;
    if (!grid.includes(minute)) session.off.push(minute);
  }
  const all = [...sessions.values()];
  const ordinary = all.filter(({ bars, off }) => off.length * 2 <= bars);
  const bars = ordinary.reduce((sum, session) => sum + session.bars, 0);
  const odd = ordinary.flatMap(({ off }) => off);
  const joining = [...new Set(odd)].filter(
    (minute) => odd.filter((other) => other === minute).length >= bars * SHARE_OF_GRID,
  );
  return {
    isAnother: all.length - ordinary.length >= 2,
    off: all.reduce((sum, { off }) => sum + off.filter((minute) => !joining.includes(minute)).length, 0),
    grid: [...grid, ...joining].sort((a, b) => a - b),
  };
}
