import { isSettlementRow } from '../market/bar-checks.ts';
import { PRICE_COLUMNS } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { minuteOf } from '../market/grid.ts';
import { DAY_MS, isIntraday } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { barOfDate } from '../market/session.ts';
import { formatStamp } from '../market/stored-series.ts';
import type { TimeRanges } from '../market/time-range.ts';
import { FaultCount } from './finding.ts';
import type { Fault } from './finding.ts';

/** What a manifest says of the bars of a series. */
export interface SaidOfBars {
  readonly columns: readonly string[];
  readonly rows: number;
  readonly first?: string | undefined;
  readonly last?: string | undefined;
  /** Minutes of the period at which intraday bars begin. */
  readonly grid?: readonly number[] | undefined;
  readonly coverage: TimeRanges;
}

function isOnGrid(stamp: number, period: Period, grid: readonly number[] | undefined): boolean {
  if (isIntraday(period)) {
    const minute = minuteOf(stamp, period);
    return grid === undefined || grid.length === 0 ? Number.isInteger(minute) : grid.includes(minute);
  }
  return stamp % DAY_MS === 0 && barOfDate(stamp, period) === stamp;
}

/** What the values of one bar are not allowed to be, or are seldom. */
function auditValues(bars: Bars, row: number, at: string, faults: FaultCount): void {
  const value = (column: Float64Array): number => column[row] ?? Number.NaN;
  const [open, high, low, close] = [bars.open, bars.high, bars.low, bars.close].map(value);
  if (open === undefined || high === undefined || low === undefined || close === undefined) return;
  if (Number.isNaN(close)) faults.add('no-close', `${at} has no close`);
  const all = [...PRICE_COLUMNS.map((name) => bars[name]), bars.volume, ...bars.extras.values()];
  if (all.some((column) => Math.abs(value(column)) === Infinity))
    faults.add('non-finite', `${at} has an infinite value`);
  if (isSettlementRow(bars, row)) {
    faults.add('settlement-row', `${at} had no trade, and one of its prices contradicts its settlement`, 'info');
  } else if (high < low) faults.add('high-below-low', `${at} has a high of ${high} below its low of ${low}`);
  else if (open > high || open < low || close > high || close < low) {
    faults.add('outside-high-low', `${at} opens or closes outside its high and low, as the source gave it`, 'info');
  }
}

function auditStamps(bars: Bars, period: Period, said: SaidOfBars, faults: FaultCount): void {
  let before = Number.NEGATIVE_INFINITY;
  let part = 0;
  for (const [row, stamp] of bars.time.entries()) {
    const at = Number.isFinite(stamp) ? formatStamp(stamp, period) : `row ${row + 1}`;
    if (stamp === before) faults.add('duplicate-stamp', `${at} stands there twice`);
    else if (!(stamp > before)) faults.add('out-of-order', `${at} comes after ${formatStamp(before, period)}`);
    if (!isOnGrid(stamp, period, said.grid)) faults.add('off-grid', `${at} is no stamp of ${period} bars here`);
    if (!(stamp >= before)) part = 0;
    while (part < said.coverage.length && (said.coverage[part]?.to ?? 0) <= stamp) part += 1;
    if (!((said.coverage[part]?.from ?? Infinity) <= stamp)) {
      faults.add('outside-coverage', `${at} lies outside of what the manifest calls covered`, 'warning');
    }
    auditValues(bars, row, at, faults);
    before = stamp;
  }
}

/** Checks bars by themselves and against what the manifest says of them. Pure. @param where the path, for the details */
export function auditBars(
  bars: Bars,
  columns: readonly string[],
  period: Period,
  said: SaidOfBars,
  where: string,
): Fault[] {
  const faults = new FaultCount();
  const differ = (kind: 'columns' | 'rows' | 'first' | 'last', is: string, says: string): void => {
    if (is !== says) faults.add(kind, `${kind} ${is || 'none'}, by the manifest ${says || 'none'}`);
  };
  const stamp = (time: number | undefined): string => (time === undefined ? '' : formatStamp(time, period));
  differ('columns', columns.join(), said.columns.join());
  differ('rows', String(bars.time.length), String(said.rows));
  differ('first', stamp(bars.time[0]), said.first ?? '');
  differ('last', stamp(bars.time.at(-1)), said.last ?? '');
  auditStamps(bars, period, said, faults);
  return faults.faults(where);
}

/** The first place where two tables differ, in words; undefined when they hold the same. Pure. */
export function firstDifference(a: Bars, b: Bars, period: Period): string | undefined {
  const rows = Math.min(a.time.length, b.time.length);
  const pairs = [
    ['Datetime', a.time, b.time],
    ...PRICE_COLUMNS.map((name) => [name, a[name], b[name]] as const),
    ['volume', a.volume, b.volume],
    ...[...a.extras].flatMap(([name, column]) => {
      const other = b.extras.get(name);
      return other === undefined ? [] : [[name, column, other] as const];
    }),
  ] as const;
  if ([...a.extras.keys()].join() !== [...b.extras.keys()].join()) return 'their columns';
  for (let row = 0; row < rows; row++) {
    const off = pairs.find(([, left, right]) => !Object.is(left[row], right[row]) && left[row] !== right[row]);
    if (off !== undefined) return `${off[0]} of ${formatStamp(a.time[row] ?? 0, period)}`;
  }
  return a.time.length === b.time.length ? undefined : `${a.time.length} and ${b.time.length} rows`;
}
