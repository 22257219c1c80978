import { vi } from 'vitest';
import { run } from '../../src/cli/program.ts';
import type { StandIn } from '../support/stand-in.ts';

/** What came of one night. */
export interface Night {
  /** The date of UTC on which the run began. */
  readonly date: string;
  readonly code: number;
  /** What people were told, line by line. */
  readonly lines: readonly string[];
  /** Requests that the provider's stand-in was asked in the night. */
  readonly requests: number;
}

/** A command, run in this process with the environment that points it at the sandbox. */
export async function command(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const said = { stdout: '', stderr: '' };
  const output = {
    out: (text: string): void => void (said.stdout += text),
    err: (text: string): void => void (said.stderr += text),
    isTerminal: false,
    columns: 200,
  };
  try {
    const code = await run(args, { output, signal: new AbortController().signal });
    return { code, ...said };
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Runs a command in the night of a date, at an hour when every exchange of the sandbox has closed. */
export async function night(
  sandbox: StandIn,
  date: string,
  args: readonly string[],
  { hour = '23:45', faults = '' } = {},
): Promise<Night> {
  const now = `${date}T${hour}:00Z`;
  await sandbox.change({ now, faults });
  const before = await sandbox.requests();
  const { code, stderr } = await command([...args, '--now', now, '--log-level', 'silent'], sandbox.env);
  const lines = stderr.split('\n').filter((line) => line.startsWith('vortex: '));
  return { date, code, lines, requests: (await sandbox.requests()) - before };
}

/** Monday to Friday, from and to both among them. */
export function weekdaysFrom(from: string, to: string): string[] {
  const dates: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    if (new Date(at).getUTCDay() % 6 !== 0) dates.push(new Date(at).toISOString().slice(0, 10));
  }
  return dates;
}
