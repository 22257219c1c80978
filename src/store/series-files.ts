import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Manifest } from './manifest-form.ts';
import { manifestPath, quarantinePath } from '../disk/paths.ts';
import { revisionsPath } from './revisions.ts';
import type { Relocation } from './relocation.ts';

/** Where the manifest of a series stands, below the data folder. */
export const manifestFile = (key: string): string => manifestPath('', key);
/** Where its log of revisions stands, below the data folder. */
export const revisionsFile = (key: string): string => revisionsPath('', key);

/** The files of a series that are there, its manifest last; below the data folder. */
export function filesOf(root: string, { series, files }: Manifest): string[] {
  const all = [...files.map(({ path }) => path), revisionsFile(series), manifestFile(series)];
  return all.filter((path) => existsSync(join(root, path)));
}

/** The way of files into the quarantine of a run. */
export function intoQuarantine(run: string, paths: readonly string[]): Relocation['moves'] {
  return paths.map((from) => ({ from, to: relative('', quarantinePath('', run, from)) }));
}
