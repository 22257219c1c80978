import { once } from 'node:events';
import { Parser } from 'tar';
import type { ReadEntry } from 'tar';
import { asVortexError, VortexError } from '../market/errors.ts';

/** One file of an archive that is being read. */
export interface ArchivedFile {
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Takes the pieces of one file. */
export interface FileSink {
  write(chunk: Buffer): void;
  /** All of the file has come. */
  end(): Promise<void> | void;
}

/** The error of an archive that is not what was written. */
export function brokenArchive(message: string, cause?: unknown): VortexError {
  return new VortexError(message, { code: 'file-corrupt', disposition: 'abort-run', cause });
}

const LEADS_OUT = /^(?:\/|[A-Za-z]:|\\)|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/;

/** Why an entry has no place in a backup; undefined for a plain file that stays below the folder. Pure. */
export function refusal(path: string, type: string): string | undefined {
  if (LEADS_OUT.test(path)) return 'its path leads out of the folder';
  if (type === 'SymbolicLink' || type === 'Link') return 'it is a link';
  return type === 'File' || type === 'OldFile' ? undefined : `it is no plain file (${type})`;
}

/** A tar archive that is being read. */
export interface ReadableArchive {
  /** Unpacked. */
  readonly archive: AsyncIterable<Buffer> & { destroy: () => unknown };
  /** What every path begins with, and is taken off. */
  readonly prefix: string;
}

async function drained(parser: Parser): Promise<void> {
  await once(parser, 'drain');
}

/**
 * Reads a tar archive file by file, in its order; folders are passed over.
 * @param open called for each file before its content comes
 * @throws VortexError `file-corrupt` naming the file at which the archive breaks off, or that has no place in a backup
 */
export async function readTar(
  { archive, prefix }: ReadableArchive,
  open: (file: ArchivedFile) => Promise<FileSink> | FileSink,
): Promise<void> {
  let last = 'its beginning';
  let failure: unknown;
  let turn: Promise<void> = Promise.resolve();
  const hasFailed = (): boolean => failure !== undefined;
  const take = async (entry: ReadEntry): Promise<void> => {
    if (failure !== undefined || entry.type === 'Directory') {
      entry.resume();
      return;
    }
    const why = entry.path.startsWith(prefix) ? refusal(entry.path, entry.type) : 'it is somewhere else';
    if (why !== undefined)
      throw brokenArchive(`${entry.path}: has no place in a backup: ${why}; nothing of it is used`);
    last = entry.path.slice(prefix.length);
    const sink = await open({ path: last, bytes: entry.size, mtimeMs: entry.mtime?.getTime() ?? 0 });
    let size = 0;
    for await (const chunk of entry) {
      size += chunk.length;
      sink.write(chunk);
    }
    if (size !== entry.size) throw brokenArchive(`${entry.path}: is cut short in the archive`);
    await sink.end();
  };
  const parser = new Parser({
    strict: true,
    preservePaths: true,
    onReadEntry: (entry) => {
      turn = turn
        .then(() => take(entry))
        .catch((error: unknown) => {
          failure ??= error;
          entry.resume();
          archive.destroy();
        });
    },
  });
  const ended = new Promise<void>((settle) => {
    parser.on('end', settle);
    parser.on('error', (error: unknown) => {
      failure ??= error;
      settle();
    });
  });
  try {
    for await (const chunk of archive) {
      if (hasFailed()) break;
      if (!parser.write(chunk) && !hasFailed()) await drained(parser);
    }
    if (!hasFailed()) {
      parser.end();
      await ended;
    }
    // The last file may still have something to say.
    if (!hasFailed()) await turn;
  } catch (error) {
    failure ??= error;
  }
  if (failure === undefined) return;
  if (failure instanceof VortexError) throw failure;
  throw brokenArchive(`the archive breaks off at ${last}: ${asVortexError(failure).message}`, failure);
}
