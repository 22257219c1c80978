import { resolve } from 'node:path';
import { usageError } from '../market/errors.ts';
import { folderFault } from '../market/path-text.ts';

/** The folder that a flag names, absolute. @throws VortexError `usage` for an address, quotes and control characters */
export function folderOfFlag(flag: string, path: string): string {
  const fault = folderFault(path);
  if (fault !== undefined) throw usageError(`flag ${flag}: ${fault}`);
  return resolve(path);
}
