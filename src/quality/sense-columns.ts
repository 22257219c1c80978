import { PRICE_COLUMNS } from '../market/bars.ts';
import { figure } from './sense-finding.ts';
import type { Fault } from './sense-finding.ts';
import { at, move, unitPower, unitReason } from './sense-series.ts';
import type { SenseSeries } from './sense-series.ts';

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

/** Bars whose open, high or low is 100 times off their close (of a future another power of ten): single ones, or a whole column. */
function unitFaults({ bars, rows, future }: SenseSeries): Fault[] {
  return (['open', 'high', 'low'] as const).flatMap((name) => {
    const column = bars[name];
    const found: Fault[] = [];
    for (const row of rows) {
      const price = at(column, row);
      const close = at(bars.close, row);
      if (price < close * 5 && price * 5 > close) continue;
      const power = unitPower(move(close, price), future);
      if (power === undefined) continue;
      const reason = unitReason(`${name} ${10 ** Math.abs(power)} times off the close`, future);
      const figures = (): string => `${figure(price)}, close ${figure(close)}`;
      found.push({ kind: 'price-unit', severity: 'error', row, reason, figures });
    }
    if (found.length <= WHOLE_COLUMN * rows.length) return found;
    return found.map((fault) => ({ ...fault, reason: `the whole column ${fault.reason}` }));
  });
}

/** Values that cannot stand together in one bar. */
export function columnFaults(series: SenseSeries): Fault[] {
  return [...zeroFaults(series), ...unitFaults(series)];
}
