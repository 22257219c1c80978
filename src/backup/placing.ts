import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder, storeError, syncDescriptor, syncFolder } from '../disk/files.ts';
import { filesBelow } from '../disk/listing.ts';
import { parseManifest } from '../store/manifest.ts';
import type { Manifest } from '../store/manifest-form.ts';
import { journalMarks } from '../store/journal.ts';
import { journalPath, manifestPath, manifestsFolder, OWN_FOLDER } from '../disk/paths.ts';
import { setAside } from '../store/series-commit.ts';
import { brokenArchive } from './tar-reader.ts';
import { fileHash, stagedFiles, stagedPath } from './staging.ts';

const MANIFESTS = `${OWN_FOLDER}/series/`;
/** How many files are synced at the same time. */
const TOGETHER = 64;

async function syncFile(path: string): Promise<void> {
  const fd = openSync(path, 'r+');
  try {
    await syncDescriptor(fd);
  } finally {
    closeSync(fd);
  }
}

async function syncAll(paths: readonly string[]): Promise<void> {
  for (let from = 0; from < paths.length; from += TOGETHER) {
    await Promise.all(paths.slice(from, from + TOGETHER).map(syncFile));
  }
}

function readManifest(path: string): Manifest | undefined {
  return existsSync(path) ? parseManifest(readFileSync(path), path) : undefined;
}

/** Keys of the series that were staged. */
export async function stagedSeries(aside: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const { path } of stagedFiles(aside)) {
    if (path.startsWith(MANIFESTS)) keys.add(path.slice(MANIFESTS.length, -'.json'.length));
  }
  return keys;
}

/**
 * Sets aside files of a later version of the series that are to be restored. Journals go: their manifests stand in their own
 * files, and would otherwise count before restored ones.
 * @returns data files that were set aside
 */
export async function makeRoom(root: string, run: string, aside: string): Promise<string[]> {
  const wanted = new Set<string>();
  for await (const { path } of stagedFiles(aside)) wanted.add(path);
  const keys = await stagedSeries(aside);
  const leftover = [...keys].flatMap((key) => {
    const { files = [], before } = readManifest(manifestPath(root, key)) ?? {};
    return [...new Set([...files, ...(before?.files ?? [])].map(({ path }) => path))];
  });
  const outdated = leftover.filter((path) => !wanted.has(path) && existsSync(join(root, path)));
  setAside(root, run, outdated);
  const journals = journalMarks(root).map((mark) => journalPath(root, mark));
  if (journals.length > 0) {
    await syncAll(filesBelow(manifestsFolder(root)).map((path) => join(manifestsFolder(root), path)));
    for (const path of journals) rmSync(path, { force: true });
  }
  return outdated;
}

/** Gives the files of a series the times that its manifest knows, so that they need not be read to be known whole. */
function setTimes(root: string, manifest: Manifest | undefined): void {
  for (const { path, mtime_ms: ms } of manifest?.files ?? []) {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (stats !== undefined && stats.mtimeMs !== ms) utimesSync(join(root, path), ms / 1000, ms / 1000);
  }
}

/** Puts what waits in its place, durably; manifests last. @throws VortexError `disk-full`, `folder-unusable` */
export async function placeStaged(root: string, aside: string): Promise<void> {
  const folders = new Set<string>();
  const place = async (paths: readonly string[]): Promise<void> => {
    await syncAll(paths.map((path) => stagedPath(aside, path)));
    for (const path of paths) {
      if (path.startsWith(MANIFESTS)) setTimes(root, readManifest(stagedPath(aside, path)));
      const target = join(root, path);
      const folder = dirname(target);
      if (!folders.has(folder)) makeFolder(folder);
      folders.add(folder);
      try {
        renameSync(stagedPath(aside, path), target);
      } catch (error) {
        throw storeError(error, target);
      }
    }
  };
  for (const manifests of [false, true]) {
    let group: string[] = [];
    for await (const { path } of stagedFiles(aside)) {
      if (path.startsWith(MANIFESTS) !== manifests) continue;
      group.push(path);
      if (group.length < TOGETHER) continue;
      await place(group);
      group = [];
    }
    await place(group);
  }
  for (const folder of folders) await syncFolder(folder);
}

/** Reads again what was put in its place. @throws VortexError `file-corrupt` naming the file */
export async function checkPlaced(root: string, aside: string): Promise<void> {
  for await (const { path, sha256 } of stagedFiles(aside)) {
    if ((await fileHash(join(root, path))) !== sha256) {
      throw brokenArchive(`${join(root, path)}: reads back different from what was written; is the disk sound?`);
    }
  }
}
