import type * as z from 'zod';
import type { ConfigFile } from './config-file.ts';
import { addLayer, addValue, NO_LAYERS, originAt, stackLayers, valueAt } from './layers.ts';
import type { Layers } from './layers.ts';
import { schemaAt } from './schema-keys.ts';
import { splitProviders } from './settings.ts';
import { valueOfFlag } from './text-value.ts';

/** A flag that was given. */
export interface FlagValue {
  /** The setting it stands for: `output_dir`, `logging.level`. */
  readonly path: string;
  /** As the person wrote it: `--output-dir`. */
  readonly flag: string;
  /** The text of the command line (lists at the commas), several of them, or a value that is none. */
  readonly value: unknown;
}

function flagLayers(schema: z.core.$ZodType, flags: readonly FlagValue[]): Layers {
  let layers = NO_LAYERS;
  for (const { path, flag, value } of flags) {
    if (value === undefined) continue;
    const keys = path.split('.');
    const expected = schemaAt(schema, keys);
    const source = `flag ${flag}`;
    layers = addValue(layers, keys, expected === undefined ? value : valueOfFlag(expected.schema, value), {
      source,
      place: source,
    });
  }
  return layers;
}

/** Gives the general credentials to the first selected provider that takes some, where it has none of its own. */
function handOnCredentials(schema: z.core.$ZodType, layers: Layers): Layers {
  const listed = valueAt(layers.values, ['default_provider']);
  const ids = splitProviders(typeof listed === 'string' ? listed : 'yahoo');
  const id = ids.find((each) => schemaAt(schema, ['providers', each, 'password']) !== undefined);
  if (id === undefined) return layers;
  let complete = layers;
  for (const key of ['username', 'password']) {
    const value = valueAt(layers.values, [key]);
    const own = ['providers', id, key];
    if (value === undefined || valueAt(layers.values, own) !== undefined || schemaAt(schema, own) === undefined)
      continue;
    complete = addValue(complete, own, value, originAt(layers, [key]) ?? { source: 'default', place: key });
  }
  return complete;
}

/** What the layers of the settings are made of, lowest first. */
export interface LayerParts {
  readonly files: readonly ConfigFile[];
  readonly environment: Layers;
  readonly flags: readonly FlagValue[];
}

/** All layers of the settings: default, files, environment, flags. */
export function settingLayers(schema: z.core.$ZodType, parts: LayerParts): Layers {
  const fromFiles = parts.files.reduce((below, file) => addLayer(below, file.settings, file.origin), NO_LAYERS);
  const all = [parts.environment, flagLayers(schema, parts.flags)].reduce(stackLayers, fromFiles);
  return handOnCredentials(schema, all);
}
