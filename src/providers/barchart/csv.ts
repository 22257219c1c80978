import { MINUTE_MS } from '../../market/period.ts';
import { badAnswer, problem } from './errors.ts';

const FOOTER = /^"?Downloaded from Barchart\.com\b/i;

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume', 'openInterest'] as const;

/** Columns of a download, by what they hold. */
export type Column = (typeof COLUMNS)[number];

/** The names that the site gives them, in lower case; the close has had several. */
const NAMES: Readonly<Record<Column, readonly string[]>> = {
  time: ['time', 'date', 'date time'],
  open: ['open'],
  high: ['high'],
  low: ['low'],
  close: ['last', 'latest', 'close', 'settle'],
  volume: ['volume'],
  openInterest: ['open int', 'open interest', 'openinterest'],
};

const REQUIRED: readonly Column[] = ['time', 'open', 'high', 'low', 'close', 'volume'];

/** A download: texts by row, and at which place each column stands. */
export interface Sheet {
  readonly rows: readonly (readonly string[])[];
  readonly places: ReadonlyMap<Column, number>;
}

/** Cuts a line at its commas; those in quotes belong to the text. */
function fieldsOf(line: string): string[] {
  const fields = line.split(',');
  if (!line.includes('"')) return fields.map((field) => field.trim());
  const joined: string[] = [];
  let open: string | undefined;
  for (const part of fields) {
    const field = open === undefined ? part : `${open},${part}`;
    // An odd number of quotes: the comma stood within them.
    open = (field.split('"').length - 1) % 2 === 1 ? field : undefined;
    if (open === undefined) joined.push(field);
  }
  if (open !== undefined) joined.push(open);
  return joined.map((field) =>
    field
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"')
      .trim(),
  );
}

function placesOf(header: readonly string[]): Map<Column, number> {
  const names = header.map((name) => name.toLowerCase());
  const places = new Map<Column, number>();
  for (const column of COLUMNS) {
    const name = NAMES[column].find((each) => names.includes(each));
    if (name !== undefined) places.set(column, names.indexOf(name));
  }
  return places;
}

/**
 * Reads a download by its header. The closing line that names the site is what tells a whole answer from one cut short.
 * @throws VortexError `bad-answer`
 */
export function readSheet(text: string, url: string): Sheet {
  if (text.includes('Error retrieving data')) {
    throw problem(`barchart says "Error retrieving data" in place of bars: ${url}`, 'provider-fault', 'skip-series');
  }
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '');
  const [head, ...others] = lines;
  if (head === undefined) throw badAnswer('an empty body', url);
  const header = fieldsOf(head);
  const places = placesOf(header);
  const missing = REQUIRED.find((column) => !places.has(column));
  if (missing !== undefined) {
    const [first = ''] = NAMES[missing];
    throw badAnswer(`no column ${first.charAt(0).toUpperCase()}${first.slice(1)}`, url);
  }
  if (!FOOTER.test(others.at(-1)?.trim() ?? '')) {
    throw badAnswer('it ends without the line "Downloaded from Barchart.com", so it may have been cut short', url);
  }
  const rows = others.filter((line) => !FOOTER.test(line.trim())).map((line) => fieldsOf(line));
  const odd = rows.findIndex((row) => row.length !== header.length);
  if (odd >= 0)
    throw badAnswer(`row ${odd + 1} has ${rows[odd]?.length ?? 0} fields for ${header.length} columns`, url);
  return { rows, places };
}

/** A price or a count: commas between thousands are left out; NaN for none, infinite for what is no number. */
export function numberOf(field: string | undefined): number {
  if (field === undefined || field === '' || /^(?:N\/A|-|null|unch)$/i.test(field)) return Number.NaN;
  const plain = field.replaceAll(',', '');
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain) ? Number(plain) : Number.POSITIVE_INFINITY;
}

/** A stamp of a row: the clock's reading as if it were UTC, and whether a time of day stood there. */
export interface RowStamp {
  readonly wall: number;
  readonly hasTime: boolean;
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::00)?)?$/;
const AMERICAN = /^(\d{2})\/(\d{2})\/(\d{4})(?=$| )/;

/** Reads `2024-05-01` or `05/01/2024`, with or without ` 08:27`; undefined for what is no time. */
export function stampOf(text: string): RowStamp | undefined {
  const match = ISO.exec(text.replace(AMERICAN, '$3-$1-$2'));
  if (match === null) return undefined;
  const [, year, month, day, hour, minute] = match.map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = Date.UTC(year, month - 1, day);
  const hasTime = match[4] !== undefined;
  const [hours, minutes] = hasTime ? [hour ?? 0, minute ?? 0] : [0, 0];
  if (new Date(date).getUTCDate() !== day || month < 1 || month > 12 || hours > 23 || minutes > 59) return undefined;
  return { wall: date + (hours * 60 + minutes) * MINUTE_MS, hasTime };
}
