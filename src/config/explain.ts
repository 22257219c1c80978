import type { z } from 'zod';
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

/** `; did you mean concurrency?`, or what is known when nothing is near. */
export function suggest(name: string, names: readonly string[], where: string): string {
  const [best] = nearest(name, names, 1);
  if (best !== undefined) return `; did you mean ${best}?`;
  return names.length === 0 ? '' : `; ${where}: ${names.join(', ')}`;
}

/** Everything a problem is told with: the values, where each came from, and what was expected. */
export interface Checked {
  readonly schema: z.core.$ZodType;
  readonly layers: Layers;
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
      const names = knownKeys(schemaAt(checked.schema, path)?.schema ?? checked.schema).filter(
        (key) => !key.startsWith('$'),
      );
      return issue.keys.map((key) => {
        const place = placeOf(checked.layers, [...path, key]);
        return `${place}: is not a setting${suggest(key, names, 'known here')}`;
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
