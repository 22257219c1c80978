import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateWorkflow } from '@action-validator/core';
import { ROOT, at, branch, complain, isBranch, list, parseJson, parseYaml, text, walk } from './tree.ts';
import type { Tree } from './tree.ts';

/** The widest a job may ask for. */
const MOST: Readonly<Record<string, readonly string[]>> = { contents: ['read'], packages: ['read', 'write'] };

function permissionProblems(permissions: Tree | undefined, place: string): string[] {
  if (!isBranch(permissions)) return [`${place}: permissions must be named one by one`];
  return Object.entries(permissions).flatMap(([name, level]) =>
    MOST[name]?.includes(text(level)) === true ? [] : [`${place}: ${name}: ${text(level)} is more than is needed`],
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
    ...Object.entries(branch(jobs)).flatMap(([name, job]) =>
      jobProblems(job, jobs, `job ${name}`, Object.keys(branch(scripts))),
    ),
    ...orderProblems(jobs),
  ];
}
