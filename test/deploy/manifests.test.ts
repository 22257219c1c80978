import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { awsProblems, awsStarts, readTemplate } from './aws.ts';
import { azureProblems, azureStart, parameterProblems } from './azure.ts';
import { clusterProblems } from './cluster.ts';
import { deployScriptProblems, gcpProblems, gcpStart, readDeployScript } from './gcp.ts';
import { render } from './kustomize.ts';
import { OVERLAYS } from './overlays.ts';
import { EXAMPLES, readExample, schemaProblems } from './rendering.ts';
import { schemasAbsent } from './schemas.ts';
import { startsOf } from './starts.ts';
import { ROOT, changed, filesBelow, readYaml } from './tree.ts';
import { argumentProblems, placed } from './words.ts';
import type { Start } from './words.ts';
import { workflowProblems } from './workflows.ts';
import { programPath, vortex } from '../support/program.ts';
import { temporaryFolder } from '../support/folder.ts';

const GOOGLE = ['download-job', 'backup-job', 'service'].map((name) => readYaml(`deploy/gcp/${name}.yaml`)[0] ?? null);
const azure = () => readYaml('deploy/azure/template.json')[0] ?? null;
const WORKFLOWS = ['ci', 'release', 'deploy'];

// Reads the published schemas, which are no part of the project: SCHEMAS_DIR names their folder.
describe.skipIf(schemasAbsent)('by the published schemas', () => {
  test.each(OVERLAYS)('the cluster would take %s', (folder) => {
    expect(schemaProblems(render(folder))).toEqual([]);
  });

  test.each(EXAMPLES)('the cluster would take the example %s', (name) => {
    expect(schemaProblems(readExample(name))).toEqual([]);
  });

  test('Azure would take its template', () => {
    expect(azureProblems(azure())).toEqual([]);
  });

  test('the Cloud Run service is one of Knative too, but for its volume, which is of Cloud Run alone', () => {
    const [service = null] = readYaml('deploy/gcp/service.yaml');
    expect(schemaProblems([{ ...Object(changed(service, 'spec.template.spec.volumes', undefined)) }])).toEqual([]);
  });
});

describe('what no schema sees', () => {
  test.each(OVERLAYS)('is right in %s', (folder) => {
    expect(clusterProblems(render(folder))).toEqual([]);
  });

  test.each(EXAMPLES)('is right in the example %s', (name) => {
    expect(clusterProblems(readExample(name), render('deploy/kubernetes/overlays/production'))).toEqual([]);
  });

  test('is right in the parameters for Azure', () => {
    expect(parameterProblems(readYaml('deploy/azure/parameters.json')[0] ?? null, azure())).toEqual([]);
  });
});

test('AWS knows every resource, property and reference of its templates', () => {
  expect(awsProblems(readTemplate('template.yaml'))).toEqual([]);
  expect(awsProblems(readTemplate('replica.yaml'), true)).toEqual([]);
});

test('Google knows every field of its manifests, and the script that applies them fits', () => {
  expect(GOOGLE.flatMap(gcpProblems)).toEqual([]);
  expect(deployScriptProblems(readDeployScript(), GOOGLE)).toEqual([]);
});

test.each(WORKFLOWS)('the workflow %s is one, pinned and with few rights', (name) => {
  expect(workflowProblems(readFileSync(join(ROOT, `.github/workflows/${name}.yml`), 'utf8'))).toEqual([]);
});

test('every workflow, template and manifest has its check', () => {
  expect(filesBelow('.github/workflows')).toEqual([...WORKFLOWS].sort().map((name) => `.github/workflows/${name}.yml`));
  expect(filesBelow('deploy/kubernetes/examples')).toHaveLength(EXAMPLES.length);
  expect([...filesBelow('deploy/aws'), ...filesBelow('deploy/gcp'), ...filesBelow('deploy/azure')]).toHaveLength(8);
});

const hasYamllint = !(spawnSync('yamllint', ['--version']).error !== undefined && process.env['CI'] === undefined);

test.skipIf(!hasYamllint)('yamllint finds nothing', () => {
  const rules =
    '{extends: default, rules: {document-start: disable, line-length: {max: 150}, truthy: {check-keys: false}, braces: {max-spaces-inside: 1}, comments-indentation: disable, comments: {min-spaces-from-content: 1}}}';
  const run = spawnSync('yamllint', ['-s', '-d', rules, 'deploy', '.github'], { cwd: ROOT, encoding: 'utf8' });
  expect(run.stdout).toBe('');
  expect(run.status).toBe(0);
});

test('shellcheck finds nothing in the script of a roll-out', (context) => {
  const run = spawnSync('shellcheck', [join(ROOT, 'deploy/kubernetes/rollout.sh')], { encoding: 'utf8' });
  if (run.error !== undefined && process.env['CI'] === undefined) context.skip('there is no shellcheck here');
  expect(run.stdout).toBe('');
  expect(run.status).toBe(0);
});

function allStarts(): Start[] {
  const clusters = OVERLAYS.flatMap((folder) =>
    startsOf(render(folder)).map((start) => ({ ...start, place: `${folder}: ${start.place}` })),
  );
  return [...clusters, ...awsStarts(readTemplate('template.yaml')), ...GOOGLE.map(gcpStart), azureStart(azure())];
}

describe('the program itself', () => {
  test('knows every command and flag', async () => {
    const problems = await Promise.all(allStarts().map(argumentProblems));
    expect(problems.flat()).toEqual([]);
  });

  test('takes the settings of every manifest: config check', async () => {
    programPath();
    // The same settings are asked once.
    const different = new Map(allStarts().map((start) => [JSON.stringify([start.env, start.files]), start]));
    for (const start of different.values()) {
      const folder = temporaryFolder();
      const ended = await vortex(['config', 'check'], placed(start, folder));
      expect(ended.stderr, start.place).toBe('');
      expect(ended.code, start.place).toBe(0);
    }
  });

  test('plans what the daily job of production would do', async () => {
    const production = startsOf(render('deploy/kubernetes/overlays/production'));
    const start = production.find(({ args }) => args[0] === 'download');
    if (start === undefined) throw new Error('there is no daily job');
    const surroundings = placed(start, temporaryFolder());
    const asked = await vortex(['plan', ...start.args.slice(1), '-o', 'data', '--now', '2026-01-15'], surroundings);
    expect(asked.code, asked.stderr).toBe(0);
    expect(asked.stdout).toContain('GOLD');
    expect(existsSync(join(surroundings.cwd, 'data'))).toBe(false);
  });
});
