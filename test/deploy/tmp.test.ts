import { test } from 'vitest';
import { readTemplate, awsProblems, awsStarts } from './aws.ts';
import { settingProblems, argumentProblems } from './words.ts';
test('x', async () => {
  const t = readTemplate('template.yaml');
  console.time('a'); console.log(awsProblems(t)); console.timeEnd('a');
  console.log(awsProblems(readTemplate('replica.yaml'), true));
  for (const s of awsStarts(t)) console.log(s, await settingProblems(s), await argumentProblems(s));
});
