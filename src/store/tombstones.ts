import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_FOLDER } from '../disk/paths.ts';

const tombstone = (key: string): string => `${OWN_FOLDER}/removed/${key}.json`;

/** The note that a series was removed or renamed, so that its raw answers alone do not bring it back. */
export function tombstoneFile(key: string, what: string, at: number): { readonly path: string; readonly text: string } {
  return {
    path: tombstone(key),
    text: `${JSON.stringify({ schema: 1, series: key, what, at: new Date(at).toISOString() })}\n`,
  };
}

/** Whether a series was removed or renamed by the user's word. It may have been downloaded again since. */
export const wasRemoved = (root: string, key: string): boolean => existsSync(join(root, tombstone(key)));
