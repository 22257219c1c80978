import type * as z from 'zod';
import { readInstrumentFile } from './config-file.ts';
import type { ConfigFile } from './config-file.ts';
import { findFile } from './find-file.ts';
import { NO_LAYERS, originAt, stackLayers, valueAt } from './layers.ts';
import type { Layers } from './layers.ts';
import { withLists } from './list-layers.ts';
import type { ListedInstruments } from './list-layers.ts';

/** The instruments of all files, not yet checked. */
export interface InstrumentLayers {
  readonly layers: Layers;
  /** The files that the setting `instruments` names, as found, absolute. */
  readonly files: readonly string[];
  /** The lists of names that the files name, absolute. */
  readonly lists: readonly string[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

const stack = (files: readonly ListedInstruments[]): Layers =>
  files.reduce((below, file) => stackLayers(below, file.layers), NO_LAYERS);

/**
 * The instruments that the config files hold and those in the files they name. A file's own are nearer than the files it
 * names; files named by a flag or the environment win over both.
 */
export function instrumentLayers(
  configFiles: readonly ConfigFile[],
  settings: Layers,
  cwd: string,
  schema: z.ZodType,
): InstrumentLayers {
  const origin = originAt(settings, ['instruments']);
  const named: unknown = valueAt(settings.values, ['instruments']);
  const listed: readonly unknown[] = Array.isArray(named) ? named : [];
  const names = listed.filter((name) => typeof name === 'string').filter((name) => name !== '');
  const place = origin?.folder === undefined ? (origin?.place ?? 'instruments') : `${origin.place}: instruments`;
  const searched = names.map((name) => findFile(name, origin?.folder, place, cwd));
  const files = searched.flatMap((result) => ('found' in result ? [result.found] : []));
  const read = files.map((path) => readInstrumentFile(path, cwd));
  const ofConfig = configFiles.map((file) => withLists(file, cwd, schema));
  const ofFiles = read.map((file) => withLists(file, cwd, schema));
  const withNames = [...ofConfig, ...ofFiles];
  const within = stack(ofConfig);
  const apart = stack(ofFiles);
  return {
    layers: origin?.folder === undefined ? stackLayers(within, apart) : stackLayers(apart, within),
    files,
    lists: withNames.flatMap(({ lists }) => lists),
    problems: [
      ...searched.flatMap((result) => ('problem' in result ? [result.problem] : [])),
      ...read.flatMap((file) => file.problems),
      ...withNames.flatMap((file) => file.problems),
    ],
    warnings: [...read, ...withNames].flatMap((file) => file.warnings),
  };
}
