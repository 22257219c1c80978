import * as z from 'zod';
import { parseTradeDate } from '../market/calendar.ts';
import type { Closure } from '../market/exchange-table.ts';
import { exchangeIds } from '../market/exchange-tables.ts';
import { suggest } from './explain.ts';

const exchange = z
  .string()
  .superRefine((id, context) => {
    const ids = exchangeIds();
    if (!ids.includes(id)) context.addIssue(`${JSON.stringify(id)} is an unknown exchange${suggest(id, ids)}`);
  })
  .meta({ pattern: `^(${exchangeIds().join('|')})$` });

const date = z
  .string()
  .superRefine((text, context) => {
    if (parseTradeDate(text) === undefined) {
      context.addIssue(`${JSON.stringify(text)} is not a date; write it as 2024-01-31`);
    }
  })
  .meta({ pattern: String.raw`^\d{4}-\d{2}-\d{2}$` });

/** The setting `closures`: trade dates by exchange, as `{"XNYS": ["2026-07-03"]}`. */
export const closures = z.record(exchange, z.array(date).min(1));

/** The setting as a list, in its order. Dates that are not of the calendar, which the schema refuses, are left out. */
export function closuresOf(setting: z.output<typeof closures>): Closure[] {
  return Object.entries(setting).flatMap(([id, texts]) =>
    texts.flatMap((text) => {
      const closed = parseTradeDate(text);
      return closed === undefined ? [] : [{ exchange: id, date: closed }];
    }),
  );
}
