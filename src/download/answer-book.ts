import type { RawExchange } from '../raw/item.ts';

/** What was asked and answered for each job since it was last taken. Jobs share a provider's session, so the tag decides. */
export class AnswerBook {
  readonly #byJob = new Map<string, RawExchange[]>();

  add(job: string, exchange: RawExchange): void {
    const others = this.#byJob.get(job);
    if (others === undefined) this.#byJob.set(job, [exchange]);
    else others.push(exchange);
  }

  take(job: string): readonly RawExchange[] {
    const taken = this.#byJob.get(job) ?? [];
    this.#byJob.delete(job);
    return taken;
  }
}
