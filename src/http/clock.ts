import { setTimeout } from 'node:timers/promises';
import { VortexError } from '../market/errors.ts';

/** Real time for pace, time-outs, back-off and locks; never the time that the run stands for (`--now`). */
export interface Clock {
  /** Real milliseconds since the epoch, UTC. Follows the machine's clock, so it may jump when that is set. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds, at once when that is zero or less.
   * @throws VortexError `interrupted` as soon as the signal aborts; no timer is left then.
   */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The longest delay that a Node timer takes, milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. Sleeps are never short: a Node timer may fire early and is then set again. */
export const systemClock: Clock = {
  now: () => new Date().getTime(),
  sleep: async (ms, signal) => {
    const end = performance.now() + ms;
    try {
      signal.throwIfAborted();
      for (let left = ms; left > 0; left = end - performance.now()) {
        await setTimeout(Math.min(Math.ceil(left), LONGEST_TIMER_MS), undefined, { signal });
      }
    } catch {
      throw new VortexError('interrupted while waiting', { code: 'interrupted', disposition: 'abort-run' });
    }
  },
};
