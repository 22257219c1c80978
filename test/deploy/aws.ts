import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { templateProblems } from './aws-spec.ts';
import { isAwsCron, isZone } from './schedule.ts';
import { ROOT, at, branch, complain, list, parseYaml, text, walk } from './tree.ts';
import type { Tree } from './tree.ts';
import { withSecrets } from './words.ts';
import type { Start } from './words.ts';

/** A template of deploy/aws; `!Ref x` is `{"Fn::Ref": "x"}`. */
export function readTemplate(name: string): Tree {
  const source = readFileSync(join(ROOT, 'deploy/aws', name), 'utf8');
  return parseYaml(source, '1.1', ['Ref', 'GetAtt', 'Sub', 'If', 'Equals'])[0] ?? null;
}

function resourcesOf(template: Tree, type: string): [string, Tree][] {
  return Object.entries(branch(at(template, 'Resources')))
    .filter(([, resource]) => at(resource, 'Type') === type)
    .map(([name, resource]) => [name, at(resource, 'Properties') ?? null]);
}

/** The text of a value: parameters by their default, everything else that is only known later as made-up. */
function resolved(template: Tree, value: Tree | undefined): Tree {
  const reference = at(value, 'Fn::Ref');
  if (reference !== undefined) return at(template, `Parameters.${text(reference)}.Default`) ?? 'made-up';
  return text(at(value, 'Fn::Sub')).replace(/\$\{[^}]*\}/g, 'made-up') || (value ?? '');
}

function taskProblems(name: string, task: Tree): string[] {
  const problems: string[] = [];
  const expect = complain(problems, name);
  expect(at(task, 'Cpu') === '512' && at(task, 'Memory') === '1024', 'Cpu and Memory must be 512 and 1024');
  expect(at(task, 'NetworkMode') === 'awsvpc', 'Fargate needs the network mode awsvpc');
  const volumes = list(at(task, 'Volumes'));
  for (const volume of volumes) {
    expect(at(volume, 'EFSVolumeConfiguration.TransitEncryption') === 'ENABLED', 'EFS must be encrypted on the way');
    expect(at(volume, 'EFSVolumeConfiguration.AuthorizationConfig.IAM') === 'ENABLED', 'EFS must ask for the role');
    expect(
      at(volume, 'EFSVolumeConfiguration.AuthorizationConfig.AccessPointId') !== undefined,
      'EFS must be used by the access point',
    );
  }
  const names = volumes.map((volume) => text(at(volume, 'Name')));
  for (const container of list(at(task, 'ContainerDefinitions'))) {
    expect(at(container, 'User') === '1000:1000', 'the user must be 1000:1000');
    expect(at(container, 'ReadonlyRootFilesystem') === true, 'the root file system must be read-only');
    expect(list(at(container, 'LinuxParameters.Capabilities.Drop')).includes('ALL'), 'capabilities must drop ALL');
    expect(at(container, 'LogConfiguration.LogDriver') === 'awslogs', 'logs must go to CloudWatch');
    for (const mount of list(at(container, 'MountPoints'))) {
      const source = text(at(mount, 'SourceVolume'));
      expect(names.includes(source), `there is no volume ${source}`);
    }
  }
  return problems;
}

function policyProblems(template: Tree): string[] {
  return [...walk(at(template, 'Resources') ?? null)].flatMap(({ path, value }) => {
    if (!/Statement\.\d+$/.test(path) || at(value, 'Effect') !== 'Allow') return [];
    const actions = [at(value, 'Action') ?? ''].flat().map(text);
    const everything = [at(value, 'Resource') ?? 'none'].flat().includes('*');
    const problems = actions.filter((action) => action.includes('*')).map((action) => `${path}: allows ${action}`);
    const isToken = text(at(value, 'Sid')) === 'RegistryToken' && String(actions) === 'ecr:GetAuthorizationToken';
    if (everything && !isToken && !path.includes('FileSystemPolicy'))
      problems.push(`${path}: allows everything it touches`);
    if (at(value, 'Principal') === '*' || at(value, 'Principal.AWS') === '*') problems.push(`${path}: allows everyone`);
    return problems;
  });
}

function bucketProblems(template: Tree): string[] {
  return resourcesOf(template, 'AWS::S3::Bucket').flatMap(([name, bucket]) => {
    const problems: string[] = [];
    const expect = complain(problems, name);
    const blocks = Object.values(branch(at(bucket, 'PublicAccessBlockConfiguration')));
    expect(blocks.length === 4 && blocks.every((block) => block === true), 'must be closed to the public');
    expect(at(bucket, 'VersioningConfiguration.Status') === 'Enabled', 'replication needs versions');
    expect(at(bucket, 'BucketEncryption') !== undefined, 'must be encrypted');
    expect(list(at(bucket, 'LifecycleConfiguration.Rules')).length > 0, 'must have a life cycle');
    return problems;
  });
}

/** What is wrong with template.yaml that the specification does not see. */
export function awsRuleProblems(template: Tree): string[] {
  const problems: string[] = [];
  const expect = complain(problems, '');
  const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule');
  expect(schedules.length === 2, 'there must be two schedules, for runs and for backups');
  for (const [name, schedule] of schedules) {
    const [cron, zone] = ['ScheduleExpression', 'ScheduleExpressionTimezone'].map((key) => text(at(schedule, key)));
    expect(isAwsCron(cron ?? ''), `${name}: ${cron ?? ''} is no cron of six fields`);
    expect(isZone(zone ?? ''), `${name}: ${zone ?? ''} is no time zone`);
    expect(at(schedule, 'FlexibleTimeWindow.Mode') === 'OFF', `${name}: must start on time`);
    expect(at(schedule, 'Target.DeadLetterConfig') !== undefined, `${name}: a start that fails must be told`);
  }
  for (const [name, rule] of resourcesOf(template, 'AWS::Events::Rule')) {
    expect(at(rule, 'ScheduleExpression') === undefined, `${name}: a rule means UTC; use the scheduler`);
  }
  const unmailed = at(
    template,
    'Resources.RunFailed.Properties.EventPattern.detail.containers.exitCode.0.anything-but',
  );
  expect(JSON.stringify(unmailed) === '[0,5,6]', 'RunFailed: 5 and 6 must send no mail');
  for (const [name, schedule] of schedules) {
    expect(
      JSON.stringify(at(schedule, 'State')).includes('IsActive'),
      `${name}: must stand still in the passive region`,
    );
  }
  for (const [name, group] of resourcesOf(template, 'AWS::Logs::LogGroup')) {
    expect(at(group, 'RetentionInDays') !== undefined, `${name}: logs must have an end`);
  }
  for (const [name, system] of resourcesOf(template, 'AWS::EFS::FileSystem')) {
    expect(at(system, 'Encrypted') === true, `${name}: must be encrypted`);
  }
  for (const [name, point] of resourcesOf(template, 'AWS::EFS::AccessPoint')) {
    expect(at(point, 'PosixUser.Uid') === '1000' && at(point, 'PosixUser.Gid') === '1000', `${name}: must be uid 1000`);
  }
  for (const [name, alarm] of resourcesOf(template, 'AWS::CloudWatch::Alarm')) {
    expect(list(at(alarm, 'AlarmActions')).length > 0, `${name}: nobody is told`);
    const isAbsence = at(alarm, 'ComparisonOperator') === 'LessThanThreshold';
    expect(!isAbsence || at(alarm, 'TreatMissingData') === 'breaching', `${name}: silence must raise it`);
  }
  for (const [name, group] of resourcesOf(template, 'AWS::EC2::SecurityGroup')) {
    expect(at(group, 'SecurityGroupIngress') === undefined, `${name}: nothing comes in`);
    for (const rule of list(at(group, 'SecurityGroupEgress'))) {
      expect(at(rule, 'IpProtocol') === 'tcp', `${name}: must be open for named ports only`);
      expect(at(rule, 'CidrIp') !== '0.0.0.0/0' || at(rule, 'FromPort') === 443, `${name}: everywhere is for 443 only`);
    }
  }
  expect(
    resourcesOf(template, 'AWS::S3::Bucket').some(([, bucket]) => at(bucket, 'ReplicationConfiguration') !== undefined),
    'backups must be copied to another region',
  );
  const tasks = resourcesOf(template, 'AWS::ECS::TaskDefinition');
  return [...problems, ...tasks.flatMap(([name, task]) => taskProblems(name, task)), ...policyProblems(template)];
}

/** All that is wrong with a template; the rules of the tasks are for the one that has some. */
export function awsProblems(template: Tree, isReplica = false): string[] {
  return [...templateProblems(template), ...bucketProblems(template), ...(isReplica ? [] : awsRuleProblems(template))];
}

/** The starts of the program in a template. */
export function awsStarts(template: Tree): Start[] {
  return resourcesOf(template, 'AWS::ECS::TaskDefinition').flatMap(([name, task]) =>
    list(at(task, 'ContainerDefinitions')).map((container) => {
      const command = resolved(template, at(container, 'Command'));
      const secrets = list(at(container, 'Secrets')).map((entry) => text(at(entry, 'Name')));
      const env = list(at(container, 'Environment')).map((entry): [string, string] => [
        text(at(entry, 'Name')),
        text(resolved(template, at(entry, 'Value'))),
      ]);
      return {
        place: name,
        args: Array.isArray(command) ? command.map(text) : text(command).split(','),
        ...withSecrets(env, secrets),
        mounts: list(at(container, 'MountPoints')).map((mount) => text(at(mount, 'ContainerPath'))),
      };
    }),
  );
}
