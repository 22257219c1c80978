import { closeSync, fsyncSync, ftruncateSync, futimesSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isContent } from '../disk/checksum.ts';
import type { Checksum } from '../disk/checksum.ts';
import { makeFolder, readPart, statFile, storeError, syncDescriptor } from '../disk/files.ts';
import { realNow } from '../disk/machine.ts';
import type { StoredFile } from './manifest-form.ts';
import { quarantinePath } from '../disk/paths.ts';

/** Rows to be put behind those that a file has. */
export interface Append {
  /** The file as it was committed. */
  readonly file: StoredFile;
  readonly rows: Buffer;
  /** What it is to be known by afterwards. */
  readonly known: Checksum;
}

/** A time that every file system keeps exactly: whole seconds. Milliseconds since the epoch. */
export const appendTime = (): number => Math.floor(realNow() / 1000) * 1000;

/**
 * Puts rows behind the committed part of a file, durably. What a crash leaves of them is a tail that `placeCommitted` cuts.
 * @param mtimeMs time that the file is to have afterwards, by which it is known to be whole
 * @throws VortexError `disk-full`, `folder-unusable`; the file ends at its committed part then
 */
export async function appendRows(path: string, { file, rows }: Append, mtimeMs: number): Promise<void> {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r+');
    ftruncateSync(fd, file.bytes);
    try {
      for (let written = 0; written < rows.length;) {
        written += writeSync(fd, rows, written, rows.length - written, file.bytes + written);
      }
      futimesSync(fd, mtimeMs / 1000, mtimeMs / 1000);
      await syncDescriptor(fd);
    } catch (error) {
      truncate(fd, file);
      throw error;
    }
  } catch (error) {
    throw storeError(error, path);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function truncate(fd: number, { bytes, mtime_ms: mtimeMs }: StoredFile): void {
  ftruncateSync(fd, bytes);
  futimesSync(fd, mtimeMs / 1000, mtimeMs / 1000);
  fsyncSync(fd);
}

/** Cuts a file to its committed part. */
function cutFile(path: string, file: StoredFile): void {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r+');
    truncate(fd, file);
  } catch (error) {
    throw storeError(error, path);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** How many bytes stand behind the committed part of a file in blocks; 0 when that part is not what was written. */
export function tailBytes(path: string, file: StoredFile): number {
  const bytes = statFile(path)?.bytes ?? 0;
  if (file.blocks === undefined || bytes <= file.bytes) return 0;
  return isContent(readPart(path, 0, file.bytes), file) ? bytes - file.bytes : 0;
}

/** Cuts a file to its committed part and keeps what stood behind it in the quarantine, as `<path>.tail`. */
export function setTailAside(root: string, run: string, file: StoredFile): void {
  const path = join(root, file.path);
  const bytes = tailBytes(path, file);
  if (bytes === 0) return;
  const target = quarantinePath(root, run, `${file.path}.tail`);
  makeFolder(dirname(target));
  try {
    writeFileSync(target, readPart(path, file.bytes, file.bytes + bytes), { flush: true });
  } catch (error) {
    throw storeError(error, target);
  }
  cutFile(path, file);
}

/** Cuts what a crash left of an append: more than the file had and not what it was to have. */
export function cutTornAppend(path: string, old: StoredFile, meant: StoredFile): void {
  const bytes = statFile(path)?.bytes ?? 0;
  if (bytes <= old.bytes || bytes > meant.bytes || tailBytes(path, old) === 0) return;
  if (bytes < meant.bytes || !isContent(readPart(path, 0, bytes), meant)) cutFile(path, old);
}
