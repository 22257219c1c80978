import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { ForeignTable } from './csv.ts';

/** The columns of a contract file of pysystemtrade; no other tool calls the close FINAL. */
const COLUMNS = ['DATETIME', 'OPEN', 'HIGH', 'LOW', 'FINAL', 'VOLUME'];

/** Longer than its header with a byte order mark. */
const HEADER_BYTES = 256;

/** The stamp of a daily close; rows of all other times are intraday. */
const DAILY = /^(\d{4}-\d{2}-\d{2})[ T]23:00:00(?:\.0+)?$/;

/** True when a file begins with the header of pysystemtrade; false also when it cannot be read. */
export function isPysystemtradeFile(folder: string, path: string): boolean {
  const head = Buffer.alloc(HEADER_BYTES);
  try {
    const file = openSync(join(folder, path), 'r');
    try {
      readSync(file, head, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
  const [header = ''] = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/[\r\n]/);
  const names = header.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  return names.length === COLUMNS.length && COLUMNS.every((name) => names.includes(name));
}

/** The daily rows of a file of pysystemtrade, each with its date for a stamp; and how many rows are intraday. Pure. */
export function dailyRows(table: ForeignTable): { readonly table: ForeignTable; readonly intraday: number } {
  const time = table.columns.get('time') ?? 0;
  const rows = table.rows.flatMap((fields) => {
    const date = DAILY.exec(fields[time] ?? '')?.[1];
    return date === undefined ? [] : [fields.with(time, date)];
  });
  return { table: { ...table, rows }, intraday: table.rows.length - rows.length };
}
