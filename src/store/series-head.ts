import { join } from 'node:path';
import { concatBars } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { firstOfMonth } from '../market/calendar.ts';
import type { Period } from '../market/period.ts';
import { BLOCK_BYTES, blockStart, isEnd } from '../disk/checksum.ts';
import { decodeFile, isInParts, monthOfPart } from './encoding.ts';
import { readPart } from '../disk/files.ts';
import { loadFile, rotten } from './load-file.ts';
import type { ManifestVersion, StoredFile } from './manifest-form.ts';
import type { CsvEnd, KnownSeries, SeriesHead } from './series-change.ts';

/** Bars from some stamp on, and what stands before them. */
export interface SeriesEnd {
  readonly bars: Bars;
  readonly head: SeriesHead;
}

const LINE_FEED = 10;

/** Where the first line of a CSV's end begins that is not before the stamp; undefined when all of them may be after it. */
function firstRowFrom(content: Buffer, stamp: number): number | undefined {
  let at = content.indexOf(LINE_FEED) + 1;
  const stampAt = (row: number): number => Date.parse(content.toString('latin1', row, content.indexOf(',', row)));
  if (at === 0 || at >= content.length || stampAt(at) >= stamp) return undefined;
  while (at < content.length && stampAt(at) < stamp) at = content.indexOf(LINE_FEED, at) + 1;
  return at;
}

function readCsvEnd(root: string, file: StoredFile, stamp: number): CsvEnd | undefined {
  const path = join(root, file.path);
  for (let from = blockStart(file.bytes - 1); from >= 0; from -= BLOCK_BYTES) {
    const content = readPart(path, from, file.bytes);
    const offset = firstRowFrom(content, stamp);
    if (offset === undefined) continue;
    if (!isEnd(content, from, file)) throw rotten(file.path);
    return { file, from, content, offset };
  }
  return undefined;
}

async function decodeEnd({ file, content, offset }: CsvEnd, { columns }: ManifestVersion): Promise<Bars> {
  const header = Buffer.from(`${columns.join(',')}\n`);
  return decodeFile(Buffer.concat([header, content.subarray(offset)]), 'csv', file.path);
}

/**
 * The bars of a long series from some stamp on, so that an update costs what is new and not what is stored. They begin at
 * the start of a month where it has monthly files.
 * @param stamp milliseconds since the epoch, UTC; bars from there on are in the answer
 * @returns undefined where there is nothing to spare: the series is short, or not all of its files are whole
 * @throws VortexError `file-corrupt` for an end that is not what was written
 */
export async function loadEnd(
  root: string,
  known: KnownSeries,
  stamp: number,
  period: Period,
): Promise<SeriesEnd | undefined> {
  const { version, stored } = known;
  if (version === undefined || version.files.some(({ format }) => !known.formats.includes(format))) return undefined;
  const csv = version.files.find(({ format }) => format === 'csv');
  const parquet = version.files.filter(({ format }) => format === 'parquet');
  if ((csv !== undefined && csv.blocks === undefined) || (parquet.length > 0 && !isInParts(period))) return undefined;
  // The overlap is to be in it, and the last stamps that a manifest keeps.
  const wanted = Math.min(stamp, stored.tail[0] ?? Number.NEGATIVE_INFINITY);
  const from = parquet.length > 0 ? firstOfMonth(wanted) : wanted;
  const month = Number.isFinite(from) ? new Date(from).toISOString().slice(0, 7) : '';
  const parts = parquet.filter(({ path }) => monthOfPart(path) < month);
  if (csv === undefined && parts.length === 0) return undefined;
  const end = csv && readCsvEnd(root, csv, from);
  if (csv !== undefined && end === undefined) return undefined;
  const bars =
    end === undefined
      ? concatBars(await Promise.all(parquet.slice(parts.length).map((file) => loadFile(root, file))))
      : await decodeEnd(end, version);
  return { bars, head: { rows: version.rows - bars.time.length, first: version.first, csv: end, parts } };
}
