import { DAY_MS, isIntraday } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import { intersect, subtract } from '../market/time-range.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';

/** So many of the last stored bars are asked for again where another provider goes on from them. */
const TAIL_BARS = 10;
/** How far stored bars are gone back over where their stamps are not known: ten bars or a week of sessions, at least. */
const LONGER_DAYS: Readonly<Partial<Record<Period, number>>> = { '1d': 15, '1wk': 77, '1mo': 320 };
const INTRADAY_DAYS = 6;

const reachMs = (period: Period): number => (isIntraday(period) ? INTRADAY_DAYS : (LONGER_DAYS[period] ?? 0)) * DAY_MS;

/** Whether another provider may serve what is missing of a series that is kept from one. */
export function mayMix(stored: StoredSeries, options: { readonly mix?: boolean; readonly force: boolean }): boolean {
  return options.mix === true && !options.force && stored.provider !== undefined && stored.rebasePending !== true;
}

/** What is known by the word of the series' own provider, and what that was asked for in vain. */
export function ownCoverage({ coverage, mixed = [] }: StoredSeries): TimeRanges {
  const others = mixed.filter(({ kept }) => kept !== true);
  return others.length === 0 ? coverage : coverage.flatMap((range) => subtract(range, others));
}

/**
 * The last bars that are the own provider's: a correction of another's bars is none.
 * @returns stamps, ascending
 */
export function ownTail({ tail, mixed = [] }: StoredSeries): readonly number[] {
  return mixed.length === 0 ? tail : tail.filter((stamp) => !mixed.some(({ from, to }) => from <= stamp && stamp < to));
}

/** What another provider is asked for: what is missing, and stored bars beside it to compare its prices with. */
export function withCommonBars(
  missing: TimeRanges,
  { tail, first = Infinity }: StoredSeries,
  period: Period,
): TimeRange[] {
  const last = tail.at(-1) ?? Infinity;
  return missing.map(({ from, to }) => {
    if (from <= first) return { from, to: to + reachMs(period) };
    const back = from > last && tail.length >= TAIL_BARS ? tail.slice(-TAIL_BARS)[0] : undefined;
    return { from: back ?? from - reachMs(period), to };
  });
}

/** Own bars before those of another provider, asked for again together with them: the basis may have changed meanwhile. */
export function ownBarsBefore(missing: TimeRanges, { mixed = [] }: StoredSeries, period: Period): TimeRange[] {
  return missing
    .filter((range) => mixed.some((other) => intersect(range, other) !== undefined))
    .map(({ from }) => ({ from: from - reachMs(period), to: from }));
}
