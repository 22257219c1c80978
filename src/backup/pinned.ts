import { join } from 'node:path';
import { BLOCK_BYTES } from '../disk/checksum.ts';
import { sha256 } from '../disk/files.ts';
import { manifestText } from '../store/journal.ts';
import type { Manifest, ManifestVersion, StoredFile } from '../store/manifest-form.ts';
import { manifestPath } from '../disk/paths.ts';
import { revisionsPath } from '../store/revisions.ts';
import { chunksOf, closeEntry, openFile, wholeSeconds } from './entry.ts';
import type { SnapshotEntry } from './entry.ts';

/** One series, all of it from one moment. */
export interface PinnedSeries {
  readonly manifest: Manifest;
  readonly entries: readonly SnapshotEntry[];
}

/** Reads a file in pieces and tells whether it is what was committed; of a short one the content is kept. */
function readCommitted(entry: SnapshotEntry, file: StoredFile): Buffer | boolean {
  const { blocks } = file;
  const whole = process.getBuiltinModule('node:crypto').createHash('sha256');
  let [place, content, held]: [number, Buffer, Buffer] = [0, Buffer.alloc(0), Buffer.alloc(0)];
  const isBlock = (block: Buffer): boolean => blocks === undefined || sha256(block) === blocks[place++];
  for (const chunk of chunksOf(entry)) {
    if (blocks === undefined) whole.update(chunk);
    else {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      for (; held.length >= BLOCK_BYTES; held = held.subarray(BLOCK_BYTES)) {
        if (!isBlock(held.subarray(0, BLOCK_BYTES))) return false;
      }
    }
    if (entry.bytes <= BLOCK_BYTES) content = Buffer.concat([content, chunk]);
  }
  if (held.length > 0 && !isBlock(held)) return false;
  if (blocks === undefined ? whole.digest('hex') !== file.sha256 : place !== blocks.length) return false;
  return entry.bytes > BLOCK_BYTES || content;
}

/** The committed part of a file, held open; undefined when what stands there is not what was committed. */
function pinFile(root: string, file: StoredFile): SnapshotEntry | undefined {
  const isLong = file.blocks !== undefined;
  const entry = openFile(join(root, file.path), file.path, { canGrow: isLong });
  if (entry === undefined) return undefined;
  const committed = { ...entry, bytes: file.bytes, mtimeMs: wholeSeconds(file.mtime_ms) };
  const read = (isLong ? entry.bytes >= file.bytes : entry.bytes === file.bytes) && readCommitted(committed, file);
  if (read === false) {
    closeEntry(entry);
    return undefined;
  }
  if (Buffer.isBuffer(read)) {
    closeEntry(entry);
    return { ...committed, source: read };
  }
  return committed;
}

function pinFiles(root: string, { files }: Pick<ManifestVersion, 'files'>): SnapshotEntry[] | undefined {
  const pinned: SnapshotEntry[] = [];
  for (const file of files) {
    const entry = pinFile(root, file);
    if (entry === undefined) {
      pinned.forEach(closeEntry);
      return undefined;
    }
    pinned.push(entry);
  }
  return pinned;
}

/** A manifest that knows one version only, and the times of its files as archives keep them. */
function manifestFor(manifest: Manifest, version: ManifestVersion, logged: number): Manifest {
  const { schema, series, instrument, class: assetClass, symbol, period, commit } = manifest;
  const { revision_bytes: _, ...facts } = version;
  const files = version.files.map((file) => ({ ...file, mtime_ms: wholeSeconds(file.mtime_ms) }));
  const log = logged === 0 ? {} : { revision_bytes: logged };
  return { schema, series, instrument, class: assetClass, symbol, period, commit, ...facts, ...log, files };
}

const relativeTo = (root: string, path: string): string => path.slice(root.length + 1).replaceAll('\\', '/');

/** The entry of a manifest. */
export function manifestEntry(root: string, manifest: Manifest): SnapshotEntry {
  const content = manifestText(manifest);
  const mtimeMs = wholeSeconds(Date.parse(manifest.updated_at) || 0);
  return {
    path: relativeTo(root, manifestPath(root, manifest.series)),
    bytes: content.length,
    mtimeMs,
    source: content,
  };
}

/**
 * The committed part of the log of revisions, whole lines of it: its retention may have made it anew since the manifest was
 * read.
 */
export function revisionsEntry(root: string, series: string, bytes: number): SnapshotEntry[] {
  const path = revisionsPath(root, series);
  const entry = bytes === 0 ? undefined : openFile(path, relativeTo(root, path), { most: bytes });
  if (entry === undefined) return [];
  try {
    let [end, read] = [0, 0];
    for (const chunk of chunksOf(entry)) {
      const last = chunk.lastIndexOf('\n');
      if (last >= 0) end = read + last + 1;
      read += chunk.length;
    }
    if (end > 0) return [{ ...entry, bytes: end }];
  } catch (error) {
    closeEntry(entry);
    throw error;
  }
  closeEntry(entry);
  return [];
}

/**
 * A series as its manifest has it: the version that it puts in force or, where that is not in its place yet, the one
 * before. Every byte is checked, so that a run at work meanwhile cannot mix two.
 * @returns undefined when the files are neither; a fresh look at the manifest may tell more. The caller closes the entries
 */
export function pinSeries(root: string, manifest: Manifest): PinnedSeries | undefined {
  const { before, ...inForce } = manifest;
  for (const version of before === undefined ? [inForce] : [inForce, before]) {
    const files = pinFiles(root, version);
    if (files === undefined) continue;
    const log = revisionsEntry(root, manifest.series, version.revision_bytes ?? 0);
    const pinned = manifestFor(manifest, version, log[0]?.bytes ?? 0);
    return { manifest: pinned, entries: [manifestEntry(root, pinned), ...files, ...log] };
  }
  return undefined;
}
