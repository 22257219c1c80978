import type { VortexError } from '../market/errors.ts';
import { subtract } from '../market/time-range.ts';
import type { Job, Plan } from '../plan/plan.ts';
import { leavesForAllowance, waysOut } from '../plan/binding.ts';
import { POSTPONING } from './endings.ts';
import type { Tally } from './tally.ts';

/** One go at a job. */
export interface Attempt {
  /** Why nothing came of it; undefined when something did. */
  readonly error: VortexError | undefined;
  /** The source knows the series and has no bars of it, and that is no proof that there are none elsewhere. */
  readonly isEmpty?: boolean;
  /** Stores and counts what came of it. @param more what else is to be said of its error */
  readonly settle: (more?: string) => void;
}

/** Errors about a series after which another provider may have it. */
const NOT_HERE: ReadonlySet<VortexError['code']> = new Set(['no-such-symbol', 'not-servable', 'allowance-used']);

/** Errors that a provider which is up gives too; of one that has answered nothing in a run they say that it is down. */
const BROKEN: ReadonlySet<VortexError['code']> = new Set<VortexError['code']>([
  'provider-fault',
  'network',
  'timeout',
  'rate-limited',
  'bad-answer',
  'html-answer',
]);

/**
 * Takes series that have no bars yet, or that another's may be mixed into, to the next listed provider when one is away or
 * cannot serve them.
 */
export class FailOver {
  readonly #plan: Plan;
  readonly #warn: (message: string) => void;
  readonly #said = new Set<string>();
  /** Providers that have given a proper answer in this run. */
  readonly #answered = new Set<string>();

  constructor(plan: Plan, warn: (message: string) => void) {
    this.#plan = plan;
    this.#warn = warn;
  }

  /**
   * Tries the providers of a job in turn.
   * @param stopped providers that are not asked any more in this run
   * @param tally counts a job of which everything is there, if by the word of others
   * @returns what settles the job
   */
  async run(
    job: Job,
    stopped: ReadonlyMap<string, VortexError>,
    attempt: (job: Job) => Promise<Attempt>,
    tally: Pick<Tally, 'addUnchanged'>,
  ): Promise<() => void> {
    const tried = new Set<string>();
    let kept: Attempt | undefined;
    const refusals: string[] = [];
    for (let at = job; ;) {
      const last = await attempt(at);
      const { error, isEmpty = false } = last;
      const isBroken = this.#isBroken(at.provider, error);
      if (error === undefined && !isEmpty) return last.settle;
      // A provider that is away may have what the others lack, and an empty answer is better than none.
      if (error === undefined || isBroken || POSTPONING.has(error.code) || at.stored.rows > 0) kept ??= last;
      if (error !== undefined && last !== kept) refusals.push(error.message);
      tried.add(at.provider);
      const isAway = isBroken || error?.disposition === 'stop-provider' || stopped.has(at.provider);
      const isGuest = at.guestOf !== undefined && error?.disposition !== 'abort-run';
      const mayLeave = error?.code !== 'allowance-used' || leavesForAllowance(at, this.#plan.onAllowance);
      const isElsewhere = mayLeave && (error === undefined || isAway || isGuest || NOT_HERE.has(error.code));
      const next = isElsewhere ? this.#plan.instead?.(at, this.#away(at, tried, stopped)) : undefined;
      if (next === undefined && isElsewhere && error !== undefined && this.#isFilled(at)) {
        this.#sayOnce(`bars that were mixed into series of ${at.provider} stay as they are: ${error.message}`);
        return () => {
          tally.addUnchanged(job);
        };
      }
      if (next === undefined) {
        const more = this.#moreOf(job, refusals, (kept ?? last).error);
        return () => {
          (kept ?? last).settle(more);
        };
      }
      this.#say(at, next, error);
      at = next;
    }
  }

  /** Providers that are out of the question: one whose allowance has ended keeps its place in the order of a new series. */
  #away(job: Job, tried: ReadonlySet<string>, stopped: ReadonlyMap<string, VortexError>): ReadonlySet<string> {
    const out = [...stopped].filter(
      ([, { code }]) => code !== 'allowance-used' || leavesForAllowance(job, this.#plan.onAllowance),
    );
    return new Set([...tried, ...out.map(([id]) => id)]);
  }

  /** What is to be said beside the error of a stored series: what the others answered, and the ways out of a refusal. */
  #moreOf({ stored, series }: Job, refusals: readonly string[], error: VortexError | undefined): string | undefined {
    if (stored.rows === 0) return undefined;
    const ways =
      error?.code === 'refused' ? [`it is bound to ${stored.provider ?? ''}; ${waysOut(series.symbol)}`] : [];
    const more = [...refusals, ...ways];
    return more.length === 0 ? undefined : more.join('; ');
  }

  /** Whether a provider has failed all tries of a request and answered nothing else in this run. */
  #isBroken(provider: string, error: VortexError | undefined): boolean {
    if (error !== undefined && BROKEN.has(error.code)) return !this.#answered.has(provider);
    if (error === undefined || error.code === 'no-such-symbol') this.#answered.add(provider);
    return false;
  }

  /** Whether others have told of all that the series' own provider is asked for. */
  #isFilled({ guestOf, missing, stored }: Job): boolean {
    if (this.#plan.mix !== true || guestOf !== undefined || stored.mixed === undefined) return false;
    return missing.every((range) => subtract(range, stored.coverage).length === 0);
  }

  #say(from: Job, to: Job, error: VortexError | undefined): void {
    const isOfAll = error !== undefined && (POSTPONING.has(error.code) || error.disposition === 'stop-provider');
    const all =
      to.guestOf === undefined
        ? 'series that have no bars yet are'
        : `what is missing of series that are kept from ${to.guestOf} is (failover.mix)`;
    const what = isOfAll ? all : `${from.series.key} is`;
    const line = `${what} asked of ${to.provider} in place of ${from.provider}: ${error?.message ?? 'it has no bars of it'}`;
    this.#sayOnce(line);
  }

  #sayOnce(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#warn(line);
  }
}
