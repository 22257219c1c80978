import type * as z from 'zod';
import { catalogue } from '../market/catalogue.ts';
import { inCapitals, nameFault, withoutStroke } from '../market/name-text.ts';
import type { ConfigFile } from './config-file.ts';
import { explainIssues } from './explain.ts';
import { findFile } from './find-file.ts';
import { CLASS_KEYS, idFault } from './instrument-settings.ts';
import type { ClassKey } from './instrument-settings.ts';
import { addLayer, isValues, NO_LAYERS, placeOf, stackLayers } from './layers.ts';
import type { Layers, Origin, Values } from './layers.ts';
import { readNameList } from './name-list.ts';
import type { ListedName } from './name-list.ts';

/** The instruments of a file, those of the lists it names (`"@sp500.txt": {…}`) beneath its own. */
export interface ListedInstruments {
  readonly layers: Layers;
  /** The lists, absolute. */
  readonly lists: readonly string[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

const isList = (id: string): boolean => id.startsWith('@');

/** The id that a name of a list stands for; small letters are taken as capitals but where the catalogue has them. */
function idOf(name: string, key: ClassKey): string {
  const plain = withoutStroke(name);
  return key === 'futures' && catalogue().has(plain) ? plain : inCapitals(plain);
}

interface Entries {
  readonly values: Map<string, unknown>;
  readonly origins: Map<string, Origin>;
  readonly problems: string[];
  readonly warnings: string[];
}

function addNames(names: readonly ListedName[], key: ClassKey, common: unknown, origin: Origin, into: Entries): void {
  for (const { name, place } of names) {
    const id = idOf(name, key);
    const fault = nameFault(id) ?? idFault(id);
    if (fault !== undefined) {
      into.problems.push(`${place}: ${fault}`);
      continue;
    }
    if (id !== withoutStroke(name)) into.warnings.push(`${place}: ${name} is taken as ${id}`);
    into.values.set(id, common);
    into.origins.set(JSON.stringify([key, id]), { ...origin, source: `file ${place}`, place });
  }
}

/** What is wrong with the settings that all names of a list have in common; told once, not for each name. */
function commonFaults(file: ConfigFile, key: ClassKey, id: string, common: unknown, schema: z.ZodType): string[] {
  const values: Values = { [key]: { [id]: common } };
  const issues = schema.safeParse(values, { jitless: true }).error?.issues ?? [];
  const layers = addLayer(NO_LAYERS, values, file.origin);
  return explainIssues(
    issues.filter(({ code }) => code !== 'invalid_key'),
    { schema, layers },
  );
}

/** Reads the lists that a file names among its instruments. */
export function withLists(file: ConfigFile, cwd: string, schema: z.ZodType): ListedInstruments {
  const own = new Map(Object.entries(file.instruments));
  const whole = addLayer(NO_LAYERS, file.instruments, file.origin);
  const problems: string[] = [];
  const warnings: string[] = [];
  const lists: string[] = [];
  let listed = NO_LAYERS;
  for (const key of CLASS_KEYS) {
    const records = file.instruments[key];
    if (!isValues(records)) continue;
    own.set(key, Object.fromEntries(Object.entries(records).filter(([id]) => !isList(id))));
    for (const [id, common] of Object.entries(records).filter(([each]) => isList(each))) {
      const place = placeOf(whole, [key, id]);
      const search = findFile(id.slice(1), file.origin.folder, place, cwd);
      const list = 'problem' in search ? search : readNameList(search.found, cwd);
      const faults = commonFaults(file, key, id, common, schema);
      problems.push(...faults);
      if ('found' in search) lists.push(search.found);
      if ('problem' in list) {
        problems.push('problem' in search ? list.problem : `${place}: ${list.problem}`);
        continue;
      }
      const entries: Entries = { values: new Map(), origins: new Map(), problems, warnings };
      addNames(list.names, key, faults.length === 0 ? common : {}, file.origin, entries);
      warnings.push(...list.notices);
      const origins = new Map([[JSON.stringify([key]), file.origin], ...entries.origins]);
      listed = stackLayers(listed, { values: { [key]: Object.fromEntries(entries.values) }, origins });
    }
  }
  const layers = stackLayers(listed, addLayer(NO_LAYERS, Object.fromEntries(own), file.origin));
  const named = [...own].flatMap(([key, records]) =>
    isValues(records) ? Object.keys(records).map((id) => [JSON.stringify([key, id]), file.origin] as const) : [],
  );
  return {
    // What the file names itself stands there, though a list has it too.
    layers: { ...layers, origins: new Map([...layers.origins, ...named]) },
    lists,
    problems,
    warnings,
  };
}
