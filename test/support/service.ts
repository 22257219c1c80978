import { onTestFinished } from 'vitest';
import { start } from './program.ts';
import type { Running, Surroundings } from './program.ts';

/** A service in a process of its own. */
export interface Service extends Running {
  readonly url: string;
  /** Asks it; `body` is sent as JSON. */
  ask(path: string, options?: { method?: string; token?: string; body?: string }): Promise<Response>;
}

/** Starts `vortex serve …` on any free port; it is killed with the test. */
export async function startService(args: readonly string[], surroundings: Surroundings): Promise<Service> {
  const running = start(['serve', '--port', '0', ...args], surroundings);
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  const text = await running.seen('stderr', /listening on http:\/\/[\d.]+:\d+/);
  const url = /listening on (http:\/\/[\d.]+:\d+)/.exec(text)?.[1] ?? '';
  return {
    ...running,
    url,
    ask: (path, { method = 'GET', token, body } = {}) =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
      }),
  };
}
