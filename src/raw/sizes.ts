import { rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { DAY_MS } from '../market/period.ts';
import { namesIn } from '../disk/listing.ts';
import { closeFiles, placeFile, readWhole, writeFiles } from '../disk/files.ts';
import { rawFolder } from '../disk/paths.ts';
import { rawDays } from './pack.ts';

/** How much of the raw archive is kept. */
export interface RawLimits {
  /** Items of the days before are removed; absent: no limit by age. */
  readonly days: number | undefined;
  /** The oldest days are removed until the rest is no larger; absent: a twentieth of the disk. */
  readonly bytes: number | undefined;
}

/** The share of the disk that the raw archive takes unless told. */
const SHARE_OF_DISK = 0.05;

const openRun = z.object({ run: z.string(), day: z.string() });

/** A run that is writing, or died, and its day (2024/07/03). */
export type OpenRun = z.infer<typeof openRun>;

const sizesForm = z.object({
  schema: z.literal(1),
  /** Bytes by day folder: `yahoo/2024/07/03`; absent: its files are to be looked at. */
  days: z.record(z.string(), z.number()).optional(),
  /** The run on its own that is writing, or died. */
  open: openRun.optional(),
  /** The same of shards, by mark (`1-of-3`). */
  shards: z.record(z.string(), openRun).optional(),
  /** The last day (2024/01/15) of which something was removed. */
  removed: z.string().optional(),
});

/** What is known of the raw archive without looking at its files. */
export type RawSizes = z.infer<typeof sizesForm> & { readonly days: Readonly<Record<string, number>> };

/** The runs that are writing, or died. */
export const openRuns = ({ open, shards }: Pick<RawSizes, 'open' | 'shards'>): OpenRun[] => [
  ...(open === undefined ? [] : [open]),
  ...Object.values(shards ?? {}),
];

export const sizesPath = (root: string): string => join(rawFolder(root), 'sizes.json');

/** 2024/07/03, UTC. */
export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10).replaceAll('-', '/');

/** Bytes of a day folder, by its files. */
export function weighDay(root: string, day: string): number {
  const folder = join(rawFolder(root), day);
  return namesIn(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** What was written down of the archive; where nothing is, its files are looked at. */
export function readSizes(root: string): RawSizes {
  const told = readTold(root);
  return { ...told, days: told.days ?? Object.fromEntries(rawDays(root).map((day) => [day, weighDay(root, day)])) };
}

function readTold(root: string): z.infer<typeof sizesForm> {
  const content = readWhole(sizesPath(root));
  try {
    if (content !== undefined) return sizesForm.parse(JSON.parse(content.toString('utf8')));
  } catch {
    // Made anew.
  }
  return { schema: 1 };
}

/** The last day of which something was removed (2024/01/15), if anything was. */
export const removedUntil = (root: string): string | undefined => readTold(root).removed;

/**
 * Writes it down. Not synced: what a crash loses is counted again.
 * @param mark of the shard that writes
 */
export async function writeSizes(root: string, sizes: z.infer<typeof sizesForm>, mark = ''): Promise<void> {
  const written = await writeFiles(
    [{ path: sizesPath(root), content: Buffer.from(`${JSON.stringify(sizes)}\n`) }],
    mark,
  );
  closeFiles(written);
  for (const file of written) placeFile(file);
}

/** Has the archive weighed again by its files. */
export async function forgetWeights(root: string): Promise<void> {
  const { days, ...rest } = readTold(root);
  if (days !== undefined) await writeSizes(root, rest);
}

function twentiethOfDisk(root: string): number {
  const { blocks, bsize } = statfsSync(root);
  // Some network file systems do not tell their size.
  return blocks > 0 ? blocks * bsize * SHARE_OF_DISK : Infinity;
}

/**
 * Removes the days of the archive that are too old or too many, the oldest first, whole days.
 * @param now the time that the run stands for, milliseconds since the epoch, UTC
 * @returns what is left; the same object when nothing was to be removed
 */
export function removeOldDays(root: string, sizes: RawSizes, limits: RawLimits, now: number): RawSizes {
  const dated = Object.entries(sizes.days)
    .map(([path, bytes]) => ({ path, bytes, day: path.slice(path.indexOf('/') + 1) }))
    .sort((a, b) => (a.day < b.day ? -1 : 1));
  let left = dated.reduce((sum, { bytes }) => sum + bytes, 0);
  if (left === 0) return sizes;
  const oldest = limits.days === undefined ? '' : dayOf(now - limits.days * DAY_MS);
  const most = limits.bytes ?? twentiethOfDisk(root);
  let { removed } = sizes;
  const days = { ...sizes.days };
  for (const { path, bytes, day } of dated) {
    if (day >= oldest && left <= most) break;
    rmSync(join(rawFolder(root), path), { recursive: true, force: true });
    left -= bytes;
    if (removed === undefined || removed < day) removed = day;
    Reflect.deleteProperty(days, path);
  }
  return removed === sizes.removed && Object.keys(days).length === dated.length ? sizes : { ...sizes, days, removed };
}
