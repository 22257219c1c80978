import { DAY_MS, isIntraday, MINUTE_MS } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';
import type { Capabilities } from '../providers/provider.ts';

/**
 * The earliest stamp that a provider still serves at a period: a whole day or minute; minus infinity when it goes back to
 * the first bar.
 * @param now milliseconds since the epoch, UTC
 */
export function earliestServed(capabilities: Capabilities, period: Period, now: number): number {
  const { depthDays, since = Number.NEGATIVE_INFINITY } = capabilities.periods[period] ?? {};
  const unit = isIntraday(period) ? MINUTE_MS : DAY_MS;
  return depthDays === undefined ? since : Math.max(since, Math.ceil((now - depthDays * DAY_MS) / unit) * unit);
}

/** Longest span of one request in milliseconds; undefined when there is no limit. */
export function longestSpan(capabilities: Capabilities, period: Period): number | undefined {
  const days = capabilities.periods[period]?.spanDays;
  return days === undefined ? undefined : days * DAY_MS;
}

/** How many answers of the source a request takes. */
export function answersFor(capabilities: Capabilities, period: Period, { from, to }: TimeRange): number {
  const days = capabilities.periods[period]?.answerDays;
  return days === undefined ? 1 : Math.ceil(to / (days * DAY_MS)) - Math.floor(from / (days * DAY_MS));
}

/**
 * Ranges to be asked for in as few requests as they can be, where each request costs something and what lies between two
 * of them does not.
 * @param longest of one request, milliseconds; undefined when there is no limit
 */
export function bridged(ranges: TimeRanges, longest: number | undefined): TimeRanges {
  const joined: TimeRange[] = [];
  for (const range of ranges) {
    const before = joined.at(-1);
    if (before !== undefined && range.to - before.from <= (longest ?? Infinity)) {
      joined[joined.length - 1] = { from: before.from, to: range.to };
    } else joined.push(range);
  }
  return joined;
}
