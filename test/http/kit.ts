import type { AddressInfo, Server } from 'node:net';
import { onTestFinished } from 'vitest';
import { createHttp, type Http, type HttpOptions } from '../../src/http/axios-client.ts';
import type { Clock } from '../../src/http/clock.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../src/http/http-client.ts';
import { Redactor } from '../../src/http/redact.ts';
import { VortexError } from '../../src/market/errors.ts';
import { TestClock } from './test-clock.ts';

/** One log line. */
export interface Line {
  readonly level: 'debug' | 'info' | 'warn';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface Kit<C extends Clock = TestClock> {
  readonly http: Http;
  readonly clock: C;
  readonly lines: Line[];
  readonly secrets: Redactor;
  /** The client of provider `yahoo`, without pace. */
  readonly client: HttpClient;
  readonly get: (url: string | readonly string[], more?: Partial<HttpRequest>) => Promise<HttpResponse>;
}

type KitOptions = Partial<HttpOptions> & { paceMs?: number };

/** The client under test, closed when the test is over: short time-outs, the longest jitter, a clock that sleeps in no time. */
export function openHttp(options?: KitOptions): Kit;
export function openHttp<C extends Clock>(options: KitOptions & { clock: C }): Kit<C>;
export function openHttp({ paceMs = 0, ...given }: KitOptions = {}): Kit<Clock> {
  const clock = given.clock ?? new TestClock();
  const secrets = given.secrets ?? new Redactor();
  const lines: Line[] = [];
  const note =
    (level: Line['level']) =>
    (fields: Line['fields'], message: string): void => {
      lines.push({ level, fields, message });
    };
  const http = createHttp({
    userAgent: 'test-agent',
    timeouts: { connectMs: 2_000, idleMs: 2_000, totalMs: 5_000 },
    maxBodyBytes: 1_000_000,
    proxy: {},
    random: () => 0.5,
    log: { debug: note('debug'), info: note('info'), warn: note('warn') },
    ...given,
    clock,
    secrets,
  });
  onTestFinished(() => http.close());
  const client = http.forProvider('yahoo', { paceMs });
  const { signal } = new AbortController();
  return { http, clock, lines, secrets, client, get: (url, more) => client.send({ url, ...more }, signal) };
}

/** Opens a server on any free loopback port until the test is over; gives the port. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The VortexError that a promise ends in; anything else fails the test. */
export async function errorOf(promise: Promise<unknown>): Promise<VortexError> {
  const outcome = await promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (outcome instanceof VortexError) return outcome;
  throw new Error(`expected a VortexError, got ${String(outcome)}`);
}

/** Resolves once the condition holds; fails the test when it does not within 5 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 5_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${String(condition)}`);
    await pause();
  }
}

/** Long enough for everything that is ready to happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await pause();
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1);
  });
}

/** Timers that would keep the process alive. */
export function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
