import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { BLOCK_BYTES } from '../disk/checksum.ts';
import { storeError } from '../disk/files.ts';

/** One file of a backup: its content is what it was when the snapshot was taken, whatever happens to the file meanwhile. */
export interface SnapshotEntry {
  /** Its place in the backup, with `/` between the parts. */
  readonly path: string;
  readonly bytes: number;
  /** Time of its last change, milliseconds since the epoch, whole seconds. */
  readonly mtimeMs: number;
  readonly source: Buffer | OpenFile;
}

/** A file held open: a rename over it does not change what is read. */
export interface OpenFile {
  readonly fd: number;
  readonly file: string;
  /** Rows may be put behind it in place; it is never to be shared by a hard link. */
  readonly canGrow: boolean;
}

/** Down to whole seconds, which every archive keeps. Milliseconds since the epoch. */
export const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000;

/** Content of an entry in pieces of a mebibyte at most. @throws VortexError `folder-unusable` when it has become shorter */
export function* chunksOf({ path, bytes, source }: SnapshotEntry): Generator<Buffer> {
  if (Buffer.isBuffer(source)) {
    if (bytes > 0) yield source;
    return;
  }
  for (let at = 0; at < bytes;) {
    const chunk = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, bytes - at));
    let read: number;
    try {
      read = readSync(source.fd, chunk, 0, chunk.length, at);
    } catch (error) {
      throw storeError(error, path);
    }
    if (read === 0) throw storeError(new Error(`${path} became shorter while it was read`), path);
    yield chunk.subarray(0, read);
    at += read;
  }
}

/** A file as it stands now; undefined when it is not there. The caller closes it. */
export function openFile(
  file: string,
  path: string,
  { most = Infinity, canGrow = true } = {},
): SnapshotEntry | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    const stats = fstatSync(fd);
    if (!stats.isFile()) {
      closeSync(fd);
      return undefined;
    }
    const bytes = Math.min(stats.size, most);
    return { path, bytes, mtimeMs: wholeSeconds(stats.mtimeMs), source: { fd, file, canGrow } };
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw storeError(error, file);
  }
}

/** Lets go of an entry's file. */
export function closeEntry({ source }: SnapshotEntry): void {
  if (!Buffer.isBuffer(source)) closeSync(source.fd);
}
