import fc from 'fast-check';
import { tradeDate } from '../../src/market/calendar.ts';
import type { Bars, ExtraColumn } from '../../src/market/bars.ts';
import { PRICE_COLUMNS } from '../../src/market/bars.ts';
import { DAY_MS } from '../../src/market/period.ts';
import { table } from '../market/rows.ts';
import type { Row } from '../market/rows.ts';

export const EXTRAS: readonly ExtraColumn[] = ['Adj Close', 'Dividends', 'Stock Splits'];
/** Bars between two dividends of a made-up history. */
export const QUARTER = 63;

/** A made-up daily history: moves of 1 % or so a day, a dividend of 1 % a quarter, adjusted closes that follow from them. */
export function history(steps: readonly number[], level = 100): Bars {
  let close = level;
  const days = steps.map((step, index) => {
    const dividend = index % QUARTER === QUARTER - 1 ? Math.round(close) / 100 : 0;
    const before = close;
    const open = before - dividend;
    close = open * (1 + step / 100);
    return { before, dividend, open, close };
  });
  const rows: Row[] = [];
  let factor = 1;
  days.reverse().forEach(({ before, dividend, open, close: last }, index) => {
    const [high, low] = [Math.max(open, last) * 1.004, Math.min(open, last) * 0.996];
    const volume = 1_000 + ((index * 7_919) % 1_000);
    const extras = { 'Adj Close': last * factor, Dividends: dividend, 'Stock Splits': 0 };
    const time = tradeDate(2020, 1, 1) + (days.length - index) * DAY_MS;
    rows.push({ time, values: { open, high, low, close: last, volume, ...extras } });
    factor *= 1 - dividend / before;
  });
  return table(rows.reverse(), EXTRAS);
}

/** Steps of a day in percent: −2 to 2, never nothing. */
const step = fc.integer({ min: -199, max: 200 }).map((hundredths) => (hundredths || 1) / 100);

export const anySteps = fc.array(step, { minLength: 300, maxLength: 300 });

/** The extra column of that name. */
export function extra(bars: Bars, name: ExtraColumn): Float64Array {
  const column = bars.extras.get(name);
  if (column === undefined) throw new Error(`no column ${name}`);
  return column;
}

/** Multiplies one value. */
export function scale(column: Float64Array, row: number, factor: number): void {
  column[row] = (column[row] ?? Number.NaN) * factor;
}

/** Multiplies all prices of rows [from, to), the adjusted close too. */
export function scalePrices(bars: Bars, from: number, to: number, factor: number): void {
  for (const column of [...PRICE_COLUMNS.map((name) => bars[name]), extra(bars, 'Adj Close')]) {
    for (let row = from; row < to; row++) scale(column, row, factor);
  }
}
