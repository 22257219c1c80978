import type { QuirkName } from './fault-list.ts';
import { rowOf } from './tick-bars.ts';
import type { TickBar, TickBars } from './tick-bars.ts';
import type { TimeRange } from '../src/market/time-range.ts';

/** One candle; `volume` is undefined for one that came without. */
export interface CandleRow {
  readonly time: number;
  readonly bar: TickBar;
  readonly withVolume: boolean;
}

/** Two of four candles, always the same ones: of any five in a row two are changed, never all. */
function revised({ open, high, low, close, volume }: TickBar, slot: number): TickBar {
  if (slot % 4 === 1) return { open, high: Math.max(high, close + 1), low, close: close + 1, volume };
  if (slot % 4 === 3 && low > 1) return { open, high, low: low - 1, close, volume: Math.ceil(volume * 1.01) };
  return { open, high, low, close, volume };
}

/** The candles as they are sent: with the faults upon them that concern rows. */
export function quirkCandles(
  bars: TickBars,
  quirks: ReadonlySet<QuirkName>,
  length: number,
  { to }: TimeRange,
): readonly CandleRow[] {
  const rows: CandleRow[] = [];
  bars.time.forEach((time, row) => {
    const bar = rowOf(bars, row);
    if (bar === undefined) return;
    const slot = Math.floor(time / length);
    rows.push({
      time,
      bar: quirks.has('revise') ? revised(bar, slot) : bar,
      withVolume: !quirks.has('nulls') || slot % 12 !== 5,
    });
  });
  const last = rows.at(-1);
  if (last === undefined) return rows;
  if (quirks.has('duplicate')) rows.push(last);
  if (quirks.has('past-end')) rows.push({ ...last, time: Math.ceil(to / length) * length });
  return rows;
}
