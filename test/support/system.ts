import { spawnSync } from 'node:child_process';

/** Whether a program of the system is there; a test that needs one is left out without it, but never in CI. */
export function lacks(program: string): boolean {
  const { status } = spawnSync('sh', ['-c', `command -v ${program}`]);
  if (status === 0) return false;
  if (process.env['CI'] !== undefined) throw new Error(`${program} is needed by a test and is not installed`);
  return true;
}
