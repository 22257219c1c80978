import { gzipSync } from 'node:zlib';
import parquet from 'parquetjs-lite';
import compression from 'parquetjs-lite/lib/compression.js';
import type { ColumnBuffer, FieldDefinition, ParquetWriter } from 'parquetjs-lite';
import { allocateBars, EXTRA_COLUMNS } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { VortexError } from '../market/errors.ts';
import { columnNames } from '../market/columns.ts';

/** Rows of one row group. */
const GROUP_ROWS = 100_000;

// zlib's lowest level is faster than the package's own snappy and makes smaller files; the level cannot be given otherwise.
compression.PARQUET_COMPRESSION_METHODS.GZIP.deflate = (value) => gzipSync(value, { level: 1 });

/** Keeps the smallest and the largest value in place of the set of all that the row API collects. */
class Extremes {
  /** Not counted, so not claimed. */
  readonly size = undefined;
  private readonly ofInstants: boolean;
  private least = Number.POSITIVE_INFINITY;
  private greatest = Number.NEGATIVE_INFINITY;

  constructor(ofInstants: boolean) {
    this.ofInstants = ofInstants;
  }

  add(value: number | Date): void {
    const number = Number(value);
    if (number < this.least) this.least = number;
    if (number > this.greatest) this.greatest = number;
  }

  forEach(): void {
    // Only the writer's own count of distinct values would use them.
  }

  *[Symbol.iterator](): Iterator<number | Date> {
    if (this.least > this.greatest) return;
    yield this.ofInstants ? new Date(this.least) : this.least;
    yield this.ofInstants ? new Date(this.greatest) : this.greatest;
  }
}

function timeBuffer(time: Float64Array): ColumnBuffer {
  const extremes = new Extremes(true);
  if (time.length > 0) {
    extremes.add(time[0] ?? Number.NaN);
    extremes.add(time[time.length - 1] ?? Number.NaN);
  }
  return {
    values: Array.from(time, (instant) => instant * 1000),
    dlevels: new Array<number>(time.length).fill(0),
    rlevels: [],
    distinct_values: extremes,
    count: time.length,
  };
}

function valueBuffer(column: Float64Array): ColumnBuffer {
  const extremes = new Extremes(false);
  const values: number[] = [];
  const dlevels = new Array<number>(column.length).fill(1);
  for (let row = 0; row < column.length; row++) {
    const value = column[row] ?? Number.NaN;
    if (Number.isNaN(value)) dlevels[row] = 0;
    else {
      values.push(value);
      extremes.add(value);
    }
  }
  return { values, dlevels, rlevels: [], distinct_values: extremes, count: column.length };
}

/** What stands in a Parquet file beside the bars. */
export interface ParquetLabels {
  readonly instrument: string;
  readonly symbol: string;
  readonly provider: string;
  readonly period: string;
}

/**
 * The bars as Parquet: the columns of the CSV in their order, Datetime as a UTC timestamp in microseconds, the others as
 * doubles (null where missing), with the least and the greatest value of each. The writer is fed by column: its row API
 * spends most of its time taking rows apart.
 */
export async function encodeParquet(bars: Bars, labels: ParquetLabels): Promise<Buffer> {
  const names = columnNames(bars);
  const columns = [bars.open, bars.high, bars.low, bars.close, bars.volume, ...bars.extras.values()];
  const fields: Record<string, FieldDefinition> = {};
  for (const name of names) {
    fields[name] =
      name === 'Datetime'
        ? { type: 'TIMESTAMP_MICROS', compression: 'GZIP' }
        : { type: 'DOUBLE', optional: true, compression: 'GZIP' };
  }
  const chunks: Buffer[] = [];
  const sink = {
    write: (chunk: Buffer, done: (error?: Error) => void): void => {
      chunks.push(chunk);
      done();
    },
    end: (done: (error?: Error) => void): void => {
      done();
    },
  };
  const writer = await parquet.ParquetWriter.openStream(new parquet.ParquetSchema(fields), sink, {
    rowGroupSize: GROUP_ROWS,
  });
  for (const [key, value] of Object.entries(labels)) writer.setMetadata(key, String(value));
  const rows = bars.time.length;
  for (let from = 0; from < rows; from += GROUP_ROWS) {
    const to = Math.min(from + GROUP_ROWS, rows);
    // All rows but the last go in by column; the last one, by the row API, makes a full group go out.
    const filled = to === rows ? to : to - 1;
    const buffers = [
      timeBuffer(bars.time.subarray(from, filled)),
      ...columns.map((c) => valueBuffer(c.subarray(from, filled))),
    ];
    writer.rowBuffer = {
      rowCount: filled - from,
      pageRowCount: filled - from,
      columnData: Object.fromEntries(
        names.map((name, index) => [name, buffers[index] ?? timeBuffer(new Float64Array(0))]),
      ),
      pages: Object.fromEntries(names.map((name) => [name, []])),
    };
    if (filled < to) {
      const values = columns.map((column) => column[filled] ?? Number.NaN);
      const row: Record<string, number | Date | undefined> = { Datetime: new Date(bars.time[filled] ?? Number.NaN) };
      names.slice(1).forEach((name, index) => {
        row[name] = Number.isNaN(values[index]) ? undefined : values[index];
      });
      await writer.appendRow(row);
    }
  }
  await closeWithoutCounts(writer);
  return Buffer.concat(chunks);
}

/** Closes the file; the footer claims no count of distinct values, for none was made. */
async function closeWithoutCounts(writer: ParquetWriter): Promise<void> {
  const groups = writer.envelopeWriter.rowGroups;
  const write = writer.envelopeWriter.writeFooter.bind(writer.envelopeWriter);
  writer.envelopeWriter.writeFooter = (metadata) => {
    for (const group of groups) {
      for (const column of group.columns) column.meta_data.statistics.distinct_count = null;
    }
    return write(metadata);
  };
  await writer.close();
}

function corrupt(path: string, what: string, cause?: unknown): VortexError {
  return new VortexError(`${path}: ${what}`, {
    code: 'file-corrupt',
    disposition: 'skip-series',
    context: { path },
    cause,
  });
}

/**
 * Reads what encodeParquet wrote.
 * @param path for the error
 * @throws VortexError `file-corrupt` with the path
 */
export async function decodeParquet(content: Buffer, path: string): Promise<Bars> {
  try {
    const reader = await parquet.ParquetReader.openBuffer(content);
    const names = reader.getSchema().fieldList.map((field) => field.name);
    const bars = allocateBars(
      Number(reader.getRowCount()),
      EXTRA_COLUMNS.filter((name) => names.includes(name)),
    );
    const columns = [bars.open, bars.high, bars.low, bars.close, bars.volume, ...bars.extras.values()];
    if (columnNames(bars).join() !== names.join()) throw corrupt(path, `unknown columns ${names.join()}`);
    const cursor = reader.getCursor();
    let row = 0;
    for (let group = await cursor.nextRowGroup(); group !== null; group = await cursor.nextRowGroup()) {
      for (const record of group) {
        bars.time[row] = Number(record.Datetime);
        columns.forEach((column, index) => {
          const value = record[names[index + 1] ?? ''];
          column[row] = typeof value === 'number' ? value : Number.NaN;
        });
        row += 1;
      }
    }
    return bars;
  } catch (cause) {
    throw cause instanceof VortexError ? cause : corrupt(path, 'is no whole Parquet file', cause);
  }
}
