import * as z from 'zod';

type Schema = z.core.$ZodType;
type Json = z.core.JSONSchema.BaseSchema;

// What may be written, by zod's own account; asked only when there is something to explain.
const jsonOf = (schema: Schema): Json => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

function allowedNumber(json: Json): string {
  const what = json.type === 'integer' ? 'a whole number' : 'a number';
  const told = (value: number | boolean | undefined): value is number =>
    typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const { minimum, maximum } = json;
  if (told(minimum) && told(maximum)) return `${what} from ${minimum} to ${maximum}`;
  const bounds = [
    told(minimum) ? `at least ${minimum}` : '',
    told(json.exclusiveMinimum) ? `above ${json.exclusiveMinimum}` : '',
    told(maximum) ? `at most ${maximum}` : '',
    told(json.exclusiveMaximum) ? `below ${json.exclusiveMaximum}` : '',
  ];
  return [what, ...bounds.filter((bound) => bound !== '')].join(', ');
}

function wordsOf(json: Json): string[] {
  return (json.enum ?? (json.const === undefined ? [] : [json.const])).map(String);
}

function describe(json: Json): string {
  if (json.anyOf !== undefined) return json.anyOf.map((one) => describe(one)).join(', or ');
  const words = wordsOf(json);
  if (words.length > 0) return words.length === 1 ? words.join() : `one of ${words.join(', ')}`;
  switch (json.type) {
    case 'integer':
    case 'number':
      return allowedNumber(json);
    case 'boolean':
      return 'true or false';
    case 'string':
      if (json.format === 'uri') return 'a URL such as https://host.example/path';
      if ((json.minLength ?? 0) > 1) return `text of at least ${json.minLength ?? 0} characters`;
      return json.minLength === 1 ? 'text, not empty' : 'text';
    case 'array': {
      const least = json.minItems === undefined ? '' : ` of at least ${json.minItems}`;
      const item = typeof json.items === 'object' && !Array.isArray(json.items) ? `, each ${describe(json.items)}` : '';
      return `a list${least}${item}`;
    }
    case 'object':
      return 'an object {…}';
    default:
      return 'another value';
  }
}

/** The texts a setting may be, when it is one of a few. */
export function allowedWords(schema: Schema): string[] {
  return wordsOf(jsonOf(schema));
}

/** What a schema takes, as words after "must be": `a whole number from 1 to 64`, `one of csv, parquet`. */
export function allowed(schema: Schema): string {
  return describe(jsonOf(schema));
}
