import { VortexError } from '../market/errors.ts';
import type { CircuitState } from './breaker.ts';

/** What one provider was asked. Counts since the start of the process. */
export interface ProviderTraffic {
  /** Requests sent by what became of them: a status (`200`), a fault (`network`, `idle-timeout` …) or `interrupted`. */
  readonly requests: Readonly<Record<string, number>>;
  /** Tries after the first by what made them necessary: a status, a fault, or the code of a refused answer. */
  readonly retries: Readonly<Record<string, number>>;
  /** Time between sending and the last byte, all requests together, milliseconds. */
  readonly milliseconds: number;
  readonly circuit: CircuitState;
}

export interface HttpStats {
  /** Requests sent, retries and followed redirects counted. */
  readonly requests: number;
  /** By provider id. */
  readonly providers: Readonly<Record<string, ProviderTraffic>>;
}

/** The run's cap on requests, shared by all providers. */
export class RequestCap {
  readonly #most: number;
  #sent = 0;

  constructor(most = Infinity) {
    this.#most = most;
  }

  get sent(): number {
    return this.#sent;
  }

  /**
   * Counts one request that is about to be sent.
   * @throws VortexError `request-limit`, disposition `stop-provider`, when the cap is used up
   */
  take(provider: string): void {
    if (this.#sent >= this.#most) {
      throw new VortexError(
        `${provider}: the ${this.#most} requests allowed to this run are used up; the rest waits for the next run, or raise --max-requests`,
        { code: 'request-limit', disposition: 'stop-provider', context: { provider, requests: this.#sent } },
      );
    }
    this.#sent += 1;
  }
}

/** Counts what one provider is asked. */
export class Traffic {
  readonly #requests = new Map<string, number>();
  readonly #retries = new Map<string, number>();
  readonly #onRequest: ((ms: number) => void) | undefined;
  #milliseconds = 0;

  /** @param onRequest told how long each request took, milliseconds */
  constructor(onRequest?: (ms: number) => void) {
    this.#onRequest = onRequest;
  }

  /** One request and what became of it. */
  request(outcome: string, ms: number): void {
    this.#requests.set(outcome, (this.#requests.get(outcome) ?? 0) + 1);
    this.#milliseconds += ms;
    this.#onRequest?.(ms);
  }

  /** One more try, and why. */
  retry(reason: string): void {
    this.#retries.set(reason, (this.#retries.get(reason) ?? 0) + 1);
  }

  read(circuit: CircuitState): ProviderTraffic {
    return {
      requests: Object.fromEntries(this.#requests),
      retries: Object.fromEntries(this.#retries),
      milliseconds: this.#milliseconds,
      circuit,
    };
  }
}
