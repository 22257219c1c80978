import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '../support/folder.ts';
import { start } from '../support/program.ts';

/** Goes into a Node process in front of the program; counts its steps on the disk and breaks one of them. */
const STEPS = pathToFileURL(join(import.meta.dirname, 'steps.mjs')).href;

/** 1 in `npm run test:crash`, which tries each point; in `npm test` each nth. */
export const everyPoint = (nth: number): number => (process.env['CRASH'] === 'full' ? 1 : nth);

/** A folder as it is, its times included, elsewhere. */
export function copyOf(folder: string): string {
  const root = temporaryFolder();
  cpSync(folder, root, { recursive: true, preserveTimestamps: true });
  return root;
}

/** A command that goes wrong at one of its steps on the disk. */
export class Crashing {
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #count = join(temporaryFolder(), 'count');

  /** @param how SIGKILL, EIO or ENOSPC */
  constructor(args: readonly string[], how: string, env: Readonly<Record<string, string>> = {}) {
    this.#args = args;
    this.#env = { ...env, NODE_OPTIONS: `--import ${STEPS}`, CRASH_HOW: how, CRASH_COUNT: this.#count };
  }

  /** Runs it in a folder. @param step from 1; 0: nothing goes wrong */
  at(cwd: string, step: number) {
    return start(this.#args, { cwd, env: { ...this.#env, CRASH_STEP: String(step) } }).ended;
  }

  /** Steps of the run before. */
  get steps(): number {
    return Number(readFileSync(this.#count, 'utf8'));
  }

  /** Each nth of them. */
  points(nth: number): number[] {
    return Array.from({ length: this.steps }, (_each, index) => index + 1).filter((step) => step % nth === 0);
  }
}
