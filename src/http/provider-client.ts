import type { AxiosInstance } from 'axios';
import type { IncomingHttpHeaders } from 'node:http';
import { asVortexError, VortexError } from '../market/errors.ts';
import type { Agents } from './agents.ts';
import type { Breaker, Pass } from './breaker.ts';
import type { Clock } from './clock.ts';
import { exchange, type Answer, type Failure } from './exchange.ts';
import { describeFault, faultError, faultName, heldError, interruptedError, type Asked, type Fault } from './faults.ts';
import type { HttpClient, HttpLimits, HttpLog, HttpRequest, HttpResponse } from './http-client.ts';
import type { Pace } from './pace.ts';
import type { Redactor } from './redact.ts';
import { maxRedirects, redirectTarget } from './redirect.ts';
import { backoffMs, budgetMs, isRetryFault, isRetryStatus, mayTryAgain } from './retry.ts';
import { retryAfterMs } from './retry-after.ts';
import type { RequestCap, Traffic } from './traffic.ts';
import type { Timeouts } from './watch.ts';

/** What the clients of all providers have in common. */
export interface Shared {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: HttpLog;
  readonly secrets: Redactor;
  readonly pace: Pace;
  readonly cap: RequestCap;
  readonly agents: Agents;
  /** Loads axios the first time. */
  readonly axios: () => Promise<AxiosInstance>;
  readonly userAgent: string;
  readonly timeouts: Timeouts;
  readonly maxBodyBytes: number;
  readonly ca: string | undefined;
}

/** What belongs to one provider and outlives its requests. */
export interface ProviderState {
  readonly id: string;
  readonly breaker: Breaker;
  readonly traffic: Traffic;
}

/** The state of one `send`. */
interface Errand {
  readonly request: HttpRequest;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly startedAt: number;
  /** Time that does not count: the pace's line and the open circuit, milliseconds. */
  freeMs: number;
  tries: number;
  /** The address of the last try, without secrets. */
  url: string;
  fault: Fault | undefined;
}

/** Asks on behalf of one provider: tries, waits, and ends in an answer or a VortexError. */
export class ProviderClient implements HttpClient {
  readonly #shared: Shared;
  readonly #state: ProviderState;
  readonly #limits: HttpLimits;

  constructor(shared: Shared, state: ProviderState, limits: HttpLimits) {
    this.#shared = shared;
    this.#state = state;
    this.#limits = limits;
  }

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const urls = typeof request.url === 'string' ? [request.url] : request.url;
    const errand: Errand = {
      request,
      signal,
      ...this.#wire(request),
      startedAt: this.#shared.clock.now(),
      freeMs: 0,
      tries: 0,
      url: this.#shared.secrets.url(urls[0] ?? ''),
      fault: undefined,
    };
    try {
      if (signal.aborted) throw interruptedError(this.#asked(errand));
      return await this.#deliver(errand, urls);
    } catch (error) {
      if (signal.aborted) throw interruptedError(this.#asked(errand));
      throw this.#clean(error);
    }
  }

  async #deliver(errand: Errand, urls: readonly string[]): Promise<HttpResponse> {
    for (;;) {
      const url = this.#nextUrl(errand, urls);
      const pass = await this.#admit(errand, url);
      try {
        const result = await this.#try(errand, url, pass);
        if ('body' in result) return result;
        errand.fault = result;
      } finally {
        this.#state.breaker.release(pass);
      }
      await this.#beforeAnotherTry(errand, errand.fault, urls);
    }
  }

  /** The addresses take turns; one that is held for too long is passed over while another is free. */
  #nextUrl(errand: Errand, urls: readonly string[]): URL {
    const turn = errand.tries % urls.length;
    const inTurn = [...urls.slice(turn), ...urls.slice(0, turn)].map((url) => this.#parse(url));
    const leftMs = this.#leftMs(errand);
    const url = inTurn.find(({ host }) => this.#shared.pace.heldMs(host) <= leftMs) ?? inTurn[0];
    if (url === undefined) throw new TypeError('a request without an address');
    return url;
  }

  #parse(url: string): URL {
    if (URL.canParse(url)) return new URL(url);
    throw new TypeError(`not an address: ${url}`);
  }

  /** Waits for the circuit and for the host's turn. */
  async #admit(errand: Errand, url: URL): Promise<Pass> {
    const { clock, secrets } = this.#shared;
    const { breaker } = this.#state;
    for (;;) {
      errand.url = secrets.url(url.href);
      const before = clock.now();
      const pass = await breaker.enter(errand.signal);
      errand.freeMs += clock.now() - before;
      try {
        await this.#turn(errand, url);
      } catch (error) {
        breaker.release(pass);
        throw error;
      }
      if (breaker.isValid(pass)) return pass;
    }
  }

  async #turn(errand: Errand, url: URL): Promise<void> {
    const patienceMs = (): number => this.#leftMs(errand);
    const turn = await this.#shared.pace.turn(url.host, this.#limits.paceMs, patienceMs, errand.signal);
    if (!turn.go) throw heldError(url.host, turn.heldUntil, this.#asked(errand), errand.fault);
    errand.freeMs += turn.waitedMs;
  }

  /** One try, redirects included: an answer that counts, or a fault that may be worth another try. */
  async #try(errand: Errand, first: URL, pass: Pass): Promise<HttpResponse | Fault> {
    const { breaker } = this.#state;
    errand.tries += 1;
    let url = first;
    for (let hops = 0; ; hops += 1) {
      const requestedAt = Math.floor(this.#shared.clock.now());
      const outcome = await this.#exchange(errand, url);
      if (outcome.kind === 'failure') return this.#onFailure(errand, outcome, pass);
      if (isRetryStatus(outcome.status)) return this.#onRetryStatus(errand, url, outcome, pass);
      const next = hops < maxRedirects ? redirectTarget(errand.request.method ?? 'GET', url, outcome) : undefined;
      if (next === undefined) return this.#onAnswer(errand, outcome, requestedAt, pass);
      url = next;
      errand.url = this.#shared.secrets.url(url.href);
      await this.#turn(errand, url);
    }
  }

  async #exchange(errand: Errand, url: URL): Promise<Answer | Failure> {
    const { clock, log, cap, agents, axios, ca, maxBodyBytes } = this.#shared;
    const { id, traffic } = this.#state;
    const [client, way] = [await axios(), await agents.for(url)];
    if (errand.signal.aborted) throw interruptedError(this.#asked(errand));
    cap.take(id);
    const startedAt = clock.now();
    const { headers, body, request, signal } = errand;
    const timeouts = this.#timeouts(errand);
    const question = { method: request.method ?? 'GET', url, headers, body, way, ca, timeouts, maxBodyBytes };
    const outcome = await exchange(client, question, signal);
    const ms = Math.max(0, clock.now() - startedAt);
    const { job } = request;
    if (outcome.kind === 'answer') {
      const bytes = outcome.body.length;
      traffic.request(String(outcome.status), ms);
      log.debug(
        { provider: id, job, attempt: errand.tries, status: outcome.status, ms, bytes, url: errand.url },
        'request',
      );
    } else {
      traffic.request(outcome.fault, ms);
      log.debug({ provider: id, job, attempt: errand.tries, fault: outcome.fault, ms, url: errand.url }, 'request');
    }
    return outcome;
  }

  #onFailure(errand: Errand, failure: Failure, pass: Pass): Fault {
    if (failure.fault === 'interrupted') throw interruptedError(this.#asked(errand));
    const detail = this.#shared.secrets.text(failure.detail);
    const fault = { kind: failure.fault, detail, timeouts: this.#timeouts(errand) };
    if (failure.fault === 'too-large') this.#state.breaker.good(pass);
    else this.#state.breaker.bad(pass, describeFault(fault, errand.url));
    if (!isRetryFault(failure.fault)) throw faultError(fault, this.#asked(errand));
    return fault;
  }

  #onRetryStatus(errand: Errand, url: URL, answer: Answer, pass: Pass): Fault {
    const { clock, pace, log } = this.#shared;
    const now = clock.now();
    const waitMs = retryAfterMs(answer.headers['retry-after'], now);
    const fault: Fault = {
      kind: 'status',
      status: answer.status,
      retryAt: waitMs === undefined ? undefined : now + waitMs,
    };
    if (fault.retryAt !== undefined) {
      pace.hold(url.host, fault.retryAt);
      const fields = { provider: this.#state.id, host: url.host, status: answer.status, waitMs };
      log.info(fields, 'the host asked everybody to wait');
    }
    this.#state.breaker.bad(pass, describeFault(fault, errand.url));
    return fault;
  }

  #onAnswer(errand: Errand, answer: Answer, requestedAt: number, pass: Pass): HttpResponse | Fault {
    const { status, body } = answer;
    const response = { status, headers: flat(answer.headers), body, url: errand.url, requestedAt };
    const refusal = errand.request.check?.(response);
    const error = refusal === undefined ? undefined : this.#clean(refusal);
    if (error?.disposition === 'retry') {
      this.#state.breaker.bad(pass, error.message);
      return { kind: 'check', error };
    }
    this.#state.breaker.good(pass);
    if (error !== undefined) throw error;
    return response;
  }

  /** Waits before the next try, or ends the request when there is none. */
  async #beforeAnotherTry(errand: Errand, fault: Fault, urls: readonly string[]): Promise<void> {
    const { clock, random, pace } = this.#shared;
    // A hold is waited for at the door; a back-off on top of it would be waiting twice.
    const isHeld = pace.heldMs(this.#nextUrl(errand, urls).host) > 0;
    const waitMs = isHeld ? 0 : backoffMs(errand.tries, random);
    if (!mayTryAgain(errand.tries, this.#spentMs(errand), waitMs)) throw faultError(fault, this.#asked(errand));
    await clock.sleep(waitMs, errand.signal);
    this.#state.traffic.retry(faultName(fault));
  }

  #timeouts(errand: Errand): Timeouts {
    const { timeouts } = this.#shared;
    return { ...timeouts, totalMs: Math.max(1, Math.min(timeouts.totalMs, this.#leftMs(errand))) };
  }

  #spentMs(errand: Errand): number {
    return Math.max(0, this.#shared.clock.now() - errand.startedAt - errand.freeMs);
  }

  #leftMs(errand: Errand): number {
    return budgetMs - this.#spentMs(errand);
  }

  #asked(errand: Errand): Asked {
    const { url, tries, request } = errand;
    return { provider: this.#state.id, url, job: request.job, tries, spentMs: this.#spentMs(errand) };
  }

  #wire(request: HttpRequest): { headers: Readonly<Record<string, string>>; body: string | undefined } {
    const headers: Record<string, string> = {
      accept: '*/*',
      'accept-encoding': 'gzip, br',
      'user-agent': this.#shared.userAgent,
    };
    if (request.form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
    return { headers, body: request.form && new URLSearchParams(request.form).toString() };
  }

  /** VortexErrors pass; anything else may carry the whole request, so only its text and its stack are kept. */
  #clean(error: unknown): VortexError {
    if (error instanceof VortexError) return error;
    const { secrets } = this.#shared;
    const cause = new Error(secrets.text(error instanceof Error ? error.message : String(error)));
    if (error instanceof Error) cause.stack = secrets.text(error.stack ?? '');
    return asVortexError(cause);
  }
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const single: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) single[name] = typeof value === 'string' ? value : value.join('\n');
  }
  return single;
}
