import { kindOf, nameOf } from './kustomize.ts';
import type { Manifest } from './kustomize.ts';
import { at, branch, complain, list, text } from './tree.ts';
import type { Branch, Tree } from './tree.ts';

/** A pod as a workload describes it. */
export interface Pod {
  /** `CronJob vortex-download`, for the messages. */
  readonly owner: string;
  readonly labels: Branch;
  readonly spec: Tree;
  /** Without those that run beside or before the main one. */
  readonly containers: readonly Tree[];
  readonly helpers: readonly Tree[];
}

const TEMPLATES: Readonly<Record<string, string>> = {
  CronJob: 'spec.jobTemplate.spec.template',
  Job: 'spec.template',
  Deployment: 'spec.template',
};

/** The pods of all workloads. */
export function podsOf(objects: readonly Manifest[]): Pod[] {
  return objects.flatMap((object) => {
    const path = TEMPLATES[kindOf(object)];
    if (path === undefined) return [];
    const template = at(object, path) ?? null;
    const spec = at(template, 'spec') ?? null;
    return [
      {
        owner: `${kindOf(object)} ${nameOf(object)}`,
        labels: branch(at(template, 'metadata.labels')),
        spec,
        containers: list(at(spec, 'containers')),
        helpers: list(at(spec, 'initContainers')),
      },
    ];
  });
}

/** Where the image comes from; a tag or a digest follows, and never `latest`. */
const IMAGE = /^ghcr\.io\/vortex-history\/vortex(?::(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/;
/** The only places that are written to. */
const WRITABLE = ['/data', '/tmp'];
const MAIN_RESOURCES = { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '500m', memory: '1Gi' } };

function containerProblems(container: Tree, owner: string): string[] {
  const name = `${owner}, container ${text(at(container, 'name'))}`;
  const problems: string[] = [];
  const expect = complain(problems, name);
  const context = at(container, 'securityContext') ?? null;
  expect(at(context, 'allowPrivilegeEscalation') === false, 'allowPrivilegeEscalation must be false');
  expect(at(context, 'readOnlyRootFilesystem') === true, 'readOnlyRootFilesystem must be true');
  expect(list(at(context, 'capabilities.drop')).includes('ALL'), 'capabilities must drop ALL');
  expect(list(at(context, 'capabilities.add')).length === 0, 'capabilities must add none');
  expect(at(context, 'privileged') !== true, 'must not be privileged');
  expect(![0, null].includes(Number(at(context, 'runAsUser') ?? 1000)), 'must not run as root');
  expect(
    IMAGE.test(text(at(container, 'image'))),
    `image ${text(at(container, 'image'))} is not ours with a fixed tag`,
  );
  for (const key of ['requests', 'limits']) {
    for (const unit of ['cpu', 'memory']) {
      expect(at(container, `resources.${key}.${unit}`) !== undefined, `resources.${key}.${unit} is missing`);
    }
  }
  for (const mount of list(at(container, 'volumeMounts'))) {
    const path = text(at(mount, 'mountPath'));
    expect(at(mount, 'readOnly') === true || WRITABLE.includes(path), `${path} must be mounted readOnly`);
  }
  expect(
    list(at(container, 'volumeMounts')).some((mount) => at(mount, 'mountPath') === '/tmp'),
    '/tmp is missing',
  );
  for (const port of list(at(container, 'ports')))
    expect(at(port, 'hostPort') === undefined, 'hostPort is not allowed');
  return problems;
}

function volumeProblems(
  { spec, owner, containers, helpers }: Pod,
  names: (kind: string) => readonly string[],
): string[] {
  const problems: string[] = [];
  const volumes = list(at(spec, 'volumes'));
  const declared = volumes.map((volume) => text(at(volume, 'name')));
  const mounts = [...containers, ...helpers].flatMap((container) => list(at(container, 'volumeMounts')));
  const mounted = mounts.map((mount) => text(at(mount, 'name')));
  for (const name of mounted) if (!declared.includes(name)) problems.push(`${owner}: no volume ${name} to mount`);
  for (const name of declared) if (!mounted.includes(name)) problems.push(`${owner}: volume ${name} is never mounted`);
  const known = (kind: string, name: Tree | undefined, isOptional: boolean): void => {
    if (name !== undefined && !isOptional && !names(kind).includes(text(name))) {
      problems.push(`${owner}: there is no ${kind} ${text(name)}`);
    }
  };
  for (const volume of volumes) {
    known('PersistentVolumeClaim', at(volume, 'persistentVolumeClaim.claimName'), false);
    known('ConfigMap', at(volume, 'configMap.name'), at(volume, 'configMap.optional') === true);
    known('Secret', at(volume, 'secret.secretName'), at(volume, 'secret.optional') === true);
    if (at(volume, 'hostPath') !== undefined) problems.push(`${owner}: hostPath is not allowed`);
  }
  for (const container of [...containers, ...helpers]) {
    for (const source of list(at(container, 'envFrom'))) known('ConfigMap', at(source, 'configMapRef.name'), false);
    for (const { valueFrom } of list(at(container, 'env')).map(branch)) {
      known('ConfigMap', at(valueFrom, 'configMapKeyRef.name'), false);
      known('Secret', at(valueFrom, 'secretKeyRef.name'), false);
    }
  }
  known('ServiceAccount', at(spec, 'serviceAccountName') ?? '', false);
  return problems;
}

function probeProblems({ owner, containers }: Pod): string[] {
  return containers.flatMap((container) => {
    const ports = list(at(container, 'ports')).map((port) => text(at(port, 'name')));
    return ['startupProbe', 'livenessProbe', 'readinessProbe'].flatMap((probe) => {
      const got = at(container, `${probe}.httpGet`);
      if (got === undefined) return ports.length === 0 ? [] : [`${owner}: ${probe} is missing`];
      const wanted = probe === 'readinessProbe' ? '/ready' : '/live';
      return [
        ...(at(got, 'path') === wanted ? [] : [`${owner}: ${probe} must ask ${wanted}`]),
        ...(ports.includes(text(at(got, 'port'))) ? [] : [`${owner}: ${probe} asks a port that is not there`]),
      ];
    });
  });
}

/**
 * What is wrong with a pod that no schema sees: the restricted profile and our own rules of hardening, mounts, and names of
 * other objects.
 * @param names the names of a kind that the rendering has
 */
export function podProblems(pod: Pod, names: (kind: string) => readonly string[]): string[] {
  const { spec, owner, containers, helpers } = pod;
  const problems: string[] = [];
  const expect = complain(problems, owner);
  const context = at(spec, 'securityContext') ?? null;
  expect(at(context, 'runAsNonRoot') === true, 'runAsNonRoot must be true');
  for (const key of ['runAsUser', 'runAsGroup', 'fsGroup']) expect(at(context, key) === 1000, `${key} must be 1000`);
  expect(at(context, 'seccompProfile.type') === 'RuntimeDefault', 'seccompProfile must be RuntimeDefault');
  expect(at(spec, 'automountServiceAccountToken') === false, 'automountServiceAccountToken must be false');
  expect(at(spec, 'enableServiceLinks') === false, 'enableServiceLinks must be false');
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) expect(at(spec, key) !== true, `${key} is not allowed`);
  const main = containers.find((container) => at(container, 'name') === 'vortex');
  expect(containers.length === 1 && main !== undefined, 'one container, named vortex');
  const resources = JSON.stringify(at(main, 'resources'));
  expect(resources === JSON.stringify(MAIN_RESOURCES), 'resources must be 250m/512Mi to 500m/1Gi');
  return [
    ...problems,
    ...[...containers, ...helpers].flatMap((container) => containerProblems(container, owner)),
    ...volumeProblems(pod, names),
    ...probeProblems(pod),
  ];
}
