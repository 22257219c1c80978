import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { statFile } from './files.ts';
import type { Manifest } from './manifest-form.ts';
import { rawFolder } from './paths.ts';
import { readItemName } from './raw-item.ts';
import { itemsOfDay, rawDays, readSizes, sizesPath, weighDay, writeSizes } from './raw-sizes.ts';
import type { OpenRun, RawSizes } from './raw-sizes.ts';

/** What is committed of a series. */
export type ManifestOf = (series: string) => Manifest | undefined;

/**
 * Removes what a dead run wrote on a day and never committed, and weighs the day anew.
 * @param isOurs whether items of a series are looked at: those of a shard at work may wait for their commit
 * @returns the bytes of all days
 */
export function cleanDay(
  root: string,
  days: RawSizes['days'],
  { run, day }: OpenRun,
  manifestOf: ManifestOf,
  isOurs: (series: string) => boolean,
): RawSizes['days'] {
  const isLeftover = (name: string): boolean => {
    const parts = readItemName(name);
    if (parts === undefined) return isOurs('');
    if (!isOurs(parts.series)) return false;
    const raw = manifestOf(parts.series)?.raw;
    // A history is named by the run that began it: one of the dead run that no manifest has was never committed.
    return raw?.history === parts.history ? parts.index > raw.items : parts.history === run;
  };
  const weighed = { ...days };
  for (const path of rawDays(root).filter((each) => each.endsWith(`/${day}`))) {
    for (const name of itemsOfDay(root, path).filter(isLeftover))
      rmSync(join(rawFolder(root), path, name), { force: true });
    weighed[path] = weighDay(root, path);
  }
  return weighed;
}

/** The sizes without the marks of runs, which are all dead, and without what they never committed. */
export function withoutDead(root: string, { open, shards, ...sizes }: RawSizes, manifestOf: ManifestOf): RawSizes {
  const dead = [...(open === undefined ? [] : [open]), ...Object.values(shards ?? {})];
  const days = dead.reduce((before, each) => cleanDay(root, before, each, manifestOf, () => true), sizes.days);
  return { ...sizes, days };
}

/** Removes what dead runs never committed; to be called while nobody writes. @throws VortexError `folder-unusable` */
export async function removeUncommitted(root: string, manifestOf: ManifestOf): Promise<void> {
  if (statFile(sizesPath(root)) === undefined) return;
  const sizes = readSizes(root);
  if (sizes.open === undefined && sizes.shards === undefined) return;
  await writeSizes(root, withoutDead(root, sizes, manifestOf));
}
