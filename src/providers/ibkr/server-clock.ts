import type { RealTime } from '../provider.ts';

/** The server's time: told once a line in whole seconds, counted on with the machine's clock from then on. */
export class ServerClock {
  readonly #clock: RealTime;
  #aheadMs: number | undefined;

  constructor(clock: RealTime) {
    this.#clock = clock;
  }

  /** @param seconds since the epoch, UTC */
  hear(seconds: number): void {
    if (Number.isFinite(seconds) && seconds > 0) this.#aheadMs = seconds * 1000 - this.#clock.now();
  }

  /** Milliseconds since the epoch, UTC, whole seconds; undefined while the server has not told it. */
  now(): number | undefined {
    if (this.#aheadMs === undefined) return undefined;
    return Math.floor((this.#clock.now() + this.#aheadMs) / 1000) * 1000;
  }
}
