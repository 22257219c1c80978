import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import { at, branch, isBranch, list, parseJson, parseYaml, text } from './tree.ts';
import type { Branch, Tree } from './tree.ts';

const folder = process.env['SCHEMAS_DIR'];

/** True where the published schemas cannot be had; CI must have them. */
export const schemasAbsent = folder === undefined && process.env['CI'] === undefined;

/** Said when a check is left out. */
export const WITHOUT_SCHEMAS = 'SCHEMAS_DIR names no folder with the published schemas';

/** A published schema, as text. */
export function schemaText(name: string): string {
  if (folder === undefined) throw new Error(`${WITHOUT_SCHEMAS}; CI must have them`);
  return readFileSync(join(folder, name), 'utf8');
}

/** A validator for schemas that are written for other tools than ajv. */
export function newAjv(): Ajv {
  return new Ajv({
    strict: false,
    validateFormats: false,
    allErrors: true,
    unicodeRegExp: false,
    inlineRefs: false,
    logger: false,
  });
}

/** What a validator says of a document: one line a problem. */
export function problemsOf(validate: ValidateFunction, document: Tree, name: string): string[] {
  if (validate(document)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const detail: unknown = 'additionalProperty' in params ? params['additionalProperty'] : undefined;
    return `${name}: ${instancePath || '/'} ${message ?? 'is wrong'}${typeof detail === 'string' ? `: ${detail}` : ''}`;
  });
}

/** Makes a schema of Kubernetes one that ajv takes, and that misspelt fields do not get past. */
export function closed(schema: Tree): Tree {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isBranch(schema)) return schema;
  const { format, properties, ...rest } = schema;
  if (schema['x-kubernetes-int-or-string'] === true || format === 'int-or-string')
    return { type: ['string', 'integer'] };
  const copy: Branch = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, closed(value)]));
  // Their names are names of fields, not words of a schema.
  const fields = Object.entries(branch(properties)).map(([key, value]) => [key, closed(value)] as const);
  if (typeof copy['pattern'] === 'string') copy['pattern'] = copy['pattern'].replace('(?i)', '');
  if (copy['nullable'] === true && typeof copy['type'] === 'string') copy['type'] = [copy['type'], 'null'];
  const isOpen = copy['x-kubernetes-preserve-unknown-fields'] === true || 'additionalProperties' in copy;
  if (!isBranch(properties)) return copy;
  return { ...copy, properties: Object.fromEntries(fields), ...(isOpen ? {} : { additionalProperties: false }) };
}

const CRDS = ['externalsecrets', 'secretstores', 'servicemonitors', 'podmonitors', 'prometheusrules', 'ksvc'];

/** The validators of the API server and of the custom resources, by `apiVersion kind`; compiled when first asked for. */
export class KubernetesSchemas {
  readonly #ajv = newAjv();
  readonly #definitions = new Map<string, string>();
  readonly #custom = new Map<string, Tree>();
  readonly #ready = new Map<string, ValidateFunction>();

  constructor() {
    const definitions = branch(at(parseJson(schemaText('kubernetes-openapi-v2.json')), 'definitions'));
    const used = Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, closed(schema)]));
    this.#ajv.addSchema({ $id: 'kubernetes', definitions: used });
    for (const [name, schema] of Object.entries(definitions)) {
      for (const kind of list(schema && at(schema, 'x-kubernetes-group-version-kind'))) {
        const group = text(at(kind, 'group'));
        const version = `${group === '' ? '' : `${group}/`}${text(at(kind, 'version'))}`;
        this.#definitions.set(`${version} ${text(at(kind, 'kind'))}`, name);
      }
    }
    for (const name of CRDS) this.#add(parseYaml(schemaText(`crd-${name}.yaml`))[0] ?? null);
  }

  #add(crd: Tree): void {
    const [group, kind] = [text(at(crd, 'spec.group')), text(at(crd, 'spec.names.kind'))];
    for (const version of list(at(crd, 'spec.versions'))) {
      if (at(version, 'served') !== true) continue;
      const schema = branch(closed(at(version, 'schema.openAPIV3Schema') ?? {}));
      const meta = { $ref: 'kubernetes#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
      const properties = { ...branch(schema['properties']), metadata: meta };
      this.#custom.set(`${group}/${text(at(version, 'name'))} ${kind}`, { ...schema, properties });
    }
  }

  /** What is wrong with an object, one line a problem. */
  check(object: Tree): string[] {
    const [kind, name] = [text(at(object, 'kind')), text(at(object, 'metadata.name'))];
    const id = `${text(at(object, 'apiVersion'))} ${kind}`;
    let validate = this.#ready.get(id);
    if (validate === undefined) {
      const definition = this.#definitions.get(id);
      const schema =
        definition === undefined ? this.#custom.get(id) : { $ref: `kubernetes#/definitions/${definition}` };
      if (!isBranch(schema)) return [`${kind} ${name}: the cluster knows no ${id}`];
      validate = this.#ajv.compile(schema);
      this.#ready.set(id, validate);
    }
    return problemsOf(validate, object, `${kind} ${name}`);
  }
}
