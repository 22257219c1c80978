import * as z from 'zod';
import * as core from 'zod/v4/core';
import type { KeyPath } from './layers.ts';

type Schema = core.$ZodType;

/** A schema without what is wrapped around it, and what was noted on the way in. */
export interface Peeled {
  readonly schema: Schema;
  readonly description: string;
  /** Noted by `.meta({ secret: true })`: never shown, may stand in a file named by `…_FILE`. */
  readonly secret: boolean;
  /** Noted by `.meta({ contents: 'cookies' })`: names a file whose text is the value of that setting beside it. */
  readonly contents: string | undefined;
}

/** One setting that holds a single value or a list. */
export interface SettingKey extends Peeled {
  readonly keys: readonly string[];
}

function innerOf(schema: Schema): Schema | undefined {
  if (schema instanceof core.$ZodDefault) return schema._zod.def.innerType;
  if (schema instanceof core.$ZodPrefault) return schema._zod.def.innerType;
  if (schema instanceof core.$ZodOptional) return schema._zod.def.innerType;
  if (schema instanceof core.$ZodNullable) return schema._zod.def.innerType;
  if (schema instanceof core.$ZodReadonly) return schema._zod.def.innerType;
  if (schema instanceof core.$ZodNonOptional) return schema._zod.def.innerType;
  if (schema instanceof core.$ZodCatch) return schema._zod.def.innerType;
  if (!(schema instanceof core.$ZodPipe)) return undefined;
  const { in: from, out: to } = schema._zod.def;
  return from instanceof core.$ZodTransform ? to : from;
}

/** Takes defaults, optionality and transformations off a schema. */
export function peel(schema: Schema): Peeled {
  let description = '';
  let secret = false;
  let contents: string | undefined;
  let current = schema;
  for (;;) {
    const meta = z.globalRegistry.get(current);
    description ||= meta?.description ?? '';
    secret ||= meta?.['secret'] === true;
    const named = meta?.['contents'];
    if (typeof named === 'string') contents ??= named;
    const inner = innerOf(current);
    if (inner === undefined) return { schema: current, description, secret, contents };
    current = inner;
  }
}

function childOf(schema: Schema, key: PropertyKey): Schema | undefined {
  if (schema instanceof core.$ZodArray) return schema._zod.def.element;
  if (schema instanceof core.$ZodRecord) return schema._zod.def.valueType;
  if (schema instanceof core.$ZodUnion) {
    for (const option of schema._zod.def.options) {
      const child = childOf(peel(option).schema, key);
      if (child !== undefined) return child;
    }
  }
  if (!(schema instanceof core.$ZodObject)) return undefined;
  const { shape } = schema._zod.def;
  return typeof key === 'string' && Object.hasOwn(shape, key) ? shape[key] : undefined;
}

/** What is expected at a path; undefined where the schema knows no such key. A secret's inside is secret too. */
export function schemaAt(schema: Schema, path: KeyPath): Peeled | undefined {
  let found = peel(schema);
  for (const key of path) {
    const child = childOf(found.schema, key);
    if (child === undefined) return undefined;
    const inner = peel(child);
    found = { ...inner, secret: found.secret || inner.secret };
  }
  return found;
}

/** The keys an object of the schema may have; none when it is no object of fixed keys. */
export function knownKeys(schema: Schema): string[] {
  return schema instanceof core.$ZodObject ? Object.keys(schema._zod.def.shape) : [];
}

/** All settings in the order of the schema, objects opened, records (instruments) left out. */
export function settingKeys(schema: Schema, keys: readonly string[] = []): SettingKey[] {
  const peeled = peel(schema);
  if (peeled.schema instanceof core.$ZodRecord) return [];
  if (!(peeled.schema instanceof core.$ZodObject)) return [{ ...peeled, keys }];
  return Object.entries(peeled.schema._zod.def.shape).flatMap(([key, child]) => settingKeys(child, [...keys, key]));
}
