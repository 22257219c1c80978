import { stringify } from 'csv-stringify/sync';
import { allocateBars, EXTRA_COLUMNS } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { formatInstant, formatTradeDate } from '../market/calendar.ts';
import { VortexError } from '../market/errors.ts';
import { DAY_MS, isIntraday, MINUTE_MS } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { columnNames, FIXED_COLUMNS } from '../market/columns.ts';
import { putNumber, putText } from './text-bytes.ts';

const LINE_FEED = 10;
const DATE_LENGTH = '2024-01-02'.length;

const dates = new Map<number, string>();

function dateText(date: number): string {
  let text = dates.get(date);
  if (text === undefined) {
    text = formatTradeDate(date);
    dates.set(date, text);
  }
  return text;
}

function minuteText(minute: number): string {
  return `T${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00Z`;
}

const minutes: readonly string[] = Array.from({ length: 1440 }, (_, minute) => minuteText(minute));

function instantText(instant: number): string {
  if (instant % MINUTE_MS !== 0) return formatInstant(instant);
  const date = Math.floor(instant / DAY_MS) * DAY_MS;
  return dateText(date) + (minutes[(instant - date) / MINUTE_MS] ?? '');
}

const headers = new Map<string, string>();

/** The header line, through csv-stringify. */
function headerOf(bars: Bars): string {
  const names = columnNames(bars);
  const key = names.join();
  let text = headers.get(key);
  if (text === undefined) {
    text = stringify([names]);
    headers.set(key, text);
  }
  return text;
}

function putDate(out: Uint8Array, at: number, date: number): number {
  return putText(out, at, dateText(date));
}

function putInstant(out: Uint8Array, at: number, instant: number): number {
  if (instant % MINUTE_MS !== 0) return putText(out, at, formatInstant(instant));
  const date = Math.floor(instant / DAY_MS) * DAY_MS;
  return putText(out, putText(out, at, dateText(date)), minutes[(instant - date) / MINUTE_MS] ?? '');
}

const COMMA = 44;
/** More than a row takes: a stamp, and so much for each column. */
const STAMP_ROOM = 64;
const COLUMN_ROOM = 40;

/** Rows are written here first; one table of bars at a time. */
const page = Buffer.allocUnsafeSlow(1 << 18);

/**
 * The bars as CSV: a header, then one line a bar, ascending. Dates as 2024-01-02, instants as 2024-01-02T14:30:00Z (UTC).
 * Numbers are the shortest text that reads back the same double; a missing value is empty. The header goes through
 * csv-stringify; the rows are numbers and dates only, which never need quoting.
 */
export function encodeCsv(bars: Bars, period: Period): Buffer {
  return encodeRows(bars, period, headerOf(bars));
}

/** The same without the header. @param before text that stands before the rows */
export function encodeRows(bars: Bars, period: Period, before = ''): Buffer {
  const putStamp = isIntraday(period) ? putInstant : putDate;
  const { time, open, high, low, close, volume } = bars;
  const columns = [open, high, low, close, volume, ...bars.extras.values()];
  const full = page.length - STAMP_ROOM - columns.length * COLUMN_ROOM;
  const pages: Buffer[] = [Buffer.from(before, 'latin1')];
  let at = 0;
  for (let row = 0; row < time.length; row++) {
    at = putStamp(page, at, time[row] ?? Number.NaN);
    for (const column of columns) {
      page[at++] = COMMA;
      const value = column[row] ?? Number.NaN;
      if (!Number.isNaN(value)) at = putNumber(page, at, value);
    }
    page[at++] = LINE_FEED;
    if (at <= full) continue;
    pages.push(Buffer.from(page.subarray(0, at)));
    at = 0;
  }
  pages.push(page.subarray(0, at));
  return Buffer.concat(pages);
}

function corrupt(path: string, line: number, what: string): VortexError {
  return new VortexError(`${path}:${line}: ${what}`, {
    code: 'file-corrupt',
    disposition: 'skip-series',
    context: { path, line },
  });
}

/** How a double is written. Number() takes more: a blank would become 0. */
const DOUBLE = /^-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?$/;

/** About so many bytes are text at a time: one text has a greatest length, and many lines at once cost memory. */
const SLICE_BYTES = 4_194_304;

function countLines(content: Buffer): number {
  let lines = 0;
  for (let at = content.indexOf(LINE_FEED); at >= 0; at = content.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}

/** Lines of a content that ends with a line feed, without it, a slice at a time. */
function* slices(content: Buffer): Generator<string[]> {
  for (let from = 0; from < content.length;) {
    const end = content.indexOf(LINE_FEED, Math.min(from + SLICE_BYTES, content.length - 1));
    yield content.toString('latin1', from, end).split('\n');
    from = end + 1;
  }
}

/**
 * Reads what encodeCsv wrote, and nothing else.
 * @param path for the error
 * @throws VortexError `file-corrupt` with path and line
 */
export function decodeCsv(content: Buffer, path: string): Bars {
  const headerEnd = content.indexOf(LINE_FEED);
  const headerText = content.toString('latin1', 0, headerEnd < 0 ? content.length : headerEnd);
  const header = headerText.split(',');
  const extras = EXTRA_COLUMNS.filter((name) => header.includes(name));
  if (header.join() !== [...FIXED_COLUMNS, ...extras].join()) throw corrupt(path, 1, `unknown header ${headerText}`);
  const rows = countLines(content) - 1;
  if (content.at(-1) !== LINE_FEED) throw corrupt(path, rows + 2, 'the last line is not whole');
  const bars = allocateBars(rows, extras);
  const columns = [bars.open, bars.high, bars.low, bars.close, bars.volume, ...bars.extras.values()];
  let stampText: ((time: number) => string) | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let row = 0;
  for (const lines of slices(content.subarray(headerEnd + 1))) {
    for (const line of lines) {
      const fields = line.split(',');
      const stamp = fields[0] ?? '';
      const time = Date.parse(stamp);
      // The first line says which of the two all of them are.
      stampText ??= stamp.length === DATE_LENGTH ? dateText : instantText;
      if (fields.length !== header.length)
        throw corrupt(path, row + 2, `${fields.length} fields, not ${header.length}`);
      if (!(time > last)) throw corrupt(path, row + 2, `${stamp} does not follow the line before`);
      if (stampText(time) !== stamp) throw corrupt(path, row + 2, `${stamp} is not as dates are written here`);
      last = time;
      bars.time[row] = time;
      for (let index = 0; index < columns.length; index++) {
        const field = fields[index + 1] ?? '';
        const value = field === '' ? Number.NaN : Number(field);
        if (field !== '' && !(DOUBLE.test(field) && Number.isFinite(value)))
          throw corrupt(path, row + 2, `${field} is no number`);
        const column = columns[index];
        if (column !== undefined) column[row] = value;
      }
      row += 1;
    }
  }
  return bars;
}
