/** Columns that only some sources have, in the order they take in a file. */
export const EXTRA_COLUMNS = ['Adj Close', 'Dividends', 'Stock Splits', 'Open Interest'] as const;
export type ExtraColumn = (typeof EXTRA_COLUMNS)[number];

/**
 * Bars of one series, one array a column, all of the same length, ascending and unique in time.
 *
 * `time`: milliseconds since the epoch, UTC; the start of an intraday bar, or the trade date (its UTC midnight) of a daily
 * or longer one. Prices are in the source's own units. NaN means that the source has no value.
 */
export interface Bars {
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly extras: ReadonlyMap<ExtraColumn, Float64Array>;
}

/** The four prices that every source has; its volume is the fifth column. */
export const PRICE_COLUMNS = ['open', 'high', 'low', 'close'] as const;

/** A table of the given length, all values NaN. */
export function allocateBars(length: number, extras: readonly ExtraColumn[]): Bars {
  const column = (): Float64Array => new Float64Array(length).fill(Number.NaN);
  return {
    time: new Float64Array(length),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    extras: new Map(EXTRA_COLUMNS.filter((name) => extras.includes(name)).map((name) => [name, column()])),
  };
}

export const NO_BARS: Bars = allocateBars(0, []);

function mapColumns(bars: Bars, change: (column: Float64Array) => Float64Array): Bars {
  return {
    time: change(bars.time),
    open: change(bars.open),
    high: change(bars.high),
    low: change(bars.low),
    close: change(bars.close),
    volume: change(bars.volume),
    extras: new Map([...bars.extras].map(([name, column]) => [name, change(column)])),
  };
}

/** Rows [from, to) as views on the same memory. */
export function sliceBars(bars: Bars, from: number, to: number): Bars {
  if (from === 0 && to >= bars.time.length) return bars;
  return mapColumns(bars, (column) => column.subarray(from, to));
}

/** Index of the first bar at or after the instant; the length when there is none. */
export function firstBarFrom(time: Float64Array, instant: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((time[middle] ?? Number.POSITIVE_INFINITY) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bars with from <= time < to, as views on the same memory. */
export function barsWithin(bars: Bars, from: number, to: number): Bars {
  return sliceBars(bars, firstBarFrom(bars.time, from), firstBarFrom(bars.time, to));
}

/** The bars whose stamp is wanted. */
export function filterBars(bars: Bars, isWanted: (time: number) => boolean): Bars {
  const rows = bars.time.map((time) => (isWanted(time) ? 1 : 0));
  return rows.includes(0) ? mapColumns(bars, (column) => column.filter((_, row) => rows[row] === 1)) : bars;
}

/** The same bars without the columns that are not wanted. */
export function withColumns(bars: Bars, isWanted: (name: ExtraColumn) => boolean): Bars {
  return { ...bars, extras: new Map([...bars.extras].filter(([name]) => isWanted(name))) };
}

/** Tables one after the other, as they are: nothing is sorted and no stamp is dropped. */
export function concatBars(parts: readonly Bars[]): Bars {
  const [only, second] = parts;
  if (only !== undefined && second === undefined) return only;
  const extras = EXTRA_COLUMNS.filter((name) => parts.some((part) => part.extras.has(name)));
  const all = allocateBars(
    parts.reduce((rows, part) => rows + part.time.length, 0),
    extras,
  );
  let row = 0;
  for (const part of parts) {
    for (const name of [...PRICE_COLUMNS, 'time', 'volume'] as const) all[name].set(part[name], row);
    for (const [name, column] of part.extras) all.extras.get(name)?.set(column, row);
    row += part.time.length;
  }
  return all;
}

function sameColumn(a: Float64Array, b: Float64Array | undefined): boolean {
  return b !== undefined && a.every((value, row) => Object.is(value, b[row]));
}

/** True when two tables have the same columns with the same values. */
export function sameBars(a: Bars, b: Bars): boolean {
  if (a === b) return true;
  if (a.time.length !== b.time.length || a.extras.size !== b.extras.size) return false;
  const extras = [...a.extras].every(([name, column]) => sameColumn(column, b.extras.get(name)));
  return extras && (['time', ...PRICE_COLUMNS, 'volume'] as const).every((name) => sameColumn(a[name], b[name]));
}
