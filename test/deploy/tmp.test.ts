import { test } from 'vitest';
import { readFileSync } from 'node:fs';
import { workflowProblems } from './workflows.ts';
import { azureProblems } from './azure.ts';
import { readYaml } from './tree.ts';
test('x', () => {
  for (const n of ['ci','release','deploy']) console.log(n, workflowProblems(readFileSync(`.github/workflows/${n}.yml`,'utf8')));
  console.log(workflowProblems(readFileSync(`.github/workflows/ci.yml`,'utf8').replace('runs-on: ubuntu','runs_on: ubuntu')));
  console.log(azureProblems(readYaml('deploy/azure/template.json')[0] ?? null));
});
