import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { scheduleProblems } from './jobs.ts';
import { kindOf, nameOf } from './kustomize.ts';
import type { Manifest } from './kustomize.ts';
import { networkProblems } from './network.ts';
import { podProblems, podsOf } from './pods.ts';
import type { Pod } from './pods.ts';
import { ROOT, at, branch, list, readYaml, text } from './tree.ts';
import type { Branch, Tree } from './tree.ts';

const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const LABEL = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;
/** The alerts as the monitoring folder has them; the PrometheusRule has the same. */
const RULES = 'deploy/monitoring/rules.yml';

/** True when every label of a selector is there. */
export const selects = (selector: Tree | undefined, labels: Branch): boolean =>
  Object.entries(branch(selector)).every(([key, value]) => labels[key] === value);

/** The names of a kind; a Secret is also what an ExternalSecret writes. */
export function namesOf(objects: readonly Manifest[]): (kind: string) => string[] {
  return (kind) => [
    ...objects.filter((object) => kindOf(object) === kind).map(nameOf),
    ...(kind === 'Secret'
      ? objects
          .filter((object) => kindOf(object) === 'ExternalSecret')
          .map((object) => text(at(object, 'spec.target.name')))
      : []),
  ];
}

function metadataProblems(objects: readonly Manifest[], namespace: string): string[] {
  const seen = new Set<string>();
  return objects.flatMap((object) => {
    const id = `${kindOf(object)} ${nameOf(object)}`;
    const problems: string[] = [];
    if (!NAME.test(nameOf(object))) problems.push(`${id}: the name is none`);
    if (seen.has(id)) problems.push(`${id}: is there twice`);
    seen.add(id);
    const labels = branch(at(object, 'metadata.labels'));
    for (const [key, value] of Object.entries(labels)) {
      if (!LABEL.test(text(value))) problems.push(`${id}: label ${key} has a value that is none`);
    }
    const own = kindOf(object) === 'Namespace' ? nameOf(object) : text(at(object, 'metadata.namespace'));
    if (own !== namespace) problems.push(`${id}: is in the namespace ${own || 'default'}, not in ${namespace}`);
    return problems;
  });
}

function serviceProblems(service: Manifest, pods: readonly Pod[]): string[] {
  const id = `Service ${nameOf(service)}`;
  const behind = pods.filter((pod) => selects(at(service, 'spec.selector'), pod.labels));
  if (behind.length !== 1) return [`${id}: the selector finds ${behind.length} workloads, not one`];
  const ports = behind.flatMap((pod) => pod.containers).flatMap((container) => list(at(container, 'ports')));
  return list(at(service, 'spec.ports')).flatMap((port) => {
    const target = at(port, 'targetPort');
    const isThere = ports.some((own) => at(own, 'name') === target || at(own, 'containerPort') === target);
    return isThere && at(port, 'name') === 'http' ? [] : [`${id}: its port leads to no port of the pod named http`];
  });
}

function monitorProblems(monitor: Manifest, services: readonly Manifest[]): string[] {
  const id = `ServiceMonitor ${nameOf(monitor)}`;
  const selector = at(monitor, 'spec.selector.matchLabels');
  const found = services.filter((service) => selects(selector, branch(at(service, 'metadata.labels'))));
  if (found.length !== 1) return [`${id}: the selector finds ${found.length} services, not one`];
  const ports = found.flatMap((service) => list(at(service, 'spec.ports'))).map((port) => at(port, 'name'));
  return list(at(monitor, 'spec.endpoints')).flatMap((endpoint) => [
    ...(ports.includes(at(endpoint, 'port')) ? [] : [`${id}: the service has no port ${text(at(endpoint, 'port'))}`]),
    ...(at(endpoint, 'path') === '/metrics' ? [] : [`${id}: metrics are at /metrics`]),
  ]);
}

function ruleProblems(rule: Manifest): string[] {
  const id = `PrometheusRule ${nameOf(rule)}`;
  const groups = list(at(rule, 'spec.groups'));
  const alerts = groups
    .flatMap((group) => list(at(group, 'rules')))
    .filter((entry) => at(entry, 'alert') !== undefined);
  const problems = alerts.flatMap((alert) =>
    ['labels.severity', 'annotations.summary'].flatMap((path) =>
      text(at(alert, path)) === '' ? [`${id}: alert ${text(at(alert, 'alert'))} has no ${path}`] : [],
    ),
  );
  if (alerts.length === 0) problems.push(`${id}: has no alert`);
  if (existsSync(join(ROOT, RULES))) {
    const isSame = isDeepStrictEqual(groups, list(at(readYaml(RULES)[0], 'groups')));
    if (!isSame) problems.push(`${id}: the groups are not those of ${RULES}`);
  }
  return problems;
}

function secretProblems(object: Manifest, names: (kind: string) => readonly string[]): string[] {
  const id = `${kindOf(object)} ${nameOf(object)}`;
  if (kindOf(object) === 'SecretStore') {
    const account = text(at(object, 'spec.provider.vault.auth.kubernetes.serviceAccountRef.name'));
    const isSafe = text(at(object, 'spec.provider.vault.server')).startsWith('https://');
    return [
      ...(names('ServiceAccount').includes(account) ? [] : [`${id}: there is no ServiceAccount ${account}`]),
      ...(isSafe ? [] : [`${id}: the server must be asked by https`]),
    ];
  }
  const store = text(at(object, 'spec.secretStoreRef.name'));
  const isKnown = at(object, 'spec.secretStoreRef.kind') === 'SecretStore' && names('SecretStore').includes(store);
  return isKnown ? [] : [`${id}: there is no SecretStore ${store}`];
}

function deploymentProblems(object: Manifest): string[] {
  const id = `Deployment ${nameOf(object)}`;
  const labels = branch(at(object, 'spec.template.metadata.labels'));
  const selector = at(object, 'spec.selector.matchLabels');
  const problems: string[] = [];
  if (Object.keys(branch(selector)).length === 0 || !selects(selector, labels)) {
    problems.push(`${id}: the selector does not find its own pods`);
  }
  if (Number(at(object, 'spec.replicas')) > 1) problems.push(`${id}: two of it would want one data folder`);
  if (at(object, 'spec.strategy.type') !== 'Recreate') problems.push(`${id}: strategy must be Recreate`);
  return problems;
}

function ownProblems(object: Manifest, objects: readonly Manifest[], pods: readonly Pod[]): string[] {
  const names = namesOf(objects);
  const id = `${kindOf(object)} ${nameOf(object)}`;
  switch (kindOf(object)) {
    case 'Service':
      return serviceProblems(object, pods);
    case 'ServiceMonitor':
      return monitorProblems(
        object,
        objects.filter((other) => kindOf(other) === 'Service'),
      );
    case 'PrometheusRule':
      return ruleProblems(object);
    case 'SecretStore':
    case 'ExternalSecret':
      return secretProblems(object, names);
    case 'Deployment':
      return deploymentProblems(object);
    case 'PersistentVolumeClaim':
      return text(at(object, 'spec.storageClassName')) === '' ? [`${id}: the overlay names no storage class`] : [];
    case 'Namespace':
      return branch(at(object, 'metadata.labels'))['pod-security.kubernetes.io/enforce'] === 'restricted'
        ? []
        : [`${id}: Pod Security must be enforced as restricted`];
    case 'ConfigMap':
      return Object.keys(branch(object['data'])).length === 0 ? [`${id}: holds nothing`] : [];
    case 'ServiceAccount':
      return at(object, 'automountServiceAccountToken') === false ? [] : [`${id}: must mount no token`];
    default:
      return scheduleProblems(object);
  }
}

/**
 * What is wrong with a rendering that no schema sees, one line a problem.
 * @param extra objects that are applied beside it: they are looked up, not checked
 */
export function clusterProblems(objects: readonly Manifest[], extra: readonly Manifest[] = []): string[] {
  const all = [...objects, ...extra];
  const pods = podsOf(all);
  const namespace = nameOf(all.find((object) => kindOf(object) === 'Namespace') ?? {});
  return [
    ...(namespace === '' ? ['there is no Namespace'] : []),
    ...metadataProblems(objects, namespace),
    ...podsOf(objects).flatMap((pod) => podProblems(pod, namesOf(all))),
    ...objects.flatMap((object) => ownProblems(object, all, pods)),
    ...networkProblems(objects, pods, all),
  ];
}
