import { resolve } from 'node:path';
import type * as z from 'zod';
import { addValue, originAt, placeOf, valueAt } from './layers.ts';
import type { Layers } from './layers.ts';
import { settingKeys } from './schema-keys.ts';
import { readText, shortPath } from './text-file.ts';

/** The settings with the files read that some of them name. */
export interface ReadContents {
  readonly layers: Layers;
  readonly problems: readonly string[];
}

/**
 * Reads the files that settings name whose content another setting takes (noted by `.meta({ contents: 'cookies' })`): those
 * who use the content get it as text and touch no disk. A relative path counts from the working directory.
 */
export function readContents(schema: z.core.$ZodType, layers: Layers, cwd: string): ReadContents {
  const problems: string[] = [];
  let complete = layers;
  for (const { keys, contents } of settingKeys(schema)) {
    const path = valueAt(layers.values, keys);
    if (contents === undefined || typeof path !== 'string' || path === '') continue;
    const twin = [...keys.slice(0, -1), contents];
    const short = shortPath(resolve(cwd, path), cwd);
    const file = readText(resolve(cwd, path));
    if (valueAt(layers.values, twin) !== undefined) {
      problems.push(`${placeOf(layers, keys)}: ${contents} is set too; set one of the two`);
    } else if ('fault' in file) problems.push(`${placeOf(layers, keys)}: ${short}: ${file.fault}`);
    else if (file.text.trim() === '') problems.push(`${placeOf(layers, keys)}: ${short}: is empty`);
    else {
      const origin = originAt(layers, keys) ?? { source: 'default', place: keys.join('.') };
      complete = addValue(complete, twin, file.text, { ...origin, source: `secret file ${short}` });
    }
  }
  return { layers: complete, problems };
}
