import { kindOf, nameOf } from './kustomize.ts';
import type { Manifest } from './kustomize.ts';
import { isCron, isZone } from './schedule.ts';
import { at, branch, complain, list, text } from './tree.ts';
import type { Tree } from './tree.ts';

/** What a run's exit code is to do, by the table of exit codes. 1 and signals count as tries; 3 does not: a run retries by itself. */
const ENDS_THE_JOB: Readonly<Record<string, readonly number[]>> = {
  download: [2, 3, 4, 5],
  backup: [2, 3, 4],
  restore: [2, 4],
};

function codesOf(rules: readonly Tree[], ...actions: readonly string[]): number[] {
  return rules
    .filter((rule) => actions.includes(text(at(rule, 'action'))))
    .flatMap((rule) => list(at(rule, 'onExitCodes.values')).map(Number));
}

function jobProblems(spec: Tree, component: string, owner: string): string[] {
  const problems: string[] = [];
  const expect = complain(problems, owner);
  const tries = at(spec, 'backoffLimit') ?? at(spec, 'backoffLimitPerIndex');
  expect(tries === 2, 'two more tries: backoffLimit must be 2');
  const deadline = at(spec, 'activeDeadlineSeconds');
  expect(typeof deadline === 'number' && deadline >= 3600, 'activeDeadlineSeconds must be an hour at least');
  expect(at(spec, 'template.spec.restartPolicy') === 'Never', 'podFailurePolicy needs restartPolicy Never');
  const rules = list(at(spec, 'podFailurePolicy.rules'));
  const ends = codesOf(rules, 'FailJob', 'FailIndex').sort((a, b) => a - b);
  const wanted = ENDS_THE_JOB[component] ?? [];
  expect(String(ends) === String(wanted), `exit codes ${String(wanted)} must end the job, not ${String(ends)}`);
  expect(String(codesOf(rules, 'Ignore')) === '6', 'exit code 6 must not count');
  for (const rule of rules) {
    const name = at(rule, 'onExitCodes.containerName');
    expect(name === undefined || name === 'vortex', `podFailurePolicy watches ${text(name)}, which is no container`);
    expect(
      at(rule, 'onExitCodes') === undefined || at(rule, 'onExitCodes.operator') === 'In',
      'a rule must be for listed exit codes',
    );
  }
  expect(
    rules.some((rule) => at(rule, 'onPodConditions.0.type') === 'DisruptionTarget' && at(rule, 'action') === 'Ignore'),
    'a drained node must not count as a try',
  );
  return problems;
}

function shardProblems(spec: Tree, owner: string): string[] {
  const count = Number(at(spec, 'completions'));
  const container = at(spec, 'template.spec.containers.0') ?? null;
  const args = list(at(container, 'args')).map(text);
  const told = list(at(container, 'env')).find((entry) => at(entry, 'name') === 'VORTEX_SHARD_COUNT') ?? null;
  const isIndexed = at(spec, 'completionMode') === 'Indexed' && at(spec, 'parallelism') === count;
  // An Indexed Job tells its pods which they are, but not how many there are.
  const isShared = args[args.indexOf('--shard') + 1] === 'auto' && at(told, 'value') === String(count);
  return isIndexed && isShared ? [] : [`${owner}: completions, parallelism and VORTEX_SHARD_COUNT must be one number`];
}

/** What is wrong with a CronJob or a Job that no schema sees: schedule, zone, tries and exit codes. */
export function scheduleProblems(object: Manifest): string[] {
  const owner = `${kindOf(object)} ${nameOf(object)}`;
  const component = text(branch(at(object, 'metadata.labels'))['app.kubernetes.io/component']);
  if (kindOf(object) === 'Job') {
    const spec = at(object, 'spec') ?? null;
    return [...jobProblems(spec, component, owner), ...shardProblems(spec, owner)];
  }
  if (kindOf(object) !== 'CronJob') return [];
  const problems: string[] = [];
  const expect = complain(problems, owner);
  const spec = at(object, 'spec') ?? null;
  expect(isCron(text(at(spec, 'schedule'))), `schedule ${text(at(spec, 'schedule'))} is not of five fields of cron`);
  expect(isZone(text(at(spec, 'timeZone'))), `timeZone ${text(at(spec, 'timeZone'))} is no time zone`);
  expect(at(spec, 'concurrencyPolicy') === 'Forbid', 'concurrencyPolicy must be Forbid');
  const late = at(spec, 'startingDeadlineSeconds');
  expect(typeof late === 'number' && late >= 600, 'startingDeadlineSeconds must be ten minutes at least');
  for (const key of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']) {
    expect(Number(at(spec, key)) >= 1, `${key} must be 1 at least`);
  }
  expect(nameOf(object).length <= 52, 'the name may have 52 letters: the job adds its own');
  return [...problems, ...jobProblems(at(spec, 'jobTemplate.spec') ?? null, component, owner)];
}
