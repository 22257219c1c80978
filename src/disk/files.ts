import {
  closeSync,
  existsSync,
  fstatSync,
  fsync,
  mkdirSync,
  open,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { asVortexError, VortexError } from '../market/errors.ts';
import { refusal } from './refusal.ts';

/** A file that waits under a temporary name to be put in its place. */
export interface StagedFile {
  readonly path: string;
  readonly temporary: string;
}

/** A file as it is to stand in its place. */
interface DatedFile extends StagedFile {
  /** Time of its last change as the file system tells it, milliseconds since the epoch; a rename keeps it. */
  readonly mtimeMs: number;
}

const CODES_OF_FULL_DISKS = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The system's name of an error (ENOENT); empty for one that is not the system's. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** True for the error of something that is not there. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

/**
 * The file system's error as one that says what to do; it ends the run.
 * @param flag what another place is chosen with
 */
export function storeError(error: unknown, doing: string, flag = '--output-dir'): VortexError {
  const code = codeOf(error);
  if (code === '' || error instanceof VortexError) return asVortexError(error);
  const full = CODES_OF_FULL_DISKS.has(code);
  const advice = full
    ? 'the disk is full; make room and run again, nothing is damaged'
    : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
      ? refusal(doing, code, flag)
      : code === 'ENOTDIR' || code === 'EEXIST'
        ? `a file stands where a folder should be; move it away or choose another folder with ${flag}`
        : error instanceof Error
          ? error.message
          : String(error);
  return new VortexError(`${doing}: ${advice}`, {
    code: full ? 'disk-full' : 'folder-unusable',
    disposition: 'abort-run',
    context: { code },
    cause: error,
  });
}

/** Hash of a file's content, hexadecimal. */
export function sha256(content: Buffer): string {
  // Loaded when first needed: a command that only reads manifests starts 4 ms sooner.
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(content).digest('hex');
}

/** Folders that were there when this process last looked. */
const made = new Set<string>();

/** On a read-only disk a recursive mkdir says that a folder above is missing; a plain one of the first missing folder says why. */
function whyNotMade(path: string, told: unknown): unknown {
  let missing = path;
  while (missing !== dirname(missing) && !existsSync(dirname(missing))) missing = dirname(missing);
  try {
    mkdirSync(missing);
    return told;
  } catch (error) {
    return error;
  }
}

/**
 * Makes a folder and those above it.
 * @param flag what another place is chosen with
 */
export function makeFolder(path: string, flag?: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw storeError(codeOf(error) === 'ENOENT' ? whyNotMade(path, error) : error, path, flag);
  }
  made.add(path);
}

/** Makes what was written to an open file durable. */
export function syncDescriptor(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(fd, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

/** How the names of temporary files end: those of one shard, or of all. */
export const temporaryEnding = (mark = ''): string => (mark === '' ? '.tmp' : `.${mark}.tmp`);

/**
 * The name under which a file is written before it is put in its place.
 * @param mark of the shard that writes it: what one of them leaves behind is told apart from the work of the others
 */
function temporaryName(path: string, mark: string): string {
  return path + temporaryEnding(mark);
}

/** A file that is written under its temporary name; `syncFiles` makes it durable, `placeFile` then makes it appear. */
export interface WrittenFile extends DatedFile {
  readonly fd: number;
}

// Making a file can wait for the disk's journal, so it is left to the thread pool.
function create(temporary: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(temporary, 'w', 0o644, (error, fd) => {
      if (error === null) resolve(fd);
      else reject(error);
    });
  });
}

async function openTemporary(temporary: string): Promise<number> {
  const folder = dirname(temporary);
  if (!made.has(folder)) makeFolder(folder);
  try {
    return await create(temporary);
  } catch (error) {
    // The folder was there once and has been removed since.
    if (!isMissing(error)) throw error;
    makeFolder(folder);
    return create(temporary);
  }
}

function dropTemporary(temporary: string): void {
  try {
    rmSync(temporary, { force: true });
  } catch {
    // What is in the way is told by the error that led here.
  }
}

async function writeFile(path: string, content: Buffer, mark: string): Promise<WrittenFile> {
  const temporary = temporaryName(path, mark);
  let fd: number | undefined;
  try {
    fd = await openTemporary(temporary);
    for (let written = 0; written < content.length;) written += writeSync(fd, content, written);
    return { fd, path, temporary, mtimeMs: fstatSync(fd).mtimeMs };
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    dropTemporary(temporary);
    throw storeError(error, path);
  }
}

/** A file that is to be. */
export interface FileContent {
  readonly path: string;
  readonly content: Buffer;
}

/**
 * Writes files beside their places, all or none of them.
 * @param mark of the shard that writes them
 * @returns the written files in the same order
 * @throws VortexError `disk-full`, `folder-unusable`; nothing is left then
 */
export async function writeFiles(files: readonly FileContent[], mark = ''): Promise<WrittenFile[]> {
  const written = await Promise.allSettled(files.map(({ path, content }) => writeFile(path, content, mark)));
  const good = written.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = written.find((result) => result.status === 'rejected');
  if (failure === undefined) return good;
  closeFiles(good);
  dropFiles(good);
  throw failure.reason;
}

/** Makes written files durable under their temporary names, and closes them; a failure is told when all are closed. */
export async function syncFiles(files: readonly WrittenFile[]): Promise<void> {
  const synced = await Promise.allSettled(files.map((file) => syncFile(file)));
  const failure = synced.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

async function syncFile(file: WrittenFile): Promise<void> {
  try {
    await syncDescriptor(file.fd);
  } catch (error) {
    throw storeError(error, file.path);
  } finally {
    closeSync(file.fd);
  }
}

/** Closes written files without waiting for the disk. */
export function closeFiles(files: readonly WrittenFile[]): void {
  for (const { fd } of files) closeSync(fd);
}

/** Removes what was written under temporary names. */
export function dropFiles(files: readonly StagedFile[]): void {
  for (const { temporary } of files) dropTemporary(temporary);
}

/** Puts a staged file in its place: from one moment to the next the new version is there, whole. */
export function placeFile({ path, temporary }: StagedFile): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    dropTemporary(temporary);
    throw storeError(error, path);
  }
}

/** The temporary file of a shard for a path, whether it is there or not. */
export function stagedFile(path: string, mark: string): StagedFile {
  return { path, temporary: temporaryName(path, mark) };
}

/** Makes the names in a folder durable. File systems that cannot sync a folder are left to their own promises. */
export async function syncFolder(path: string): Promise<void> {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    await syncDescriptor(fd);
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP', 'EACCES'].includes(codeOf(error))) throw storeError(error, path);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Size and time of a file; undefined when there is none. */
export function statFile(path: string): { readonly bytes: number; readonly mtimeMs: number } | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() ? { bytes: stats.size, mtimeMs: stats.mtimeMs } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw storeError(error, path);
  }
}

/** Content of a file; undefined when there is none. */
export function readWhole(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw storeError(error, path);
  }
}

/** Bytes [from, to) of a file, fewer where it ends before. @throws VortexError `folder-unusable` */
export function readPart(path: string, from: number, to: number): Buffer {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const part = Buffer.alloc(to - from);
    let read = 0;
    for (let more = -1; more !== 0 && read < part.length; read += more) {
      more = readSync(fd, part, read, part.length - read, from + read);
    }
    return part.subarray(0, read);
  } catch (error) {
    throw storeError(error, path);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
