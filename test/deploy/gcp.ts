import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { googleTypeProblems } from './google-types.ts';
import { isCron, isZone } from './schedule.ts';
import { ROOT, at, branch, complain, list, text, word } from './tree.ts';
import type { Tree } from './tree.ts';
import { withSecrets } from './words.ts';
import type { Start } from './words.ts';

const IMAGE =
  /^REGION-docker\.pkg\.dev\/PROJECT_ID\/ghcr\/vortex-history\/vortex(?::(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/;
const ANNOTATIONS = 'run.googleapis.com/';

/** The pod of a job or of a service. */
const podOf = (object: Tree): Tree =>
  at(
    object,
    object !== null && at(object, 'kind') === 'Job' ? 'spec.template.spec.template.spec' : 'spec.template.spec',
  ) ?? null;

function volumeProblems(pod: Tree, container: Tree): string[] {
  const problems: string[] = [];
  const volumes = list(at(pod, 'volumes'));
  const names = volumes.map((volume) => text(at(volume, 'name')));
  const mounts = list(at(container, 'volumeMounts'));
  for (const mount of mounts) {
    if (!names.includes(text(at(mount, 'name')))) problems.push(`there is no volume ${text(at(mount, 'name'))}`);
  }
  const data = volumes.find((volume) => at(volume, 'name') === 'data') ?? null;
  if (at(data, 'nfs.server') !== 'NFS_SERVER') problems.push('the data folder must be on NFS');
  for (const volume of volumes) {
    const driver = at(volume, 'csi.driver');
    if (driver !== undefined && driver !== 'gcsfuse.run.googleapis.com') problems.push('there is no such csi driver');
    const kinds = Object.keys(branch(volume)).filter((key) => key !== 'name');
    if (kinds.length !== 1 || !['nfs', 'csi', 'secret', 'emptyDir'].includes(kinds[0] ?? '')) {
      problems.push('Cloud Run mounts nfs, csi, secret and emptyDir only');
    }
  }
  return problems;
}

function serviceProblems(object: Tree, container: Tree): string[] {
  const problems: string[] = [];
  const expect = complain(problems, '');
  const annotations = branch(at(object, 'spec.template.metadata.annotations'));
  const outer = branch(at(object, 'metadata.annotations'));
  expect(annotations['autoscaling.knative.dev/maxScale'] === '1', 'one instance at most');
  expect(annotations['autoscaling.knative.dev/minScale'] === '1', 'one instance at least: a run outlives its request');
  expect(
    annotations[`${ANNOTATIONS}cpu-throttling`] === 'false',
    'the processor must stay: a run outlives its request',
  );
  expect(outer[`${ANNOTATIONS}ingress`] === 'internal', 'must not be open to the internet');
  const port = at(container, 'ports.0.containerPort');
  for (const probe of ['startupProbe', 'livenessProbe']) {
    expect(at(container, `${probe}.httpGet.port`) === port, `${probe} asks another port`);
    expect(at(container, `${probe}.httpGet.path`) === '/live', `${probe} must ask /live`);
  }
  const env = list(at(container, 'env'));
  const listens = env.find((entry) => at(entry, 'name') === 'VORTEX_SERVE_PORT') ?? null;
  expect(at(listens, 'value') === word(port), 'the program listens on another port');
  return problems;
}

/** What is wrong with a manifest of deploy/gcp: Google's types, and what they do not see. */
export function gcpProblems(object: Tree): string[] {
  const isJob = at(object, 'kind') === 'Job';
  const wanted = isJob ? 'run.googleapis.com/v1' : 'serving.knative.dev/v1';
  const id = `${text(at(object, 'kind'))} ${text(at(object, 'metadata.name'))}`;
  const problems = googleTypeProblems(object, isJob ? 'Schema$Job' : 'Schema$Service', id);
  const expect = complain(problems, id);
  expect(isJob || at(object, 'kind') === 'Service', 'must be a Job or a Service');
  expect(at(object, 'apiVersion') === wanted, `apiVersion must be ${wanted}`);
  expect(/^[a-z][a-z0-9-]{0,48}$/.test(text(at(object, 'metadata.name'))), 'the name is none');
  const pod = podOf(object);
  expect(text(at(pod, 'serviceAccountName')).startsWith('vortex@'), 'must have an account of its own');
  const containers = list(at(pod, 'containers'));
  expect(containers.length === 1, 'must have one container');
  const container = containers[0] ?? null;
  expect(IMAGE.test(text(at(container, 'image'))), 'the image must be ours, with a fixed tag');
  expect(at(container, 'resources.limits.memory') === '1Gi', 'must have 1Gi of memory');
  for (const entry of list(at(container, 'env'))) {
    const isSecret = at(entry, 'valueFrom.secretKeyRef') !== undefined;
    expect(isSecret || typeof at(entry, 'value') === 'string', `${text(at(entry, 'name'))} has no value`);
    expect(!isSecret || at(entry, 'valueFrom.secretKeyRef.key') !== undefined, 'a secret needs a version');
  }
  if (isJob) {
    expect(Number(at(pod, 'timeoutSeconds')) >= 3600, 'timeoutSeconds must be an hour at least');
    expect(at(pod, 'maxRetries') === 0, 'maxRetries must be 0: a run has tried again by itself');
    expect(at(object, 'spec.template.spec.taskCount') === 1, 'taskCount must be 1: more are shards');
  }
  const more = [...volumeProblems(pod, container), ...(isJob ? [] : serviceProblems(object, container))];
  return [...problems, ...more.map((problem) => `${id}: ${problem}`)];
}

/** The start of the program in a manifest. */
export function gcpStart(object: Tree): Start {
  const container = list(at(podOf(object), 'containers'))[0] ?? null;
  const entries = list(at(container, 'env'));
  const secrets = entries
    .filter((entry) => at(entry, 'valueFrom') !== undefined)
    .map((entry) => text(at(entry, 'name')));
  const open = entries
    .filter((entry) => at(entry, 'value') !== undefined)
    .map((entry): [string, string] => [text(at(entry, 'name')), text(at(entry, 'value'))]);
  return {
    place: text(at(object, 'metadata.name')),
    args: list(at(container, 'args')).map(text),
    ...withSecrets(open, secrets),
    mounts: list(at(container, 'volumeMounts')).map((mount) => text(at(mount, 'mountPath'))),
  };
}

/** What is wrong with deploy.sh: the shell's own faults, schedules, and names that it and the manifests must share. */
export function deployScriptProblems(source: string, manifests: readonly Tree[]): string[] {
  const problems: string[] = [];
  const checked = spawnSync('shellcheck', ['--shell', 'bash', '-'], { input: source, encoding: 'utf8' });
  if (checked.error === undefined && checked.status !== 0) problems.push(`deploy.sh: ${checked.stdout.trim()}`);
  const jobs = manifests
    .filter((object) => at(object, 'kind') === 'Job')
    .map((object) => text(at(object, 'metadata.name')));
  const planned = [...source.matchAll(/^schedule (\S+) '(.*)'$/gm)];
  if (planned.length !== jobs.length) problems.push('deploy.sh: every job must have its schedule');
  for (const [, job = '', cron = ''] of planned) {
    if (!jobs.includes(job)) problems.push(`deploy.sh: there is no job ${job} to schedule`);
    if (!isCron(cron)) problems.push(`deploy.sh: ${cron} is not of five fields of cron`);
  }
  const zone = /--time-zone (\S+)/.exec(source)?.[1] ?? '';
  if (!isZone(zone)) problems.push(`deploy.sh: ${zone} is no time zone`);
  const words = JSON.stringify(manifests);
  for (const [, secret = ''] of words.matchAll(/"secretKeyRef":\{"name":"([\w-]+)"/g)) {
    if (!new RegExp(`^for secret in .*\\b${secret}\\b`, 'm').test(source))
      problems.push(`deploy.sh: makes no ${secret}`);
  }
  for (const word of ['PROJECT_ID', 'REGION', 'NFS_SERVER']) {
    if (!source.includes(`s/${word}/$${word}/g`)) problems.push(`deploy.sh: does not fill in ${word}`);
  }
  return problems;
}

/** deploy.sh as it stands. */
export const readDeployScript = (): string => readFileSync(join(ROOT, 'deploy/gcp/deploy.sh'), 'utf8');
