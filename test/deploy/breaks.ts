import { kindOf } from './kustomize.ts';
import type { Manifest } from './kustomize.ts';
import { at, branch, changed, list } from './tree.ts';
import type { Tree } from './tree.ts';

/** One way to break something: what stands at a path instead; undefined: nothing. */
export type Break = readonly [path: string, value: Tree | undefined];

/** Ways that every object of a cluster can be broken in. */
const EVERY: readonly Break[] = [
  ['apiVersion', 'example.com/v9'],
  ['kind', 'Nonsense'],
  ['surplus', 1],
  ['metadata.name', 'Not_A_Name'],
  ['metadata.name', undefined],
  ['metadata.lables', {}],
  ['metadata.labels', { 'app.kubernetes.io/name': 'two words' }],
  ['metadata.labels', 'vortex'],
  ['metadata.annotations', ['a list']],
];

/** Those that a pod can be broken in; `P` is where its spec stands. */
const POD: readonly Break[] = [
  ['P.securityContext.runAsNonRoot', false],
  ['P.securityContext.runAsUser', 0],
  ['P.securityContext.fsGroup', undefined],
  ['P.securityContext.seccompProfile.type', 'Unconfined'],
  ['P.hostNetwork', true],
  ['P.enableServiceLinks', true],
  ['P.automountServiceAccountToken', undefined],
  ['P.serviceAccountName', 'nobody'],
  ['P.containers.0.securityContext.readOnlyRootFilesystem', false],
  ['P.containers.0.securityContext.allowPrivilegeEscalation', true],
  ['P.containers.0.securityContext.capabilities.drop', []],
  ['P.containers.0.securityContext.readOnlyRootFileSystem', true],
  ['P.containers.0.image', 'ghcr.io/vortex-history/vortex:latest'],
  ['P.containers.0.image', 'docker.io/vortex:0.1.0'],
  ['P.containers.0.args.0', 'downlod'],
  ['P.containers.0.args', ['download', '--nonsense']],
  ['P.containers.0.env', [{ name: 'VORTEX_LOGING_LEVEL', value: 'info' }]],
  ['P.containers.0.env', [{ name: 'VORTEX_LOGGING_LEVEL', value: 'loud' }]],
  ['P.containers.0.env', [{ name: 'VORTEX_BARCHART_PASSWORD', value: 'in the open' }]],
  ['P.containers.0.env', [{ name: 'VORTEX_PASSWORD_FILE', value: '/run/secrets/vortex/nothing' }]],
  ['P.containers.0.envFrom.0.configMapRef.name', 'nothing'],
  ['P.containers.0.resources.limits.memory', '2Gi'],
  ['P.containers.0.resources.requests', undefined],
  ['P.containers.0.volumeMounts.0.name', 'nothing'],
  ['P.volumes.0.name', 'other'],
  ['P.volumes', []],
];

const JOB: readonly Break[] = [
  ['J.activeDeadlineSeconds', undefined],
  ['J.backoffLimit', 6],
  ['J.podFailurePolicy', undefined],
  ['J.podFailurePolicy.rules.0.onExitCodes.values', [2]],
  ['J.podFailurePolicy.rules.0.onExitCodes.containerName', 'main'],
  ['J.podFailurePolicy.rules.0.onExitCodes.operator', 'NotIn'],
  ['J.podFailurePolicy.rules.1.action', 'Count'],
  ['P.restartPolicy', 'OnFailure'],
];

const OWN: Readonly<Record<string, readonly Break[]>> = {
  CronJob: [
    ['spec.schedule', '0 6 * * 1-5 *'],
    ['spec.schedule', '0 26 * * 1-5'],
    ['spec.schedule', 'cron(0 6 ? * MON-FRI *)'],
    ['spec.timeZone', 'America/NewYork'],
    ['spec.timeZone', 'Eastern Standard Time'],
    ['spec.timeZone', undefined],
    ['spec.concurrencyPolicy', 'Allow'],
    ['spec.startingDeadlineSeconds', undefined],
    ['spec.failedJobsHistoryLimit', 'five'],
    ['spec.timezone', 'America/New_York'],
    ...JOB,
    ...POD,
  ],
  Job: [
    ['spec.completions', 5],
    ['spec.parallelism', 2],
    ['spec.completionMode', undefined],
    ['P.containers.0.args', ['download']],
    ['P.containers.0.env', [{ name: 'VORTEX_SHARD_COUNT', value: '8' }]],
    ...JOB.filter(([path]) => path !== 'J.backoffLimit'),
    ...POD,
  ],
  Deployment: [
    ['spec.replicas', 2],
    ['spec.strategy.type', 'RollingUpdate'],
    ['spec.selector.matchLabels', { 'app.kubernetes.io/component': 'other' }],
    ['spec.selector', undefined],
    ['P.containers.0.ports.0.name', 'web'],
    ['P.containers.0.livenessProbe.httpGet.path', '/health'],
    ['P.containers.0.readinessProbe.httpGet.port', 'web'],
    ['P.containers.0.startupProbe', undefined],
    ['P.containers.0.readinesProbe', {}],
    ...POD,
  ],
  Service: [
    ['spec.selector', { 'app.kubernetes.io/component': 'other' }],
    ['spec.ports.0.targetPort', 'web'],
    ['spec.ports.0.name', 'web'],
    ['spec.ports.0.port', 'http'],
  ],
  ServiceMonitor: [
    ['spec.selector.matchLabels', { 'app.kubernetes.io/component': 'other' }],
    ['spec.endpoints.0.port', 'web'],
    ['spec.endpoints.0.path', '/metric'],
    ['spec.endpoints.0.intervall', '30s'],
    ['spec.endpoints', undefined],
  ],
  PrometheusRule: [
    ['spec.groups', []],
    ['spec.groups.0.rules.0.expr', undefined],
    ['spec.groups.0.rules.0.labels', {}],
    ['spec.groups.0.rules.0.for', 'a while'],
    ['spec.groups.0.rules.0.annotation', {}],
  ],
  NetworkPolicy: [
    ['spec.policyTypes', []],
    ['spec.podSelector.matchLabels', { 'app.kubernetes.io/name': 'other' }],
    ['spec.egress', [{}]],
    ['spec.egres', []],
    ['spec.podSelector', undefined],
  ],
  PersistentVolumeClaim: [
    ['spec.storageClassName', undefined],
    ['spec.storageClass', 'standard'],
    ['spec.resources.requests.storage', { size: 1 }],
    ['metadata.name', 'other'],
  ],
  Namespace: [
    ['metadata.labels', {}],
    ['metadata.name', 'elsewhere'],
  ],
  ServiceAccount: [
    ['automountServiceAccountToken', true],
    ['metadata.name', 'other'],
  ],
  ConfigMap: [
    ['metadata.name', 'other'],
    ['dat', {}],
    ['data', undefined],
  ],
  SecretStore: [
    ['spec.provider.vault.server', 'http://vault.example.com'],
    ['spec.provider.vault.auth.kubernetes.serviceAccountRef.name', 'nobody'],
    ['spec.provider.vault.auth.kubernetes.role', undefined],
    ['spec.provider.vualt', {}],
    ['metadata.name', 'other'],
  ],
  ExternalSecret: [
    ['apiVersion', 'external-secrets.io/v1beta1'],
    ['spec.secretStoreRef.name', 'other'],
    ['spec.target.name', 'other'],
    ['spec.data.0.secretKey', 'other'],
    ['spec.data.0.remoteRef.key', undefined],
    ['spec.refreshIntervall', '1h'],
  ],
  Secret: [
    ['stringData', 'text'],
    ['stringData.token', 1],
  ],
  Ingress: [
    ['spec.tls', []],
    ['spec.rules.0.host', 'other.example.com'],
    ['spec.rules.0.http.paths.0.backend.service.name', 'other'],
    ['spec.rules.0.http.paths.0.backend.service.port.name', 'web'],
    ['spec.rules.0.http.paths.0.pathType', undefined],
  ],
};

const JOB_SPEC: Readonly<Record<string, string>> = { CronJob: 'spec.jobTemplate.spec', Job: 'spec' };

/** Every way in which an object is to be broken; a path that it does not have is left out. */
export function breaksOf(object: Manifest): Break[] {
  const kind = kindOf(object);
  const job = JOB_SPEC[kind] ?? 'spec';
  const elsewhere: Break[] = kind === 'Namespace' ? [] : [['metadata.namespace', 'elsewhere']];
  const data: Break[] = Object.entries(branch(object['data'])).flatMap(([key]): Break[] => [
    [`data~${key}`, '{"nonsense": true}'],
  ]);
  const own = (OWN[kind] ?? []).map(([path, value]): Break => [
    path.replace(/^P\b/, `${job}.template.spec`).replace(/^J\b/, job),
    value,
  ]);
  return [...EVERY, ...elsewhere, ...own, ...data].filter(([path]) => {
    const parent = path.split('.').slice(0, -1).join('.');
    return parent === '' || at(object, parent) !== undefined;
  });
}

/** The object, broken. Keys with dots, such as file names, follow a tilde. */
export function broken(object: Manifest, [path, value]: Break): Manifest {
  const [parent = '', key] = path.split('~');
  if (key === undefined) return branch(changed(object, path, value));
  return branch(changed(object, parent, { ...branch(at(object, parent)), [key]: value ?? null }));
}

/** A rendering with another object in the place of one. */
export const replaced = (objects: readonly Manifest[], before: Manifest, after: Manifest): Manifest[] =>
  list(objects.map((object) => (object === before ? after : object))).map((object) => branch(object));
