import { parseTradeDate } from '../market/calendar.ts';
import type { TradeDate } from '../market/calendar.ts';
import { usageError } from '../market/errors.ts';

/** Reads the date of a flag: 2024-01-31. @throws VortexError `usage` */
export function readDay(flag: string, text: string): TradeDate {
  const date = parseTradeDate(text);
  if (date === undefined) throw usageError(`flag ${flag}: ${text} is no date; write it as 2024-01-31`);
  return date;
}
