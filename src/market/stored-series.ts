import { DAY_MS, isIntraday } from './period.ts';
import type { Period } from './period.ts';
import { formatInstant, formatTradeDate } from './calendar.ts';
import type { TradeDate } from './calendar.ts';
import type { Rhythm } from './rhythm.ts';
import type { TimeRange, TimeRanges } from './time-range.ts';

/** Stamps of which another provider than that of the series told. */
export interface MixedRange extends TimeRange {
  readonly provider: string;
  /** The provider of the series was asked since, and does not have these bars. */
  readonly kept?: boolean;
}

/** A date or session on which a bar is due and of which the source answered without one. */
export interface Suspect {
  /** Trade date, or the instant at which the session opens. */
  readonly stamp: number;
  /** Days of UTC on which it answered so, oldest first: the first ones and the newest. */
  readonly answered: readonly TradeDate[];
  /** It was longer ago than suspects are asked again for when it was first seen. */
  readonly isOld: boolean;
}

/** A range without a bar in which bars are due; it stays unknown until enough equal answers have come. */
export interface RefusedRange extends TimeRange {
  /** Days of UTC on which the source answered so, oldest first. */
  readonly answered: readonly TradeDate[];
  readonly isConfirmed: boolean;
}

/** Why a series gets no more bars: by the user's word, because its contract has ended, or because it seems to have. */
export interface EndOfSeries {
  readonly kind: 'user' | 'contract' | 'presumed';
  /** Last trade date; absent: unknown. */
  readonly on?: TradeDate;
  /** When that was decided, milliseconds since the epoch, UTC. */
  readonly at: number;
}

/** What is known of a series before anything is asked. */
export interface StoredSeries {
  /** The provider it is bound to. */
  readonly provider?: string;
  /** IANA zone that the source named. */
  readonly timezone?: string;
  /** The contract's true last trade date, where a source has told it. */
  readonly expires?: TradeDate;
  /** Stamps that are data or proven empty; everything else is unknown. */
  readonly coverage: TimeRanges;
  /** What of the coverage is another provider's, ascending; absent: nothing. */
  readonly mixed?: readonly MixedRange[];
  readonly rows: number;
  /** Stamp of the first bar. */
  readonly first?: number;
  /** Stamps of the last bars, ascending. */
  readonly tail: readonly number[];
  /** The source has put the series on another basis; the whole of it is to be fetched again. */
  readonly rebasePending?: boolean;
  /** Said not to exist: by whom, and when (milliseconds since the epoch, UTC). */
  readonly absent?: { readonly provider: string; readonly checkedAt: number };
  readonly suspects?: readonly Suspect[];
  readonly refused?: readonly RefusedRange[];
  readonly ended?: EndOfSeries;
  readonly rhythm?: Rhythm;
  /** By how many due dates its newest bar came late, at the last updates, oldest first. */
  readonly delays?: readonly number[];
  /** Time of the newest good answer, milliseconds since the epoch, UTC. */
  readonly answeredAt?: number;
}

export const NOTHING_STORED: StoredSeries = { coverage: [], rows: 0, tail: [] };

/** A stamp as it stands in files: 2024-01-02, or 2024-01-02T14:30:00Z for intraday periods. */
export function formatStamp(stamp: number, period: Period): string {
  return isIntraday(period) ? formatInstant(stamp) : formatTradeDate(stamp);
}

/** A range for people and files: dates are whole days, both ends in it; instants are exclusive at the end. */
export function formatRange(range: TimeRange, period: Period): [from: string, to: string] {
  return [formatStamp(range.from, period), formatStamp(isIntraday(period) ? range.to : range.to - DAY_MS, period)];
}

/** Reads what formatRange wrote; undefined when it is none. */
export function parseRange(from: string, to: string, period: Period): TimeRange | undefined {
  const range = { from: Date.parse(from), to: Date.parse(to) + (isIntraday(period) ? 0 : DAY_MS) };
  return range.from < range.to ? range : undefined;
}
