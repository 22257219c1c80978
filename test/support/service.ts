import { expect, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from './folder.ts';
import { start } from './program.ts';
import type { Running, Surroundings } from './program.ts';
import { standIn } from './stand-in.ts';

/** The time that the services of tests stand for. */
export const NOW = '2024-07-03T06:00:00Z';
/** Their token. */
export const TOKEN = 'let-me-in-please';
const named = z.object({ run: z.string() });
/** How long a test waits for something, and how often it looks, milliseconds. */
export const PATIENCE = { timeout: 15_000, interval: 50 };

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

/** A service beside a sandbox of its own. */
export const openService = async (faults = '', args: readonly string[] = [], env: Record<string, string> = {}) => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW, faults);
  const service = await startService(['SPY', 'KO', '--start', '2024-06-03', '--now', NOW, ...args], {
    cwd,
    env: { ...sandbox.env, VORTEX_SERVE_TOKEN: TOKEN, ...env },
  });
  return { cwd, sandbox, service };
};

/** Begins a run on request. @returns its name */
export const begin = async (service: Service, body?: object): Promise<string> => {
  const response = await service.ask('/runs', {
    method: 'POST',
    token: TOKEN,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(202);
  const { run } = named.parse(await response.json());
  expect(response.headers.get('location')).toBe(`/runs/${run}`);
  return run;
};

/** Waits until a run is over. @returns what is told of it */
export const over = (service: Service, run: string) =>
  vi.waitFor(async () => {
    const told = z.looseObject({ status: z.string() }).parse(await (await service.ask(`/runs/${run}`)).json());
    expect(told.status).not.toBe('running');
    return told;
  }, PATIENCE);
