import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bars } from '../market/bars.ts';
import type { Format } from '../market/file-format.ts';
import type { Append } from './append.ts';
import { blockStart, extendedBy } from '../disk/checksum.ts';
import { csvFile, encodeSeries } from './encoding.ts';
import type { EncodedFile } from './encoding.ts';
import { readPart } from '../disk/files.ts';
import type { StoredFile } from './manifest-form.ts';
import type { CsvEnd, SeriesChange, SeriesHead } from './series-change.ts';

/** A file that a series is to have: as it stands, with rows behind those it has, or with content that is to be written. */
export type WantedFile =
  | { readonly stands: StoredFile }
  | { readonly append: Append }
  | { readonly encoded: EncodedFile; readonly foreign: boolean };

/** A long CSV whose last rows are to be these: only what is new is written, if nothing before it is another. */
function csvWithEnd(root: string, end: CsvEnd, rows: Buffer): WantedFile | EncodedFile {
  const { file, from, content, offset } = end;
  const before = content.subarray(offset);
  if (rows.length < before.length || !rows.subarray(0, before.length).equals(before)) {
    const head = readPart(join(root, file.path), 0, from + offset);
    return csvFile(file.path, Buffer.concat([head, rows]));
  }
  const added = rows.subarray(before.length);
  if (added.length === 0) return { stands: file };
  const last = Buffer.concat([content.subarray(blockStart(file.bytes - 1) - from), added]);
  return { append: { file, rows: added, known: extendedBy(last, file) } };
}

async function encodedFiles(
  { series, facts }: SeriesChange,
  bars: Bars,
  head: SeriesHead | undefined,
  format: Format,
  root: string,
): Promise<(WantedFile | EncodedFile)[]> {
  const { period, symbol, instrument, key } = series;
  if (head?.csv !== undefined && format === 'csv') {
    const { encodeRows } = await import('../formats/csv.ts');
    return [csvWithEnd(root, head.csv, encodeRows(bars, period))];
  }
  const labels = { instrument: instrument.id, symbol, provider: facts.provider ?? '', period };
  const stands = format === 'parquet' ? (head?.parts ?? []).map((file) => ({ stands: file })) : [];
  return [...stands, ...(await encodeSeries(key, period, bars, format, labels))];
}

/**
 * Encodes the bars of a change in its formats; a file that would be the same again stands.
 * @param isWhole whether a file on the disk is what the manifest says
 */
export async function wantedFiles(
  change: SeriesChange,
  bars: Bars,
  root: string,
  isWhole: (file: StoredFile) => boolean,
): Promise<WantedFile[]> {
  const { known, head } = change;
  const whole = known.version?.files.filter((file) => known.formats.includes(file.format)) ?? [];
  const files: WantedFile[] = [];
  for (const format of change.formats) {
    for (const file of await encodedFiles(change, bars, head, format, root)) {
      if (!('checksum' in file)) {
        files.push(file);
        continue;
      }
      const { path, checksum } = file;
      const old = whole.find((standing) => standing.path === path);
      if (old?.bytes === checksum.bytes && old.sha256 === checksum.sha256) {
        files.push({ stands: old });
        continue;
      }
      const ours = old ?? known.superseded.find((standing) => standing.path === path && isWhole(standing));
      files.push({ encoded: file, foreign: ours === undefined && existsSync(join(root, path)) });
    }
  }
  return files;
}
