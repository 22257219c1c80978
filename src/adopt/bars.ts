import { checkBars, isNoTrade, pickBars } from '../market/bar-checks.ts';
import type { DropReason } from '../market/bar-checks.ts';
import { allocateBars, EXTRA_COLUMNS, PRICE_COLUMNS } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { DAY_MS } from '../market/period.ts';
import { readForeignNumber } from './csv.ts';
import type { ForeignColumn, ForeignTable } from './csv.ts';
import { readForeignStamp } from './stamps.ts';
import type { StampRule } from './stamps.ts';

/** Why a row of a foreign file was not taken. */
export type ForeignDropReason = DropReason | 'broken-row' | 'unreadable-time' | 'placeholder';

/** How many rows were not taken, by reason. */
export type ForeignDropped = Readonly<Partial<Record<ForeignDropReason, number>>>;

/** The good bars of a foreign file, and what had to be done to get them. */
export interface ForeignBars {
  readonly bars: Bars;
  readonly dropped: ForeignDropped;
  /** Rows that stood behind a later one; they were sorted in. */
  readonly unsorted: number;
  /** Stamps for which the file has bad rows only: nothing is known of them. A row that says "no trade" is not bad. Ascending. */
  readonly holes: readonly number[];
}

const EVERYTHING = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** Both tools marked a contract without hourly bars by two rows of 1970-01-01. */
const isPlaceholder = (time: number): boolean => time >= 0 && time < DAY_MS;

/** All rows as a table, in the order of the file; a text that is no number becomes infinite, which the checks drop. */
function tableOf(rows: ForeignTable['rows'], columns: ForeignTable['columns']): Bars {
  const bars = allocateBars(
    rows.length,
    EXTRA_COLUMNS.filter((name) => columns.has(name)),
  );
  const fill = (column: Float64Array, name: ForeignColumn): void => {
    const index = columns.get(name);
    if (index === undefined) return;
    rows.forEach((fields, row) => {
      column[row] = readForeignNumber(fields[index] ?? '') ?? Number.POSITIVE_INFINITY;
    });
  };
  for (const name of [...PRICE_COLUMNS, 'volume'] as const) fill(bars[name], name);
  for (const [name, column] of bars.extras) fill(column, name);
  return bars;
}

/** True where the file stands newest first, as Barchart's site gives it. */
function isNewestFirst(rows: ForeignTable['rows'], time: number, rule: StampRule): boolean {
  const stamps = [rows[0], rows.at(-1)].map((row) => readForeignStamp(row?.[time] ?? '', rule, -Infinity));
  const [first, last] = stamps;
  return first !== undefined && last !== undefined && first > last;
}

/**
 * Turns the rows of a foreign file into bars: sorted, bad rows left out and counted, of good rows with one stamp the
 * second kept. Pure.
 */
export function foreignBars({ columns, rows, broken }: ForeignTable, rule: StampRule): ForeignBars {
  const dropped: Partial<Record<ForeignDropReason, number>> = broken === 0 ? {} : { 'broken-row': broken };
  const count = (reason: ForeignDropReason): void => {
    dropped[reason] = (dropped[reason] ?? 0) + 1;
  };
  const timeColumn = columns.get('time') ?? 0;
  const oldestFirst = isNewestFirst(rows, timeColumn, rule) ? rows.toReversed() : rows;
  const table = tableOf(oldestFirst, columns);
  const { time } = table;
  const good: number[] = [];
  let [latest, unsorted] = [Number.NEGATIVE_INFINITY, 0];
  oldestFirst.forEach((fields, row) => {
    const stamp = readForeignStamp(fields[timeColumn] ?? '', rule, latest);
    if (stamp === undefined) count('unreadable-time');
    else if (isPlaceholder(stamp)) count('placeholder');
    else {
      if (stamp < latest) unsorted += 1;
      latest = Math.max(latest, stamp);
      time[row] = stamp;
      good.push(row);
    }
  });
  const timeAt = (row: number): number => time[row] ?? Number.NaN;
  // Stable: rows with one stamp stay in their order, by which the checks choose between them.
  good.sort((a, b) => timeAt(a) - timeAt(b));
  const checked = checkBars(pickBars(table, good), EVERYTHING, oldestFirst !== rows);
  const kept = new Set(checked.bars.time);
  return {
    bars: checked.bars,
    dropped: { ...dropped, ...checked.dropped },
    unsorted: oldestFirst === rows ? unsorted : Math.max(unsorted, rows.length),
    holes: [...new Set(good.filter((row) => !isNoTrade(table, row)).map(timeAt))].filter((stamp) => !kept.has(stamp)),
  };
}
