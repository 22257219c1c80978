import { VortexError } from '../market/errors.ts';
import { grantOf, isAllOrNothing, isLiveUpdate } from '../plan/allowance.ts';
import { leftOf } from '../plan/budget.ts';
import type { DayBudget } from '../plan/budget.ts';
import type { Job } from '../plan/plan.ts';

/** The account of a provider that counts downloads, as the folder's ledger has it for the provider's day. */
export interface AllowanceAccount {
  readonly provider: string;
  /** @throws VortexError `folder-unusable` */
  read(): DayBudget;
  /** Writes a download down before it is asked for; false when it would be beyond the limit. */
  spend(live: boolean): Promise<boolean>;
  /** Takes over the provider's own count. */
  tell(used: number): Promise<void>;
  /** Notes that the provider gives no more today. */
  end(): Promise<void>;
}

interface Reservation {
  /** Downloads that are still kept for the job. */
  left: number;
  readonly live: boolean;
}

/** Shares out what is left of an allowance to the jobs of a run, in their order. */
export class Purse {
  readonly #account: AllowanceAccount;
  readonly #now: number;
  readonly #reserved = new Map<string, Reservation>();
  #budget: DayBudget;
  #wake: () => void = () => undefined;
  #change = this.#newChange();

  /** @param now milliseconds since the epoch, UTC; the time that the run stands for */
  constructor(account: AllowanceAccount, now: number) {
    this.#account = account;
    this.#now = now;
    this.#budget = account.read();
  }

  /** What of the day's allowance is used. */
  get budget(): DayBudget {
    return this.#budget;
  }

  /** Takes over the provider's own count. */
  async tell(used: number): Promise<void> {
    await this.#account.tell(used);
    this.#budget = this.#account.read();
  }

  /** Notes that the provider gives no more today. */
  async end(): Promise<void> {
    await this.#account.end();
    this.#budget = this.#account.read();
  }

  /**
   * Keeps downloads for a job, as many as it wants and are left. Where others may still give some back it waits for them.
   * @returns how many it may make; 0 when none are left
   */
  async reserve(job: Job): Promise<number> {
    for (;;) {
      const granted = grantOf(job, this.#free());
      if (granted > 0 || this.#reserved.size === 0) {
        if (granted > 0) this.#reserved.set(job.series.key, { left: granted, live: isLiveUpdate(job, this.#now) });
        return granted;
      }
      await this.#change;
    }
  }

  /** Why a job can make no download any more; undefined while it can. */
  shortage(job: string): VortexError | undefined {
    const left = this.#reserved.get(job)?.left ?? 0;
    return left > 0 || this.#free() > 0 ? undefined : this.usedUp();
  }

  /** Keeps so many more for a job, all or none. */
  reserveMore(job: Job, downloads: number): boolean {
    const held = this.#reserved.get(job.series.key);
    const missing = downloads - (held?.left ?? 0);
    if (held === undefined || missing > this.#free()) return false;
    if (missing > 0) held.left += missing;
    return true;
  }

  /**
   * Writes down that a job is about to make a download.
   * @throws VortexError `allowance-used`, disposition `skip-series`
   */
  async spend(job: string): Promise<void> {
    const held = this.#reserved.get(job);
    const hasOne = held !== undefined && (held.left > 0 || this.#free() > 0);
    if (!hasOne || !(await this.#account.spend(held.live))) {
      this.#budget = this.#account.read();
      throw this.usedUp();
    }
    held.left = Math.max(0, held.left - 1);
    this.#budget = this.#account.read();
  }

  /** Gives back what a job has not used. */
  release(job: Job): void {
    if (!this.#reserved.delete(job.series.key)) return;
    const wake = this.#wake;
    this.#change = this.#newChange();
    wake();
  }

  /** What is said of a job for which not enough is left. */
  usedUp(job?: Job): VortexError {
    const { limit, endsAt, ended, shard } = this.#budget;
    const [share, fewer] = shard === undefined ? ['', ''] : [` for shard ${shard}`, ', or use fewer shards'];
    const { provider } = this.#account;
    const when = new Date(endsAt).toISOString();
    const said = ended
      ? `${provider} says that today's allowance`
      : `${provider}'s allowance of ${limit} downloads a day${share}`;
    const wants = job !== undefined && isAllOrNothing(job) ? job.allowance : 0;
    const message =
      wants > limit
        ? `${wants} downloads are wanted at once, and ${provider} allows ${limit} a day${share}; ask for a shorter range${fewer}`
        : `${said} is used up; the rest is postponed, run again after ${when}`;
    return new VortexError(message, { code: 'allowance-used', disposition: 'skip-series', retryAt: endsAt });
  }

  #free(): number {
    const kept = [...this.#reserved.values()].reduce((sum, { left }) => sum + left, 0);
    return Math.max(0, leftOf(this.#budget) - kept);
  }

  #newChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
