import { allocateBars, EXTRA_COLUMNS, sliceBars } from '../market/bars.ts';
import type { Bars, ExtraColumn } from '../market/bars.ts';
import { isIntraday } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { formatStamp } from '../market/stored-series.ts';
import { FIXED_COLUMNS } from '../market/columns.ts';
import { FaultCount } from './finding.ts';
import type { Fault } from './finding.ts';

const BYTE_ORDER_MARK = '\u00EF\u00BB\u00BF';
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

const isExtra = (name: string): name is ExtraColumn => (EXTRA_COLUMNS as readonly string[]).includes(name);

/** What a CSV holds, however spoilt it is. */
export interface AuditedCsv {
  /** The rows that can be read, in the order of the file; absent when the header is not ours. */
  readonly bars?: Bars;
  readonly faults: readonly Fault[];
}

/** A field that is empty or a number; undefined for anything else. Infinity is a number here, and judged elsewhere. */
function readNumber(field: string): number | undefined {
  if (field === '') return Number.NaN;
  if (NUMBER.test(field)) return Number(field);
  return field === 'Infinity' || field === '-Infinity' ? Number(field) : undefined;
}

/** The stamp of a row, milliseconds since the epoch, UTC; undefined when it is not written as our files write it. */
function readStamp(text: string, period: Period): number | undefined {
  if (text.length !== (isIntraday(period) ? 20 : 10)) return undefined;
  const stamp = Date.parse(text);
  return !Number.isNaN(stamp) && formatStamp(stamp, period) === text ? stamp : undefined;
}

/** Cuts the text into lines, and tells of what no file of ours has. */
function linesOf(content: Buffer, faults: FaultCount): string[] {
  let text = content.toString('latin1');
  if (text.startsWith(BYTE_ORDER_MARK)) {
    faults.add('byte-order-mark', 'begins with a byte order mark');
    text = text.slice(BYTE_ORDER_MARK.length);
  }
  if (text.includes('\r')) {
    faults.add('carriage-return', 'has carriage returns at the ends of lines');
    text = text.replaceAll('\r', '');
  }
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  if (rest !== '') faults.add('torn-line', `line ${lines.length + 1} is not whole`);
  return lines;
}

/** Reads a CSV row by row and tells everything that encodeCsv would not have written. Pure. @param path for the details */
export function auditCsv(content: Buffer, period: Period, path: string): AuditedCsv {
  const faults = new FaultCount();
  const lines = linesOf(content, faults);
  const header = (lines[0] ?? '').split(',');
  const extras = header.slice(FIXED_COLUMNS.length).filter(isExtra);
  if (header.join() !== [...FIXED_COLUMNS, ...extras].join()) {
    faults.add('columns', `unknown header ${JSON.stringify((lines[0] ?? '').slice(0, 100))}`);
    return { faults: faults.faults(path) };
  }
  const bars = allocateBars(lines.length - 1, extras);
  const columns = [bars.open, bars.high, bars.low, bars.close, bars.volume, ...bars.extras.values()];
  let row = 0;
  for (let line = 1; line < lines.length; line++) {
    const fields = (lines[line] ?? '').split(',');
    const where = `line ${line + 1}`;
    const stamp = readStamp(fields[0] ?? '', period);
    if (fields.length !== header.length) {
      faults.add('field-count', `${where} has ${fields.length} fields, not ${header.length}`);
      continue;
    }
    if (stamp === undefined) {
      faults.add('stamp-form', `${where}: ${JSON.stringify(fields[0])} is no stamp of ${period} bars`);
      continue;
    }
    bars.time[row] = stamp;
    for (const [index, column] of columns.entries()) {
      const value = readNumber(fields[index + 1] ?? '');
      if (value === undefined) faults.add('number-form', `${where}: ${JSON.stringify(fields[index + 1])} is no number`);
      column[row] = value ?? Number.NaN;
    }
    row += 1;
  }
  return { bars: sliceBars(bars, 0, row), faults: faults.faults(path) };
}
