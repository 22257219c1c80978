import { DAY_MS, isIntraday } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import type { StoredSeries, Suspect } from '../market/stored-series.ts';
import { askAgainOn, isAskedAlone } from '../market/suspects.ts';
import { isWithin, subtract } from '../market/time-range.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';
import type { Capabilities } from '../providers/provider.ts';
import type { Job, PlanOptions } from './plan.ts';
import { answersFor, longestSpan } from './reach.ts';

/** Most series of one provider that a run asks for suspect dates by requests of their own. */
const OWN_REQUESTS = 20;

/** What is missing, without refused ranges whose night has not come. @param now milliseconds since the epoch, UTC */
export function askedTonight(missing: TimeRanges, stored: StoredSeries, isCounted: boolean, now: number): TimeRanges {
  const waiting = (stored.refused ?? []).filter((range) => !range.isConfirmed && askAgainOn(range, isCounted) > now);
  return waiting.length === 0 ? missing : missing.flatMap((range) => subtract(range, waiting));
}

const recent = ({ suspects = [] }: StoredSeries): readonly Suspect[] => suspects.filter(({ isOld }) => !isOld);

/** Whether a range takes no more requests and answers than another one. */
function costsNoMore(range: TimeRange, before: TimeRange, capabilities: Capabilities, period: Period): boolean {
  const span = longestSpan(capabilities, period) ?? Infinity;
  const requests = ({ from, to }: TimeRange): number => Math.ceil((to - from) / span);
  return (
    requests(range) <= requests(before) &&
    answersFor(capabilities, period, range) <= answersFor(capabilities, period, before)
  );
}

/** The ranges asked for, the newest reaching back over suspect dates as far as that costs no further request. */
export function overSuspects(
  asked: TimeRanges,
  stored: StoredSeries,
  capabilities: Capabilities,
  period: Period,
): TimeRanges {
  const last = asked.at(-1);
  if (last === undefined) return asked;
  const reaching = recent(stored)
    .filter(({ stamp }) => stamp < last.from)
    .map(({ stamp }) => ({ from: stamp, to: last.to }))
    .find((range) => costsNoMore(range, last, capabilities, period));
  if (reaching === undefined) return asked;
  return [...asked.slice(0, -1).flatMap((range) => subtract(range, [reaching])), reaching];
}

/** How long after its stamp a suspect's bars may begin. */
const lengthOf = (period: Period): number =>
  isIntraday(period) || period === '1d' ? DAY_MS : (period === '1wk' ? 7 : 31) * DAY_MS;

/**
 * One range for suspect dates that no other request holds; undefined when there are none whose day has come.
 * @param now milliseconds since the epoch, UTC
 */
function ownRequest(
  asked: TimeRanges,
  stored: StoredSeries,
  capabilities: Capabilities,
  period: Period,
  now: number,
): TimeRange | undefined {
  const left = (stored.suspects ?? []).filter(
    (suspect) => isAskedAlone(suspect, now) && !asked.some((range) => isWithin(suspect.stamp, range)),
  );
  const [first] = left;
  const end = stored.coverage.at(-1)?.to ?? -Infinity;
  if (first === undefined) return undefined;
  const from = first.stamp;
  const to = Math.min((left.at(-1)?.stamp ?? from) + lengthOf(period), end);
  const span = longestSpan(capabilities, period) ?? Infinity;
  const one = Math.min(to, from + span);
  const answers = capabilities.periods[period]?.answerDays;
  return { from, to: answers === undefined ? one : Math.min(one, from + answers * DAY_MS) };
}

/** Adds requests for suspect dates that no other request holds: one a series, so many a provider. */
export class OwnRequests {
  readonly #options: PlanOptions;
  readonly #spent = new Map<string, number>();

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  /** The job with such a request, where one is due and the provider has not had its share. */
  ask(job: Job): Job {
    const { provider, series, stored, requests } = job;
    const { now, providers } = this.#options;
    const spent = this.#spent.get(provider) ?? 0;
    const { capabilities } = providers.find(({ id }) => id === provider) ?? {};
    if (capabilities === undefined || capabilities.allowance !== undefined || spent >= OWN_REQUESTS) return job;
    if (job.guestOf !== undefined || job.reason === 'force' || job.reason === 'rebase') return job;
    const range = ownRequest(requests, stored, capabilities, series.period, now);
    if (range === undefined) return job;
    this.#spent.set(provider, spent + 1);
    const all = [range, ...requests].sort((a, b) => a.from - b.from);
    return { ...job, requests: all, answers: all.map((part) => answersFor(capabilities, series.period, part)) };
  }
}
