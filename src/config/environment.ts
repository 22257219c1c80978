import { resolve } from 'node:path';
import type { z } from 'zod';
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

interface Secret {
  readonly value?: string;
  readonly problem?: string;
}

function readSecret(name: string, path: string, cwd: string): Secret {
  const file = readText(resolve(cwd, path));
  const place = `environment ${name}: ${shortPath(resolve(cwd, path), cwd)}`;
  if ('fault' in file) return { problem: `${place}: ${file.fault}` };
  const value = file.text.replace(/\r?\n$/, '');
  return value === '' ? { problem: `${place}: is empty; it must hold the secret and nothing else` } : { value };
}

/**
 * Reads the VORTEX_ names. An empty value counts as not set; a name that no setting has is a problem, but for what Kubernetes
 * injects. Each secret may stand in a file instead, named by `…_FILE` (one trailing newline is cut).
 * @param fromFile names that came from `.env`, for the messages
 */
export function readEnvironment(
  schema: z.core.$ZodType,
  env: Environment,
  cwd: string,
  fromFile: ReadonlySet<string> = new Set(),
): EnvironmentLayer {
  const settings = environmentNames(schema);
  const files = new Map([...settings].filter(([, key]) => key.secret).map(([name, key]) => [`${name}_FILE`, key]));
  const problems: string[] = [];
  let layers = NO_LAYERS;
  const label = (name: string): string => (fromFile.has(name) ? `${name} (.env)` : name);

  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || value === undefined || value === '') continue;
    const key = settings.get(name);
    const fileKey = files.get(name);
    if (setByKubernetes(name, value, key !== undefined)) continue;
    if (key !== undefined) {
      const source = `environment ${label(name)}`;
      layers = addValue(layers, key.keys, valueOfText(key.schema, value), { source, place: source });
    } else if (fileKey !== undefined) {
      const twin = environmentName(fileKey.keys);
      if (env[twin] !== undefined && env[twin] !== '') {
        problems.push(`environment ${label(name)}: ${twin} is set too; set one of the two`);
        continue;
      }
      const secret = readSecret(label(name), value, cwd);
      if (secret.problem !== undefined) problems.push(secret.problem);
      const origin = {
        source: `secret file ${shortPath(resolve(cwd, value), cwd)}`,
        place: `environment ${label(name)}`,
      };
      if (secret.value !== undefined) layers = addValue(layers, fileKey.keys, secret.value, origin);
    } else
      problems.push(
        `environment ${label(name)}: is not a setting${suggest(name, [...settings.keys(), ...files.keys()], 'known')}`,
      );
  }
  return { layers, problems };
}
