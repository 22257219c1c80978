import { isValues, valueAt } from '../../src/config/layers.ts';
import type { Values } from '../../src/config/layers.ts';

const NUMBERS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  minimum: (value, bound) => value >= bound,
  maximum: (value, bound) => value <= bound,
  exclusiveMinimum: (value, bound) => value > bound,
  exclusiveMaximum: (value, bound) => value < bound,
};

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

function fits(type: unknown, value: unknown): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

/** Whether a value obeys a JSON Schema: the key words that ours uses, an unknown one throws. */
export function obeys(schema: unknown, value: unknown, root: unknown = schema): boolean {
  if (!isValues(schema)) throw new Error(`no schema: ${JSON.stringify(schema)}`);
  return Object.entries(schema).every(([word, rule]) => obeysWord(word, rule, schema, value, root));
}

function obeysWord(word: string, rule: unknown, schema: Values, value: unknown, root: unknown): boolean {
  const inner = (one: unknown, part: unknown): boolean => obeys(one, part, root);
  const list: readonly unknown[] = Array.isArray(rule) ? rule : [];
  const compare = NUMBERS[word];
  if (compare !== undefined) return typeof value !== 'number' || compare(value, Number(rule));
  switch (word) {
    case '$schema':
    case 'allowComments':
    case 'description':
    case 'default':
    case 'definitions':
    case 'format':
    case 'writeOnly':
      return true;
    case '$ref':
      return inner(valueAt(root, String(rule).split('/').slice(1)), value);
    case 'type':
      return fits(rule, value);
    case 'enum':
      return list.includes(value);
    case 'anyOf':
      return list.some((one) => inner(one, value));
    case 'allOf':
      return list.every((one) => inner(one, value));
    case 'not':
      return !inner(rule, value);
    case 'pattern':
      return typeof value !== 'string' || new RegExp(String(rule), 'u').test(value);
    case 'minLength':
      return typeof value !== 'string' || value.length >= Number(rule);
    case 'maxLength':
      return typeof value !== 'string' || value.length <= Number(rule);
    case 'minItems':
      return !Array.isArray(value) || value.length >= Number(rule);
    case 'uniqueItems':
      return !Array.isArray(value) || new Set(value).size === value.length;
    case 'items':
      return !Array.isArray(value) || value.every((item) => inner(rule, item));
    case 'required':
      return !isValues(value) || list.every((key) => Object.hasOwn(value, String(key)));
    case 'properties':
      return (
        !isValues(value) ||
        !isValues(rule) ||
        Object.entries(rule).every(([key, one]) => !Object.hasOwn(value, key) || inner(one, value[key]))
      );
    case 'propertyNames':
      return !isValues(value) || Object.keys(value).every((key) => inner(rule, key));
    case 'additionalProperties': {
      if (!isValues(value)) return true;
      const named = isValues(schema['properties']) ? schema['properties'] : {};
      const others = Object.keys(value).filter((key) => !Object.hasOwn(named, key));
      return rule === false ? others.length === 0 : others.every((key) => inner(rule, value[key]));
    }
    default:
      throw new Error(`a key word that this check does not know: ${word}`);
  }
}
