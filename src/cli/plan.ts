import { worstExitCode, exitCodeOf } from '../download/exit-code.ts';
import { formatRange } from '../market/stored-series.ts';
import { spreadOver, withFailOver } from '../plan/allowance.ts';
import type { Spread } from '../plan/allowance.ts';
import { leftOf } from '../plan/budget.ts';
import type { DayBudgets } from '../plan/budget.ts';
import type { Job, Plan } from '../plan/plan.ts';
import type { Provider } from '../providers/provider.ts';
import { SeriesStore } from '../store/series-store.ts';
import { dayBudgets } from './allowance.ts';
import { loadContext, withShard } from './context.ts';
import type { CommandContext, Surroundings } from './context.ts';
import { writeJson } from './output.ts';
import { paceOf } from './pace.ts';
import { planFor, providersOfPlan, readWanted, settingFlags } from './selection.ts';
import type { SelectionFlags } from './selection.ts';
import { counted, formatSeconds, textTable, thousands } from './table.ts';

/** What an answer takes on its way, beyond the pace. */
const ANSWER_MS = 300;

interface PlannedRequest {
  readonly series: string;
  readonly provider: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly requests: number;
  readonly allowance: number;
}

/**
 * The requests of a plan, one row each; `mix` is the reason where another provider's bars are to be put into a series. Dates
 * are whole days, both in; instants are exclusive at the end. Pure.
 */
function plannedRequests(jobs: readonly Job[]): PlannedRequest[] {
  return jobs.flatMap((job) =>
    job.requests.map((range, index) => {
      const [from, to] = formatRange(range, job.series.period);
      const { key } = job.series;
      return {
        series: key,
        provider: job.provider,
        from,
        to,
        reason: job.guestOf === undefined ? job.reason : 'mix',
        requests: job.answers?.[index] ?? 1,
        allowance: job.allowance > 0 ? 1 : 0,
      };
    }),
  );
}

/** Requests, allowance and time that a plan costs. Pure. */
function planTotals(
  plan: Plan,
  providers: readonly Provider[],
  paceOf: (id: string) => number,
  { tonight, nights }: Spread,
): Record<string, number> {
  const requests = (id: string): number =>
    plannedRequests(plan.jobs.filter((job) => job.provider === id)).reduce((sum, row) => sum + row.requests, 0);
  const seconds = providers.map(
    ({ id, capabilities }) =>
      (requests(id) * (capabilities.wireRequests ?? 1) * Math.max(paceOf(id), ANSWER_MS)) / 1000,
  );
  return {
    series: plan.jobs.length,
    requests: providers.reduce((sum, { id }) => sum + requests(id), 0),
    allowance: plan.jobs.reduce((sum, job) => sum + job.allowance, 0),
    allowanceTonight: [...tonight.values()].reduce((sum, granted) => sum + granted, 0),
    ...(nights === undefined ? {} : { nights }),
    postponed: [...tonight.values()].filter((granted) => granted === 0).length,
    seconds: Math.round(Math.max(0, ...seconds)),
    unchanged: plan.settled.filter((entry) => entry.outcome === 'unchanged' || entry.outcome === 'empty').length,
    unservable: plan.settled.filter((entry) => entry.outcome === 'unservable').length,
  };
}

/** What a plan takes of the allowances, in words. Pure. */
function allowanceLines(plan: Plan, budgets: DayBudgets, totals: Readonly<Record<string, number>>): string[] {
  const { allowance = 0, allowanceTonight = 0, postponed = 0, nights } = totals;
  if (allowance === 0) return [];
  const left = [...budgets]
    .filter(([id]) => plan.jobs.some((job) => job.provider === id && job.allowance > 0))
    .map(([id, budget]) => `${thousands(leftOf(budget))} of ${thousands(budget.limit)} left today at ${id}`);
  const end = nights === undefined ? 'without an allowance it never ends' : `${counted(nights, 'night')} in all`;
  const wait = postponed === 0 ? '' : `${thousands(postponed)} series wait for another night; `;
  return [
    `${counted(allowance, 'download')} of an allowance, ${thousands(allowanceTonight)} of them tonight (${left.join(', ')}); ${wait}${end}`,
  ];
}

/** Prints what a run would do. No request, no write. */
export function printPlan(
  planned: Plan,
  providers: readonly Provider[],
  context: CommandContext,
  json: boolean,
): number {
  const { output, now } = context;
  const budgets = dayBudgets(context, providers);
  const plan = withFailOver(planned, budgets, now);
  const rows = plannedRequests(plan.jobs);
  const paces = new Map(providers.map((provider) => [provider.id, paceOf(context, provider)]));
  const totals = planTotals(plan, providers, (id) => paces.get(id) ?? 0, spreadOver(plan, budgets, now));
  for (const notice of plan.notices) output.err(`vortex: ${notice}\n`);
  const failures = plan.settled.flatMap((entry) => (entry.outcome === 'failed' ? [entry] : []));
  for (const { error } of failures) output.err(`vortex: ${error.message}\n`);
  if (json) writeJson(output, { schema: 1, jobs: rows, totals });
  else {
    if (rows.length > 0) {
      output.out(
        textTable(
          ['series', 'provider', 'from', 'to', 'reason'],
          rows.map((row) => [row.series, row.provider, row.from, row.to, row.reason]),
        ),
      );
    }
    output.out(
      `${counted(totals.requests ?? 0, 'request')} for ${thousands(totals.series ?? 0)} series, about ${formatSeconds(totals.seconds ?? 0)}; ` +
        `${thousands(totals.unchanged ?? 0)} series ${totals.unchanged === 1 ? 'is' : 'are'} up to date, ${thousands(totals.unservable ?? 0)} no listed provider can serve\n`,
    );
    for (const line of allowanceLines(plan, budgets, totals)) output.out(`${line}\n`);
  }
  return worstExitCode(failures.map(({ error }) => exitCodeOf(error.code)));
}

/** `vortex plan`: the main job up to the first request. */
export async function plan(
  symbols: readonly string[],
  flags: SelectionFlags,
  { output }: Surroundings,
): Promise<number> {
  const context = withShard(await loadContext(flags, settingFlags(flags), output));
  const wanted = readWanted(symbols, flags, context);
  const store = new SeriesStore(context.settings.output_dir, 'plan', () => context.now);
  const planned = planFor(wanted, flags, context, (series) => store.read(series).stored);
  return printPlan(planned, providersOfPlan(wanted, planned), context, flags.json ?? false);
}
