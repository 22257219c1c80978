import type { Clock } from './clock.ts';
import type { Asked, Fault } from './faults.ts';
import type { HttpRequest } from './http-client.ts';
import { BUDGET_MS } from './retry.ts';

/** One `send` under way: what is asked, the tries made and the time used. */
export class Errand {
  readonly request: HttpRequest;
  readonly signal: AbortSignal;
  readonly method: 'GET' | 'POST';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  tries = 0;
  /** The address asked last, without secrets. */
  url = '';
  /** When the last request of it was sent, milliseconds since the epoch, UTC. */
  requestedAt = 0;
  /** What was wrong with the last try. */
  fault: Fault | undefined;

  readonly #provider: string;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #freeMs = 0;

  constructor(provider: string, clock: Clock, userAgent: string, request: HttpRequest, signal: AbortSignal) {
    this.#provider = provider;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.request = request;
    this.signal = signal;
    this.method = request.method ?? 'GET';
    const headers: Record<string, string> = { accept: '*/*', 'accept-encoding': 'gzip, br', 'user-agent': userAgent };
    if (request.form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    for (const name in request.headers) headers[name.toLowerCase()] = request.headers[name] ?? '';
    this.headers = headers;
    this.body = request.form && new URLSearchParams(request.form).toString();
  }

  /** Time that does not count: the pace's line and the open circuit, milliseconds. */
  free(ms: number): void {
    this.#freeMs += ms;
  }

  /** Time used of the budget, milliseconds. */
  spentMs(): number {
    return Math.max(0, this.#clock.now() - this.#startedAt - this.#freeMs);
  }

  /** What is left of the budget, milliseconds. */
  leftMs(): number {
    return BUDGET_MS - this.spentMs();
  }

  /** As messages name it. */
  asked(): Asked {
    const { url, tries, request } = this;
    return { provider: this.#provider, url, job: request.job, tries, spentMs: this.spentMs() };
  }
}
