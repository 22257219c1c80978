import type { Bars } from './bars.ts';

/** The columns that every file has. */
export const FIXED_COLUMNS: readonly string[] = ['Datetime', 'Open', 'High', 'Low', 'Close', 'Volume'];

/** Names of the columns of these bars, in file order. */
export function columnNames(bars: Bars): string[] {
  return [...FIXED_COLUMNS, ...bars.extras.keys()];
}
