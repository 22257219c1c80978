import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { build } from 'esbuild';
import { afterAll, onTestFinished } from 'vitest';

const CHECKOUT = resolve(import.meta.dirname, '../..');

/** A program of a test file, built from its TypeScript with the sources as they are now; to be called outside of tests. */
export async function buildProgram(source: URL): Promise<string> {
  // Below the checkout, where packages are found.
  const folder = mkdtempSync(join(CHECKOUT, 'node_modules/.vortex-child-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const outfile = join(folder, `${basename(source.pathname, '.ts')}.mjs`);
  await build({
    entryPoints: [source.pathname],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['parquetjs-lite'],
    minifySyntax: true,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return outfile;
}

/** How a child ended: by itself with a code, or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child at work. */
export interface Child {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ending>;
  /** Settles when so many lines stand on its stdout, or when it is gone. */
  lines(count: number): Promise<string[]>;
}

/** Starts a process; it is killed at the end of the test if it is still there. */
export function startChild(command: string, args: readonly string[]): Child {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const look of waiting.splice(0)) look();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let gone = false;
  const ended = new Promise<Ending>((settle, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => {
      gone = true;
      wake();
      settle({ code, signal, stdout, stderr });
    });
  });
  onTestFinished(async () => {
    if (!gone) child.kill('SIGKILL');
    await ended;
  });
  return {
    process: child,
    ended,
    async lines(count) {
      for (;;) {
        const whole = stdout.split('\n').slice(0, -1);
        if (whole.length >= count || gone) return whole;
        await new Promise<void>((resolve) => {
          waiting = [...waiting, resolve];
        });
      }
    },
  };
}

/** Works on all items, so many at a time. */
export async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}
