/**
 * Bars in whole ticks, one array a column, ascending in time: sums and comparisons are exact.
 * `time` is what each maker says: a trade date or an instant, milliseconds since the epoch, UTC. Volume is in lots.
 */
export interface TickBars {
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** One bar in whole ticks. */
export interface TickBar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** A table of zeros. */
export function allocateTickBars(length: number): TickBars {
  const column = (): Float64Array => new Float64Array(length);
  return { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
}

export function setRow(bars: TickBars, row: number, time: number, bar: TickBar): void {
  bars.time[row] = time;
  bars.open[row] = bar.open;
  bars.high[row] = bar.high;
  bars.low[row] = bar.low;
  bars.close[row] = bar.close;
  bars.volume[row] = bar.volume;
}

/** The bar of one row; undefined outside the table. */
export function rowOf(bars: TickBars, row: number): TickBar | undefined {
  if (row < 0 || row >= bars.time.length) return undefined;
  return {
    open: bars.open[row] ?? 0,
    high: bars.high[row] ?? 0,
    low: bars.low[row] ?? 0,
    close: bars.close[row] ?? 0,
    volume: bars.volume[row] ?? 0,
  };
}

/** Rows [from, to) as views on the same memory. */
export function sliceTickBars(bars: TickBars, from: number, to: number): TickBars {
  return {
    time: bars.time.subarray(from, to),
    open: bars.open.subarray(from, to),
    high: bars.high.subarray(from, to),
    low: bars.low.subarray(from, to),
    close: bars.close.subarray(from, to),
    volume: bars.volume.subarray(from, to),
  };
}

/** Rows [from, to) as one bar; `to` must be greater than `from`. */
export function foldRows(bars: TickBars, from: number, to: number): TickBar {
  let high = bars.high[from] ?? 0;
  let low = bars.low[from] ?? 0;
  let volume = 0;
  for (let row = from; row < to; row++) {
    high = Math.max(high, bars.high[row] ?? 0);
    low = Math.min(low, bars.low[row] ?? 0);
    volume += bars.volume[row] ?? 0;
  }
  return { open: bars.open[from] ?? 0, high, low, close: bars.close[to - 1] ?? 0, volume };
}

/** Joins neighbouring rows that `bucket` gives the same stamp; the new time is that stamp. */
export function foldBars(bars: TickBars, bucket: (time: number) => number): TickBars {
  const folded = allocateTickBars(bars.time.length);
  let rows = 0;
  for (let from = 0; from < bars.time.length;) {
    const stamp = bucket(bars.time[from] ?? 0);
    let to = from + 1;
    while (to < bars.time.length && bucket(bars.time[to] ?? 0) === stamp) to++;
    setRow(folded, rows, stamp, foldRows(bars, from, to));
    rows++;
    from = to;
  }
  return sliceTickBars(folded, 0, rows);
}

/** The tables one after the other. */
export function joinTickBars(tables: readonly TickBars[]): TickBars {
  const joined = allocateTickBars(tables.reduce((sum, table) => sum + table.time.length, 0));
  let row = 0;
  for (const table of tables) {
    joined.time.set(table.time, row);
    joined.open.set(table.open, row);
    joined.high.set(table.high, row);
    joined.low.set(table.low, row);
    joined.close.set(table.close, row);
    joined.volume.set(table.volume, row);
    row += table.time.length;
  }
  return joined;
}
