import { PRICE_COLUMNS } from '../market/bars.ts';
import { figure } from './sense-finding.ts';
import type { Fault } from './sense-finding.ts';
import { at, move, UNIT_MOVE } from './sense-series.ts';
import type { SenseSeries } from './sense-series.ts';

/** How near (as a logarithm) the columns of one bar have to be to a wrong unit. */
const UNIT_TOLERANCE = 0.25;
/** More than this share of the bars: the whole column is off. */
const WHOLE_COLUMN = 0.9;

/** Prices of zero in a market that has none below it. */
function zeroFaults({ bars, rows }: SenseSeries): Fault[] {
  const columns = PRICE_COLUMNS.map((name) => bars[name]);
  const found: Fault[] = [];
  let hasNegative = false;
  for (const row of rows) {
    let isZero = false;
    for (const column of columns) {
      const price = at(column, row);
      if (price === 0) isZero = true;
      else if (price < 0) hasNegative = true;
    }
    if (isZero) found.push({ kind: 'zero-price', severity: 'error', row, reason: 'prices of zero' });
  }
  return hasNegative ? [] : found;
}

/** Bars whose open, high or low is 100 times off their close: single ones, or a whole column. */
function unitFaults({ bars, rows }: SenseSeries): Fault[] {
  return (['open', 'high', 'low'] as const).flatMap((name) => {
    const column = bars[name];
    const found: Fault[] = [];
    for (const row of rows) {
      const price = at(column, row);
      const close = at(bars.close, row);
      if (price < close * 50 && price * 50 > close) continue;
      if (!(Math.abs(Math.abs(move(close, price)) - UNIT_MOVE) < UNIT_TOLERANCE)) continue;
      const figures = (): string => `${figure(price)}, close ${figure(close)}`;
      found.push({ kind: 'price-unit', severity: 'error', row, reason: `${name} 100 times off the close`, figures });
    }
    if (found.length <= WHOLE_COLUMN * rows.length) return found;
    return found.map((fault) => ({ ...fault, reason: `the whole column ${name} 100 times off the close` }));
  });
}

/** Values that cannot stand together in one bar. */
export function columnFaults(series: SenseSeries): Fault[] {
  return [...zeroFaults(series), ...unitFaults(series)];
}
