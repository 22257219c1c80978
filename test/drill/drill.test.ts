import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { startChild } from '../support/child.ts';
import { programPath } from '../support/program.ts';

const hasRclone = spawnSync('rclone', ['version']).status === 0 || process.env['CI'] !== undefined;

it('after each of the four disasters every file is again as in an undisturbed store', async () => {
  process.env['PROGRAM_UNDER_TEST'] = programPath();
  const drill = startChild(process.execPath, [resolve(import.meta.dirname, 'run.mjs'), '--series', '6']);
  const { code, stdout, stderr } = await drill.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/Error/) as string });
  const whole =
    /^(?:application crash|data corruption|lost volume|lost region) .*every file as in an undisturbed store/gm;
  expect(stdout.match(whole)).toHaveLength(hasRclone ? 4 : 3);
}, 120_000);
