import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readWhole, statFile } from '../disk/files.ts';
import { keepItems, removeUncommitted } from '../raw/leftovers.ts';
import type { ManifestOf } from '../raw/leftovers.ts';
import { appendItems, indexOfPack, packOfIndex, packPaths, packsOf } from '../raw/pack.ts';
import { parseIndex, readIndex, readItem } from '../raw/pack.ts';
import type { PackedItem, PackPaths } from '../raw/pack.ts';
import { removedUntil, writeSizes } from '../raw/sizes.ts';
import type { ListLine } from './checksum-list.ts';
import { RAW } from './raw-packs.ts';
import { fileHash, replaceStaged, stagedFiles, stagedPath } from './staging.ts';
import type { Staged } from './staging.ts';

/** How much of an archive is held before it is written again, bytes. */
const TOGETHER = 8 << 20;

/**
 * Takes the items of series that were restored out of the packs of the raw archive that are not of the restore: they may be of
 * later than the backup. Done when all is in its place: until then the series that stood there can be made again.
 * @param run name of the restore
 */
export async function forgetItems(root: string, run: string, keys: ReadonlySet<string>): Promise<void> {
  for (const pack of packsOf(root)) {
    if (pack.run === run) continue;
    const places = readIndex(pack.index);
    const kept = places.filter(({ series }) => !keys.has(series));
    if (kept.length < places.length) await keepItems(pack, kept);
  }
}

/** The last day of which retention has removed something of a backup that was staged. */
export const stagedRemoved = (aside: string): string | undefined => removedUntil(stagedPath(aside, ''));

/**
 * Forgets what dead runs never committed, and has the archive weighed anew: other items are to come.
 * @param lost the last day of which retention has removed something of what is to come
 */
export async function prepareArchive(root: string, lost: string | undefined, manifestOf: ManifestOf): Promise<void> {
  await removeUncommitted(root, manifestOf);
  const removed = [removedUntil(root), lost]
    .filter((day) => day !== undefined)
    .sort()
    .at(-1);
  await writeSizes(root, { schema: 1, ...(removed === undefined ? {} : { removed }) });
}

/** Whether a pack that comes out of a backup has anything of some series, by the index that came before it. */
export function isPackWanted(aside: string, path: string, keys: ReadonlySet<string>): boolean {
  const index = indexOfPack(path);
  const content = index === undefined ? undefined : readWhole(stagedPath(aside, index));
  return content === undefined || parseIndex(content).some(({ series }) => keys.has(series));
}

/** Files of the raw archive that were staged; paths below the folder. */
async function stagedRaw(aside: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of stagedFiles(aside)) if (path.startsWith(RAW)) paths.push(path);
  return paths;
}

/** Items of series out of one staged pack, some mebibytes at a time. */
function* itemsOf(
  root: string,
  { index, pack }: PackPaths,
  keys: ReadonlySet<string> | undefined,
): Generator<PackedItem[]> {
  const day = index.slice(RAW.length, index.lastIndexOf('/'));
  let items: PackedItem[] = [];
  let bytes = 0;
  for (const place of readIndex(join(root, index))) {
    const content = keys === undefined || keys.has(place.series) ? readItem(join(root, pack), place) : undefined;
    if (content === undefined) continue;
    items.push({ ...place, day, content });
    bytes += content.length;
    if (bytes < TOGETHER) continue;
    yield items;
    items = [];
    bytes = 0;
  }
  if (items.length > 0) yield items;
}

/**
 * Packs anew what was staged of the raw archive, under the name of the restore, so that it can stand beside the packs of the
 * runs that it is from.
 * @param keys series that are wanted; undefined: all
 * @returns what is staged now
 */
export async function repackStaged(
  aside: string,
  run: string,
  keys: ReadonlySet<string> | undefined,
  staged: Staged,
): Promise<Staged> {
  const root = stagedPath(aside, '');
  const bytesOf = (paths: readonly string[]): number =>
    paths.reduce((sum, path) => sum + (statFile(join(root, path))?.bytes ?? 0), 0);
  const old = await stagedRaw(aside);
  const days = new Set<string>();
  for (const index of old) {
    const pack = packOfIndex(index);
    if (pack === undefined) continue;
    for (const items of itemsOf(root, { index, pack }, keys)) {
      appendItems(root, run, items);
      for (const { day } of items) days.add(day);
    }
  }
  const made = [...days].flatMap((day) => {
    const { pack, index } = packPaths('', day, run);
    return [index, pack];
  });
  const lines: ListLine[] = [];
  for (const path of made) lines.push({ path, sha256: await fileHash(join(root, path)) });
  const bytes = staged.bytes - bytesOf(old) + bytesOf(made);
  for (const path of old) rmSync(join(root, path), { force: true });
  await replaceStaged(aside, (path) => path.startsWith(RAW), lines);
  return { ...staged, files: staged.files - old.length + made.length, bytes };
}
