import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { linesOf, writeLine } from './checksum-list.ts';
import { createdAt, describe, isBackupName, readDescription } from './description.ts';
import type { BackupDescription } from './description.ts';
import type { BackupEngine, NewBackup, OpenBackup } from './engine.ts';
import { DAY_MS } from '../market/period.ts';
import { realNow } from '../disk/machine.ts';
import { brokenArchive } from './tar-reader.ts';
import { tarOf } from './tar-stream.ts';
import type { BackupTarget } from './target.ts';

const ARCHIVE = '.tar.gz';
const LIST = '.sha256';
const DESCRIPTION = '.json';
/** Quick packing: raw answers and Parquet, most of a large folder, are packed already. */
const GZIP_LEVEL = 4;

interface Weighed {
  bytes: number;
  readonly sha256: () => string;
}

/** Passes pieces on, and weighs and hashes them on the way. */
function weigh(pieces: AsyncIterable<Buffer>): { pieces: AsyncIterable<Buffer>; weighed: Weighed } {
  const hash = createHash('sha256');
  const weighed = { bytes: 0, sha256: () => hash.copy().digest('hex') };
  const pass = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      hash.update(piece);
      weighed.bytes += piece.length;
      yield piece;
    }
  };
  return { pieces: pass(), weighed };
}

async function textOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all).toString('utf8');
}

/**
 * One packed tar archive a backup, its list of checksums as `sha256sum -c` reads it, and a description that is written last:
 * a backup without one was cut off, and is never listed.
 */
export class TarEngine implements BackupEngine {
  readonly #target: BackupTarget;

  constructor(target: BackupTarget) {
    this.#target = target;
  }

  get place(): string {
    return this.#target.place;
  }

  async create({ name, now, program, entries, found }: NewBackup): Promise<BackupDescription> {
    let [files, bytes] = [0, 0];
    const lines = new PassThrough();
    const tar = tarOf(entries, async ({ path, bytes: size }, sha256) => {
      files += 1;
      bytes += size;
      if (!lines.write(writeLine({ sha256, path })) && !lines.destroyed) {
        await new Promise<void>((settle) => {
          lines.once('drain', settle).once('close', settle);
        });
      }
    });
    const gzip = createGzip({ level: GZIP_LEVEL });
    // Told by what reads or writes them; a stream that nobody reads any more must not end the process.
    for (const stream of [gzip, lines]) stream.on('error', () => undefined);
    const archive = weigh(gzip);
    const list = weigh(lines);
    const stop = (error: unknown): never => {
      const cause = error instanceof Error ? error : new Error(String(error));
      gzip.destroy(cause);
      lines.destroy(cause);
      throw error;
    };
    const parts = [
      pipeline(Readable.from(tar, { objectMode: false }), gzip).then(() => lines.end(), stop),
      this.#target.write(name + ARCHIVE, archive.pieces).catch(stop),
      this.#target.write(name + LIST, list.pieces).catch(stop),
    ];
    try {
      await Promise.all(parts);
    } catch (error) {
      await Promise.allSettled(parts);
      await this.#target.remove([name + ARCHIVE, name + LIST]).catch(() => undefined);
      throw error;
    }
    const description = describe({
      name,
      created_at: new Date(now).toISOString(),
      program,
      series: found.series,
      files,
      bytes,
      damaged: [...found.damaged],
      archive: { bytes: archive.weighed.bytes, sha256: archive.weighed.sha256() },
      list: { bytes: list.weighed.bytes, sha256: list.weighed.sha256() },
    });
    const text = Buffer.from(`${JSON.stringify(description, null, 1)}\n`);
    try {
      await this.#target.write(name + DESCRIPTION, Readable.from([text]));
    } catch (error) {
      await this.#target.remove([name + ARCHIVE, name + LIST]).catch(() => undefined);
      throw error;
    }
    return description;
  }

  async list(): Promise<BackupDescription[]> {
    return (await this.#look()).described;
  }

  async unreadable(): Promise<string[]> {
    return (await this.#look()).unreadable;
  }

  async #look(): Promise<{ described: BackupDescription[]; unreadable: string[] }> {
    const objects = new Map((await this.#target.list()).map((object) => [object.name, object]));
    const names = [...objects.keys()].flatMap((object) => {
      const name = object.endsWith(DESCRIPTION) ? object.slice(0, -DESCRIPTION.length) : '';
      return isBackupName(name) ? [name] : [];
    });
    const described: BackupDescription[] = [];
    const unreadable: string[] = [];
    for (const name of names) {
      const text = await this.#readIfThere(name + DESCRIPTION);
      if (text === undefined) continue;
      const description = readDescription(text);
      if (description?.name === name) described.push(description);
      else unreadable.push(name);
    }
    const madeAt = ({ name }: BackupDescription): number => objects.get(name + DESCRIPTION)?.changedAt ?? 0;
    described.sort((a, b) => createdAt(a) - createdAt(b) || madeAt(a) - madeAt(b) || (a.name < b.name ? -1 : 1));
    return { described, unreadable };
  }

  /** A prune elsewhere may remove what has just been listed. */
  async #readIfThere(object: string): Promise<string | undefined> {
    try {
      return await textOf(await this.#target.read(object));
    } catch (error) {
      if ((await this.#target.list()).every(({ name }) => name !== object)) return undefined;
      throw error;
    }
  }

  async open({ name, archive, list }: BackupDescription): Promise<OpenBackup> {
    const packed = weigh(await this.#target.read(name + ARCHIVE));
    const lines = weigh(await this.#target.read(name + LIST));
    const gunzip = createGunzip();
    // What goes wrong is told to whoever reads the unpacked side.
    pipeline(Readable.from(packed.pieces, { objectMode: false }), gunzip).catch(() => undefined);
    const check = (what: string, { weighed }: typeof packed, meant: BackupDescription['archive']): void => {
      if (meant === undefined || (weighed.bytes === meant.bytes && weighed.sha256() === meant.sha256)) return;
      throw brokenArchive(`${name}${what}: is not what was written there`);
    };
    return {
      archive: gunzip,
      prefix: '',
      list: linesOf(lines.pieces),
      finish: () => {
        check(LIST, lines, list);
        check(ARCHIVE, packed, archive);
        return Promise.resolve();
      },
    };
  }

  async remove(backups: readonly BackupDescription[]): Promise<void> {
    // The description goes first: what is half removed is not listed.
    for (const ending of [DESCRIPTION, LIST, ARCHIVE]) {
      if (backups.length > 0) await this.#target.remove(backups.map(({ name }) => name + ending));
    }
    await this.#removeUndescribed();
    await this.#target.tidy();
  }

  /** Archives whose backup was cut off before its description was written, or half removed, more than a day ago. */
  async #removeUndescribed(): Promise<void> {
    const objects = await this.#target.list();
    const described = new Set(objects.map(({ name }) => name).filter((name) => name.endsWith(DESCRIPTION)));
    const left = objects.filter(({ name: object, changedAt }) => {
      const name = [ARCHIVE, LIST].flatMap((ending) =>
        object.endsWith(ending) ? [object.slice(0, -ending.length)] : [],
      )[0];
      return (
        name !== undefined && isBackupName(name) && !described.has(name + DESCRIPTION) && realNow() - changedAt > DAY_MS
      );
    });
    if (left.length > 0) await this.#target.remove(left.map(({ name }) => name));
  }
}
