import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { shortPath } from './text-file.ts';

/**
 * Finds a file beside the file that names it or from the working directory.
 * @param folder of the file that names it; absent: it is named by a flag or the environment
 * @param place where it is named, for people
 */
export function findFile(
  name: string,
  folder: string | undefined,
  place: string,
  cwd: string,
): { found: string } | { problem: string } {
  const folders = new Set([folder ?? cwd, cwd]);
  const tried = isAbsolute(name) ? [name] : [...folders].map((each) => resolve(each, name));
  const found = tried.find((file) => existsSync(file));
  if (found !== undefined) return { found };
  return { problem: `${place}: no such file: ${tried.map((file) => shortPath(file, cwd)).join(', nor ')}` };
}
