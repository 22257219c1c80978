import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../market/errors.ts';
import { OWN_FOLDER } from './paths.ts';

/** Refuses a folder in which no run has ever been. @throws VortexError `usage` */
export function checkDataFolder(root: string): void {
  if (existsSync(join(root, OWN_FOLDER))) return;
  throw usageError(`${root} is no data folder: there is no ${OWN_FOLDER} in it; name one with --output-dir`);
}
