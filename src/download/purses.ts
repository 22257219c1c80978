import { asVortexError } from '../market/errors.ts';
import type { VortexError } from '../market/errors.ts';
import { leftOf } from '../plan/budget.ts';
import type { Job } from '../plan/plan.ts';
import type { ProviderSession } from '../providers/provider.ts';
import { Purse } from './purse.ts';
import type { AllowanceAccount } from './purse.ts';
import type { RunReport } from './run-report.ts';

/** The allowances of a run, by provider. */
export class Purses {
  readonly #purses: ReadonlyMap<string, Purse>;
  readonly #told = new Set<string>();

  /** @throws VortexError `folder-unusable` */
  constructor(accounts: readonly AllowanceAccount[], now: number) {
    this.#purses = new Map(accounts.map((account) => [account.provider, new Purse(account, now)]));
  }

  /** The purse that pays for a job; undefined when the job costs nothing. */
  of({ provider, allowance }: Job): Purse | undefined {
    return allowance === 0 ? undefined : this.#purses.get(provider);
  }

  /** Why a job cannot even begin: the provider itself has said today that it gives no more. */
  refusal(job: Job): VortexError | undefined {
    const purse = this.of(job);
    if (purse === undefined || this.#told.has(job.provider)) return undefined;
    const { ended, told, limit } = purse.budget;
    const isOver = ended || (told !== undefined && told >= limit && leftOf(purse.budget) === 0);
    return isOver ? purse.usedUp(job) : undefined;
  }

  /**
   * Asks a provider, whose session has just begun, for its own count. One that does not tell is taken by the ledger.
   * @throws VortexError that stops the provider or the run
   */
  async ask(id: string, session: ProviderSession, signal: AbortSignal, warn: (message: string) => void): Promise<void> {
    const purse = this.#purses.get(id);
    if (purse === undefined || session.allowance === undefined) return;
    try {
      const { used } = await session.allowance(signal);
      await purse.tell(used);
      this.#told.add(id);
    } catch (cause) {
      const error = asVortexError(cause);
      if (error.disposition !== 'skip-series') throw error;
      warn(`${id} does not say what is used of its allowance, so the count of this folder is taken: ${error.message}`);
    }
  }

  /** Writes down that a job is about to make a download. @throws VortexError `allowance-used` */
  async spend(id: string, job: string): Promise<void> {
    await this.#purses.get(id)?.spend(job);
  }

  /** Notes that a provider gives no more today. */
  async end(id: string): Promise<void> {
    await this.#purses.get(id)?.end();
  }

  /** What is used of each, and of how much. */
  report(): RunReport['allowance'] {
    return Object.fromEntries(
      [...this.#purses].map(([id, { budget }]) => [id, { used: budget.used, limit: budget.limit }]),
    );
  }
}
