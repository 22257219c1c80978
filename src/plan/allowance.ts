import { leftOf } from './budget.ts';
import type { DayBudgets } from './budget.ts';
import { leavesForAllowance } from './binding.ts';
import type { Job, Plan } from './plan.ts';

/** True for an update of a series that still trades. */
export function isLiveUpdate(job: Job, now: number): boolean {
  return job.reason === 'update' && isLive(job, now);
}

function isLive({ series: { contract } }: Pick<Job, 'series'>, now: number): boolean {
  return contract === undefined || contract.life.to > now;
}

/** True for a job that is worth nothing unless it is done to its end. */
export function isAllOrNothing({ reason }: Job): boolean {
  return reason === 'force' || reason === 'rebase';
}

/** How many downloads a job gets of what is left: as many as it wants, or a part of them where a part is worth having. */
export function grantOf(job: Job, left: number): number {
  return isAllOrNothing(job) && job.allowance > left ? 0 : Math.min(job.allowance, left);
}

/**
 * Of live updates, how many go before history and which go behind it: they may take half of a day's allowance while
 * history is wanted of the same provider.
 */
export function shareLive(
  live: readonly Job[],
  others: readonly Job[],
  budgets: DayBudgets,
): { readonly first: Job[]; readonly last: Job[] } {
  const wanted = new Set(others.filter(({ allowance }) => allowance > 0).map(({ provider }) => provider));
  const spent = new Map<string, number>();
  const [first, last]: [Job[], Job[]] = [[], []];
  for (const job of live) {
    const budget = budgets.get(job.provider);
    if (budget === undefined || job.allowance === 0 || !wanted.has(job.provider)) {
      first.push(job);
      continue;
    }
    const used = spent.get(job.provider) ?? budget.liveUsed;
    const fits = used + job.allowance <= Math.floor(budget.limit / 2);
    if (fits) spent.set(job.provider, used + job.allowance);
    (fits ? first : last).push(job);
  }
  return { first, last };
}

/** How a plan goes by what is left of the allowances. */
export interface Spread {
  /** Downloads that each job gets tonight, of those that cost any. */
  readonly tonight: ReadonlyMap<Job, number>;
  /** Nights that the whole takes, tonight's included; undefined when it never ends, with an allowance of 0. */
  readonly nights: number | undefined;
}

/** Nights until nothing is left, where each night the live series are updated too, by at most half of a day's allowance. */
function nightsFor(id: string, plan: Plan, spentTonight: number, left: number, limit: number, now: number): number {
  const known = plan.settled.filter(
    (entry) => entry.outcome === 'unchanged' && entry.stored.provider === id && isLive(entry, now),
  ).length;
  const live = known + plan.jobs.filter((job) => job.provider === id && isLive(job, now)).length;
  const perNight = limit - Math.min(live, Math.floor(limit / 2));
  return (spentTonight > 0 ? 1 : 0) + (left === 0 ? 0 : Math.ceil(left / perNight));
}

/** Goes through a plan in its order with what is left of the allowances. Pure. */
export function spreadOver(plan: Plan, budgets: DayBudgets, now: number): Spread {
  const tonight = new Map<Job, number>();
  let nights: number | undefined = 0;
  for (const [id, budget] of budgets) {
    const paid = plan.jobs.filter((job) => job.provider === id && job.allowance > 0);
    let left = leftOf(budget);
    for (const job of paid) {
      const granted = grantOf(job, left);
      tonight.set(job, granted);
      left -= granted;
    }
    const spent = leftOf(budget) - left;
    const rest = paid.reduce((sum, { allowance }) => sum + allowance, 0) - spent;
    if (rest > 0 && budget.limit === 0) nights = undefined;
    if (nights !== undefined) nights = Math.max(nights, nightsFor(id, plan, spent, rest, budget.limit, now));
  }
  return { tonight, nights };
}

/** The plan with those jobs that get nothing tonight taken to the next provider that can serve them. Pure. */
export function withFailOver(plan: Plan, budgets: DayBudgets, now: number): Plan {
  const { tonight } = spreadOver(plan, budgets, now);
  const spentUp = new Set([...tonight].filter(([, granted]) => granted === 0).map(([{ provider }]) => provider));
  const jobs = plan.jobs.map((job) =>
    tonight.get(job) === 0 && leavesForAllowance(job, plan.onAllowance)
      ? (plan.instead?.(job, new Set([...spentUp, job.provider])) ?? job)
      : job,
  );
  return { ...plan, jobs };
}
