import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { readInstrumentFile } from './config-file.ts';
import type { ConfigFile } from './config-file.ts';
import { addLayer, NO_LAYERS, originAt, stackLayers, valueAt } from './layers.ts';
import type { Layers, Origin } from './layers.ts';
import { shortPath } from './text-file.ts';

/** The instruments of all files, not yet checked. */
export interface InstrumentLayers {
  readonly layers: Layers;
  /** The files that the setting `instruments` names, as found, absolute. */
  readonly files: readonly string[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Finds a file beside the file that names it or from the working directory. */
function find(name: string, origin: Origin | undefined, cwd: string): { found: string } | { problem: string } {
  const folders = new Set([origin?.folder ?? cwd, cwd]);
  const tried = isAbsolute(name) ? [name] : [...folders].map((folder) => resolve(folder, name));
  const found = tried.find((file) => existsSync(file));
  if (found !== undefined) return { found };
  const place = origin?.folder === undefined ? (origin?.place ?? 'instruments') : `${origin.place}: instruments`;
  return { problem: `${place}: no such file: ${tried.map((file) => shortPath(file, cwd)).join(', nor ')}` };
}

const stack = (files: readonly ConfigFile[]): Layers =>
  files.reduce((below, file) => addLayer(below, file.instruments, file.origin), NO_LAYERS);

/**
 * The instruments that the config files hold and those in the files they name. A file's own are nearer than the files it
 * names; files named by a flag or the environment win over both.
 */
export function instrumentLayers(configFiles: readonly ConfigFile[], settings: Layers, cwd: string): InstrumentLayers {
  const origin = originAt(settings, ['instruments']);
  const named: unknown = valueAt(settings.values, ['instruments']);
  const listed: readonly unknown[] = Array.isArray(named) ? named : [];
  const names = listed.filter((name) => typeof name === 'string').filter((name) => name !== '');
  const searched = names.map((name) => find(name, origin, cwd));
  const files = searched.flatMap((result) => ('found' in result ? [result.found] : []));
  const read = files.map((path) => readInstrumentFile(path, cwd));
  const within = stack(configFiles);
  const apart = stack(read);
  return {
    layers: origin?.folder === undefined ? stackLayers(within, apart) : stackLayers(apart, within),
    files,
    problems: [
      ...searched.flatMap((result) => ('problem' in result ? [result.problem] : [])),
      ...read.flatMap((file) => file.problems),
    ],
    warnings: read.flatMap((file) => file.warnings),
  };
}
