import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { PropertyType, Resource, ResourceProperties } from '@aws-cdk/service-spec-types';
import { at, branch, isBranch, list, text, walk } from './tree.ts';
import type { Tree } from './tree.ts';

// CloudFormation by AWS's own description of every resource and property.

let database: ReturnType<typeof loadAwsServiceSpecSync> | undefined;
const spec = () => (database ??= loadAwsServiceSpecSync());

const resourceOf = (type: string): Resource | undefined =>
  [...spec().lookup('resource', 'cloudFormationType', 'equals', type)][0];

const INTRINSICS = ['Fn::Ref', 'Fn::GetAtt', 'Fn::Sub', 'Fn::Join', 'Fn::Select', 'Fn::If'];

/** What an intrinsic function is called, when the value is one. */
function intrinsic(value: Tree): string | undefined {
  const [key, ...more] = Object.keys(branch(value));
  return key !== undefined && more.length === 0 && INTRINSICS.includes(key) ? key : undefined;
}

function propertiesProblems(value: Tree, properties: ResourceProperties, place: string): string[] {
  if (!isBranch(value)) return [`${place}: must be an object`];
  const unknown = Object.keys(value)
    .filter((key) => properties[key] === undefined)
    .map((key) => `${place}: there is no ${key}`);
  const missing = Object.entries(properties)
    .filter(([key, property]) => property.required === true && value[key] === undefined)
    .map(([key]) => `${place}: ${key} is missing`);
  const wrong = Object.entries(value).flatMap(([key, inner]) => {
    const property = properties[key];
    return property === undefined ? [] : valueProblems(inner, property.type, `${place}.${key}`);
  });
  return [...unknown, ...missing, ...wrong];
}

function valueProblems(value: Tree, type: PropertyType, place: string): string[] {
  if (intrinsic(value) !== undefined) return [];
  switch (type.type) {
    case 'string':
      if (typeof value !== 'string') return [`${place}: must be a text, not ${JSON.stringify(value)}`];
      return type.allowedValues === undefined || type.allowedValues.includes(value)
        ? []
        : [`${place}: ${value} is none of ${type.allowedValues.join(', ')}`];
    case 'number':
    case 'integer':
      return typeof value === 'number' ? [] : [`${place}: must be a number, not ${JSON.stringify(value)}`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${place}: must be true or false, not ${JSON.stringify(value)}`];
    case 'array':
      if (!Array.isArray(value)) return [`${place}: must be a list`];
      return value.flatMap((item, index) => valueProblems(item, type.element, `${place}.${index}`));
    case 'map':
      if (!isBranch(value)) return [`${place}: must be an object`];
      return Object.entries(value).flatMap(([key, inner]) => valueProblems(inner, type.element, `${place}.${key}`));
    case 'ref':
      return propertiesProblems(value, spec().get('typeDefinition', type.reference.$ref).properties, place);
    case 'union': {
      const all = type.types.map((one) => valueProblems(value, one, place));
      return all.some((problems) => problems.length === 0) ? [] : (all[0] ?? []);
    }
    case 'tag':
      return isBranch(value) && at(value, 'Key') !== undefined ? [] : [`${place}: must have Key and Value`];
    case 'json':
    case 'date-time':
    case 'null':
      return [];
  }
}

interface Reference {
  readonly place: string;
  readonly name: string;
  readonly attribute?: string;
}

function referencesIn(tree: Tree): Reference[] {
  return [...walk(tree)].flatMap(({ path, value }): Reference[] => {
    const key = path.split('.').at(-1) ?? '';
    if (key === 'Fn::Ref') return [{ place: path, name: text(value) }];
    if (key === 'Fn::GetAtt') {
      const [name = '', ...attribute] = text(value).split('.');
      return [{ place: path, name, attribute: attribute.join('.') }];
    }
    if (key !== 'Fn::Sub') return [];
    return [...text(value).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, inner = '']) => {
      const [name = '', ...attribute] = inner.split('.');
      return { place: path, name, ...(attribute.length === 0 ? {} : { attribute: attribute.join('.') }) };
    });
  });
}

function hasCycle(edges: ReadonlyMap<string, readonly string[]>): boolean {
  const done = new Set<string>();
  const visit = (name: string, above: readonly string[]): boolean => {
    if (above.includes(name)) return true;
    if (done.has(name)) return false;
    done.add(name);
    return (edges.get(name) ?? []).some((next) => visit(next, [...above, name]));
  };
  return [...edges.keys()].some((name) => visit(name, []));
}

/** What CloudFormation would refuse: unknown resources, properties, values, targets of references, circles. */
export function templateProblems(template: Tree): string[] {
  const resources = branch(at(template, 'Resources'));
  const parameters = branch(at(template, 'Parameters'));
  const problems: string[] = [];
  if (Object.keys(resources).length === 0) problems.push('the template has no resources');
  const sections = ['AWSTemplateFormatVersion', 'Description', 'Parameters', 'Conditions', 'Resources', 'Outputs'];
  for (const key of Object.keys(branch(template))) if (!sections.includes(key)) problems.push(`${key} is no section`);
  for (const [name, resource] of Object.entries(resources)) {
    const type = text(at(resource, 'Type'));
    const known = resourceOf(type);
    if (known === undefined) problems.push(`${name}: there is no ${type}`);
    else problems.push(...propertiesProblems(at(resource, 'Properties') ?? {}, known.properties, name));
    for (const other of list(at(resource, 'DependsOn'))) {
      if (resources[text(other)] === undefined) problems.push(`${name}: depends on ${text(other)}, which is not there`);
    }
  }
  const used = referencesIn(template);
  for (const { place, name, attribute } of used) {
    const type = text(at(resources[name] ?? null, 'Type'));
    if (name.startsWith('AWS::')) continue;
    if (attribute === undefined && parameters[name] !== undefined) continue;
    if (type === '') problems.push(`${place}: there is no ${name}`);
    else if (attribute !== undefined && resourceOf(type)?.attributes[attribute] === undefined) {
      problems.push(`${place}: a ${type} has no attribute ${attribute}`);
    }
  }
  for (const name of Object.keys(parameters)) {
    if (!used.some((reference) => reference.name === name)) problems.push(`parameter ${name} is never used`);
  }
  const conditions = branch(at(template, 'Conditions'));
  const asked = [...walk(template)].flatMap(({ path, value }) =>
    path.endsWith('Fn::If') ? [text(list(value)[0])] : [],
  );
  for (const name of asked) if (conditions[name] === undefined) problems.push(`there is no condition ${name}`);
  for (const name of Object.keys(conditions)) {
    if (!asked.includes(name)) problems.push(`condition ${name} is never used`);
  }
  const edges = new Map(
    Object.entries(resources).map(([name, resource]) => [name, referencesIn(resource).map((entry) => entry.name)]),
  );
  if (hasCycle(edges)) problems.push('resources refer to each other in a circle');
  return problems;
}
