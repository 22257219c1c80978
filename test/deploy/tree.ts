import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isSeq, parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** What a YAML or JSON document holds. */
export type Tree = z.infer<ReturnType<typeof z.json>>;
/** An object of such a document. */
export type Branch = Record<string, Tree>;

const anything = z.json();

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** True for an object; lists and null are none. */
export function isBranch(tree: Tree | undefined): tree is Branch {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree);
}

/** The object, or an empty one. */
export const branch = (tree: Tree | undefined): Branch => (isBranch(tree) ? tree : {});

/** The list, or an empty one. */
export const list = (tree: Tree | undefined): Tree[] => (Array.isArray(tree) ? tree : []);

/** The text, or an empty one. */
export const text = (tree: Tree | undefined): string => (typeof tree === 'string' ? tree : '');

/** What stands at a path of keys and places, `spec.template.spec.containers.0.image`. */
export function at(tree: Tree | undefined, path: string): Tree | undefined {
  let here = tree;
  for (const key of path.split('.')) {
    if (Array.isArray(here)) here = here[Number(key)];
    else if (isBranch(here) && Object.hasOwn(here, key)) here = here[key];
    else return undefined;
  }
  return here;
}

/** Every value below a tree with its path, the tree itself included. */
export function* walk(tree: Tree, path = ''): Generator<{ readonly path: string; readonly value: Tree }> {
  yield { path, value: tree };
  const entries = Array.isArray(tree) ? tree.map((item, index): [string, Tree] => [String(index), item]) : [];
  for (const [key, value] of isBranch(tree) ? Object.entries(tree) : entries) {
    yield* walk(value, path === '' ? key : `${path}.${key}`);
  }
}

/**
 * The documents of a YAML text.
 * @param version '1.1' is what Kubernetes and CloudFormation read (0440 is octal), '1.2' what GitHub reads
 */
export function parseYaml(source: string, version: '1.1' | '1.2' = '1.1', tags: readonly string[] = []): Tree[] {
  const customTags = tags.flatMap((name) => [
    { tag: `!${name}`, resolve: (value: string) => ({ [`Fn::${name}`]: value }) },
    {
      tag: `!${name}`,
      collection: 'seq' as const,
      resolve: (value: unknown) => ({ [`Fn::${name}`]: isSeq(value) ? value.toJSON() : value }),
    },
  ]);
  return parseAllDocuments(source, { version, merge: true, customTags }).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return anything.parse(document.toJS());
  });
}

function isTree(value: unknown): value is Tree {
  return value !== undefined;
}

/** What a JSON text holds. */
export function parseJson(source: string): Tree {
  const value: unknown = JSON.parse(source);
  return isTree(value) ? value : null;
}

/** The documents of a file of the checkout. */
export function readYaml(path: string, version: '1.1' | '1.2' = '1.1'): Tree[] {
  return parseYaml(readFileSync(resolve(ROOT, path), 'utf8'), version);
}

/** Every file below a folder of the checkout, as paths from the checkout, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
}

/** Another tree with something else at a path; undefined takes it away. The tree itself stays as it is. */
export function changed(tree: Tree, path: string, value: Tree | undefined): Tree {
  const copy = structuredClone(tree);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.length === 0 ? copy : at(copy, keys.join('.'));
  if (Array.isArray(parent)) {
    if (value === undefined) parent.splice(Number(last), 1);
    else parent[Number(last)] = value;
  } else if (isBranch(parent)) {
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else parent[last] = value;
  } else throw new Error(`nothing stands at ${path}`);
  return copy;
}

/** Gives what takes down a problem of a place unless something is so. */
export function complain(problems: string[], place: string): (isSo: boolean, what: string) => void {
  return (isSo, what) => {
    if (!isSo) problems.push(place === '' ? what : `${place}: ${what}`);
  };
}

/** A number or a text as text; anything else as none. */
export const word = (tree: Tree | undefined): string =>
  typeof tree === 'string' || typeof tree === 'number' ? String(tree) : '';
