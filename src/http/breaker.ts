import { VortexError } from '../market/errors.ts';
import type { Clock } from './clock.ts';
import { Gate } from './gate.ts';

/** closed: requests go · open: none goes, until the cool-down is over · half-open: one probe is out, the others wait for it. */
export type CircuitState = 'closed' | 'open' | 'half-open';

export interface BreakerOptions {
  readonly clock: Clock;
  /** Whom it is for; named in messages. */
  readonly provider: string;
  /** Consecutive faults that open the circuit; 5 unless told. */
  readonly faultsToOpen?: number | undefined;
  /** How long it stays open before a probe goes, milliseconds; 15,000 unless told. */
  readonly coolDownMs?: number | undefined;
  /** Failed probes after which it stays open for good; 2 unless told. */
  readonly probes?: number | undefined;
  /** Called after each change, with the last fault in words. */
  readonly onChange?: ((state: CircuitState, lastFault: string) => void) | undefined;
}

/** Leave to make one try; its holder ends it with `good`, `bad` or `release` of the breaker. */
export interface Pass {
  readonly isProbe: boolean;
}

const ORDINARY: Pass = { isProbe: false };

/** Stops asking a provider that fails again and again. Lives as long as the process. */
export class Breaker {
  readonly #options: BreakerOptions;
  readonly #faultsToOpen: number;
  readonly #coolDownMs: number;
  readonly #probes: number;
  #state: CircuitState = 'closed';
  #faults = 0;
  #failedProbes = 0;
  #lastFault = '';
  /** When the next probe may go, milliseconds since the epoch. */
  #probeAt = 0;
  #probe: Pass | undefined;
  /** Opens at the next change of state. */
  #change = new Gate();

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#faultsToOpen = options.faultsToOpen ?? 5;
    this.#coolDownMs = options.coolDownMs ?? 15_000;
    this.#probes = options.probes ?? 2;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /**
   * Gives leave for one try: at once when closed, else after the cool-down (as the probe) or after the probe of another.
   * @throws VortexError `circuit-open`, disposition `stop-provider`, once the probes are used up; `interrupted` on abort
   */
  async enter(signal: AbortSignal): Promise<Pass> {
    while (this.#state !== 'closed') {
      if (this.#isGivenUp()) throw this.#givenUp();
      if (this.#state === 'half-open') {
        await this.#change.wait(signal);
        continue;
      }
      const probe = await this.#coolDown(signal);
      if (probe !== undefined) return probe;
    }
    return ORDINARY;
  }

  /** False when the circuit opened since the pass was given: release it and enter again. */
  isValid(pass: Pass): boolean {
    return pass === this.#probe || (!pass.isProbe && this.#state === 'closed');
  }

  /** The provider gave a proper answer, 404 and the like included. */
  good(pass: Pass): void {
    if (!this.isValid(pass)) return;
    this.#faults = 0;
    if (!pass.isProbe) return;
    this.#failedProbes = 0;
    this.#become('closed');
  }

  /** The provider failed; `fault` says how, in words without secrets. */
  bad(pass: Pass, fault: string): void {
    // A try that began before the circuit opened decides nothing any more.
    if (!this.isValid(pass)) return;
    this.#lastFault = fault;
    if (pass.isProbe) this.#failedProbes += 1;
    else this.#faults += 1;
    if (!pass.isProbe && this.#faults < this.#faultsToOpen) return;
    this.#probeAt = this.#options.clock.now() + this.#coolDownMs;
    this.#become('open');
  }

  /** The try did not take place or says nothing about the provider; a no-op after `good` and `bad`. */
  release(pass: Pass): void {
    if (pass === this.#probe) this.#become('open');
  }

  /** The pass of the probe, unless another request got it or the circuit changed in the meantime. */
  async #coolDown(signal: AbortSignal): Promise<Pass | undefined> {
    const probeAt = this.#probeAt;
    // The first bound matters only after the machine's clock was set back.
    const waitMs = Math.min(this.#coolDownMs, probeAt - this.#options.clock.now());
    if (waitMs > 0) await this.#options.clock.sleep(waitMs, signal);
    if (this.#state !== 'open' || this.#probeAt !== probeAt || this.#isGivenUp()) return undefined;
    const probe: Pass = { isProbe: true };
    this.#become('half-open', probe);
    return probe;
  }

  #become(state: CircuitState, probe?: Pass): void {
    this.#state = state;
    this.#probe = probe;
    this.#options.onChange?.(state, this.#lastFault);
    const change = this.#change;
    this.#change = new Gate();
    change.open();
  }

  #isGivenUp(): boolean {
    return this.#failedProbes >= this.#probes;
  }

  #givenUp(): VortexError {
    const { provider } = this.#options;
    return new VortexError(
      `${provider}: not asked any more in this run; it failed ${this.#faultsToOpen} times in a row and ` +
        `${this.#failedProbes} more after pauses, the last time: ${this.#lastFault}; see whether ${provider} is up, then run again`,
      { code: 'circuit-open', disposition: 'stop-provider', context: { provider } },
    );
  }
}
