import { isIntraday, MINUTE_MS, periodMs } from './period.ts';
import type { Period } from './period.ts';

/** At which minute of the period (counted from UTC midnight) an instant lies. */
export function minuteOf(instant: number, period: Period): number {
  const length = periodMs(period);
  return (((instant % length) + length) % length) / MINUTE_MS;
}

/**
 * At which minutes of the period (counted from UTC midnight) the bars begin: [30] for hourly bars that begin at 9:30 New
 * York, [0, 30] for an exchange with a lunch break. Ascending; empty for periods of a day and longer.
 */
export function gridOf(time: Float64Array, period: Period): number[] {
  if (!isIntraday(period)) return [];
  const minutes = new Set<number>();
  for (const instant of time) minutes.add(minuteOf(instant, period));
  return [...minutes].sort((a, b) => a - b);
}

/** True when bars of both grids can stand in one series: they share a minute, or one has no bars yet. */
export function gridsAgree(a: readonly number[], b: readonly number[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((minute) => b.includes(minute));
}
