import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync } from 'node:fs';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

export const CHECKOUT = resolve(import.meta.dirname, '../..');

/** The user of the image. */
export const OWNER = 1000;

/** The run of docs and compose: nothing but /data and /tmp can be written, nothing can be gained. */
export const HARDENED = [
  ...['--read-only', '--tmpfs', '/tmp:rw,noexec,nosuid', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--memory', '512m', '--pids-limit', '128'],
];

/** How a program ended. */
export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** User and group that it runs as. */
  readonly uid?: number;
  /** What it reads. */
  readonly input?: string;
}

/** Runs a program to its end, with our environment and what is added to it. */
export function command(program: string, args: readonly string[], options: CommandOptions = {}): Promise<Result> {
  const { cwd = CHECKOUT, env = {}, uid, input = '' } = options;
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (part: string) => {
      text[name] += part;
    });
  }
  child.stdin.end(input);
  return new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      settle({ code, ...text });
    });
  });
}

/** The engine's client of test/image/run.sh. */
export function docker(...args: readonly string[]): Promise<Result> {
  const { DOCKER, DOCKER_HOST } = process.env;
  if (DOCKER === undefined || DOCKER_HOST === undefined) throw new Error('start these tests by: npm run test:image');
  return command(DOCKER, args);
}

/** What a command of docker prints. @throws when it fails */
export async function dockerText(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(...args);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** An empty folder to mount, removed after the test. */
export function mountFolder(uid = OWNER): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  chownSync(folder, uid, uid);
  return folder;
}

export const environment = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);

/** What a container is run with. */
export interface Wish {
  readonly args: readonly string[];
  /** The folder on /data. */
  readonly data?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** More options of `docker run`. */
  readonly options?: readonly string[];
  readonly network?: 'host' | 'none';
}

function runArguments({ args, data, env = {}, options = [], network = 'host' }: Wish): string[] {
  const mount = data === undefined ? [] : ['--volume', `${data}:/data`];
  return [...HARDENED, '--network', network, ...mount, ...environment(env), ...options, 'vortex', ...args];
}

/** Runs the image to its end, hardened. */
export function image(wish: Wish): Promise<Result> {
  return docker('run', '--rm', ...runArguments(wish));
}

/** A container that goes on. */
export interface Going {
  readonly name: string;
  /** Settles with its exit code. */
  ended(): Promise<number>;
  logs(): Promise<string>;
}

/** Starts the image, hardened; the container goes with the test. */
export async function startImage(wish: Wish): Promise<Going> {
  const name = `vortex-test-${randomBytes(6).toString('hex')}`;
  onTestFinished(async () => {
    await docker('rm', '--force', '--volumes', name);
  });
  await dockerText('run', '--detach', '--name', name, ...runArguments(wish));
  return {
    name,
    ended: async () => Number(await dockerText('wait', name)),
    logs: async () => {
      const { stdout, stderr } = await docker('logs', name);
      return `${stdout}${stderr}`;
    },
  };
}

/** Runs a shell line inside the image, hardened, in place of the program. */
export function shell(line: string, ...options: readonly string[]): Promise<Result> {
  return image({ args: ['-c', line], options: ['--entrypoint', 'sh', ...options], network: 'none' });
}
