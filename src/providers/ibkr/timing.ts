import { setMaxListeners } from 'node:events';
import { interrupted, Silence } from './words.ts';
import type { RealTime } from '../provider.ts';

/** How often each thing is tried and how long it is waited for. */
export const BOUNDS = {
  /** How often one request is asked again because the line was lost: one loss hits all that are under way. */
  losses: 10,
  /** Waits before it is asked again after its 1st, 2nd and 3rd pacing violation. The server forgets after 10 minutes. */
  violationWaitsMs: [65_000, 130_000, 300_000],
  /** Waits before each attempt to connect again, after a line that had been up. The Gateway's daily restart takes minutes. */
  reconnectWaitsMs: [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 45_000, 45_000, 45_000, 45_000],
  /** How long TWS may be cut off from Interactive Brokers before we give up. */
  awayMs: 300_000,
  /** How long a farm that is idle or broken is waited for before a request is asked once more. */
  farmMs: 20_000,
  /** Client ids tried in a row, from the one of the settings on. */
  clientIds: 8,
  /** Requests in a row that get no answer before the provider is given up. */
  silences: 3,
} as const;

/**
 * Waits for something that calls back.
 * @throws Silence after `ms`; VortexError `interrupted` as soon as the signal aborts; no timer is left in either case
 */
export async function within<T>(
  clock: RealTime,
  ms: number,
  signal: AbortSignal,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  // All requests of a run share one signal; more than ten listeners on it are no leak.
  setMaxListeners(0, signal);
  if (signal.aborted) throw interrupted();
  const over = new AbortController();
  const stop = (): void => {
    over.abort();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<T>((resolve, reject) => {
      clock.sleep(ms, over.signal).then(() => {
        reject(new Silence(ms));
      }, reject);
      start(resolve, reject);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    over.abort();
  }
}

/** At most `most` starts in any `withinMs` of what `of` names. */
interface Rule {
  readonly most: number;
  readonly withinMs: number;
  readonly of: (request: Paced) => string;
  /** Kept only once the server has complained: for bars of a minute and more it is not enforced. */
  readonly strictOnly?: boolean;
}

/** What the rules look at of a request for history. */
export interface Paced {
  /** Equal for requests that are the same in everything. */
  readonly identity: string;
  /** Contract, exchange and kind of price. */
  readonly contract: string;
}

const RULES: readonly Rule[] = [
  { most: 1, withinMs: 15_000, of: ({ identity }) => `same ${identity}` },
  { most: 5, withinMs: 2_000, of: ({ contract }) => `contract ${contract}` },
  { most: 60, withinMs: 600_000, of: () => 'all', strictOnly: true },
];
const LONGEST_MS = 600_000;

/** Spaces the starts of requests for history. A pace of 0 leaves only the rules that a complaint brings. */
export class Pacing {
  readonly #clock: RealTime;
  readonly #paceMs: number;
  #starts: { readonly at: number; readonly request: Paced }[] = [];
  #line: Promise<unknown> = Promise.resolve();
  #isStrict = false;

  constructor(clock: RealTime, paceMs: number) {
    this.#clock = clock;
    this.#paceMs = paceMs;
  }

  /** The server complained: from now on all rules are kept. */
  complained(): void {
    this.#isStrict = true;
  }

  /** Resolves when the request may start; one at a time, in the order of asking. @throws VortexError `interrupted` */
  turn(request: Paced, signal: AbortSignal): Promise<void> {
    const turn = this.#line.then(async () => {
      for (let wait = this.#waitMs(request); wait > 0; wait = this.#waitMs(request)) {
        await this.#clock.sleep(wait, signal);
      }
      if (signal.aborted) throw interrupted();
      const now = this.#clock.now();
      this.#starts = [...this.#starts.filter(({ at }) => at > now - LONGEST_MS), { at: now, request }];
    });
    this.#line = turn.catch(() => undefined);
    return turn;
  }

  #waitMs(request: Paced): number {
    const now = this.#clock.now();
    // A start that lies ahead was before the machine's clock was set back.
    this.#starts = this.#starts.map((start) => (start.at > now ? { ...start, at: now } : start));
    let wait = (this.#starts.at(-1)?.at ?? -Infinity) + this.#paceMs - now;
    for (const { most, withinMs, of, strictOnly = false } of RULES) {
      if (strictOnly ? !this.#isStrict : this.#paceMs === 0 && !this.#isStrict) continue;
      const key = of(request);
      const alike = this.#starts.filter((start) => of(start.request) === key);
      const oldest = alike.at(-most);
      if (oldest !== undefined) wait = Math.max(wait, oldest.at + withinMs - now);
    }
    return wait;
  }
}
