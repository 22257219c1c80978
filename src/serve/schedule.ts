import type { DueTimes } from './cron.ts';

/** A run that begins later than this was missed: the machine slept, or its clock was set. */
const LATE_MS = 60_000;
/** Longest nap, so that a clock that is set is noticed. */
const NAP_MS = 30_000;
/** So many missed runs are counted one by one. */
const COUNTED = 1_000;

export interface ScheduleOptions {
  readonly due: DueTimes;
  /** A run begins up to so much late, by chance, milliseconds. */
  readonly jitterMs: number;
  /** A missed run is made as soon as it can be. */
  readonly catchUp: boolean;
}

/** With what a schedule works. */
export interface ScheduleTools {
  /** Milliseconds since the epoch, UTC. */
  readonly now: () => number;
  /** Waits in real time. @throws when the signal aborts */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
  /** Begins a run; says why it cannot, undefined when it did. */
  readonly begin: (cause: 'schedule' | 'catch-up') => string | undefined;
  /** Tells a person. */
  readonly say: (message: string) => void;
}

/** Begins runs when they are due, and says which ones did not begin. */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #tools: ScheduleTools;
  #owed = false;
  #next: number | undefined;
  #lastMissed: number | undefined;

  constructor(options: ScheduleOptions, tools: ScheduleTools) {
    this.#options = options;
    this.#tools = tools;
  }

  /** When the next run is due; undefined before `run`. */
  get next(): number | undefined {
    return this.#next;
  }

  /** When the last run was due that did not begin. */
  get lastMissed(): number | undefined {
    return this.#lastMissed;
  }

  /** To be called when a run has ended: makes up for one that could not begin because of it. */
  runEnded(): void {
    if (this.#owed && this.#tools.begin('catch-up') === undefined) this.#owed = false;
  }

  /**
   * Keeps the schedule until the signal aborts.
   * @param lastRun when the last run of the folder began, milliseconds since the epoch, UTC; absent: there was none
   */
  async run(signal: AbortSignal, lastRun?: number): Promise<void> {
    const { now } = this.#tools;
    let from = now();
    if (lastRun !== undefined && lastRun < from) this.#missed(lastRun, from, 'the service was not running');
    while (!signal.aborted) {
      const due = this.#options.due.after(from);
      this.#next = due;
      try {
        from = await this.#await(due, signal);
      } catch {
        return;
      }
    }
  }

  /** Waits for a time and begins a run. @returns from when on to look for the next */
  async #await(due: number | undefined, signal: AbortSignal): Promise<number> {
    const { now, sleep, random } = this.#tools;
    let before = now();
    while (due === undefined || now() < due) {
      await sleep(due === undefined ? NAP_MS : Math.min(NAP_MS, due - now()), signal);
      // The clock was set back: what is due now is another time.
      if (now() < before - LATE_MS) return now();
      before = now();
    }
    const at = now();
    if (at - due > LATE_MS) {
      this.#missed(due - 1, at, 'the machine was asleep or its clock was set');
      return at;
    }
    const { jitterMs } = this.#options;
    if (jitterMs > 0) await sleep(Math.floor(random() * jitterMs), signal);
    const refusal = this.#tools.begin('schedule');
    if (refusal !== undefined) this.#tell(due, 1, refusal);
    return due;
  }

  #missed(after: number, until: number, reason: string): void {
    let count = 0;
    let last: number | undefined;
    let due = this.#options.due.after(after);
    while (due !== undefined && due <= until && count < COUNTED) {
      count += 1;
      last = due;
      due = this.#options.due.after(due);
    }
    if (last === undefined) return;
    this.#tell(last, count, reason);
    this.runEnded();
  }

  #tell(due: number, count: number, reason: string): void {
    const { catchUp } = this.#options;
    this.#lastMissed = due;
    if (catchUp) this.#owed = true;
    const more = count > 1 ? ` and ${count - 1}${count >= COUNTED ? ' or more' : ''} before it` : '';
    const then = catchUp ? 'it is caught up as soon as that can be' : 'the next one does its work';
    this.#tools.say(`the run of ${new Date(due).toISOString()}${more} was missed: ${reason}; ${then}`);
  }
}
