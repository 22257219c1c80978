import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { namesIn } from '../disk/listing.ts';
import { cutTornAppend } from './append.ts';
import { isContent } from '../disk/checksum.ts';
import {
  closeFiles,
  makeFolder,
  placeFile,
  readWhole,
  stagedFile,
  storeError,
  syncDescriptor,
  syncFiles,
  syncFolder,
  writeFiles,
} from '../disk/files.ts';
import type { WrittenFile } from '../disk/files.ts';
import { bootIdentity, realNow } from '../disk/machine.ts';
import { parseManifest } from './manifest.ts';
import type { Manifest } from './manifest-form.ts';
import { journalPath, manifestPath, markOfJournal, OWN_FOLDER } from '../disk/paths.ts';

/** A journal that was closed in order is kept so long, for the system to write the manifests out by itself. */
const KEPT_MS = 300_000;
/** How many manifests are written at a time. */
const WRITTEN_TOGETHER = 64;

const CLOSED = '{"closed":true}';
const header = z.object({ boot: z.string() });

/** The last manifest of each series that was committed. What follows the last line feed was cut off by a crash. */
function parseJournal(content: Buffer, path: string): ReadonlyMap<string, Manifest> {
  const manifests = new Map<string, Manifest>();
  for (const line of content.toString('utf8').split('\n').slice(0, -1)) {
    const manifest = line === CLOSED ? undefined : parseManifest(Buffer.from(line), path);
    if (manifest !== undefined) manifests.set(manifest.series, manifest);
  }
  return manifests;
}

/** True when every manifest was written to its own file and the machine has run on since: then the files say the same. */
function isSettled(content: Buffer): boolean {
  const closed = content.subarray(-CLOSED.length - 1).toString('latin1') === `${CLOSED}\n`;
  return closed && bootOf(content.subarray(0, content.indexOf('\n')).toString('utf8')) === bootIdentity();
}

function bootOf(line: string): string | undefined {
  try {
    return header.safeParse(JSON.parse(line)).data?.boot;
  } catch {
    return undefined;
  }
}

/** A manifest as its own file holds it. */
export function manifestText(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
}

/** Marks of all journals of a folder; '' is that of runs on their own. */
export function journalMarks(root: string): string[] {
  return namesIn(join(root, OWN_FOLDER))
    .map(markOfJournal)
    .filter((mark) => mark !== undefined);
}

interface Unsettled {
  readonly manifest: Manifest;
  /** Of the journal that has it. */
  readonly mark: string;
}

/** What the journals know better than the manifests' own files, by series; of two journals the later commit counts. */
function unsettled(root: string, marks: readonly string[]): Map<string, Unsettled> {
  const found = new Map<string, Unsettled>();
  for (const mark of marks) {
    const path = journalPath(root, mark);
    const content = readWhole(path);
    if (content === undefined || isSettled(content)) continue;
    for (const [series, manifest] of parseJournal(content, path)) {
      const other = found.get(series);
      if (other !== undefined && other.manifest.commit >= manifest.commit) continue;
      if (isNewer(root, manifest)) found.set(series, { manifest, mark });
    }
  }
  return found;
}

/**
 * Manifests that a crash kept from their own files, by series; they count before the files. Touches nothing.
 * Undefined when the files say everything.
 */
export function unsettledManifests(root: string): ReadonlyMap<string, Manifest> | undefined {
  const found = unsettled(root, journalMarks(root));
  return found.size === 0 ? undefined : new Map([...found].map(([series, { manifest }]) => [series, manifest]));
}

/** Whether the journal's manifest is to count before the file's. One that was edited by hand since then is left alone. */
function isNewer(root: string, manifest: Manifest): boolean {
  const path = manifestPath(root, manifest.series);
  const content = readWhole(path);
  const standing = content === undefined ? undefined : parseManifest(content, path);
  return standing === undefined || standing.commit < manifest.commit;
}

/**
 * Puts the files in their place that a dead run had written and committed, so that no series stays half old and half new.
 * What stands in the way and is not the version before is somebody else's and is left alone.
 * @param marks of the journals that dead runs left
 */
export function placeCommitted(root: string, marks: readonly string[]): void {
  for (const { manifest, mark } of unsettled(root, marks).values()) {
    const { files, before } = manifest;
    for (const file of files) {
      const path = join(root, file.path);
      const old = before?.files.find((entry) => entry.path === file.path);
      const staged = stagedFile(path, mark);
      const content = readWhole(staged.temporary);
      if (content === undefined) {
        if (old !== undefined) cutTornAppend(path, old, file);
        continue;
      }
      if (!isContent(content, file)) continue;
      const standing = readWhole(path);
      if (standing === undefined || (old !== undefined && isContent(standing, old))) placeFile(staged);
    }
  }
}

/**
 * Brings what a run before this one left in the journal to the manifests' own files, durably, and removes the journal. A
 * journal that was closed in order a short while ago is left: nothing depends on it, and the disk has its rest.
 * @param mark of the journal
 * @param keptMs how young such a journal is
 */
export async function settleJournal(root: string, mark: string, keptMs = KEPT_MS): Promise<void> {
  const path = journalPath(root, mark);
  const content = readWhole(path);
  if (content === undefined) return;
  const age = realNow() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (isSettled(content) && age < keptMs) return;
  const all = [...parseJournal(content, path).values()];
  for (let from = 0; from < all.length; from += WRITTEN_TOGETHER) {
    const group = all.slice(from, from + WRITTEN_TOGETHER);
    const written = await writeManifests(
      root,
      group.filter((manifest) => isNewer(root, manifest)),
      mark,
    );
    await syncFiles(written);
    for (const file of written) placeFile(file);
    await Promise.all(group.map((manifest) => syncStanding(manifestPath(root, manifest.series))));
  }
  const named = all.flatMap(({ series, files }) => [
    manifestPath(root, series),
    ...files.map(({ path }) => join(root, path)),
  ]);
  const folders = new Set(named.map((name) => dirname(name)));
  for (const folder of folders) if (existsSync(folder)) await syncFolder(folder);
  rmSync(path, { force: true });
  await syncFolder(dirname(path));
}

function writeManifests(root: string, manifests: readonly Manifest[], mark: string): Promise<WrittenFile[]> {
  return writeFiles(
    manifests.map((manifest) => ({ path: manifestPath(root, manifest.series), content: manifestText(manifest) })),
    mark,
  );
}

async function syncStanding(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const fd = openSync(path, 'r');
  try {
    await syncDescriptor(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Makes manifests durable in groups: one line each, one sync for all of a group, before the files that they speak of are
 * put in place. Their own files are written when the run is over, unsynced; until they are surely on the disk the journal
 * stays.
 */
export class Journal {
  readonly mark: string;
  private readonly root: string;
  private readonly pending = new Map<string, Manifest>();
  private fd: number | undefined;

  /** @param mark of the shard that writes it: no two write one file */
  constructor(root: string, mark = '') {
    this.root = root;
    this.mark = mark;
  }

  /** @throws VortexError `disk-full`, `folder-unusable` */
  async append(manifests: readonly Manifest[]): Promise<void> {
    const path = journalPath(this.root, this.mark);
    try {
      this.fd ??= this.open(path);
      const end = fstatSync(this.fd).size;
      const isNew = end === 0;
      const lines = manifests.map((manifest) => `${JSON.stringify(manifest)}\n`);
      await this.write(
        this.fd,
        Buffer.from((isNew ? `${JSON.stringify({ boot: bootIdentity() })}\n` : '') + lines.join('')),
        end,
      );
      if (isNew) await syncFolder(dirname(path));
    } catch (error) {
      throw storeError(error, path);
    }
    for (const manifest of manifests) this.pending.set(manifest.series, manifest);
  }

  /** Writes the manifests to their own files and closes the journal. */
  async close(): Promise<void> {
    if (this.fd === undefined) return;
    const manifests = [...this.pending.values()];
    this.pending.clear();
    for (let from = 0; from < manifests.length; from += WRITTEN_TOGETHER) {
      const written = await writeManifests(this.root, manifests.slice(from, from + WRITTEN_TOGETHER), this.mark);
      closeFiles(written);
      for (const file of written) placeFile(file);
    }
    writeSync(this.fd, `${CLOSED}\n`);
    closeSync(this.fd);
    this.fd = undefined;
  }

  /** Writes all of a text at the end or nothing: the next line must not stand behind half a one. */
  private async write(fd: number, text: Buffer, end: number): Promise<void> {
    try {
      for (let written = 0; written < text.length;) written += writeSync(fd, text, written);
      await syncDescriptor(fd);
    } catch (error) {
      ftruncateSync(fd, end);
      throw error;
    }
  }

  private open(path: string): number {
    makeFolder(dirname(path));
    return openSync(path, 'a', 0o644);
  }
}
