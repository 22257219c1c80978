import fc from 'fast-check';
import { allocateBars, EXTRA_COLUMNS, PRICE_COLUMNS } from '../../src/market/bars.ts';
import type { Bars, ExtraColumn } from '../../src/market/bars.ts';

export type Column = (typeof PRICE_COLUMNS)[number] | 'volume' | ExtraColumn;
export const COLUMNS: readonly Column[] = [...PRICE_COLUMNS, 'volume', ...EXTRA_COLUMNS];

/** One bar with its columns by name; a column that it has not is absent. */
export interface Row {
  readonly time: number;
  readonly values: Readonly<Partial<Record<Column, number>>>;
}

/** A table of rows; a value that a row lacks is NaN. */
export function table(rows: readonly Row[], extras: readonly ExtraColumn[] = []): Bars {
  const bars = allocateBars(rows.length, extras);
  rows.forEach(({ time, values }, index) => {
    bars.time[index] = time;
    for (const name of [...PRICE_COLUMNS, 'volume'] as const) bars[name][index] = values[name] ?? Number.NaN;
    for (const name of extras) {
      const column = bars.extras.get(name);
      if (column !== undefined) column[index] = values[name] ?? Number.NaN;
    }
  });
  return bars;
}

/** One row of plain prices. */
export function bar(time: number, open: number, high: number, low: number, close: number, volume = 1): Row {
  return { time, values: { open, high, low, close, volume } };
}

/** The rows of a table, with the columns that it has. */
export function rowsOf(bars: Bars): Row[] {
  const columns: (readonly [Column, Float64Array])[] = [
    ...[...PRICE_COLUMNS, 'volume' as const].map((name) => [name, bars[name]] as const),
    ...bars.extras,
  ];
  return Array.from(bars.time, (time, index) => {
    const values: Partial<Record<Column, number>> = {};
    for (const [name, column] of columns) values[name] = column[index] ?? Number.NaN;
    return { time, values };
  });
}

const values = fc.constantFrom(Number.NaN, 0, 1, 2, -37.63, 0.25);
const columnValues = fc.record(Object.fromEntries(COLUMNS.map((name) => [name, values])));

/** Bars of few instants and few values, so that two tables meet often; ascending and unique. */
export const anyBars: fc.Arbitrary<Bars> = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { maxLength: 12 }),
    fc.array(columnValues, { minLength: 12, maxLength: 12 }),
    fc.subarray([...EXTRA_COLUMNS]),
  )
  .map(([times, cells, extras]) =>
    table(
      times.sort((a, b) => a - b).map((time, index) => ({ time, values: cells[index] ?? {} })),
      extras,
    ),
  );
