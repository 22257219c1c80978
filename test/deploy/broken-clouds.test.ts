import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { awsProblems, awsStarts, readTemplate } from './aws.ts';
import { azureProblems, azureStart, parameterProblems } from './azure.ts';
import type { Break } from './breaks.ts';
import { deployScriptProblems, gcpProblems, gcpStart, readDeployScript } from './gcp.ts';
import { WITHOUT_SCHEMAS, schemasAbsent } from './schemas.ts';
import { ROOT, changed, readYaml } from './tree.ts';
import { argumentProblems, settingProblems } from './words.ts';
import type { Start } from './words.ts';
import { workflowProblems } from './workflows.ts';

const saidOf = async (starts: readonly Start[]): Promise<string[]> =>
  (
    await Promise.all(
      starts.map(async (start) => [...(await argumentProblems(start)), ...(await settingProblems(start))]),
    )
  ).flat();

const TASK = 'Resources.DownloadTask.Properties';
const CONTAINER = `${TASK}.ContainerDefinitions.0`;

const AWS: readonly Break[] = [
  ['Resource', {}],
  ['Resources.Cluster.Type', 'AWS::ECS::Clusters'],
  [`${TASK}.Volumes.0.EFSVolumeConfiguration.FileSystemId`, 'fs-1'],
  [`${TASK}.Volumes.0.EFSVolumeConfiguration.FilesystemId`, { 'Fn::Ref': 'FileSystems' }],
  [`${TASK}.Volumes.0.EFSVolumeConfiguration.TransitEncryption`, 'DISABLED'],
  [`${TASK}.Volumes.0.Name`, 'other'],
  [`${TASK}.Cpu`, 512],
  [`${TASK}.Memory`, '512'],
  [`${TASK}.TaskRoleArn`, { 'Fn::GetAtt': 'TaskRole.ARN' }],
  [`${CONTAINER}.User`, '0'],
  [`${CONTAINER}.ReadonlyRootFilesystem`, 'yes'],
  [`${CONTAINER}.Command`, ['downlod']],
  [`${CONTAINER}.Environment.0.Name`, 'VORTEX_OUTPUT_DIRECTORY'],
  [`${CONTAINER}.Environment.1.Value`, 'xlsx'],
  [`${CONTAINER}.Secrets.0.Name`, 'VORTEX_BARCHART_USER'],
  ['Resources.DownloadSchedule.Properties.ScheduleExpression', 'cron(0 6 * * MON-FRI *)'],
  ['Resources.DownloadSchedule.Properties.ScheduleExpression', 'cron(0 6 * * 1-5)'],
  ['Resources.DownloadSchedule.Properties.ScheduleExpressionTimezone', 'New_York'],
  ['Resources.DownloadSchedule.Properties.ScheduleExpressionTimezone', undefined],
  ['Resources.DownloadSchedule.Properties.Target.RoleArn', undefined],
  ['Resources.DownloadSchedule.DependsOn', ['MountTargets']],
  ['Resources.RunFailed.Properties.ScheduleExpression', 'cron(0 6 ? * MON-FRI *)'],
  ['Resources.RunMissing.Properties.TreatMissingData', 'notBreaching'],
  ['Resources.RunMissing.Properties.AlarmActions', undefined],
  ['Resources.AccessPoint.Properties.PosixUser.Uid', '0'],
  ['Resources.FileSystem.Properties.Encrypted', false],
  ['Resources.LogGroup.Properties.RetentionInDays', undefined],
  ['Resources.TaskRole.Properties.Policies.0.PolicyDocument.Statement.0.Action', 's3:*'],
  ['Resources.TaskRole.Properties.Policies.0.PolicyDocument.Statement.0.Resource', '*'],
  ['Resources.TaskSecurityGroup.Properties.SecurityGroupEgress.0.IpProtocol', '-1'],
  ['Resources.BackupBucket.Properties.PublicAccessBlockConfiguration.BlockPublicAcls', false],
  ['Resources.BackupBucket.Properties.ReplicationConfiguration', undefined],
  ['Parameters.Unused', { Type: 'String' }],
  ['Resources.RunFailed.Properties.EventPattern.detail.containers.exitCode', [{ 'anything-but': [0] }]],
  ['Resources.DownloadSchedule.Properties.State', 'ENABLED'],
];

const REPLICA: readonly Break[] = [
  ['Resource', {}],
  ['Resources', {}],
  ['Resources.ReplicaBucket.Type', 'AWS::S3::Buckets'],
  ['Resources.ReplicaBucket.Properties.Versioning', {}],
  ['Resources.ReplicaBucket.Properties.VersioningConfiguration.Status', 'Suspended'],
  ['Resources.ReplicaBucket.Properties.BucketEncryption', undefined],
  ['Resources.ReplicaBucket.Properties.PublicAccessBlockConfiguration.RestrictPublicBuckets', false],
  ['Resources.ReplicaBucket.Properties.LifecycleConfiguration.Rules.0.ExpirationInDays', 'a year'],
  ['Resources.ReplicaBucketPolicy.Properties.Bucket', { 'Fn::Ref': 'Bucket' }],
  ['Resources.ReplicaBucketPolicy.Properties.PolicyDocument', undefined],
  ['Outputs.BucketArn.Value', { 'Fn::GetAtt': 'ReplicaBucket.ARN' }],
];

test.each(AWS)('the template for AWS with another %s: %j', async (...way) => {
  const template = changed(readTemplate('template.yaml'), ...way);
  expect([...awsProblems(template), ...(await saidOf(awsStarts(template)))]).not.toEqual([]);
});

test.each(REPLICA)('the template of the replica with another %s: %j', (...way) => {
  expect(awsProblems(changed(readTemplate('replica.yaml'), ...way), true)).not.toEqual([]);
});

/** Ways for jobs and the service; P is where the pod's spec stands. */
const GOOGLE: readonly Break[] = [
  ['apiVersion', 'batch/v1'],
  ['kind', 'CronJob'],
  ['metadata.name', 'Vortex'],
  ['metadata.lables', {}],
  ['P.serviceAccountName', undefined],
  ['P.containers.0.image', 'ghcr.io/vortex-history/vortex:0.1.0'],
  ['P.containers.0.args.0', 'downlod'],
  ['P.containers.0.arg', []],
  ['P.containers.0.env.0', { name: 'VORTEX_OUTPUT', value: '/data' }],
  ['P.containers.0.env.1.value', 'xml'],
  ['P.containers.0.env.1.value', 1],
  ['P.containers.0.resources.limits.memory', undefined],
  ['P.containers.0.volumeMounts.0.name', 'other'],
  ['P.volumes.0', { name: 'data', persistentVolumeClaim: { claimName: 'vortex-data' } }],
  ['P.volumes.0.nfs.server', undefined],
];
const ONE_JOB: readonly Break[] = [
  ['P.maxRetries', 3],
  ['P.timeoutSeconds', 14_400],
  ['spec.template.spec.taskCount', 4],
];
const SERVICE: readonly Break[] = [
  ['spec.template.metadata.annotations', { 'autoscaling.knative.dev/maxScale': '10' }],
  ['metadata.annotations', {}],
  ['P.containers.0.ports.0.containerPort', 9090],
  ['P.containers.0.livenessProbe.httpGet.path', '/healthz'],
  ['P.containerConcurrency', 'many'],
];

describe.each(['download-job', 'backup-job', 'service'])('deploy/gcp/%s.yaml', (name) => {
  const isJob = name !== 'service';
  const pod = isJob ? 'spec.template.spec.template.spec' : 'spec.template.spec';
  test.each([...GOOGLE, ...(isJob ? ONE_JOB : SERVICE)])('with another %s: %j', async (path, value) => {
    const [object = null] = readYaml(`deploy/gcp/${name}.yaml`);
    const after = changed(object, path.replace(/^P\b/, pod), value);
    expect([...gcpProblems(after), ...(await saidOf([gcpStart(after)]))]).not.toEqual([]);
  });
});

const GROUP = 'resources.2.properties';
const FLOW = 'resources.3.properties.definition';
const AZURE: readonly Break[] = [
  ['resource', []],
  ['resources.2.type', 'Microsoft.ContainerInstance/containerGroup'],
  ['resources.2.apiVersion', '2025-99'],
  ['resources.2.apiVersion', '2019-12-01'],
  [`${GROUP}.restartPolicy`, 'Always'],
  [`${GROUP}.osType`, undefined],
  [`${GROUP}.containers.0.properties.resources.requests`, { cpu: 1, memoryInGb: 1 }],
  [`${GROUP}.containers.0.properties.environmentVariables.1.value`, 'xlsx'],
  [`${GROUP}.containers.0.properties.environmentVariables.0.name`, 'VORTEX_OUTPUT'],
  [`${GROUP}.containers.0.properties.volumeMounts.0.name`, 'other'],
  [`${GROUP}.containers.0.properties.securityContext.privileged`, true],
  [`${GROUP}.containers.0.properties.command`, "[createArray('/app/docker/entrypoint.sh', 'downlod')]"],
  [`${GROUP}.volumes.0.azureFile.shareName`, "[variables('shares')]"],
  [`${GROUP}.volumes.0.azureFile.storageAccountName`, undefined],
  [`${FLOW}.triggers.workingDaysAtSix.recurrence.timeZone`, 'America/New_York'],
  [`${FLOW}.triggers.workingDaysAtSix.recurrence.schedule.hours`, ['18']],
  [`${FLOW}.actions.start.inputs.uri`, "[concat(variables('groupId')]"],
  ['parameters.barchartPassword.type', 'string'],
  ['resources.3.identity', undefined],
];

describe.skipIf(schemasAbsent)(`deploy/azure (else: ${WITHOUT_SCHEMAS})`, () => {
  test.each(AZURE)('the template with another %s: %j', async (...way) => {
    const template = changed(readYaml('deploy/azure/template.json')[0] ?? null, ...way);
    expect([...azureProblems(template), ...(await saidOf([azureStart(template)]))]).not.toEqual([]);
  });
});

const PARAMETERS: readonly Break[] = [
  ['parameters.other', { value: 1 }],
  ['parameters.storageAccountName', undefined],
  ['parameters.barchartPassword', undefined],
  ['parameters.barchartPassword', { value: 'in the open' }],
  ['parameters.barchartPassword.reference.secretName', undefined],
  ['parameters.barchartPassword.reference.keyVault.id', '/subscriptions/0/other'],
  ['parameters.barchartUsername', undefined],
  ['parameters.barchartUsername', { value: 'in the open' }],
  ['parameters.barchartUsername.reference', undefined],
  ['parameters', {}],
];

test.each(PARAMETERS)('the parameters for Azure with another %s: %j', (...way) => {
  const file = changed(readYaml('deploy/azure/parameters.json')[0] ?? null, ...way);
  expect(parameterProblems(file, readYaml('deploy/azure/template.json')[0] ?? null)).not.toEqual([]);
});

/** What stands in a text, and what is put in its place. */
type Slip = readonly [before: string, after: string];

const SCRIPT: readonly Slip[] = [
  ["schedule vortex-download '0 6 * * 1-5'", "schedule vortex-download '0 6 ? * MON-FRI *'"],
  ["schedule vortex-download '0 6 * * 1-5'", "schedule vortex-download '0 66 * * 1-5'"],
  ["schedule vortex-download '0 6 * * 1-5'", "schedule vortex-downloads '0 6 * * 1-5'"],
  ["schedule vortex-backup '0 20 * * 1-5'\n", ''],
  ['--time-zone America/New_York', '--time-zone EST5'],
  ['--time-zone America/New_York', '--time-zone America/NewYork'],
  ['vortex-barchart-password vortex-serve-token', 'vortex-serve-token'],
  ['s/NFS_SERVER/$NFS_SERVER/g', 's/NFS/$NFS_SERVER/g'],
  ['s/PROJECT_ID/$PROJECT_ID/g', 's/PROJECT/$PROJECT_ID/g'],
  ['s/REGION/$REGION/g', 's/ZONE/$REGION/g'],
];

test.each(SCRIPT)('deploy.sh with %j as %j', (before, after) => {
  const manifests = ['download-job', 'backup-job', 'service'].map(
    (name) => readYaml(`deploy/gcp/${name}.yaml`)[0] ?? null,
  );
  const source = readDeployScript().replace(before, after);
  expect(source).not.toBe(readDeployScript());
  expect(deployScriptProblems(source, manifests)).not.toEqual([]);
});

const EVERY_WORKFLOW: readonly Slip[] = [
  ['runs-on: ubuntu-24.04', 'runs_on: ubuntu-24.04'],
  ['runs-on: ubuntu-24.04', 'runs-on: ubuntu-latest'],
  ['actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0', 'actions/checkout@v5'],
  ['@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0', '@08c6903 # v5.0.0'],
  ['permissions:\n  contents: read', 'permissions: write-all'],
  ['permissions:\n  contents: read', 'permissions:\n  contents: write'],
  ['permissions:\n  contents: read\n', ''],
  ['timeout-minutes: ', 'timeout: '],
  ['persist-credentials: false', 'persist-credentials: true'],
  ['concurrency:', 'concurency:'],
  ['jobs:', 'job:'],
  ['steps:', 'steps: {}\n    step:'],
];
const SOME_WORKFLOWS: Readonly<Record<string, readonly Slip[]>> = {
  ci: [
    ['npm run typecheck', 'npm run typechek'],
    ['pull_request:', 'pull_request_target:'],
  ],
  release: [
    ['needs: [image, staging]', 'needs: [image]'],
    ['environment: staging', 'environment: stage'],
    ['needs.image.outputs.image', 'needs.image.outputs.digest'],
    ['./.github/workflows/deploy.yml', './.github/workflows/deployment.yml'],
    ['packages: write', 'packages: write\n      actions: write'],
    ['needs: check', 'needs: checks'],
    ['cancel-in-progress: false', 'cancel-in-progress: true'],
    ['"image=ghcr.io/vortex-history/vortex@$DIGEST"', '"image=${{ github.event.head_commit.message }}"'],
    ['    secrets: inherit\n', ''],
    ['push-by-digest=true', 'push-by-digest=false'],
    ['          provenance: mode=max\n', ''],
    ['          sbom: true\n', ''],
    ['linux/amd64,linux/arm64', 'linux/amd64'],
    ['image-ref: ${{ needs.build.outputs.image }}', 'image-ref: vortex:scanned'],
    ['IMAGE: ${{ needs.build.outputs.image }}', 'IMAGE: ghcr.io/vortex-history/vortex:latest'],
    ['      image: ${{ needs.image.outputs.image }}', '      image: ghcr.io/vortex-history/vortex:main'],
    ['cosign sign', 'echo sign'],
    ['vitest.image.config.ts', 'vitest.config.ts'],
    [" && !contains(github.ref_name, '-')", ''],
    [' && $VERSION != *-*', ''],
  ],
  deploy: [
    ['cancel-in-progress: false', 'cancel-in-progress: true'],
    ['environment: ${{ inputs.environment }}', 'continue-on-error: false'],
    ['rollout.sh "$ENVIRONMENT"', 'rollout.sh "${{ inputs.environment }}"'],
    ['deploy/kubernetes/rollout.sh', 'deploy/kubernetes/roll-out.sh'],
    ['[ -z "$KUBECONFIG_TEXT" ]', 'false'],
    ['deploy-${{ github.workflow }}-', 'deploy-'],
  ],
};

describe.each(Object.keys(SOME_WORKFLOWS))('the workflow %s', (name) => {
  test.each([...EVERY_WORKFLOW, ...(SOME_WORKFLOWS[name] ?? [])])('with %j as %j', (before, after) => {
    const source = readFileSync(join(ROOT, `.github/workflows/${name}.yml`), 'utf8');
    expect(source).toContain(before);
    expect(workflowProblems(source.replace(before, () => after))).not.toEqual([]);
  });
});
