import { asVortexError } from '../market/errors.ts';

/** Why a run was begun. */
export type Cause = 'schedule' | 'catch-up' | 'request';

/** A run that is going. */
export interface Going {
  readonly run: string;
  readonly cause: Cause;
  /** UTC. */
  readonly startedAt: string;
  /** Series that are finished, and all of them; 0 of 0 before the plan is there. */
  readonly done: number;
  readonly total: number;
}

/** A run that is over. */
export interface Finished {
  readonly run: string;
  readonly cause: Cause;
  /** UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly exitCode: number;
  /** One line: what it did, or why it could not begin. */
  readonly summary: string;
}

/** How a run ended, for the desk. */
export interface RunEnd {
  readonly exitCode: number;
  readonly summary: string;
}

/** A run that was prepared: it begins when it is called, and never throws what it could tell. */
export type PreparedRun = (
  run: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
) => Promise<RunEnd>;

/** How many finished runs are remembered. */
const REMEMBERED = 20;

/** Keeps the runs of a service apart: never two at once. */
export class RunDesk {
  readonly #nameOf: (now: number) => string;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  readonly #finished: Finished[] = [];
  #going: { facts: Going; readonly ended: Promise<Finished> } | undefined;
  #onEnd: (finished: Finished) => void = () => undefined;

  /** @param nameOf a name for a run that begins then @param now milliseconds since the epoch, UTC */
  constructor(nameOf: (now: number) => string, now: () => number) {
    this.#nameOf = nameOf;
    this.#now = now;
  }

  /** The run that is going. */
  get going(): Going | undefined {
    return this.#going?.facts;
  }

  /** The last runs, the newest first. */
  get finished(): readonly Finished[] {
    return this.#finished;
  }

  /** Has this called after each run. */
  onEnd(tell: (finished: Finished) => void): void {
    this.#onEnd = tell;
  }

  /** Begins a run; undefined while another one is going. */
  begin(cause: Cause, work: PreparedRun): Going | undefined {
    if (this.#going !== undefined || this.#stop.signal.aborted) return undefined;
    const now = this.#now();
    const facts = { run: this.#nameOf(now), cause, startedAt: new Date(now).toISOString(), done: 0, total: 0 };
    this.#going = { facts, ended: this.#run(facts, work) };
    return facts;
  }

  /**
   * Waits for the run that is going.
   * @param graceMs after so long it is told to stop
   * @param reason the signal that ends the service
   * @returns whether it was cut
   */
  async drain(graceMs: number, reason: unknown): Promise<boolean> {
    const ended = this.#going?.ended;
    if (ended === undefined) {
      this.#stop.abort(reason);
      return false;
    }
    const timer = setTimeout(() => {
      this.#stop.abort(reason);
    }, graceMs);
    const { exitCode } = await ended;
    clearTimeout(timer);
    const wasCut = this.#stop.signal.aborted && (exitCode === 130 || exitCode === 143);
    this.#stop.abort(reason);
    return wasCut;
  }

  async #run(facts: Going, work: PreparedRun): Promise<Finished> {
    const { run, cause, startedAt } = facts;
    // Whoever begins it hears of it before it can end.
    await Promise.resolve();
    const end = await work(run, this.#stop.signal, (done, total) => {
      if (this.#going !== undefined) this.#going.facts = { ...facts, done, total };
    }).catch((error: unknown): RunEnd => ({ exitCode: 1, summary: asVortexError(error).message }));
    const finished = { run, cause, startedAt, finishedAt: new Date(this.#now()).toISOString(), ...end };
    this.#finished.unshift(finished);
    this.#finished.splice(REMEMBERED);
    this.#going = undefined;
    this.#onEnd(finished);
    return finished;
  }
}
