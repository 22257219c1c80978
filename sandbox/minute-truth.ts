import { MINUTE_MS } from '../src/market/period.ts';
import { mix, unit } from './random.ts';
import type { Session } from './sessions.ts';
import { allocateTickBars } from './tick-bars.ts';
import type { TickBar, TickBars } from './tick-bars.ts';

/** Where in the session the high and the low are reached; two minutes if it has two. */
function turningMinutes(seed: number, minutes: number): { highAt: number; lowAt: number } {
  const highAt = Math.floor(unit(mix(seed, 11)) * minutes);
  const lowAt = Math.floor(unit(mix(seed, 12)) * minutes);
  return { highAt, lowAt: lowAt === highAt ? (lowAt + 1) % minutes : lowAt };
}

/** Prices at the edges of the minutes: from open to close by way of both extremes, never beyond them. */
function pathOf(day: TickBar, seed: number, minutes: number, highAt: number, lowAt: number): Float64Array {
  const path = new Float64Array(minutes + 1);
  const knots = [
    { at: 0, price: day.open },
    ...(highAt < lowAt
      ? [
          { at: highAt + 0.5, price: day.high },
          { at: lowAt + 0.5, price: day.low },
        ]
      : [
          { at: lowAt + 0.5, price: day.low },
          { at: highAt + 0.5, price: day.high },
        ]),
    { at: minutes, price: day.close },
  ];
  const noise = (day.high - day.low) * 0.12;
  let knot = 0;
  for (let edge = 0; edge <= minutes; edge++) {
    while (knot < 2 && edge > (knots[knot + 1]?.at ?? 0)) knot++;
    const from = knots[knot] ?? { at: 0, price: day.open };
    const to = knots[knot + 1] ?? { at: minutes, price: day.close };
    const straight = from.price + ((to.price - from.price) * (edge - from.at)) / (to.at - from.at);
    const price = Math.round(straight + noise * (unit(mix(seed, 1_000 + edge)) - 0.5));
    path[edge] = Math.min(day.high, Math.max(day.low, price));
  }
  path[0] = day.open;
  path[minutes] = day.close;
  return path;
}

/** Shares the day's lots out, most at the open and the close; the sum is exact. */
function shareVolume(volume: Float64Array, lots: number, seed: number): void {
  const minutes = volume.length;
  let total = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const fromMiddle = (2 * minute) / minutes - 1;
    total += 0.4 + 2 * fromMiddle * fromMiddle + unit(mix(seed, 5_000 + minute));
    volume[minute] = total;
  }
  let given = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const upTo = Math.floor((lots * (volume[minute] ?? 0)) / total);
    volume[minute] = upTo - given;
    given = upTo;
  }
}

/**
 * One-minute bars of a session that add up to its daily bar exactly: first open, highest high, lowest low, last close, sum
 * of volume. `time` is the start of the minute, milliseconds since the epoch, UTC.
 */
export function minutesOf(session: Session, day: TickBar, seed: number): TickBars {
  const minutes = Math.round((session.closesAt - session.opensAt) / MINUTE_MS);
  const bars = allocateTickBars(minutes);
  const { highAt, lowAt } = turningMinutes(seed, minutes);
  const path = pathOf(day, seed, minutes, highAt, lowAt);
  const reach = Math.max(1, (day.high - day.low) * 0.03);
  for (let minute = 0; minute < minutes; minute++) {
    const open = path[minute] ?? 0;
    const close = path[minute + 1] ?? 0;
    const jitter = mix(seed, 9_000 + minute);
    const above = Math.floor(reach * unit((jitter & 0xffff) * 65_536));
    const below = Math.floor(reach * unit((jitter >>> 16) * 65_536));
    bars.time[minute] = session.opensAt + minute * MINUTE_MS;
    bars.open[minute] = open;
    bars.close[minute] = close;
    bars.high[minute] = minute === highAt ? day.high : Math.min(day.high, Math.max(open, close) + above);
    bars.low[minute] = minute === lowAt ? day.low : Math.max(day.low, Math.min(open, close) - below);
  }
  shareVolume(bars.volume, day.volume, seed);
  return bars;
}
