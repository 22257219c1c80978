import type { Clock } from './clock.ts';
import { Gate } from './gate.ts';

/** What `turn` found: go, after a wait for the others; or the host asked everybody to stay away for too long. */
export type Turn =
  | { readonly go: true; readonly waitedMs: number }
  /** Milliseconds since the epoch, UTC. */
  | { readonly go: false; readonly heldUntil: number };

interface HostPace {
  /** Start of the last request, milliseconds since the epoch. */
  lastStart: number;
  /** Those who wait for their turn; the gate of the first one is open. */
  readonly line: Gate[];
  /** End of the last Retry-After, milliseconds since the epoch. */
  heldUntil: number;
}

/** Spaces the starts of requests to each host, and keeps everybody away from a host that asked for it. */
export class Pace {
  readonly #clock: Clock;
  readonly #hosts = new Map<string, HostPace>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Nothing starts at the host before `until` (milliseconds since the epoch, UTC); a later hold than this one stays. */
  hold(host: string, until: number): void {
    const pace = this.#of(host);
    pace.heldUntil = Math.max(pace.heldUntil, until);
  }

  /** How long the host is held from now on, milliseconds; 0 when it is not. */
  heldMs(host: string): number {
    return Math.max(0, (this.#hosts.get(host)?.heldUntil ?? 0) - this.#clock.now());
  }

  /**
   * Waits until a request to the host may start: hold first, then its place in the line.
   * @param paceMs least time between two starts, milliseconds
   * @param patienceMs gives how long a hold may last, milliseconds; one as long or longer ends the wait at once
   * @returns `waitedMs` is the time spent in the line, without holds
   * @throws VortexError `interrupted` when the signal aborts
   */
  async turn(host: string, paceMs: number, patienceMs: () => number, signal: AbortSignal): Promise<Turn> {
    const pace = this.#of(host);
    let waitedMs = 0;
    let servedHold = 0;
    for (;;) {
      while (pace.heldUntil > servedHold) {
        servedHold = pace.heldUntil;
        const heldMs = servedHold - this.#clock.now();
        if (heldMs > 0 && heldMs >= patienceMs()) return { go: false, heldUntil: servedHold };
        if (heldMs > 0) await this.#clock.sleep(heldMs, signal);
      }
      const before = this.#clock.now();
      if (await this.#line(pace, paceMs, servedHold, signal)) {
        return { go: true, waitedMs: waitedMs + Math.max(0, this.#clock.now() - before) };
      }
      waitedMs += Math.max(0, this.#clock.now() - before);
    }
  }

  /** Waits in the line until one pace after the last start; false when the host was held in the meantime. */
  async #line(pace: HostPace, paceMs: number, servedHold: number, signal: AbortSignal): Promise<boolean> {
    const place = new Gate();
    pace.line.push(place);
    pace.line[0]?.open();
    try {
      await place.wait(signal);
      // The pace itself is the bound for when the machine's clock was set back.
      const waitMs = Math.min(paceMs, pace.lastStart + paceMs - this.#clock.now());
      if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
      if (pace.heldUntil > servedHold) return false;
      pace.lastStart = this.#clock.now();
      return true;
    } finally {
      pace.line.splice(pace.line.indexOf(place), 1);
      pace.line[0]?.open();
    }
  }

  #of(host: string): HostPace {
    let pace = this.#hosts.get(host);
    if (pace === undefined) {
      pace = { lastStart: -Infinity, line: [], heldUntil: 0 };
      this.#hosts.set(host, pace);
    }
    return pace;
  }
}
