import { barsWithin } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { firstOfNextMonth } from '../market/calendar.ts';
import { HOUR_MS, periodMs } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import type { Format } from '../market/file-format.ts';
import { checksumOf } from '../disk/checksum.ts';
import type { Checksum } from '../disk/checksum.ts';
import type { ParquetLabels } from '../formats/parquet.ts';

/** A file that a series is to have. */
export interface EncodedFile {
  /** Below the data folder. */
  readonly path: string;
  readonly format: Format;
  readonly content: Buffer;
  readonly checksum: Checksum;
}

/** Bars by calendar month (UTC), so that an update of a long series rewrites the last one only. */
function monthlyParts(bars: Bars): { readonly month: string; readonly bars: Bars }[] {
  const parts: { month: string; bars: Bars }[] = [];
  const last = bars.time[bars.time.length - 1] ?? Number.NEGATIVE_INFINITY;
  for (let from = bars.time[0] ?? Infinity; from <= last;) {
    const to = firstOfNextMonth(from);
    const part = barsWithin(bars, from, to);
    if (part.time.length > 0) parts.push({ month: new Date(from).toISOString().slice(0, 7), bars: part });
    from = to;
  }
  return parts;
}

/** Whether the Parquet of a period is in monthly files. */
export const isInParts = (period: Period): boolean => periodMs(period) < HOUR_MS;

/** 2024-03 of `stocks/1m/SPY_2024-03.parquet`. */
export const monthOfPart = (path: string): string => path.slice(-'2024-03.parquet'.length, -'.parquet'.length);

async function parquetFiles(key: string, period: Period, bars: Bars, labels: ParquetLabels): Promise<EncodedFile[]> {
  const { encodeParquet } = await import('../formats/parquet.ts');
  const parts = isInParts(period)
    ? monthlyParts(bars).map((part) => ({ path: `${key}_${part.month}.parquet`, bars: part.bars }))
    : [{ path: `${key}.parquet`, bars }];
  const files: EncodedFile[] = [];
  for (const part of parts) {
    const content = await encodeParquet(part.bars, labels);
    files.push({ path: part.path, format: 'parquet', content, checksum: checksumOf(content, false) });
  }
  return files;
}

/** A CSV with that content. */
export function csvFile(path: string, content: Buffer): EncodedFile {
  return { path, format: 'csv', content, checksum: checksumOf(content, true) };
}

/** The files of a series in one format. No bars: no file. */
export async function encodeSeries(
  key: string,
  period: Period,
  bars: Bars,
  format: Format,
  labels: ParquetLabels,
): Promise<EncodedFile[]> {
  if (bars.time.length === 0) return [];
  if (format === 'csv') {
    const { encodeCsv } = await import('../formats/csv.ts');
    return [csvFile(`${key}.csv`, encodeCsv(bars, period))];
  }
  return parquetFiles(key, period, bars, labels);
}

/** Reads one file of a series. @throws VortexError `file-corrupt` */
export async function decodeFile(content: Buffer, format: Format, path: string): Promise<Bars> {
  if (format === 'csv') {
    const { decodeCsv } = await import('../formats/csv.ts');
    return decodeCsv(content, path);
  }
  const { decodeParquet } = await import('../formats/parquet.ts');
  return decodeParquet(content, path);
}
