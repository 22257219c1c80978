import { DAY_MS } from '../market/period.ts';
import { isLiveUpdate, shareLive } from './allowance.ts';
import type { Job, PlanOptions } from './plan.ts';

/** A window counts as about to fall out of reach when it will within so many days. */
const SOON_DAYS = 7;

/** 0: live and behind; 1: about to fall out of the provider's reach; 2: history. */
function rankOf(job: Job, options: PlanOptions): 0 | 1 | 2 {
  if (isLiveUpdate(job, options.now)) return 0;
  const { capabilities } =
    [...options.providers, ...(options.others ?? [])].find(({ id }) => id === job.provider) ?? {};
  const depth = capabilities?.periods[job.series.period]?.depthDays;
  const from = job.missing[0]?.from ?? Infinity;
  const leavesByDepth = depth === undefined ? Infinity : from + depth * DAY_MS;
  const kept = capabilities?.expiredContractDays;
  const leavesByExpiry =
    kept === undefined || job.series.contract === undefined ? Infinity : job.series.contract.life.to + kept * DAY_MS;
  return Math.min(leavesByDepth, leavesByExpiry) - options.now < SOON_DAYS * DAY_MS ? 1 : 2;
}

/** Newest delivery month first; an undated series counts as newest of all. */
function deliveryOf(job: Job): number {
  const { contract } = job.series;
  return contract === undefined ? Infinity : contract.year * 12 + contract.month;
}

/** The one that has waited longest first, so that a short allowance reaches all of them in turn. */
function stalestFirst(jobs: readonly Job[]): Job[] {
  const lastOf = ({ stored }: Job): number => stored.tail.at(-1) ?? 0;
  return [...jobs].sort((a, b) => lastOf(a) - lastOf(b));
}

/**
 * The order of work: live series that are behind, then windows about to fall out of reach, then history with the newest
 * contracts first, one of each instrument in turn. Where an allowance is short, live updates beyond half of it go last.
 */
export function inOrder(jobs: readonly Job[], options: PlanOptions): Job[] {
  const ranks: [Job[], Job[], Job[]] = [[], [], []];
  for (const job of jobs) ranks[rankOf(job, options)].push(job);
  const byInstrument = new Map<string, Job[]>();
  for (const job of ranks[2]) {
    const { class: cls, id } = job.series.instrument;
    const queue = byInstrument.get(`${cls}:${id}`);
    if (queue === undefined) byInstrument.set(`${cls}:${id}`, [job]);
    else queue.push(job);
  }
  const queues = [...byInstrument.values()].map((queue) => queue.sort((a, b) => deliveryOf(b) - deliveryOf(a) || 0));
  const history: Job[] = [];
  for (let turn = 0; history.length < ranks[2].length; turn++) {
    for (const queue of queues) {
      const job = queue[turn];
      if (job !== undefined) history.push(job);
    }
  }
  const others = [...ranks[1], ...history];
  const budgets = options.budgets ?? new Map<string, never>();
  const live = budgets.size === 0 ? ranks[0] : stalestFirst(ranks[0]);
  const { first, last } = shareLive(live, others, budgets);
  return [...first, ...others, ...last];
}
