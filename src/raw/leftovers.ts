import { rmSync } from 'node:fs';
import { placeFile, statFile, storeError, syncFiles, writeFiles } from '../disk/files.ts';
import type { Manifest } from '../store/manifest-form.ts';
import { indexText, packPaths, rawDays, readIndex } from './pack.ts';
import type { ItemPlace, PackPaths } from './pack.ts';
import { openRuns, readSizes, sizesPath, weighDay, writeSizes } from './sizes.ts';
import type { OpenRun, RawSizes } from './sizes.ts';

/** What is committed of a series. */
export type ManifestOf = (series: string) => Manifest | undefined;

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw storeError(error, path);
  }
}

/**
 * Writes the index of a pack anew, or removes both where nothing is left. Synced, unlike what is put behind an index: what it
 * replaces may have been there for long, and a power cut must not take it.
 * @throws VortexError `disk-full`, `folder-unusable`
 */
export async function keepItems({ pack, index }: PackPaths, kept: readonly ItemPlace[]): Promise<void> {
  if (kept.length === 0) {
    remove(index);
    remove(pack);
    return;
  }
  const written = await writeFiles([{ path: index, content: Buffer.from(indexText(kept)) }]);
  await syncFiles(written);
  for (const file of written) placeFile(file);
}

/**
 * Forgets what a dead run wrote on a day and never committed, and weighs the day anew.
 * @returns the bytes of all days
 */
export async function cleanDay(
  root: string,
  days: RawSizes['days'],
  { run, day }: OpenRun,
  manifestOf: ManifestOf,
): Promise<RawSizes['days']> {
  const isCommitted = ({ series, history, index }: ItemPlace): boolean => {
    const raw = manifestOf(series)?.raw;
    // A history is named by the run that began it: one of the dead run that no manifest has was never committed.
    return raw?.history === history ? index <= raw.items : history !== run;
  };
  const weighed = { ...days };
  for (const path of rawDays(root).filter((each) => each.endsWith(`/${day}`))) {
    const files = packPaths(root, path, run);
    const places = readIndex(files.index);
    const kept = places.filter(isCommitted);
    if (kept.length < places.length || kept.length === 0) await keepItems(files, kept);
    weighed[path] = weighDay(root, path);
  }
  return weighed;
}

/** The sizes without the marks of runs, which are all dead, and without what they never committed. */
export async function withoutDead(
  root: string,
  { open, shards, ...sizes }: RawSizes,
  manifestOf: ManifestOf,
): Promise<RawSizes> {
  let { days } = sizes;
  for (const dead of openRuns({ open, shards })) {
    days = await cleanDay(root, days, dead, manifestOf);
  }
  return { ...sizes, days };
}

/** Forgets what dead runs never committed; to be called while nobody writes. @throws VortexError `folder-unusable` */
export async function removeUncommitted(root: string, manifestOf: ManifestOf): Promise<void> {
  if (statFile(sizesPath(root)) === undefined) return;
  const sizes = readSizes(root);
  if (sizes.open === undefined && sizes.shards === undefined) return;
  await writeSizes(root, await withoutDead(root, sizes, manifestOf));
}
