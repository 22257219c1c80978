import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../market/errors.ts';
import { unsettledManifests } from './journal.ts';
import { OWN_FOLDER } from './paths.ts';

function keysBelow(folder: string, prefix: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) return keysBelow(join(folder, entry.name), `${name}/`);
    return entry.isFile() && name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [];
  });
}

/** Refuses a folder in which no run has ever been. @throws VortexError `usage` */
export function checkDataFolder(root: string): void {
  if (existsSync(join(root, OWN_FOLDER))) return;
  throw usageError(`${root} is no data folder: there is no ${OWN_FOLDER} in it; name one with --output-dir`);
}

/** Keys of all series that a data folder has a manifest of, sorted. */
export function seriesKeys(root: string): string[] {
  const top = join(root, OWN_FOLDER);
  const own = readdirSync(top).includes('series') ? keysBelow(join(top, 'series'), '') : [];
  return [...new Set([...own, ...(unsettledManifests(root)?.keys() ?? [])])].sort();
}
