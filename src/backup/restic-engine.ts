import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  fstatSync,
  futimesSync,
  linkSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { makeFolder, storeError } from '../disk/files.ts';
import { lockFolder } from '../store/lock.ts';
import { OWN_FOLDER } from '../disk/paths.ts';
import { linesOf, writeLine } from './checksum-list.ts';
import { createdAt, describe, isBackupName } from './description.ts';
import type { BackupDescription } from './description.ts';
import type { BackupEngine, NewBackup, OpenBackup } from './engine.ts';
import { chunksOf } from './entry.ts';
import type { SnapshotEntry } from './entry.ts';
import type { Restic } from './restic.ts';
import { brokenArchive } from './tar-reader.ts';

const TAG = 'vortex-history';
const LIST = 'backup.sha256';

const snapshotsForm = z.array(
  z.object({ id: z.string(), paths: z.array(z.string()), tags: z.array(z.string()).default([]) }),
);

interface Snapshot {
  readonly id: string;
  /** The folder that it was taken of. */
  readonly path: string;
  readonly description: BackupDescription;
}

/** `vortex-20240703T060000Z-1f3a` → 2024-07-03T06:00:00Z */
const instantOf = (name: string): string =>
  name.replace(/^vortex-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, '$1-$2-$3T$4:$5:$6Z');

function describeSnapshot(tags: readonly string[]): BackupDescription | undefined {
  const name = tags.find(isBackupName);
  if (name === undefined) return undefined;
  const all = (key: string): string[] =>
    tags.filter((tag) => tag.startsWith(`${key}=`)).map((tag) => tag.slice(key.length + 1));
  const count = (key: string): number => Number(all(key)[0] ?? 0);
  return describe({
    name,
    created_at: instantOf(name),
    program: all('program')[0] ?? '',
    series: count('series'),
    files: count('files'),
    bytes: count('bytes'),
    damaged: all('damaged'),
  });
}

/** Puts an entry into the staging folder: by a hard link where its content can never change, else by a copy. */
function stage(folder: string, entry: SnapshotEntry): string {
  const path = join(folder, 'files', entry.path);
  const hash = createHash('sha256');
  makeFolder(dirname(path));
  const { source } = entry;
  const linked = !Buffer.isBuffer(source) && !source.canGrow && linkTo(source.file, path, source.fd);
  if (linked) {
    for (const chunk of chunksOf(entry)) hash.update(chunk);
    return hash.digest('hex');
  }
  let fd: number | undefined;
  try {
    fd = openSync(path, 'wx', 0o600);
    for (const chunk of chunksOf(entry)) {
      hash.update(chunk);
      for (let written = 0; written < chunk.length;) written += writeSync(fd, chunk, written);
    }
    // restic knows a file that has not changed by its time and length. A short one is read anyway.
    if (!Buffer.isBuffer(source)) {
      const { mtimeMs } = fstatSync(source.fd);
      futimesSync(fd, mtimeMs / 1000, mtimeMs / 1000);
    }
  } catch (error) {
    throw storeError(error, path);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  return hash.digest('hex');
}

function linkTo(file: string, path: string, fd: number): boolean {
  try {
    linkSync(file, path);
  } catch {
    return false;
  }
  const [ours, linked] = [fstatSync(fd), statSync(path)];
  if (ours.ino === linked.ino && ours.dev === linked.dev) return true;
  rmSync(path);
  return false;
}

/** Backups as snapshots of a restic repository: encrypted, and only what is new is stored. */
export class ResticEngine implements BackupEngine {
  readonly #restic: Restic;
  readonly #root: string;

  /** @param root the data folder; the snapshot is put together below it, by hard links */
  constructor(restic: Restic, root: string) {
    this.#restic = restic;
    this.#root = root;
  }

  get place(): string {
    return this.#restic.place;
  }

  async create({ name, now, program, entries, found }: NewBackup): Promise<BackupDescription> {
    if ((await this.#restic.runIfMade(['cat', 'config', '--no-lock'])) === undefined)
      await this.#restic.run(['init', '-q']);
    const stageRoot = join(this.#root, OWN_FOLDER, 'restic-stage');
    const folder = join(stageRoot, 'snapshot');
    const lock = lockFolder(stageRoot, name);
    try {
      rmSync(folder, { recursive: true, force: true });
      makeFolder(join(folder, 'files'));
      let [files, bytes] = [0, 0];
      for await (const entry of entries) {
        appendFileSync(join(folder, LIST), writeLine({ sha256: stage(folder, entry), path: entry.path }));
        files += 1;
        bytes += entry.bytes;
      }
      const damaged = [...found.damaged];
      const facts = { name, program, series: found.series, files, bytes, damaged };
      const tags = [TAG, name, `program=${program}`, `series=${found.series}`, `files=${files}`, `bytes=${bytes}`];
      const at = new Date(now).toISOString();
      await this.#restic.run([
        ...['backup', '--quiet', '--json', '--host', 'vortex', '--ignore-inode', '--ignore-ctime'],
        ...['--time', at.slice(0, 19).replace('T', ' ')],
        ...[...tags, ...damaged.map((key) => `damaged=${key}`)].flatMap((tag) => ['--tag', tag]),
        folder,
      ]);
      return describe({ ...facts, created_at: instantOf(name) });
    } catch (error) {
      throw storeError(error, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      lock.release();
    }
  }

  async list(): Promise<BackupDescription[]> {
    return (await this.#snapshots()).map(({ description }) => description);
  }

  /** What is damaged in a repository, restic itself tells. */
  unreadable(): Promise<string[]> {
    return Promise.resolve([]);
  }

  async open({ name }: BackupDescription): Promise<OpenBackup> {
    const snapshot = (await this.#snapshots()).find(({ description }) => description.name === name);
    if (snapshot === undefined) throw brokenArchive(`${name}: is not in ${this.place}`);
    const { id, path } = snapshot;
    const dump = (what: string): ReturnType<Restic['read']> => this.#restic.read(['dump', id, join(path, what)]);
    const archive = dump('files').pieces;
    return {
      archive,
      prefix: `${path}/files/`.replace(/^\//, ''),
      list: linesOf(dump(LIST).pieces),
      finish: () => Promise.resolve(),
    };
  }

  async remove(backups: readonly BackupDescription[]): Promise<void> {
    const names = new Set(backups.map(({ name }) => name));
    const ids = (await this.#snapshots()).filter(({ description }) => names.has(description.name)).map(({ id }) => id);
    if (ids.length > 0) await this.#restic.run(['forget', '--prune', '--quiet', ...ids]);
  }

  async #snapshots(): Promise<Snapshot[]> {
    const text = await this.#restic.runIfMade(['snapshots', '--json', '--tag', TAG, '--no-lock']);
    if (text === undefined) return [];
    const snapshots = snapshotsForm.parse(JSON.parse(text)).flatMap(({ id, paths: [path], tags }) => {
      const description = describeSnapshot(tags);
      return path === undefined || description === undefined ? [] : [{ id, path, description }];
    });
    return snapshots.sort((a, b) => createdAt(a.description) - createdAt(b.description));
  }
}
