import { closeSync, createReadStream, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { usageError } from '../market/errors.ts';
import { DAY_MS } from '../market/period.ts';
import { isMissing, makeFolder, storeError, syncDescriptor, syncFolder } from '../disk/files.ts';
import { realNow } from '../disk/machine.ts';
import { brokenArchive } from './tar-reader.ts';
import type { BackupTarget, TargetObject } from './target.ts';

/** Not `.tmp`: in the data folder that is what a run removes which takes a dead one over, and a backup may be at work meanwhile. */
const TEMPORARY = '.part';
/** What another folder is chosen with. */
const FLAG = '--target';
const PIECE_BYTES = 262_144;

/** Opened when the first piece is asked for. */
async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw storeError(error, path);
  }
}

/** Backups in a folder. */
export class FolderTarget implements BackupTarget {
  readonly place: string;

  constructor(folder: string) {
    this.place = folder;
  }

  list(): Promise<TargetObject[]> {
    return Promise.resolve(this.#entries().filter(({ name }) => !name.endsWith(TEMPORARY)));
  }

  async write(name: string, pieces: AsyncIterable<Buffer>): Promise<number> {
    makeFolder(this.place, FLAG);
    const temporary = join(this.place, `${name}.${randomBytes(3).toString('hex')}${TEMPORARY}`);
    let fd: number | undefined;
    let bytes = 0;
    try {
      fd = openSync(temporary, 'wx', 0o600);
      for await (const piece of pieces) {
        for (let written = 0; written < piece.length;) written += writeSync(fd, piece, written);
        bytes += piece.length;
      }
      await syncDescriptor(fd);
      closeSync(fd);
      fd = undefined;
      renameSync(temporary, join(this.place, name));
    } catch (error) {
      if (fd !== undefined) closeSync(fd);
      rmSync(temporary, { force: true });
      throw storeError(error, join(this.place, name), FLAG);
    }
    await syncFolder(this.place);
    return bytes;
  }

  read(name: string): Promise<AsyncIterable<Buffer>> {
    const path = join(this.place, name);
    if (statSync(path, { throwIfNoEntry: false }) === undefined) {
      return Promise.reject(brokenArchive(`${path}: is not there`));
    }
    return Promise.resolve(piecesOf(path));
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const path = join(this.place, basename(name));
      try {
        rmSync(path, { force: true });
      } catch (error) {
        throw storeError(error, path, FLAG);
      }
    }
    await syncFolder(this.place);
  }

  tidy(): Promise<void> {
    const old = this.#entries().filter(
      ({ name, changedAt }) => /^vortex-.*\.part$/.test(name) && realNow() - changedAt > DAY_MS,
    );
    for (const { name } of old) rmSync(join(this.place, name), { force: true });
    return Promise.resolve();
  }

  #entries(): TargetObject[] {
    let names: string[];
    try {
      names = readdirSync(this.place);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') {
        throw usageError(`${this.place} is no folder: a file stands there or above it; name another with ${FLAG}`);
      }
      if (isMissing(error)) return [];
      throw storeError(error, this.place, FLAG);
    }
    return names.flatMap((name) => {
      const stats = statSync(join(this.place, name), { throwIfNoEntry: false });
      // What was copied here may bring an old time of change with it.
      return stats?.isFile() === true
        ? [{ name, bytes: stats.size, changedAt: Math.max(stats.mtimeMs, stats.ctimeMs) }]
        : [];
    });
  }
}
