import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateWorkflow } from '@action-validator/core';
import { ROOT, at, branch, complain, isBranch, list, parseJson, parseYaml, text, walk } from './tree.ts';
import type { Tree } from './tree.ts';

/** The widest a job may ask for. */
const MOST: Readonly<Record<string, readonly string[]>> = {
  contents: ['read'],
  packages: ['read', 'write'],
  'id-token': ['write'],
};

/** The jobs that may write to the repository: they make the release of GitHub. */
const WRITERS = ['job github-release'];

function permissionProblems(permissions: Tree | undefined, place: string): string[] {
  if (!isBranch(permissions)) return [`${place}: permissions must be named one by one`];
  return Object.entries(permissions).flatMap(([name, level]) =>
    MOST[name]?.includes(text(level)) === true || (WRITERS.includes(place) && name === 'contents')
      ? []
      : [`${place}: ${name}: ${text(level)} is more than is needed`],
  );
}

function stepProblems(step: Tree, place: string, scripts: readonly string[]): string[] {
  const problems: string[] = [];
  const run = text(at(step, 'run'));
  // What comes from outside would become part of the script.
  if (run.includes('${{')) problems.push(`${place}: hand it to the script by env`);
  for (const [, script = ''] of run.matchAll(/npm run ([\w:]+)/g)) {
    if (!scripts.includes(script)) problems.push(`${place}: there is no npm run ${script}`);
  }
  for (const [path] of run.matchAll(/deploy\/[\w./-]+\.sh/g)) {
    if (!existsSync(join(ROOT, path))) problems.push(`${place}: there is no ${path}`);
  }
  const isCheckout = text(at(step, 'uses')).startsWith('actions/checkout@');
  if (isCheckout && at(step, 'with.persist-credentials') !== false) problems.push(`${place}: keeps its token on disk`);
  return problems;
}

function jobProblems(job: Tree, jobs: Tree, place: string, scripts: readonly string[]): string[] {
  const problems: string[] = [];
  const expect = complain(problems, place);
  const called = text(at(job, 'uses'));
  if (called === '') {
    expect(text(at(job, 'runs-on')) === 'ubuntu-24.04', 'the machine must be a fixed one');
    expect(typeof at(job, 'timeout-minutes') === 'number', 'timeout-minutes is missing');
  } else expect(existsSync(join(ROOT, called)), `there is no ${called}`);
  if (at(job, 'permissions') !== undefined) problems.push(...permissionProblems(at(job, 'permissions'), place));
  for (const other of [at(job, 'needs') ?? []].flat()) {
    expect(at(jobs, text(other)) !== undefined, `needs ${text(other)}, which is not there`);
  }
  for (const { value } of walk(job)) {
    for (const [, other = '', output = ''] of text(value).matchAll(/needs\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      expect(at(jobs, `${other}.outputs.${output}`) !== undefined, `${other} has no output ${output}`);
      expect([at(job, 'needs') ?? []].flat().includes(other), `must need ${other} to read its output`);
    }
  }
  const environment = text(at(job, 'with.environment'));
  if (environment !== '') {
    expect(existsSync(join(ROOT, 'deploy/kubernetes/overlays', environment)), `there is no overlay ${environment}`);
  }
  list(at(job, 'steps')).forEach((step, index) => {
    problems.push(...stepProblems(step, `${place}, step ${index + 1}`, scripts));
  });
  return problems;
}

/** A called workflow gets no secret of its caller unless that hands it on. */
function secretProblems(job: Tree, place: string): string[] {
  const called = text(at(job, 'uses'));
  const path = join(ROOT, called);
  if (called === '' || !existsSync(path)) return [];
  const asks = /secrets\.(?!GITHUB_TOKEN)\w+/.test(readFileSync(path, 'utf8'));
  const isHandedOn = at(job, 'secrets') === 'inherit';
  return asks && !isHandedOn ? [`${place}: ${called} gets no secrets; say secrets: inherit`] : [];
}

/** A script that reads a secret ends with a sentence where it is empty. */
function emptySecretProblems(job: Tree, place: string): string[] {
  return list(at(job, 'steps')).flatMap((step, index) =>
    Object.entries(branch(at(step, 'env'))).flatMap(([name, value]) => {
      const isSecret = /secrets\.(?!GITHUB_TOKEN)/.test(text(value));
      const isChecked = text(at(step, 'run')).includes(`[ -z "$${name}" ]`);
      return isSecret && !isChecked ? [`${place}, step ${index + 1}: says nothing when ${name} is empty`] : [];
    }),
  );
}

/** Everything that a release does with an image, it does with the one digest that was built. */
const OF_THE_BUILD = ['${{ needs.build.outputs.image }}', '${{ needs.image.outputs.image }}', '${{ inputs.image }}'];
const TAKES_IMAGE = ['with.image', 'with.image-ref', 'env.IMAGE'];

function digestProblems(jobs: Tree): string[] {
  const builds = Object.entries(branch(jobs)).flatMap(([name, job]) =>
    list(at(job, 'steps'))
      .filter((step) => text(at(step, 'uses')).startsWith('docker/build-push-action@'))
      .map((step) => ({ name, step })),
  );
  const problems: string[] = [];
  const expect = complain(problems, 'release');
  if (builds.length === 0) return [];
  expect(builds.length === 1, 'builds more than once: what was scanned is not what is pushed');
  const settings = builds[0]?.step ?? null;
  expect(text(at(settings, 'with.outputs')).includes('push-by-digest=true'), 'must push by digest, without a name');
  expect(at(settings, 'with.tags') === undefined, 'must give no name before the tests');
  expect(text(at(settings, 'with.platforms')) === 'linux/amd64,linux/arm64', 'must build for amd64 and arm64');
  expect(
    at(settings, 'with.sbom') === true && at(settings, 'with.provenance') === 'mode=max',
    'needs SBOM and provenance',
  );
  const all = JSON.stringify(jobs);
  for (const word of ['cosign sign', 'trivy-action@', 'vitest.image.config.ts']) {
    expect(all.includes(word), `${word} is missing`);
  }
  for (const [name, job] of Object.entries(branch(jobs))) {
    for (const user of [job, ...list(at(job, 'steps'))]) {
      for (const path of TAKES_IMAGE) {
        const image = at(user, path);
        expect(
          image === undefined || OF_THE_BUILD.includes(text(image)),
          `${name} takes ${text(image)}, not the digest that was built`,
        );
      }
    }
  }
  for (const name of ['production', 'second-region']) {
    expect(
      text(at(jobs, `${name}.if`)).includes("!contains(github.ref_name, '-')"),
      `a pre-release must not go to ${name}`,
    );
  }
  expect(/\$VERSION != \*-\*[^;]*; then tags\+=\(--tag \\"\$name:latest/.test(all), 'a pre-release must not be latest');
  return problems;
}

/** The order in which an image goes round. */
const ORDER = ['dev', 'staging', 'production', 'second-region'];

function orderProblems(jobs: Tree): string[] {
  return ORDER.flatMap((name, index) => {
    if (at(jobs, name) === undefined) return [];
    const before = ORDER[index - 1] ?? 'image';
    const needs = [at(jobs, `${name}.needs`) ?? []].flat();
    return needs.includes(before) ? [] : [`${name} must wait for ${before}`];
  });
}

/** What is wrong with a workflow: GitHub's schema, and our rules of safety. */
export function workflowProblems(source: string): string[] {
  const problems = validateWorkflow(source).errors.map((error) => `${error.title} ${error.detail ?? ''}`);
  const [workflow = null] = parseYaml(source, '1.2');
  const { scripts } = branch(parseJson(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  const jobs = at(workflow, 'jobs') ?? null;
  for (const [, used = '', comment = ''] of source.matchAll(/\buses: *(\S+)(.*)/g)) {
    const isPinned = /^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/.test(used) && /^ # v\d+\.\d+\.\d+$/.test(comment);
    if (!used.startsWith('./') && !isPinned)
      problems.push(`${used} must be pinned by its commit, with its version beside`);
  }
  const triggers = Object.keys(branch(at(workflow, 'on')));
  if (triggers.includes('pull_request_target')) problems.push('strangers would run with our rights');
  if (at(workflow, 'concurrency.group') === undefined) problems.push('concurrency is missing');
  if (source.includes('workflow_dispatch') && !text(at(workflow, 'concurrency.group')).includes('github.workflow')) {
    problems.push('a release that waits for its approval would hold up the way back');
  }
  const isDeploying = source.includes('secrets.KUBECONFIG') || at(jobs, 'production') !== undefined;
  if (isDeploying && at(workflow, 'concurrency.cancel-in-progress') !== false) {
    problems.push('a roll-out must not be cut');
  }
  if (source.includes('secrets.KUBECONFIG') && !Object.values(branch(jobs)).some((job) => at(job, 'environment'))) {
    problems.push('a roll-out needs an environment, which holds the approvals');
  }
  return [
    ...problems,
    ...permissionProblems(at(workflow, 'permissions'), 'workflow'),
    ...Object.entries(branch(jobs)).flatMap(([name, job]) => [
      ...jobProblems(job, jobs, `job ${name}`, Object.keys(branch(scripts))),
      ...secretProblems(job, `job ${name}`),
      ...emptySecretProblems(job, `job ${name}`),
    ]),
    ...digestProblems(jobs),
    ...orderProblems(jobs),
  ];
}
