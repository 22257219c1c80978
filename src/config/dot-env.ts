import { join } from 'node:path';
import type { Environment } from './process-environment.ts';
import { readText } from './text-file.ts';

/** The environment with what a `.env` file adds to it. */
export interface CompleteEnvironment {
  readonly env: Environment;
  /** Names that came from the file. */
  readonly fromFile: ReadonlySet<string>;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Adds the `.env` of the folder where the environment has no value, or an empty one. */
export async function withDotEnv(env: Environment, cwd: string): Promise<CompleteEnvironment> {
  const file = readText(join(cwd, '.env'));
  if ('fault' in file) {
    const told = file.missing ? [] : [`.env: ${file.fault}`];
    // Python keeps its environments in a folder of that name, and Docker makes one for a missing bind mount.
    const folder = file.fault.includes('folder');
    return {
      env,
      fromFile: new Set(),
      problems: folder ? [] : told,
      warnings: folder ? told.map((line) => `${line}; it is not used`) : [],
    };
  }
  // Loaded only when there is something to read: start-up time.
  const { parse } = await import('dotenv');
  const added = Object.entries(parse(file.text)).filter(([name]) => env[name] === undefined || env[name] === '');
  return {
    env: { ...env, ...Object.fromEntries(added) },
    fromFile: new Set(added.map(([name]) => name)),
    problems: [],
    warnings: [],
  };
}
