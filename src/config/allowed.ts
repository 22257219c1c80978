import { z } from 'zod';
import { peel } from './schema-keys.ts';

type Schema = z.core.$ZodType;

const numberIn = (bag: Readonly<Record<string, unknown>>, key: string): number | undefined => {
  const value = bag[key];
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
};

function allowedNumber(schema: z.core.$ZodNumber): string {
  const { bag } = schema._zod;
  const what = bag.format === undefined || bag.format.startsWith('float') ? 'a number' : 'a whole number';
  const least = numberIn(bag, 'minimum');
  const above = numberIn(bag, 'exclusiveMinimum');
  const most = numberIn(bag, 'maximum');
  const below = numberIn(bag, 'exclusiveMaximum');
  if (least !== undefined && most !== undefined) return `${what} from ${least} to ${most}`;
  const bounds = [
    least === undefined ? '' : `at least ${least}`,
    above === undefined ? '' : `above ${above}`,
    most === undefined ? '' : `at most ${most}`,
    below === undefined ? '' : `below ${below}`,
  ].filter((bound) => bound !== '');
  return bounds.length === 0 ? what : `${what}, ${bounds.join(', ')}`;
}

/** The texts a setting may be, when it is one of a few. */
export function allowedWords(schema: Schema): string[] {
  const inner = peel(schema).schema;
  if (inner instanceof z.core.$ZodEnum) return Object.values(inner._zod.def.entries).map(String);
  return inner instanceof z.core.$ZodLiteral ? inner._zod.def.values.map(String) : [];
}

/** What a schema takes, as words after "must be": `a whole number from 1 to 64`, `one of csv, parquet`. */
export function allowed(schema: Schema): string {
  const inner = peel(schema).schema;
  if (inner instanceof z.core.$ZodNumber) return allowedNumber(inner);
  if (inner instanceof z.core.$ZodBoolean) return 'true or false';
  const choices = allowedWords(inner);
  if (choices.length > 0) return choices.length === 1 ? choices.join() : `one of ${choices.join(', ')}`;
  if (inner instanceof z.core.$ZodURL) return 'a URL such as https://host.example/path';
  if (inner instanceof z.core.$ZodString)
    return numberIn(inner._zod.bag, 'minimum') === undefined ? 'text' : 'text, not empty';
  if (inner instanceof z.core.$ZodArray) {
    const least = numberIn(inner._zod.bag, 'minimum');
    return `a list${least === undefined ? '' : ` of at least ${least}`}: ${allowed(inner._zod.def.element)}`;
  }
  if (inner instanceof z.core.$ZodUnion) return inner._zod.def.options.map((option) => allowed(option)).join(', or ');
  if (inner instanceof z.core.$ZodObject || inner instanceof z.core.$ZodRecord) return 'an object {…}';
  return 'another value';
}
