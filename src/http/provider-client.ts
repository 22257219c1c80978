import { setMaxListeners } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { asVortexError, VortexError } from '../market/errors.ts';
import type { Pass } from './breaker.ts';
import { Errand } from './errand.ts';
import type { Answer } from './exchange.ts';
import { describeFault, faultError, faultName, interruptedError, type Fault } from './faults.ts';
import type { HttpClient, HttpLimits, HttpRequest, HttpResponse } from './http-client.ts';
import { MAX_REDIRECTS, redirectTarget } from './redirect.ts';
import { backoffMs, isRetryFault, isRetryStatus, mayTryAgain } from './retry.ts';
import { retryAfterMs } from './retry-after.ts';
import { Sender, type ProviderState, type Shared } from './sender.ts';

/** Asks on behalf of one provider: tries, waits, and ends in an answer or a VortexError. */
export class ProviderClient implements HttpClient {
  readonly #shared: Shared;
  readonly #state: ProviderState;
  readonly #sender: Sender;

  constructor(shared: Shared, state: ProviderState, limits: HttpLimits) {
    this.#shared = shared;
    this.#state = state;
    this.#sender = new Sender(shared, state, limits.paceMs);
  }

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const { clock, userAgent, secrets } = this.#shared;
    // All requests of a run share one signal; more than ten listeners on it are no leak.
    setMaxListeners(0, signal);
    const errand = new Errand(this.#state.id, clock, userAgent, request, signal);
    const urls = typeof request.url === 'string' ? [request.url] : request.url;
    errand.url = secrets.url(urls[0] ?? '');
    try {
      if (signal.aborted) throw interruptedError(errand.asked());
      return await this.#deliver(errand, urls.map(parse));
    } catch (error) {
      throw signal.aborted ? interruptedError(errand.asked()) : this.#clean(error);
    }
  }

  keepSecret(text: string): void {
    this.#shared.secrets.register(text);
  }

  async #deliver(errand: Errand, urls: readonly URL[]): Promise<HttpResponse> {
    for (;;) {
      const url = this.#nextUrl(errand, urls);
      const pass = await this.#sender.admit(errand, url);
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
  #nextUrl(errand: Errand, urls: readonly URL[]): URL {
    const turn = errand.tries % urls.length;
    const inTurn = [...urls.slice(turn), ...urls.slice(0, turn)];
    const leftMs = errand.leftMs();
    const url = inTurn.find(({ host }) => this.#shared.pace.heldMs(host) < leftMs) ?? inTurn[0];
    if (url === undefined) throw new TypeError('a request without an address');
    return url;
  }

  /** One try, redirects included: an answer that counts, or a fault that is worth another try. */
  async #try(errand: Errand, first: URL, pass: Pass): Promise<HttpResponse | Fault> {
    if (errand.fault !== undefined) this.#state.traffic.retry(faultName(errand.fault));
    errand.tries += 1;
    let url = first;
    for (let hops = 0; ; hops += 1) {
      const outcome = await this.#sender.ask(errand, url);
      if (outcome.kind !== 'answer') return this.#onFault(errand, outcome, pass);
      if (isRetryStatus(outcome.status)) return this.#onFault(errand, this.#retryStatus(url, outcome), pass);
      const next = hops < MAX_REDIRECTS ? redirectTarget(errand.method, url, outcome) : undefined;
      if (next === undefined) return this.#onAnswer(errand, outcome, pass);
      url = next;
      await this.#sender.turn(errand, url);
    }
  }

  #retryStatus(url: URL, { status, headers }: Answer): Fault {
    const { clock, pace, log } = this.#shared;
    const now = clock.now();
    const waitMs = retryAfterMs(headers['retry-after'], now);
    if (waitMs === undefined) return { kind: 'status', status, retryAt: undefined };
    pace.hold(url.host, now + waitMs);
    log.info({ provider: this.#state.id, host: url.host, status, waitMs }, 'the host asked everybody to wait');
    return { kind: 'status', status, retryAt: now + waitMs };
  }

  #onFault(errand: Errand, fault: Fault, pass: Pass): Fault {
    const { breaker } = this.#state;
    // A body over the cap is our bound, not the provider's fault.
    if (fault.kind === 'too-large') breaker.good(pass);
    else breaker.bad(pass, this.#shared.secrets.text(describeFault(fault, errand.url)));
    const isFinal = fault.kind !== 'status' && fault.kind !== 'check' && !isRetryFault(fault.kind);
    if (isFinal) throw faultError(fault, errand.asked());
    return fault;
  }

  #onAnswer(errand: Errand, answer: Answer, pass: Pass): HttpResponse | Fault {
    const { url, requestedAt } = errand;
    const response = { status: answer.status, headers: flat(answer.headers), body: answer.body, url, requestedAt };
    const error = this.#check(errand.request, response);
    if (error?.disposition === 'retry') return this.#onFault(errand, { kind: 'check', error }, pass);
    this.#state.breaker.good(pass);
    if (error !== undefined) throw error;
    return response;
  }

  #check(request: HttpRequest, response: HttpResponse): VortexError | undefined {
    try {
      const refusal = request.check?.(response);
      return refusal && this.#clean(refusal);
    } catch (error) {
      return this.#clean(error);
    }
  }

  /** Waits before the next try, or ends the request when there is no room for one. */
  async #beforeAnotherTry(errand: Errand, fault: Fault, urls: readonly URL[]): Promise<void> {
    const { clock, random, pace } = this.#shared;
    // A hold is waited for at the door; a back-off on top of it would be waiting twice.
    const isHeld = pace.heldMs(this.#nextUrl(errand, urls).host) > 0;
    const waitMs = isHeld ? 0 : backoffMs(errand.tries, random);
    if (!mayTryAgain(errand.tries, errand.spentMs(), waitMs)) throw faultError(fault, errand.asked());
    if (waitMs > 0) await clock.sleep(waitMs, errand.signal);
  }

  /** Of causes, and of anything else than a VortexError, only text and stack are kept: they may carry the whole request. */
  #clean(error: unknown): VortexError {
    if (!(error instanceof VortexError)) return asVortexError(this.#textOf(error));
    const { secrets } = this.#shared;
    const message = secrets.text(error.message);
    const context: Record<string, string | number | boolean | undefined> = {};
    let isClean = message === error.message && error.cause === undefined;
    for (const [name, value] of Object.entries(error.context)) {
      context[name] = typeof value === 'string' ? secrets.text(value) : value;
      if (context[name] !== value) isClean = false;
    }
    if (isClean) return error;
    const { code, disposition, retryAt } = error;
    const cause = error.cause === undefined ? undefined : this.#textOf(error.cause);
    return new VortexError(message, { code, disposition, context, retryAt, cause });
  }

  #textOf(error: unknown): Error {
    const { secrets } = this.#shared;
    const clean = new Error(secrets.text(error instanceof Error ? error.message : String(error)));
    if (error instanceof Error) clean.stack = secrets.text(error.stack ?? '');
    return clean;
  }
}

function parse(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new TypeError(`not an address: ${url}`);
}

/** Several lines of one header, which only set-cookie has, stand one under the other. */
function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const single: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) single[name] = typeof value === 'string' ? value : value.join('\n');
  }
  return single;
}
