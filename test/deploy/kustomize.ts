import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ROOT, at, branch, changed, isBranch, list, parseYaml, text, walk } from './tree.ts';
import type { Branch, Tree } from './tree.ts';

// The part of kustomize that deploy/kubernetes uses; anything else in a kustomization is an error. Where kubectl has a current
// kustomize, a test compares the two.

/** An object of the cluster. */
export type Manifest = Branch;

interface Held {
  object: Branch;
  /** From a generator: its name gets the hash of its content. */
  readonly isGenerated: boolean;
}

const KNOWN = ['apiVersion', 'kind', 'namespace', 'labels', 'resources', 'images', 'configMapGenerator', 'patches'];
/** What tells the items of a list apart in a strategic merge. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
};

export const nameOf = (object: Tree): string => text(at(object, 'metadata.name'));
export const kindOf = (object: Tree): string => text(at(object, 'kind'));

function merged(below: Tree | undefined, above: Tree, key = ''): Tree {
  if (isBranch(above)) {
    const result = { ...branch(below) };
    for (const [name, value] of Object.entries(above)) {
      if (value === null) Reflect.deleteProperty(result, name);
      else result[name] = merged(result[name], value, name);
    }
    return result;
  }
  const mergeKey = MERGE_KEYS[key];
  if (!Array.isArray(above) || mergeKey === undefined) return above;
  const before = list(below);
  const same = (a: Tree, b: Tree): boolean => text(at(a, mergeKey)) === text(at(b, mergeKey));
  const patched = above.map((item) =>
    merged(
      before.find((old) => same(old, item)),
      item,
    ),
  );
  return [...patched, ...before.filter((old) => !above.some((item) => same(old, item)))];
}

function json6902(object: Branch, source: string): Branch {
  let result: Tree = object;
  for (const step of list(parseYaml(source)[0])) {
    const path = text(at(step, 'path')).slice(1).replaceAll('/', '.');
    const op = text(at(step, 'op'));
    const isThere = at(result, path) !== undefined;
    if (op === 'replace' && !isThere) throw new Error(`${nameOf(object)}: nothing to replace at ${path}`);
    if (op !== 'replace' && op !== 'add') throw new Error(`${nameOf(object)}: ${op} is not used here`);
    result = changed(result, path, at(step, 'value') ?? null);
  }
  return branch(result);
}

function applyPatch(objects: Held[], folder: string, patch: Tree): Held[] {
  const path = text(at(patch, 'path'));
  const source = path === '' ? text(at(patch, 'patch')) : readFileSync(join(folder, path), 'utf8');
  const target = at(patch, 'target');
  const documents = parseYaml(source);
  if (documents.length !== 1) throw new Error(`${folder}/${path}: older versions read one patch a file`);
  const wanted = target ?? documents[0] ?? null;
  const [kind, name] = [kindOf(wanted), text(at(wanted, target === undefined ? 'metadata.name' : 'name'))];
  const hits = (held: Held): boolean => kindOf(held.object) === kind && nameOf(held.object) === name;
  if (!objects.some(hits)) throw new Error(`${folder}: a patch finds no ${kind} ${name}`);
  if (at(wanted, '$patch') === 'delete') return objects.filter((held) => !hits(held));
  return objects.map((held) => {
    if (!hits(held)) return held;
    const object =
      target === undefined ? branch(merged(held.object, documents[0] ?? {})) : json6902(held.object, source);
    return { ...held, object };
  });
}

function generate(objects: Held[], folder: string, entry: Tree): Held[] {
  const name = text(at(entry, 'name'));
  const data: Branch = {};
  for (const file of list(at(entry, 'files')))
    data[basename(text(file))] = readFileSync(join(folder, text(file)), 'utf8');
  for (const literal of list(at(entry, 'literals'))) {
    const [key = '', ...value] = text(literal).split('=');
    data[key] = value.join('=');
  }
  const isIt = (held: Held): boolean => kindOf(held.object) === 'ConfigMap' && nameOf(held.object) === name;
  if (at(entry, 'behavior') === 'merge') {
    if (!objects.some(isIt)) throw new Error(`${folder}: no ConfigMap ${name} to merge with`);
    return objects.map((held) => (isIt(held) ? { ...held, object: branch(merged(held.object, { data })) } : held));
  }
  return [...objects, { object: { apiVersion: 'v1', kind: 'ConfigMap', data, metadata: { name } }, isGenerated: true }];
}

function withImages(object: Branch, images: readonly Tree[]): Branch {
  let result: Tree = object;
  for (const { path, value } of walk(object)) {
    if (!/(^|\.)(initContainers|containers)\.\d+\.image$/.test(path)) continue;
    const [, name = '', rest = ''] = /^(.+?)((?::[^/:]+)?(?:@.+)?)$/.exec(text(value)) ?? [];
    const image = images.find((entry) => text(at(entry, 'name')) === name);
    if (image === undefined) continue;
    const digest = text(at(image, 'digest'));
    const tag = text(at(image, 'newTag'));
    const end = digest === '' ? (tag === '' ? rest : `:${tag}`) : `@${digest}`;
    result = changed(result, path, `${text(at(image, 'newName')) || name}${end}`);
  }
  return branch(result);
}

function withNamespace(object: Branch, namespace: string): Branch {
  const field = kindOf(object) === 'Namespace' ? 'name' : 'namespace';
  return { ...object, metadata: { ...branch(object['metadata']), [field]: namespace } };
}

function accumulate(folder: string): Held[] {
  const [kustomization = null] = parseYaml(readFileSync(join(folder, 'kustomization.yaml'), 'utf8'));
  for (const key of Object.keys(branch(kustomization))) {
    if (!KNOWN.includes(key)) throw new Error(`${folder}: ${key} is not of the part of kustomize that is used here`);
  }
  let objects = list(at(kustomization, 'resources')).flatMap((entry): Held[] => {
    const path = join(folder, text(entry));
    if (statSync(path).isDirectory()) return accumulate(path);
    return parseYaml(readFileSync(path, 'utf8')).map((tree) => ({ object: branch(tree), isGenerated: false }));
  });
  for (const entry of list(at(kustomization, 'configMapGenerator'))) objects = generate(objects, folder, entry);
  for (const patch of list(at(kustomization, 'patches'))) objects = applyPatch(objects, folder, patch);
  const namespace = text(at(kustomization, 'namespace'));
  const labels = list(at(kustomization, 'labels')).map((entry) => branch(at(entry, 'pairs')));
  const images = list(at(kustomization, 'images'));
  return objects.map(({ object, isGenerated }) => {
    let result = namespace === '' ? object : withNamespace(object, namespace);
    for (const pairs of labels) result = branch(merged(result, { metadata: { labels: pairs } }));
    return { object: withImages(result, images), isGenerated };
  });
}

const GO_ESCAPES: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
const HASH_LETTERS: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };

/** The ending that a generated name gets, from its content, as kustomize makes it. */
function hashOf(object: Branch): string {
  const data = Object.fromEntries(Object.entries(branch(object['data'])).sort(([a], [b]) => (a < b ? -1 : 1)));
  // The name has no part in it.
  const encoded = JSON.stringify({ data, kind: 'ConfigMap', name: '' });
  const escaped = encoded.replace(/[<>&]/g, (letter) => GO_ESCAPES[letter] ?? letter);
  const hex = createHash('sha256').update(escaped).digest('hex').slice(0, 10);
  return hex.replace(/[013ae]/g, (letter) => HASH_LETTERS[letter] ?? letter);
}

/** Every ConfigMap reference of a pod. */
const REFERENCE = /(^|\.)(configMap|configMapRef|configMapKeyRef)\.name$/;

/** Renders a folder of deploy/kubernetes as `kubectl kustomize` does, in no particular order. */
export function render(folder: string): Manifest[] {
  const held = accumulate(resolve(ROOT, folder));
  const names = new Map(
    held.flatMap(({ object, isGenerated }): [string, string][] =>
      isGenerated ? [[nameOf(object), `${nameOf(object)}-${hashOf(object)}`]] : [],
    ),
  );
  return held.map(({ object, isGenerated }) => {
    let result: Tree = object;
    for (const { path, value } of walk(object)) {
      const isName = REFERENCE.test(path) || (isGenerated && path === 'metadata.name');
      const renamed = isName ? names.get(text(value)) : undefined;
      if (renamed !== undefined) result = changed(result, path, renamed);
    }
    return branch(result);
  });
}

/** The objects of one file of the checkout. */
export function parseManifests(path: string): Manifest[] {
  return parseYaml(readFileSync(resolve(ROOT, path), 'utf8')).map((tree) => branch(tree));
}
