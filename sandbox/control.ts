import { formatInstant } from '../src/market/calendar.ts';
import { usageError } from '../src/market/errors.ts';
import { FAULTY_PROVIDERS } from './fault-list.ts';
import type { FaultyProvider } from './fault-list.ts';
import { aheadMs, drawFaults, parseFaults } from './faults.ts';
import type { DrawnFaults, FaultPlan } from './faults.ts';

/** What `GET /control` tells. */
export interface ControlState {
  /** Requests of each provider since the start. */
  readonly requests: Readonly<Record<string, number>>;
  readonly faults: string;
  /** The time that the sandbox stands for: 2024-01-02T14:30:00Z. */
  readonly now: string;
  readonly seed: number;
}

/** The clock, the faults and the counts of a running sandbox. */
export class Control {
  readonly #clock: () => number;
  readonly #seed: number;
  readonly #requests = new Map<FaultyProvider, number>(FAULTY_PROVIDERS.map((id) => [id, 0]));
  readonly #sinceFaults = new Map<FaultyProvider, number>();
  #faultText = '';
  #faults: FaultPlan = new Map();
  #fixed: number | undefined;

  /** @throws VortexError `usage` for faults that are not known */
  constructor(clock: () => number, seed: number, faults: string) {
    this.#clock = clock;
    this.#seed = seed;
    this.#setFaults(faults);
  }

  /** Milliseconds since the epoch, UTC. */
  now(): number {
    return this.#fixed ?? this.#clock();
  }

  /** The provider's own clock, which a fault may set ahead. Milliseconds since the epoch, UTC. */
  clockOf(provider: FaultyProvider): number {
    return this.now() + aheadMs(this.#faults.get(provider) ?? []);
  }

  /** Counts a request and draws what it suffers. */
  draw(provider: FaultyProvider): DrawnFaults {
    this.#requests.set(provider, (this.#requests.get(provider) ?? 0) + 1);
    const request = (this.#sinceFaults.get(provider) ?? 0) + 1;
    this.#sinceFaults.set(provider, request);
    return drawFaults(this.#faults.get(provider) ?? [], this.#seed, request);
  }

  state(): ControlState {
    return {
      requests: Object.fromEntries(this.#requests),
      faults: this.#faultText,
      now: formatInstant(this.now()),
      seed: this.#seed,
    };
  }

  /**
   * Takes `{"faults":"yahoo:429=0.2","now":"2024-01-02T14:30:00Z"}`, either or both. A `now` stands still; null goes back to
   * the clock. New faults count requests from 1 again.
   * @throws VortexError `usage`; nothing was changed
   */
  change(text: string): void {
    let change: unknown;
    try {
      change = JSON.parse(text);
    } catch {
      throw usageError('the body is no JSON; send {"faults":"yahoo:503=0.1","now":"2024-01-02T14:30:00Z"}');
    }
    if (typeof change !== 'object' || change === null || Array.isArray(change)) {
      throw usageError('the body is no JSON object with faults or now');
    }
    const entries = new Map<string, unknown>(Object.entries(change));
    for (const name of entries.keys()) {
      if (name !== 'faults' && name !== 'now') throw usageError(`no such control: ${name}; there are faults and now`);
    }
    const faults = entries.get('faults');
    if (faults !== undefined && typeof faults !== 'string') throw usageError('faults is a text; "" takes them away');
    const now = entries.get('now');
    const fixed = typeof now === 'string' ? Date.parse(now) : undefined;
    if (now !== undefined && now !== null && (fixed === undefined || Number.isNaN(fixed))) {
      throw usageError('now is an instant (2024-01-02T14:30:00Z) or null');
    }
    if (faults !== undefined) this.#setFaults(faults);
    if (now !== undefined) this.#fixed = fixed;
  }

  #setFaults(text: string): void {
    this.#faults = parseFaults(text);
    this.#faultText = text;
    this.#sinceFaults.clear();
  }
}
