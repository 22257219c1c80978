import type { ValidateFunction } from 'ajv';
import { newAjv, problemsOf, schemaText } from './schemas.ts';
import { at, branch, complain, isBranch, list, parseJson, text, walk, word } from './tree.ts';
import type { Branch, Tree } from './tree.ts';
import { withSecrets } from './words.ts';
import type { Start } from './words.ts';

const CONTAINERS = 'azure-containerinstance-2025-09-01.json';
const COMMON = 'https://schema.management.azure.com/schemas/common/definitions.json';

/** Names of time zones as Logic Apps know them, and what they are. */
const WINDOWS_ZONES: Readonly<Record<string, string>> = { 'Eastern Standard Time': 'America/New_York' };
const WEEKDAYS = 'Monday,Tuesday,Wednesday,Thursday,Friday';
const SECTIONS = ['$schema', 'contentVersion', 'metadata', 'parameters', 'variables', 'resources', 'outputs'];

/** Fields that the schema does not know are refused, as Azure refuses them. */
function closed(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(closed);
  if (!isBranch(tree)) return tree;
  const copy: Branch = Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, closed(value)]));
  const isOpen = 'additionalProperties' in tree || tree['type'] !== 'object' || !isBranch(tree['properties']);
  return isOpen ? copy : { ...copy, additionalProperties: false };
}

let validate: ValidateFunction | undefined;

function containerGroup(): ValidateFunction {
  if (validate !== undefined) return validate;
  const schema = branch(closed(parseJson(schemaText(CONTAINERS))));
  const group = branch(at(schema, 'resourceDefinitions.containerGroups'));
  // What every resource may have, beside what its own schema knows.
  const properties = { ...branch(group['properties']), dependsOn: { type: 'array' } };
  const ajv = newAjv();
  const expression = { type: 'string', pattern: '^\\[[^\\[].*\\]$' };
  ajv.addSchema({ $id: COMMON, definitions: { expression } });
  const { $schema: _dialect, id: _id, ...rest } = schema;
  validate = ajv.compile({ ...rest, ...group, properties });
  return validate;
}

const resourcesOf = (template: Tree, type: string): Tree[] =>
  list(at(template, 'resources')).filter((resource) => at(resource, 'type') === type);

function referenceProblems(template: Tree): string[] {
  const types = list(at(template, 'resources')).map((resource) => text(at(resource, 'type')));
  return [...walk(template)].flatMap(({ path, value }) => {
    const source = text(value);
    if (!source.startsWith('[')) return [];
    const problems: string[] = [];
    const count = (letter: string): number => source.split(letter).length;
    if (count('(') !== count(')')) problems.push(`${path}: a bracket is missing`);
    for (const kind of ['parameters', 'variables']) {
      for (const [, name = ''] of source.matchAll(new RegExp(`\\b${kind}\\('([^']*)'\\)`, 'g'))) {
        if (at(template, `${kind}.${name}`) === undefined) problems.push(`${path}: there is no ${name} in ${kind}`);
      }
    }
    for (const [, type = ''] of source.matchAll(/resourceId\('([^']*)'/g)) {
      if (!types.includes(type)) problems.push(`${path}: the template has no ${type}`);
    }
    return problems;
  });
}

function groupProblems(group: Tree): string[] {
  const problems: string[] = [];
  const expect = complain(problems, 'container group');
  expect(at(group, 'properties.restartPolicy') === 'Never', 'restartPolicy must be Never');
  expect(at(group, 'properties.osType') === 'Linux', 'osType must be Linux');
  expect(at(group, 'properties.ipAddress') === undefined, 'must have no address');
  const volumes = list(at(group, 'properties.volumes')).map((volume) => text(at(volume, 'name')));
  for (const container of list(at(group, 'properties.containers'))) {
    const context = at(container, 'properties.securityContext') ?? null;
    expect(at(context, 'privileged') === false, 'must not be privileged');
    expect(at(context, 'allowPrivilegeEscalation') === false, 'must not gain privileges');
    expect(list(at(context, 'capabilities.drop')).includes('ALL'), 'capabilities must drop ALL');
    for (const mount of list(at(container, 'properties.volumeMounts'))) {
      expect(volumes.includes(text(at(mount, 'name'))), `there is no volume ${text(at(mount, 'name'))}`);
    }
  }
  return problems;
}

function scheduleProblems(workflow: Tree): string[] {
  const triggers = Object.values(branch(at(workflow, 'properties.definition.triggers')));
  const problems = triggers.length === 1 ? [] : ['schedule: there must be one trigger'];
  for (const trigger of triggers) {
    const zone = text(at(trigger, 'recurrence.timeZone'));
    if (WINDOWS_ZONES[zone] !== 'America/New_York')
      problems.push(`schedule: ${zone} is not New York as Windows names it`);
    if (at(trigger, 'recurrence.frequency') !== 'Week') problems.push('schedule: frequency must be Week');
    const days = list(at(trigger, 'recurrence.schedule.weekDays')).map(text).join(',');
    if (days !== WEEKDAYS) problems.push('schedule: must be on working days');
    if (list(at(trigger, 'recurrence.schedule.hours')).map(word).join(',') !== '6')
      problems.push('schedule: must be at six');
  }
  const start = at(workflow, 'properties.definition.actions.start') ?? null;
  if (at(start, 'inputs.authentication.type') !== 'ManagedServiceIdentity')
    problems.push('schedule: must use its identity');
  if (!text(at(start, 'inputs.uri')).includes('/start?')) problems.push('schedule: starts nothing');
  if (at(workflow, 'identity.type') !== 'SystemAssigned') problems.push('schedule: has no identity');
  return problems;
}

/** What is wrong with a template of deploy/azure. */
export function azureProblems(template: Tree): string[] {
  const problems = Object.keys(branch(template))
    .filter((key) => !SECTIONS.includes(key))
    .map((key) => `${key} is no section`);
  const groups = resourcesOf(template, 'Microsoft.ContainerInstance/containerGroups');
  const workflows = resourcesOf(template, 'Microsoft.Logic/workflows');
  if (groups.length !== 1 || workflows.length !== 1) problems.push('there must be a container group and its schedule');
  for (const resource of list(at(template, 'resources'))) {
    const isDated = /^\d{4}-\d\d-\d\d$/.test(text(at(resource, 'apiVersion')));
    if (!isDated || text(at(resource, 'name')) === '')
      problems.push('a resource needs a name and a version of its API');
  }
  for (const [name, parameter] of Object.entries(branch(at(template, 'parameters')))) {
    const isSecret = /password|username|token|key/i.test(name);
    if (isSecret && at(parameter, 'type') !== 'securestring') problems.push(`parameter ${name} must be a securestring`);
    if (isSecret && at(parameter, 'defaultValue') !== undefined)
      problems.push(`parameter ${name} must have no default`);
  }
  for (const account of resourcesOf(template, 'Microsoft.Storage/storageAccounts')) {
    if (at(account, 'properties.supportsHttpsTrafficOnly') !== true)
      problems.push('storage must be encrypted on the way');
  }
  for (const role of resourcesOf(template, 'Microsoft.Authorization/roleDefinitions')) {
    if (JSON.stringify(role).includes('*')) problems.push('the role of the schedule allows too much');
  }
  return [
    ...problems,
    ...groups.flatMap((group) => [...problemsOf(containerGroup(), group, 'container group'), ...groupProblems(group)]),
    ...workflows.flatMap(scheduleProblems),
    ...referenceProblems(template),
  ];
}

/** What is wrong with parameters.json beside its template: names, and secrets that do not come from Key Vault. */
export function parameterProblems(file: Tree, template: Tree): string[] {
  const wanted = branch(at(template, 'parameters'));
  const given = branch(at(file, 'parameters'));
  const missing = Object.keys(wanted).filter((name) => at(wanted[name], 'defaultValue') === undefined && !given[name]);
  return [
    ...missing.map((name) => `parameters.json: ${name} is missing`),
    ...Object.entries(given).flatMap(([name, value]) => {
      if (wanted[name] === undefined) return [`parameters.json: the template has no ${name}`];
      const isSecret = at(wanted[name], 'type') === 'securestring';
      const vault = text(at(value, 'reference.keyVault.id'));
      const isFromVault =
        vault.includes('/Microsoft.KeyVault/vaults/') && text(at(value, 'reference.secretName')) !== '';
      return isSecret && !isFromVault ? [`parameters.json: ${name} must come from Key Vault`] : [];
    }),
  ];
}

/** The start of the program in a template. */
export function azureStart(template: Tree): Start {
  const [group = null] = resourcesOf(template, 'Microsoft.ContainerInstance/containerGroups');
  const container = at(group, 'properties.containers.0.properties') ?? null;
  const defaultOf = (value: string): Tree | undefined => {
    const name = /parameters\('([^']*)'\)/.exec(value)?.[1];
    return name === undefined ? value : at(template, `parameters.${name}.defaultValue`);
  };
  const command = text(at(container, 'command'));
  const words = [...command.matchAll(/createArray\(([^)]*)\)/g)].flatMap(([, items = '']) =>
    [...items.matchAll(/'([^']*)'/g)].map(([, word = '']) => word),
  );
  const entries = list(at(container, 'environmentVariables'));
  const secrets = entries
    .filter((entry) => at(entry, 'secureValue') !== undefined)
    .map((entry) => text(at(entry, 'name')));
  const open = entries
    .filter((entry) => at(entry, 'value') !== undefined)
    .map((entry): [string, string] => [text(at(entry, 'name')), text(defaultOf(text(at(entry, 'value'))))]);
  return {
    place: 'deploy/azure',
    // The first word is the entry point, which `command` replaces.
    args: [...words.slice(1), ...list(defaultOf(command)).map(text)],
    ...withSecrets(open, secrets),
    mounts: list(at(container, 'volumeMounts')).map((mount) => text(at(mount, 'mountPath'))),
  };
}
