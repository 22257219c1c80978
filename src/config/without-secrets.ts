import { basename } from 'node:path';
import type * as z from 'zod';
import { checkJson, jsonPieces } from './json-text.ts';
import type { LoadedSettings } from './load.ts';
import type { ProviderOptions } from './provider-options.ts';
import { schemaAt, settingKeys } from './schema-keys.ts';
import { settingsSchema } from './settings.ts';
import { readText, readUnicodeText } from './text-file.ts';

const MASK = '***';
/** Shorter ones would eat ordinary text; the value of a secret setting is masked whatever its length. */
const SHORTEST_SECRET = 4;
const USER_INFO = /\/\/[^/?#\s]*@/g;
/** A setting with a text for a value, as it stands in a comment. */
const SETTING = /("(\w+)"\s*:\s*)"(?:[^"\\]|\\.)*"/g;

/** A text in which registered secrets and what stands before the @ of an address are masked. */
const masked = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((clean, secret) => clean.replaceAll(secret, MASK), text).replace(USER_INFO, `//${MASK}@`);

/** A comment, secrets of settings that were taken out of use by it masked too: `// "password": "…"`. */
function maskedComment(comment: string, names: ReadonlySet<string>, secrets: readonly string[]): string {
  const settings = comment.replace(SETTING, (whole, before: string, name: string) =>
    names.has(name) ? `${before}"${MASK}"` : whole,
  );
  return masked(settings, secrets);
}

function maskedValue(written: string, secrets: readonly string[]): string {
  const value: unknown = JSON.parse(written);
  const clean = typeof value === 'string' ? masked(value, secrets) : value;
  return clean === value ? written : JSON.stringify(clean);
}

/**
 * A file of settings as it stands, comments and layout too; the values of secret settings are masked, and so are registered
 * secrets wherever else they stand. Undefined when the text is not JSON with comments. Pure.
 */
export function withoutSecrets(text: string, schema: z.core.$ZodType, secrets: readonly string[]): string | undefined {
  if (checkJson(text).fault !== undefined) return undefined;
  const names = new Set(settingKeys(schema).flatMap(({ secret, keys }) => (secret ? keys.slice(-1) : [])));
  const long = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  let clean = '';
  let end = 0;
  for (const { from, to, path } of jsonPieces(text)) {
    const written = text.slice(from, to);
    const isSecret = path !== undefined && schemaAt(schema, path)?.secret === true;
    clean += text.slice(end, from);
    if (path === undefined) clean += maskedComment(written, names, long);
    else clean += isSecret ? JSON.stringify(MASK) : maskedValue(written, long);
    end = to;
  }
  return clean + text.slice(end);
}

/** A copy of a file of settings or instruments. */
export interface SettingsCopy {
  readonly name: string;
  readonly content: Buffer;
}

/** Copies of all files of settings and instruments that are in force, without secrets, and of the lists they name. */
export function settingsCopies(
  { paths, lists, settings, secrets }: Pick<LoadedSettings, 'paths' | 'lists' | 'settings' | 'secrets'>,
  providerOptions: ProviderOptions,
): SettingsCopy[] {
  const schema = settingsSchema(providerOptions);
  const copies = new Map<string, Buffer>();
  const add = (path: string, content: Buffer | undefined): void => {
    if (content === undefined) return;
    const plain = basename(path);
    copies.set(copies.has(plain) ? `${copies.size + 1}-${plain}` : plain, content);
  };
  for (const path of new Set([...paths, ...settings.instruments])) {
    const file = readText(path);
    const clean = 'fault' in file ? undefined : withoutSecrets(file.text, schema, secrets);
    add(path, clean === undefined ? undefined : Buffer.from(clean));
  }
  for (const path of lists) {
    const file = readUnicodeText(path);
    add(path, 'fault' in file ? undefined : Buffer.from(file.text));
  }
  return [...copies].map(([name, content]) => ({ name, content }));
}
