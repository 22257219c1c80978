import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { buildProgram } from '../support/child.ts';
import { temporaryFolder } from '../support/folder.ts';
import { standIn } from '../support/stand-in.ts';

const program = await buildProgram(new URL('many-runs.ts', import.meta.url));
/** LONG_LIFE=10000 makes as many real runs; that takes minutes. */
const REAL = Number(process.env['LONG_LIFE'] ?? '120');
const told = z.object({ done: z.number(), failed: z.number(), heaps: z.array(z.number()) });

async function manyRuns(count: number, kind: 'real' | 'light') {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-07-03T06:00:00Z');
  const child = spawn(process.execPath, ['--expose-gc', program, String(count), 'data', kind], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, NO_PROXY: '127.0.0.1', ...sandbox.env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const code = await new Promise((settle) => child.once('close', settle));
  expect([code, stderr]).toEqual([0, '']);
  const { done, failed, heaps } = told.parse(JSON.parse(stdout));
  expect([done, failed]).toEqual([count, 0]);
  const [, early = 0] = heaps;
  const late = heaps.at(-1) ?? Infinity;
  return { growth: late - early, folder: join(cwd, 'data') };
}

it('10,000 scheduled runs by an injected clock, one after the other, leave nothing behind in the service', async () => {
  const { growth } = await manyRuns(10_000, 'light');
  // A kilobyte a run would show.
  expect(growth).toBeLessThan(4 * 1024 * 1024);
}, 120_000);

it(`${REAL} of them that really download leave 90 reports, and nothing behind in memory`, async () => {
  const { growth, folder } = await manyRuns(REAL, 'real');
  expect(growth).toBeLessThan(8 * 1024 * 1024);
  expect(readdirSync(join(folder, '.vortex/runs')).length).toBe(Math.min(90, REAL));
}, 1_800_000);
