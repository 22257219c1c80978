import { join } from 'node:path';
import type { Environment } from './process-environment.ts';
import { readText } from './text-file.ts';

/** Files beside the program's working directory that add to the environment; the later one wins. */
const FILES = ['.env', '.env.local'] as const;

/** The environment with what `.env` and `.env.local` add to it. */
export interface CompleteEnvironment {
  readonly env: Environment;
  /** The file that each name came from which the environment itself does not have. */
  readonly fromFile: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

interface DotEnv {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

async function readDotEnv(cwd: string, name: string): Promise<DotEnv> {
  const file = readText(join(cwd, name));
  if ('fault' in file) {
    const told = file.missing ? [] : [`${name}: ${file.fault}`];
    // Python keeps its environments in a folder of that name, and Docker makes one for a missing bind mount.
    const folder = file.fault.includes('folder');
    return {
      values: {},
      problems: folder ? [] : told,
      warnings: folder ? told.map((line) => `${line}; it is not used`) : [],
    };
  }
  // Loaded only when there is something to read: start-up time.
  const { parse } = await import('dotenv');
  return { values: parse(file.text), problems: [], warnings: [] };
}

/** Blanks and line ends around a value are no part of it: files that Windows wrote leave a carriage return there. */
const trimmed = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value?.trim()]));

/**
 * The environment, its values trimmed, with what `.env` and then `.env.local` of the folder add where it has no value or an
 * empty one.
 */
export async function withDotEnv(env: Environment, cwd: string): Promise<CompleteEnvironment> {
  const own = trimmed(env);
  let complete = own;
  const fromFile = new Map<string, string>();
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const name of FILES) {
    const file = await readDotEnv(cwd, name);
    const added = Object.entries(file.values).filter(([key]) => own[key] === undefined || own[key] === '');
    complete = { ...complete, ...trimmed(Object.fromEntries(added)) };
    for (const [key] of added) fromFile.set(key, name);
    problems.push(...file.problems);
    warnings.push(...file.warnings);
  }
  return { env: complete, fromFile, problems, warnings };
}
