import { resolve } from 'node:path';
import type * as z from 'zod';
import { suggest } from './explain.ts';
import { addValue, NO_LAYERS } from './layers.ts';
import type { Layers } from './layers.ts';
import type { Environment } from './process-environment.ts';
import { settingKeys } from './schema-keys.ts';
import type { SettingKey } from './schema-keys.ts';
import { readText, shortPath } from './text-file.ts';
import { valueOfText } from './text-value.ts';

const PREFIX = 'VORTEX_';
/** What Kubernetes sets for a Service `vortex…`: VORTEX_SERVICE_HOST, VORTEX_PORT, VORTEX_PORT_8080_TCP_ADDR … */
const SERVICE = /^VORTEX_(?:.*_)?SERVICE_(?:HOST|PORT)(?:_.*)?$|^VORTEX_(?:.*_)?PORT_\d+_(?:TCP|UDP|SCTP)(?:_.*)?$/;
const UNKNOWN = '; vortex config show lists what is known';
const LINK = /^(?:tcp|udp|sctp):\/\//;

/** The environment name of a setting: `VORTEX_` and its path in capitals, `providers.` left out. */
export function environmentName(keys: readonly string[]): string {
  const named = keys[0] === 'providers' ? keys.slice(1) : keys;
  return (
    PREFIX +
    named
      .join('_')
      .replace(/[^A-Za-z0-9]/g, '_')
      .toUpperCase()
  );
}

/** All environment names of a schema, each with its setting, in the order of the schema. */
export function environmentNames(schema: z.core.$ZodType): Map<string, SettingKey> {
  return new Map(settingKeys(schema).map((key) => [environmentName(key.keys), key]));
}

function setByKubernetes(name: string, value: string, known: boolean): boolean {
  return (name.includes('PORT') && LINK.test(value)) || (!known && SERVICE.test(name));
}

/** What the environment says. */
export interface EnvironmentLayer {
  readonly layers: Layers;
  readonly problems: readonly string[];
}

type Read = { readonly value: unknown; readonly source: string } | { readonly problem: string };

/** A variable whose value is a secret's file, beside the variable that would hold the secret itself. */
function readSecret(path: string, twin: string, env: Environment, cwd: string): Read {
  if (env[twin] !== undefined && env[twin] !== '') return { problem: `${twin} is set too; set one of the two` };
  const short = shortPath(resolve(cwd, path), cwd);
  const file = readText(resolve(cwd, path));
  if ('fault' in file) return { problem: `${short}: ${file.fault}` };
  const value = file.text.replace(/\r?\n$/, '');
  return value === ''
    ? { problem: `${short}: is empty; it must hold the secret and nothing else` }
    : { value, source: `secret file ${short}` };
}

/**
 * Reads the VORTEX_ names. An empty value counts as not set; a name that no setting has is a problem, but for what Kubernetes
 * injects. Each secret may stand in a file instead, named by `…_FILE` (one trailing newline is cut).
 * @param fromFile the file (`.env`) that a name came from, for the messages
 */
export function readEnvironment(
  schema: z.core.$ZodType,
  env: Environment,
  cwd: string,
  fromFile: ReadonlyMap<string, string> = new Map(),
): EnvironmentLayer {
  const settings = environmentNames(schema);
  const files = new Map([...settings].filter(([, key]) => key.secret).map(([name, key]) => [`${name}_FILE`, key]));
  const problems: string[] = [];
  let layers = NO_LAYERS;

  const read = (name: string, text: string, place: string): Read => {
    const key = settings.get(name);
    if (key !== undefined) return { value: valueOfText(key.schema, text), source: place };
    const secret = files.get(name);
    if (secret !== undefined) return readSecret(text, environmentName(secret.keys), env, cwd);
    return { problem: `is not a setting${suggest(name, [...settings.keys(), ...files.keys()], UNKNOWN)}` };
  };

  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || text === undefined || text === '') continue;
    const keys = (settings.get(name) ?? files.get(name))?.keys;
    if (setByKubernetes(name, text, keys !== undefined)) continue;
    const file = fromFile.get(name);
    const place = `environment ${name}${file === undefined ? '' : ` (${file})`}`;
    const result = read(name, text, place);
    if ('problem' in result) problems.push(`${place}: ${result.problem}`);
    else layers = addValue(layers, keys ?? [], result.value, { source: result.source, place });
  }
  return { layers, problems };
}
