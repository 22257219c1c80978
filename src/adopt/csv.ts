import { VortexError } from '../market/errors.ts';
import type { ExtraColumn } from '../market/bars.ts';

/** The columns that are read of foreign files. */
export type ForeignColumn = 'time' | 'open' | 'high' | 'low' | 'close' | 'volume' | ExtraColumn;

/** A foreign CSV file, still as texts. */
export interface ForeignTable {
  /** Where a column stands in a row, counted from 0. */
  readonly columns: ReadonlyMap<ForeignColumn, number>;
  /** Fields without quotes; all rows have as many as the header, others are counted in `broken`. */
  readonly rows: readonly (readonly string[])[];
  /** Rows with another number of fields than the header. */
  readonly broken: number;
}

/** Barchart called the close Last for years, since 2026 Latest. */
const NAMES: ReadonlyMap<string, ForeignColumn> = new Map([
  ['datetime', 'time'],
  ['date', 'time'],
  ['time', 'time'],
  ['open', 'open'],
  ['high', 'high'],
  ['low', 'low'],
  ['close', 'close'],
  ['last', 'close'],
  ['latest', 'close'],
  ['final', 'close'],
  ['settle', 'close'],
  ['volume', 'volume'],
  ['adj close', 'Adj Close'],
  ['dividends', 'Dividends'],
  ['stock splits', 'Stock Splits'],
  ['open interest', 'Open Interest'],
  ['open int', 'Open Interest'],
]);

const FOOTER = /^"?Downloaded from /i;

/** The fields of a line; quotes are taken off, a doubled one inside stands for one. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',').map((field) => field.trim());
  const fields = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
  // The pattern finds an empty field behind a line that does not end in a comma.
  const found = line.endsWith(',') ? fields : fields.slice(0, -1);
  return found.map((field) => {
    const text = field.replace(/,$/, '').trim();
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"').trim() : text;
  });
}

function unreadable(path: string, what: string): VortexError {
  return new VortexError(`${path}: ${what}`, { code: 'file-corrupt', disposition: 'skip-series', context: { path } });
}

/**
 * Reads a CSV of bc-utils, of the older tool or of Barchart's own download: columns in any order, unknown ones are passed
 * over, and so are blank lines and a footer (`Downloaded from Barchart.com as of …`). A byte order mark and CRLF are taken. Pure.
 * @param path for the error
 * @throws VortexError `file-corrupt` when the file is empty or begins with no header
 */
export function readForeignCsv(content: Buffer, path: string): ForeignTable {
  if (content.includes(0)) throw unreadable(path, 'it is no text in UTF-8');
  const text = content.toString('utf8').replace(/^\uFEFF/, '');
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  const [first, ...rest] = lines;
  if (first === undefined) throw unreadable(path, 'it is empty');
  const header = fieldsOf(first);
  const columns = new Map<ForeignColumn, number>();
  header.forEach((name, index) => {
    const column = NAMES.get(name.toLowerCase());
    if (column !== undefined && !columns.has(column)) columns.set(column, index);
  });
  if (!columns.has('time') || !columns.has('close')) {
    throw unreadable(path, `its first line is no header with a time and a close: ${first.slice(0, 80)}`);
  }
  const rows: string[][] = [];
  let broken = 0;
  for (const line of rest) {
    if (FOOTER.test(line)) continue;
    const fields = fieldsOf(line);
    if (fields.length === header.length) rows.push(fields);
    else broken += 1;
  }
  return { columns, rows, broken };
}

/** A price or count: `1,195,900` is 1195900, an empty field NaN; undefined when the text is no number. Pure. */
export function readForeignNumber(text: string): number | undefined {
  if (text === '' || /^(nan|null|none|n\/a|-)$/i.test(text)) return Number.NaN;
  const plain = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : undefined;
}
