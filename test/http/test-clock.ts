import type { Clock } from '../../src/http/clock.ts';
import { VortexError } from '../../src/market/errors.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that stands still. Sleeping moves it on at once, unless it is `held`: then only `advance` does. */
export class TestClock implements Clock {
  /** What was slept, milliseconds, in the order of falling asleep. */
  readonly naps: number[] = [];
  readonly #isHeld: boolean;
  readonly #sleepers = new Set<Sleeper>();
  #now = Date.UTC(2026, 0, 2, 3, 4, 5);

  constructor(mode?: 'held') {
    this.#isHeld = mode === 'held';
  }

  get sleeping(): number {
    return this.#sleepers.size;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const stopped = new VortexError('stopped', { code: 'interrupted', disposition: 'abort-run' });
    if (signal.aborted) throw stopped;
    if (ms <= 0) return;
    this.naps.push(ms);
    if (!this.#isHeld) {
      this.#now += ms;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        this.#sleepers.delete(sleeper);
        reject(stopped);
      };
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper = { at: this.#now + ms, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', stop);
    });
  }

  /** Moves on (or back) and wakes whoever is due, the earliest first. */
  advance(ms: number): void {
    this.#now += ms;
    const due = [...this.#sleepers].filter(({ at }) => at <= this.#now);
    for (const sleeper of due.sort((a, b) => a.at - b.at)) sleeper.wake();
  }
}
