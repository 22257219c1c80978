import type { AxiosInstance } from 'axios';
import type { Agents } from './agents.ts';
import type { Breaker, Pass } from './breaker.ts';
import type { Clock } from './clock.ts';
import type { Errand } from './errand.ts';
import { exchange, type Answer } from './exchange.ts';
import { heldError, interruptedError, type Fault } from './faults.ts';
import type { HttpLog } from './http-client.ts';
import type { Pace } from './pace.ts';
import type { Redactor } from './redact.ts';
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

/** Lets single requests of one provider out: circuit, pace and cap first, count and log line after. */
export class Sender {
  readonly #shared: Shared;
  readonly #state: ProviderState;
  readonly #paceMs: number;

  constructor(shared: Shared, state: ProviderState, paceMs: number) {
    this.#shared = shared;
    this.#state = state;
    this.#paceMs = paceMs;
  }

  /**
   * Waits for the circuit and for the host's turn.
   * @throws VortexError `rate-limited` when the host is held for longer than the errand may last; `circuit-open`; `interrupted`
   */
  async admit(errand: Errand, url: URL): Promise<Pass> {
    const { clock, pace, secrets, axios, agents } = this.#shared;
    const { breaker } = this.#state;
    errand.url = secrets.url(url.href);
    // Loading the libraries now keeps the time between the turn and the request short.
    await axios();
    await agents.for(url);
    for (;;) {
      const heldMs = pace.heldMs(url.host);
      if (heldMs >= errand.leftMs()) throw heldError(url.host, clock.now() + heldMs, errand.asked(), errand.fault);
      const before = clock.now();
      const pass = await breaker.enter(errand.signal);
      errand.free(clock.now() - before);
      try {
        await this.turn(errand, url);
      } catch (error) {
        breaker.release(pass);
        throw error;
      }
      if (breaker.isValid(pass)) return pass;
    }
  }

  /**
   * Waits for the host's turn, as each followed redirect does too.
   * @throws VortexError `rate-limited`, `interrupted`
   */
  async turn(errand: Errand, url: URL): Promise<void> {
    const patienceMs = (): number => errand.leftMs();
    const turn = await this.#shared.pace.turn(url.host, this.#paceMs, patienceMs, errand.signal);
    if (!turn.go) throw heldError(url.host, turn.heldUntil, errand.asked(), errand.fault);
    errand.free(turn.waitedMs);
  }

  /**
   * Sends one request, now.
   * @throws VortexError `request-limit`, `interrupted`
   */
  async ask(errand: Errand, url: URL): Promise<Answer | Fault> {
    const { clock, cap, ca, maxBodyBytes, secrets } = this.#shared;
    const axios = await this.#shared.axios();
    const way = await this.#shared.agents.for(url);
    if (errand.signal.aborted) throw interruptedError(errand.asked());
    cap.take(this.#state.id);
    const { method, headers, body, signal } = errand;
    const totalMs = Math.max(1, Math.min(this.#shared.timeouts.totalMs, errand.leftMs()));
    const timeouts = { ...this.#shared.timeouts, totalMs };
    errand.url = secrets.url(url.href);
    errand.requestedAt = Math.floor(clock.now());
    const outcome = await exchange(axios, { method, url, headers, body, way, ca, timeouts, maxBodyBytes }, signal);
    const ms = Math.max(0, clock.now() - errand.requestedAt);
    if (outcome.kind === 'answer') {
      this.#note(errand, String(outcome.status), ms, { status: outcome.status, bytes: outcome.body.length });
      return outcome;
    }
    this.#note(errand, outcome.fault, ms, { fault: outcome.fault });
    if (outcome.fault === 'interrupted') throw interruptedError(errand.asked());
    return { kind: outcome.fault, detail: secrets.text(outcome.detail), timeouts };
  }

  #note(errand: Errand, outcome: string, ms: number, found: Readonly<Record<string, string | number>>): void {
    const { id, traffic } = this.#state;
    const { url, tries, request } = errand;
    traffic.request(outcome, ms);
    this.#shared.log.debug({ provider: id, job: request.job, attempt: tries, ...found, ms, url }, 'request');
  }
}
