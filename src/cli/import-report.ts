import type { Period } from '../market/period.ts';
import type { ForeignDropped } from '../adopt/bars.ts';
import { badRowKind } from './bad-row-lines.ts';
import { counted, textTable, thousands } from './table.ts';

/** What became of one foreign file. */
export interface ImportedRow {
  /** Path of the series below the data folder; null when the file's instrument is not known. */
  readonly series: string | null;
  readonly instrument: string;
  readonly symbol: string | null;
  readonly period: Period;
  readonly provider: string | null;
  /** Below the adopted folder. */
  readonly file: string;
  readonly outcome: 'imported' | 'merged' | 'unchanged' | 'skipped';
  /** Why it was skipped. */
  readonly reason: string | null;
  /** Skipped though it may hold bars: the exit code tells. */
  readonly failed: boolean;
  /** Bars that were not in the data folder before. */
  readonly added: number;
  /** Bad rows. */
  readonly dropped: number;
  readonly droppedReasons: ForeignDropped;
  /** Rows that were left out though nothing is wrong with them. */
  readonly leftOut: ForeignDropped;
  /** Bars taken as they came though open or close lies outside high and low, or high is below low. */
  readonly flagged: number;
  /** Rows that stood out of order and were sorted in. */
  readonly unsorted: number;
  /** Bars left out because their session was not over. */
  readonly unfinished: number;
  /** Rows of pysystemtrade left out because they are intraday. */
  readonly intraday: number;
  /** Bars of which the data folder has other values; its own stay. */
  readonly differs: number;
  readonly firstDifference: string | null;
  /** The series is a contract that has ended, and counts as complete because of where its bars end. */
  readonly complete: boolean;
  /** First and last good bar of the file. */
  readonly first: string | null;
  readonly last: string | null;
}

/** How many lines of one kind are told. */
const TOLD_LINES = 20;

/** The first lines, and how many more there are. */
export function cutLines(lines: readonly string[]): string[] {
  const rest = lines.length - TOLD_LINES;
  return rest <= 0 ? [...lines] : [...lines.slice(0, TOLD_LINES), `… and ${thousands(rest)} more`];
}

/** The files as a table. Pure. */
export function importTable(rows: readonly ImportedRow[]): string {
  return textTable(
    ['file', 'series', 'outcome', 'added', 'dropped', 'first', 'last', ''],
    rows.map((row) => [
      row.file,
      row.series ?? '',
      row.outcome,
      row.added,
      row.dropped,
      row.first ?? '',
      row.last ?? '',
      row.reason ?? '',
    ]),
  );
}

/** One line on an import: `13 files: 11 imported, 2 skipped; 9,000 bars added, 1 bad row dropped; 0 requests`. Pure. */
export function importSummary(rows: readonly ImportedRow[], dryRun: boolean): string {
  const counts = (['imported', 'merged', 'unchanged', 'skipped'] as const).flatMap((outcome) => {
    const count = rows.filter((row) => row.outcome === outcome).length;
    return count === 0 ? [] : [`${thousands(count)} ${outcome}`];
  });
  const total = (key: 'added' | 'dropped' | 'differs'): number => rows.reduce((sum, row) => sum + row[key], 0);
  const dropped = total('dropped') === 0 ? '' : `, ${counted(total('dropped'), 'bad row')} dropped`;
  const differs = total('differs') === 0 ? '' : `, ${thousands(total('differs'))} differ and stay as they were`;
  const dry = dryRun ? '; dry run, nothing was written' : '';
  return `${thousands(rows.length)} files: ${counts.join(', ')}; ${thousands(total('added'))} bars added${dropped}${differs}; 0 requests${dry}`;
}

/** What of a file a person should know beyond the table. Pure. */
export function remarksOn(row: ImportedRow): string[] {
  const remarks: string[] = [];
  if (row.reason !== null) remarks.push(`skipped: ${row.reason}`);
  const reasons = Object.entries(row.droppedReasons).map(([kind, count]) => `${thousands(count)} ${badRowKind(kind)}`);
  if (reasons.length > 0) remarks.push(`${counted(row.dropped, 'bad row')} dropped: ${reasons.join(', ')}`);
  if (row.flagged > 0) {
    remarks.push(
      `${counted(row.flagged, 'bar')} with an open, high, low or close that contradict each other, kept as they are`,
    );
  }
  if (row.unsorted > 0) remarks.push(`${thousands(row.unsorted)} rows out of order were sorted in`);
  if (row.intraday > 0) remarks.push(`${thousands(row.intraday)} intraday rows left out`);
  if (row.unfinished > 0) remarks.push(`${row.unfinished} unfinished bars left out`);
  if (row.differs > 0) {
    remarks.push(
      `${thousands(row.differs)} bars differ from the stored ones, which stay; first: ${row.firstDifference ?? ''}`,
    );
  }
  return remarks.map((remark) => `${row.file}: ${remark}`);
}
