import { basename } from 'node:path';
import type * as z from 'zod';
import { isValues } from './layers.ts';
import type { Values } from './layers.ts';
import type { LoadedSettings } from './load.ts';
import type { ProviderOptions } from './provider-options.ts';
import { settingKeys } from './schema-keys.ts';
import { settingsSchema } from './settings.ts';
import { readText } from './text-file.ts';

const MASK = '***';
/** Shorter ones would eat ordinary text; a setting that is a secret is left out whatever its length. */
const SHORTEST_SECRET = 4;
const USER_INFO = /\/\/[^/?#\s]*@/g;

function without(values: Values, [key = '', ...rest]: readonly string[]): Values {
  const inner = values[key];
  if (inner === undefined) return values;
  const entries = Object.entries(values);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== key));
  if (!isValues(inner)) return values;
  return Object.fromEntries(entries.map(([name, value]) => [name, name === key ? without(inner, rest) : value]));
}

function masked(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') {
    return secrets.reduce((text, secret) => text.replaceAll(secret, MASK), value).replace(USER_INFO, `//${MASK}@`);
  }
  if (Array.isArray(value)) return value.map((item: unknown) => masked(item, secrets));
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, secrets)]));
}

/** The values of a settings file without its secrets; the key of one that is left out is gone. Pure. */
function withoutSecrets(values: Values, schema: z.core.$ZodType, secrets: readonly string[]): unknown {
  const keys = settingKeys(schema).filter(({ secret }) => secret);
  const kept = keys.reduce((rest, { keys: path }) => without(rest, path), values);
  return masked(
    kept,
    secrets.filter((secret) => secret.length >= SHORTEST_SECRET),
  );
}

/** A copy of a file of settings or instruments. */
export interface SettingsCopy {
  readonly name: string;
  readonly content: Buffer;
}

/** Copies of all files of settings and instruments that are in force, without secrets. */
export function settingsCopies(
  { paths, settings, secrets }: Pick<LoadedSettings, 'paths' | 'settings' | 'secrets'>,
  providerOptions: ProviderOptions,
): SettingsCopy[] {
  const schema = settingsSchema(providerOptions);
  const copies = new Map<string, Buffer>();
  for (const path of new Set([...paths, ...settings.instruments])) {
    const file = readText(path);
    if ('fault' in file) continue;
    const values: unknown = JSON.parse(file.text);
    const clean = isValues(values) ? withoutSecrets(values, schema, secrets) : values;
    const plain = basename(path);
    const name = copies.has(plain) ? `${copies.size + 1}-${plain}` : plain;
    copies.set(name, Buffer.from(`${JSON.stringify(clean, null, 2)}\n`));
  }
  return [...copies].map(([name, content]) => ({ name, content }));
}
