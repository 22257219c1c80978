import { closeSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BasisChange } from '../market/basis.ts';
import type { BarChange } from '../market/merge.ts';
import type { Period } from '../market/period.ts';
import { formatStamp } from '../market/stored-series.ts';
import { makeFolder, readPart, readWhole, statFile, storeError, syncDescriptor } from '../disk/files.ts';
import { OWN_FOLDER } from '../disk/paths.ts';

/** What a source has changed of a series after it was stored. */
export interface Revisions {
  readonly changes: readonly BarChange[];
  readonly bases: readonly BasisChange[];
  /** Bars of another provider that gave way to those of the series' own. */
  readonly replaced?: readonly BarChange[];
}

/** First line of a log. */
export const REVISIONS_HEADER = 'Seen,Run,Datetime,Kind,Column,Old,New\n';

/** `.vortex/revisions/<same path>.csv` */
export const revisionsPath = (root: string, key: string): string => join(root, OWN_FOLDER, 'revisions', `${key}.csv`);

const KIND_OF_COUNTS = new Set(['Volume', 'Open Interest']);

const number = (value: number | undefined): string => (value === undefined || Number.isNaN(value) ? '' : String(value));

/** The lines of a log of revisions: one a changed or replaced value, one a bar that vanished, one for a change of basis. */
export function revisionLines(
  { changes, bases, replaced = [] }: Revisions,
  period: Period,
  run: string,
  now: number,
): string {
  const head = `${new Date(now).toISOString()},${run}`;
  const lines = bases.map(({ columns, factor, difference }) => {
    const names = columns === 'prices' ? 'Open High Low Close' : columns;
    return `${head},,rebase,${names},,${difference === 0 ? `factor ${factor}` : `difference ${difference}`}\n`;
  });
  for (const { time, column, old, fresh } of changes) {
    const kind = column === undefined ? 'vanished' : KIND_OF_COUNTS.has(column) ? 'volume' : 'price';
    lines.push(`${head},${formatStamp(time, period)},${kind},${column ?? ''},${number(old)},${number(fresh)}\n`);
  }
  for (const { time, column, old, fresh } of replaced) {
    lines.push(`${head},${formatStamp(time, period)},replaced,${column ?? ''},${number(old)},${number(fresh)}\n`);
  }
  return lines.join('');
}

/** The end of a log that is looked at for bars that are known to have vanished: more than an overlap of them, bytes. */
const LOOKED_AT_BYTES = 65_536;

/** Without the bars that the end of the log says have vanished already: each is told once, not with every overlap. */
export function withoutKnown(
  root: string,
  key: string,
  revisions: Revisions,
  period: Period,
  committed: number,
): Revisions {
  const isVanished = ({ column }: BarChange): boolean => column === undefined;
  if (committed === 0 || !revisions.changes.some(isVanished)) return revisions;
  const end = readPart(revisionsPath(root, key), Math.max(0, committed - LOOKED_AT_BYTES), committed).toString(
    'latin1',
  );
  const isTold = (change: BarChange): boolean =>
    isVanished(change) && end.includes(`,${formatStamp(change.time, period)},vanished,`);
  return { ...revisions, changes: revisions.changes.filter((change) => !isTold(change)) };
}

/** Length of the log of a series up to its last whole line, bytes; for when no manifest tells it. */
export function revisionsLength(root: string, key: string): number {
  const path = revisionsPath(root, key);
  // Most series have none, and asking costs less than an error.
  if (statFile(path) === undefined) return 0;
  return (readWhole(path)?.lastIndexOf('\n') ?? -1) + 1;
}

/**
 * Appends lines to the log of a series, durably. Anything behind the committed length is what a crash left of lines that
 * were never committed; it is cut off.
 * @param committed length that the manifest knows, bytes
 * @returns the new length
 * @throws VortexError `disk-full`, `folder-unusable`
 */
export async function appendRevisions(root: string, key: string, lines: string, committed: number): Promise<number> {
  const path = revisionsPath(root, key);
  makeFolder(dirname(path));
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const fd = openSync(path, 'a', 0o644);
    try {
      if (size > committed) ftruncateSync(fd, committed);
      const start = Math.min(size, committed);
      const text = Buffer.from(start === 0 ? REVISIONS_HEADER + lines : lines);
      for (let written = 0; written < text.length;) written += writeSync(fd, text, written);
      await syncDescriptor(fd);
      return start + text.length;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw storeError(error, path);
  }
}
