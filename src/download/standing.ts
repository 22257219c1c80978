import { firstBarFrom } from '../market/bars.ts';
import type { VortexError } from '../market/errors.ts';
import type { ExchangeTable } from '../market/exchange-table.ts';
import type { Series } from '../market/instrument.ts';
import { isRegular } from '../market/rhythm.ts';
import { storedSeries } from '../store/manifest.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';
import type { SeriesChange } from '../store/series-change.ts';
import { kindOf } from './proof.ts';
import type { Proof } from './proof.ts';

/** So many of the newest stamps of a series are compared with those of its group. */
const RECENT = 80;

/** How a series stands after its part of a run: what the whole run is judged by. */
export interface Standing {
  readonly series: Series;
  readonly provider: string | undefined;
  readonly table: ExchangeTable | undefined;
  /** As it is on the disk now. */
  readonly stored: StoredSeries;
  /** What the source had answered for before this run. */
  readonly before: TimeRanges;
  /** Newest stamps, ascending. */
  readonly recent: Float64Array;
  /** The wanted range reaches up to now. */
  readonly isCurrent: boolean;
  /** The source gave a good answer in this run, or nothing was left to ask. */
  readonly isAnswered: boolean;
  readonly error?: VortexError | undefined;
  readonly proof?: Proof | undefined;
}

/** The newest stamps of a table of bars. */
export function recentOf(time: Float64Array): Float64Array {
  return time.slice(Math.max(0, time.length - RECENT));
}

/** What the folder has of a series once a change is on the disk. */
export function storedAfter({ series, known, facts }: SeriesChange, time: Float64Array | undefined): StoredSeries {
  const tail = time === undefined || time.length === 0 ? known.stored.tail : Array.from(time.slice(-10));
  const first = known.stored.first ?? time?.[0];
  const rows = Math.max(known.stored.rows, time?.length ?? 0);
  // What the facts do not name is gone: a healed suspect, a new life after an end.
  const version = { ...facts, rows, tail: [], columns: [], files: [], updated_at: '', run: '' };
  return { ...storedSeries(version, series.period), rows, tail, ...(first === undefined ? {} : { first }) };
}

export const lastOf = ({ stored }: Pick<Standing, 'stored'>): number | undefined => stored.tail.at(-1);

/** Whether bars of the series are to be expected on days that its exchange trades. */
export function isRegularSeries({ stored, series }: Pick<Standing, 'stored' | 'series'>): boolean {
  return stored.rhythm === undefined || isRegular(stored.rhythm, kindOf(series));
}

/** A series that is wanted up to now and has not ended. */
export function isLiveSeries({ isCurrent, stored, series }: Standing, now: number): boolean {
  const { contract } = series;
  return (
    isCurrent && stored.ended === undefined && stored.rows > 0 && (contract === undefined || contract.life.to > now)
  );
}

/** Whether the series has a bar in the unit; before its newest stamps it is taken to have one on each date since its first. */
export function hasUnit({ recent, stored }: Standing, { from, to }: TimeRange): boolean {
  if ((recent[0] ?? -Infinity) >= to) return (stored.first ?? Infinity) < to;
  const at = recent[firstBarFrom(recent, from)];
  return at !== undefined && at < to;
}

/** The name under which series are judged together: the months of a market, else an exchange, class and period. */
export function groupOf({ series, table }: Pick<Standing, 'series' | 'table'>): string | undefined {
  const { instrument, contract, period } = series;
  if (contract !== undefined) return `${instrument.class} ${instrument.id} ${period}`;
  return table === undefined ? undefined : `${table.id} ${instrument.class} ${period}`;
}
