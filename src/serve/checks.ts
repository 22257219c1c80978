import { asVortexError } from '../market/errors.ts';

/** One part of `/health`. */
export interface Check {
  readonly ok: boolean;
  readonly detail: string;
  /** How long it took to find out, milliseconds. */
  readonly ms: number;
}

/** What is found out, and for how long it is believed. */
export interface Probe {
  readonly name: string;
  /** Says in words what is good. @throws what is wrong, free of secrets */
  readonly look: () => Promise<string>;
  /** How long a good finding is believed, milliseconds. */
  readonly goodMs: number;
  /** How long a bad one is. */
  readonly badMs: number;
}

/** Real time, milliseconds; only differences matter. */
export type Ticker = () => number;

/**
 * Answers at once while the last finding is believed, else looks again: one look at a time, however many ask, and none
 * waits longer than the limit. A look that hangs is not repeated, it is told of.
 */
export class CachedProbe {
  readonly name: string;
  readonly #probe: Probe;
  readonly #now: Ticker;
  #found: Check | undefined;
  #foundAt = 0;
  #looking: Promise<Check> | undefined;

  constructor(probe: Probe, now: Ticker) {
    this.name = probe.name;
    this.#probe = probe;
    this.#now = now;
  }

  /** @param limitMs longest wait */
  async ask(limitMs: number): Promise<Check> {
    const { goodMs, badMs } = this.#probe;
    if (this.#found !== undefined && this.#now() - this.#foundAt < (this.#found.ok ? goodMs : badMs))
      return this.#found;
    const looking = (this.#looking ??= this.#look());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Check>((resolve) => {
      timer = setTimeout(() => {
        resolve({
          ok: false,
          detail: `no answer within ${limitMs / 1000} s; it is still being waited for`,
          ms: limitMs,
        });
      }, limitMs);
    });
    try {
      return await Promise.race([looking, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #look(): Promise<Check> {
    const before = this.#now();
    const say = (ok: boolean, detail: string): Check => ({ ok, detail, ms: Math.round(this.#now() - before) });
    let found: Check;
    try {
      found = say(true, await this.#probe.look());
    } catch (error) {
      found = say(false, asVortexError(error).message);
    }
    this.#found = found;
    this.#foundAt = this.#now();
    this.#looking = undefined;
    return found;
  }
}

/** What `/health` answers. */
export interface Health {
  readonly status: 'healthy' | 'unhealthy';
  /** UTC. */
  readonly timestamp: string;
  readonly checks: Readonly<Record<string, Check>>;
}

/** Longest wait for one check; all are made at the same time, so the answer is there within 2 s. */
const LIMIT_MS = 1_500;

/** Asks all probes at once. @param now milliseconds since the epoch, UTC */
export async function healthOf(probes: readonly CachedProbe[], now: number): Promise<Health> {
  const checks = await Promise.all(probes.map(async (probe) => [probe.name, await probe.ask(LIMIT_MS)] as const));
  return {
    status: checks.every(([, { ok }]) => ok) ? 'healthy' : 'unhealthy',
    timestamp: new Date(now).toISOString(),
    checks: Object.fromEntries(checks),
  };
}
