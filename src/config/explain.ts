import type * as z from 'zod';
import { nearest } from '../market/nearest.ts';
import { allowed, allowedWords } from './allowed.ts';
import { placeOf, valueAt } from './layers.ts';
import type { KeyPath, Layers } from './layers.ts';
import { maskPasswords } from './proxy.ts';
import { knownKeys, schemaAt } from './schema-keys.ts';

type Issue = z.core.$ZodIssue;

const LONGEST = 60;

/** A value for people, in JSON, cut when long; passwords within URLs are masked. */
export function showValue(value: unknown): string {
  const text = value === undefined ? 'nothing' : maskPasswords(JSON.stringify(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** `; did you mean concurrency?`, or, when nothing is near, what is said instead. */
export function suggest(
  name: string,
  names: readonly string[],
  otherwise = `; known here: ${names.join(', ')}`,
): string {
  const [best] = nearest(name, names, 1);
  return best === undefined ? otherwise : `; did you mean ${best}?`;
}

/** Everything a problem is told with: what was expected, the values, and where each came from. */
export interface Checked {
  readonly schema: z.core.$ZodType;
  readonly layers: Layers;
  /** Keys of the top level that stand in the same files and are checked elsewhere. */
  readonly besides?: readonly string[];
}

function explainValue(path: KeyPath, { schema, layers }: Checked): string {
  const expected = schemaAt(schema, path);
  const value = valueAt(layers.values, path);
  if (expected === undefined) return `${placeOf(layers, path)}: is not allowed here`;
  const wanted = `${placeOf(layers, path)}: must be ${allowed(expected.schema)}`;
  if (expected.secret) return wanted;
  const [best] = typeof value === 'string' ? nearest(value, allowedWords(expected.schema), 1) : [];
  return `${wanted}, not ${showValue(value)}${best === undefined ? '' : `; did you mean ${best}?`}`;
}

/** The alternative that fits but for something inside it; none when no alternative fits the outside. */
function insideOf(issue: z.core.$ZodIssueInvalidUnion): Issue[] | undefined {
  return issue.errors.find((issues) => issues.length > 0 && issues.every((inner) => inner.path.length > 0));
}

function explainIssue(issue: Issue, around: KeyPath, checked: Checked): string[] {
  const path = [...around, ...issue.path];
  const told = (): string[] => [`${placeOf(checked.layers, path)}: ${issue.message}`];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(schemaAt(checked.schema, path)?.schema ?? checked.schema);
      const names = path.length === 0 ? [...known, ...(checked.besides ?? [])] : known;
      return issue.keys.map((key) => {
        const place = placeOf(checked.layers, [...path, key]);
        return `${place}: is not a setting${suggest(key, names)}`;
      });
    }
    case 'invalid_union': {
      const inside = insideOf(issue);
      return inside === undefined
        ? [explainValue(path, checked)]
        : inside.flatMap((inner) => explainIssue(inner, path, checked));
    }
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.map((inner) => `${placeOf(checked.layers, path)}: ${inner.message}`);
    case 'custom':
      return told();
    case 'invalid_format':
      return issue.format === 'regex' ? told() : [explainValue(path, checked)];
    case 'invalid_type':
    case 'invalid_value':
    case 'too_big':
    case 'too_small':
    case 'not_multiple_of':
      return [explainValue(path, checked)];
  }
}

/** What zod found, as lines `place: what is wrong, what is allowed`, one a problem. Secret values are not shown. */
export function explainIssues(issues: readonly Issue[], checked: Checked): string[] {
  return issues.flatMap((issue) => explainIssue(issue, [], checked));
}
