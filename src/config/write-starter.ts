import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { VortexError } from '../market/errors.ts';
import { settingsJsonSchema } from './json-schema.ts';
import { loadSettings } from './load.ts';
import type { ProviderOptions } from './provider-options.ts';
import { shortPath } from './text-file.ts';

/** Whether a settings file is there already. */
export const isThere = (path: string): boolean => existsSync(path);

/** Whether a folder stands where a settings file is to be. */
export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function writeWhole(path: string, text: string): void {
  const fd = openSync(path, 'w', 0o644);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes a settings file that loads, and the schema that explains it to editors beside it. What was there before is kept as
 * `….old`.
 * @returns the files that were written, as a person would name them
 * @throws VortexError `config-invalid` when the text does not load, nothing is changed then; `folder-unusable`
 */
export async function writeStarter(
  path: string,
  text: string,
  cwd: string,
  providerOptions: ProviderOptions,
): Promise<string[]> {
  const draft = `${path}.tmp`;
  const schemaFile = join(dirname(path), 'vortex.schema.json');
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(draft, text);
  } catch (error) {
    throw new VortexError(
      `${shortPath(path, cwd)}: cannot be written: ${error instanceof Error ? error.message : String(error)}; name another file with --config`,
      { code: 'folder-unusable', disposition: 'abort-run', cause: error },
    );
  }
  try {
    await loadSettings({ files: [draft], env: {}, cwd: dirname(draft), providerOptions });
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  const written = [path];
  if (existsSync(path)) {
    renameSync(path, `${path}.old`);
    written.push(`${path}.old`);
  }
  renameSync(draft, path);
  if (!existsSync(schemaFile)) {
    writeWhole(schemaFile, `${JSON.stringify(settingsJsonSchema(providerOptions), null, 2)}\n`);
    written.push(schemaFile);
  }
  return written.map((file) => shortPath(file, cwd));
}
