import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const CACHE = join(CHECKOUT, 'node_modules/.cache/vortex-tests');
const SOURCES = ['src', 'sandbox'];
const BUILD_FILES = ['package.json', 'esbuild.config.js'];

function sourceHash(): string {
  const hash = createHash('sha256');
  const sources = SOURCES.flatMap((folder) =>
    readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name))
      .sort(),
  );
  for (const file of [...BUILD_FILES, ...sources]) {
    hash.update(file).update(readFileSync(join(CHECKOUT, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Builds the sources as they are now, apart from dist/, which other work may be rebuilding. */
function build(): string {
  const target = join(CACHE, sourceHash());
  const program = join(target, 'dist/main.js');
  if (existsSync(program)) return program;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'building-'));
  for (const file of BUILD_FILES) cpSync(join(CHECKOUT, file), join(folder, file));
  for (const name of SOURCES) symlinkSync(join(CHECKOUT, name), join(folder, name));
  const built = spawnSync(process.execPath, ['esbuild.config.js'], { cwd: folder, encoding: 'utf8' });
  if (built.status !== 0) {
    rmSync(folder, { recursive: true });
    throw new Error(`the program cannot be built:\n${built.stderr}`);
  }
  try {
    renameSync(folder, target);
  } catch {
    // Another test file was quicker.
    rmSync(folder, { recursive: true });
  }
  return program;
}

let built: string | undefined;

/** The program to test: a fresh build, or the one that PROGRAM_UNDER_TEST names. */
export function programPath(): string {
  built ??= process.env['PROGRAM_UNDER_TEST'] ?? build();
  return built;
}

/** How a child ended. `code` is null when a signal killed it. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that is running. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves as soon as the stream holds the pattern. */
  seen(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string>;
}

export interface Surroundings {
  /** Working directory. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `vortex …` with an environment of its own: nothing of ours is inherited but what Node itself needs. */
export function start(args: readonly string[], { cwd, env = {} }: Surroundings): Running {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [programPath(), ...args], {
    cwd,
    env: { PATH, HOME: cwd, TMPDIR: dirname(cwd), NO_PROXY: '127.0.0.1', ...env },
  });
  const text = { stdout: '', stderr: '' };
  let more: (() => void)[] = [];
  const wake = (): void => {
    for (const look of more.splice(0)) look();
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (part: string) => {
      text[name] += part;
      wake();
    });
  }
  const ended = new Promise<Ended>((settle, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      settle({ code, ...text });
      wake();
    });
  });
  child.stdin.end();
  return {
    child,
    ended,
    async seen(stream, pattern) {
      while (!pattern.test(text[stream])) {
        const { exitCode } = child;
        if (exitCode !== null && child[stream].readableEnded) {
          throw new Error(`exit ${exitCode} without ${String(pattern)} on ${stream}:\n${text.stdout}\n${text.stderr}`);
        }
        await new Promise<void>((resolve) => {
          more = [...more, resolve];
        });
      }
      return text[stream];
    },
  };
}

/** Runs `vortex …` to its end. */
export function vortex(args: readonly string[], surroundings: Surroundings): Promise<Ended> {
  return start(args, surroundings).ended;
}
