import * as core from 'zod/v4/core';
import { peel } from './schema-keys.ts';

const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
]);

/** The word that a text is, capitals or not; another text stays as it is. */
function wordOf(words: readonly unknown[], text: string): unknown {
  const wanted = text.trim().toLowerCase();
  return words.find((word) => typeof word === 'string' && word.toLowerCase() === wanted) ?? text;
}

/**
 * A text of the command line or the environment as the value its setting takes: numbers, true/false/yes/no/1/0, words
 * in small letters or capitals, lists at the commas. A text that is none stays as it is, for the schema to refuse.
 */
export function valueOfText(schema: core.$ZodType, text: string): unknown {
  const { schema: inner } = peel(schema);
  if (inner instanceof core.$ZodNumber) return NUMBER.test(text.trim()) ? Number(text) : text;
  if (inner instanceof core.$ZodBoolean) return BOOLEANS.get(text.trim().toLowerCase()) ?? text;
  if (inner instanceof core.$ZodEnum) return wordOf(Object.values(inner._zod.def.entries), text);
  if (!(inner instanceof core.$ZodArray)) return text;
  const { element } = inner._zod.def;
  const items = text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '').map((item) => valueOfText(element, item));
}

/** The same for what a flag gives: a text, several of them (one list), or a value that is none already. */
export function valueOfFlag(schema: core.$ZodType, value: unknown): unknown {
  if (typeof value === 'string') return valueOfText(schema, value);
  if (!Array.isArray(value)) return value;
  return value.flatMap((item: unknown) => (typeof item === 'string' ? valueOfText(schema, item) : item));
}
