import { dirname } from 'node:path';
import { CLASS_KEYS, SINGULAR } from './instrument-settings.ts';
import { checkJson } from './json-text.ts';
import { formatPath, isValues } from './layers.ts';
import type { Origin, Values } from './layers.ts';
import { showValue, suggest } from './explain.ts';
import { readText, shortPath } from './text-file.ts';

/** A file of settings, instruments or both, not yet checked against a schema. */
export interface ConfigFile {
  /** All keys but the instruments. */
  readonly settings: Values;
  /** `futures`, `stocks`, `forex`, whichever are there; the singular words of the older tool are renamed. */
  readonly instruments: Values;
  readonly origin: Origin;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Leaves out keys that stand for an object's prototype, and tells where they were. */
function withoutPrototypes(
  value: unknown,
  path: readonly PropertyKey[],
  tell: (path: readonly PropertyKey[]) => void,
): unknown {
  if (Array.isArray(value)) return value.map((item: unknown, index) => withoutPrototypes(item, [...path, index], tell));
  if (!isValues(value)) return value;
  const kept = Object.entries(value).filter(([key]) => {
    if (key === '__proto__') tell([...path, key]);
    return key !== '__proto__';
  });
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutPrototypes(item, [...path, key], tell)]));
}

/** Reads a JSON file, comments allowed. What is wrong with it is told in `problems`; what could be read is there all the same. */
export function readConfigFile(path: string, cwd: string): ConfigFile {
  const place = shortPath(path, cwd);
  const problems: string[] = [];
  const origin: Origin = { source: `file ${place}`, place, folder: dirname(path) };
  const nothing = { settings: {}, instruments: {}, origin, problems, warnings: [] };

  const file = readText(path);
  if ('fault' in file) return { ...nothing, problems: [`${place}: ${file.fault}`] };
  const check = checkJson(file.text);
  const at = ({ line, column, what }: { line: number; column: number; what: string }): string =>
    `${place}: line ${line}, column ${column}: ${what}`;
  if (check.fault !== undefined) return { ...nothing, problems: [at(check.fault)] };

  const values = withoutPrototypes(JSON.parse(check.plain), [], (keys) =>
    problems.push(`${place}: ${formatPath(keys)}: is not allowed as a key`),
  );
  if (!isValues(values)) return { ...nothing, problems: [`${place}: must be an object {…}, not ${showValue(values)}`] };

  const rest = new Map(Object.entries(values));
  const instruments = new Map<string, unknown>();
  const spelled: Record<string, string> = {};
  rest.delete('$schema');
  for (const key of CLASS_KEYS) {
    const singular = SINGULAR[key];
    if (singular !== undefined && rest.has(singular)) {
      if (rest.has(key))
        problems.push(`${place}: ${singular}: ${key} is there too; put all of them under one of the two`);
      else {
        rest.set(key, rest.get(singular));
        spelled[key] = singular;
      }
      rest.delete(singular);
    }
    if (rest.has(key)) instruments.set(key, rest.get(key));
    rest.delete(key);
  }
  return {
    settings: Object.fromEntries(rest),
    instruments: Object.fromEntries(instruments),
    origin: { ...origin, spelled },
    problems,
    warnings: check.repeated.map(at),
  };
}

/** Reads a file that holds instruments and nothing else. */
export function readInstrumentFile(path: string, cwd: string): ConfigFile {
  const file = readConfigFile(path, cwd);
  const strangers = Object.keys(file.settings).map(
    (key) => `${file.origin.place}: ${formatPath([key])}: is no class of instruments${suggest(key, CLASS_KEYS)}`,
  );
  return { ...file, settings: {}, problems: [...file.problems, ...strangers] };
}
