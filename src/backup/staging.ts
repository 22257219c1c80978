import { createHash } from 'node:crypto';
import { closeSync, createReadStream, futimesSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder, storeError } from '../disk/files.ts';
import { OWN_FOLDER } from '../disk/paths.ts';
import { ExpectedFiles, linesOf, readLine, writeLine } from './checksum-list.ts';
import type { ListLine } from './checksum-list.ts';
import type { BackupDescription } from './description.ts';
import type { BackupEngine } from './engine.ts';
import { wholeSeconds } from './entry.ts';
import { brokenArchive, readTar } from './tar-reader.ts';

const listPath = (aside: string): string => join(aside, 'staged.sha256');

/** Where a file waits that is to be put in its place. */
export const stagedPath = (aside: string, path: string): string => join(aside, 'files', path);

/** The files that wait, in the order in which they came. */
export async function* stagedFiles(aside: string): AsyncGenerator<ListLine> {
  for await (const line of linesOf(createReadStream(listPath(aside)))) {
    const read = readLine(line);
    if (read !== undefined) yield read;
  }
}

/** Puts other files in the list of those that wait. */
export async function replaceStaged(
  aside: string,
  isOld: (path: string) => boolean,
  added: readonly ListLine[],
): Promise<void> {
  const lines: string[] = [];
  for await (const line of stagedFiles(aside)) if (!isOld(line.path)) lines.push(writeLine(line));
  writeFileSync(`${listPath(aside)}.new`, [...lines, ...added.map(writeLine)].join(''));
  renameSync(`${listPath(aside)}.new`, listPath(aside));
}

/** Hash of a file's content, hexadecimal. @throws VortexError `folder-unusable` */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    throw storeError(error, path);
  }
  return hash.digest('hex');
}

/** What was staged. */
export interface Staged {
  readonly files: number;
  readonly series: number;
  readonly bytes: number;
}

/**
 * Writes the files of a backup aside, each checked against the list.
 * @param placeFor where a file goes, below the folder; undefined: it is not wanted
 * @throws VortexError `file-corrupt`, `disk-full`, `folder-unusable`
 */
export async function stageFiles(
  engine: BackupEngine,
  backup: BackupDescription,
  aside: string,
  placeFor: (path: string) => string | undefined,
): Promise<Staged> {
  const opened = await engine.open(backup);
  const expected = new ExpectedFiles(opened.list);
  let [files, series, bytes, unasked] = [0, 0, 0, 0];
  const made = new Set<string>();
  const list = openSync(listPath(aside), 'wx', 0o644);

  const openStaged = (place: string): number => {
    const path = stagedPath(aside, place);
    const folder = dirname(path);
    if (!made.has(folder)) {
      makeFolder(folder);
      made.add(folder);
    }
    try {
      return openSync(path, 'wx', 0o644);
    } catch (error) {
      throw storeError(error, path);
    }
  };

  try {
    await readTar(opened, ({ path, bytes: size, mtimeMs }) => {
      const place = placeFor(path);
      const hash = createHash('sha256');
      const fd = place === undefined ? undefined : openStaged(place);
      return {
        write: (chunk) => {
          hash.update(chunk);
          if (fd === undefined) return;
          try {
            for (let written = 0; written < chunk.length;) written += writeSync(fd, chunk, written);
          } catch (error) {
            throw storeError(error, stagedPath(aside, place ?? ''));
          }
        },
        end: async () => {
          if (fd !== undefined) {
            futimesSync(fd, wholeSeconds(mtimeMs) / 1000, wholeSeconds(mtimeMs) / 1000);
            closeSync(fd);
          }
          const sha256 = hash.digest('hex');
          if ((await expected.take(path)) !== sha256) {
            throw brokenArchive(`${path}: is not what was backed up`);
          }
          if (place === undefined) {
            unasked += 1;
            return;
          }
          files += 1;
          bytes += size;
          if (place.startsWith(`${OWN_FOLDER}/series/`)) series += 1;
          writeSync(list, writeLine({ sha256, path: place }));
        },
      };
    });
    const [missing] = await expected.rest();
    if (missing !== undefined) throw brokenArchive(`${missing}: is missing`);
    await opened.finish();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'file-corrupt') {
      throw brokenArchive(
        `${backup.name}: ${error.message}; nothing was restored. Take another with --at; vortex backup list shows them`,
        error,
      );
    }
    throw storeError(error, aside);
  } finally {
    closeSync(list);
    opened.archive.destroy();
  }
  if (files + unasked !== backup.files) {
    throw brokenArchive(
      `${backup.name}: has ${files + unasked} files instead of ${backup.files}; nothing was restored`,
    );
  }
  return { files, series, bytes };
}
