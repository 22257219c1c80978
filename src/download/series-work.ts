import type { VortexError } from '../market/errors.ts';
import type { ExchangeTable } from '../market/exchange-table.ts';
import type { Instrument } from '../market/instrument.ts';
import { split, unite } from '../market/time-range.ts';
import type { TimeRanges } from '../market/time-range.ts';
import type { Job } from '../plan/plan.ts';
import { earliestServed, longestSpan } from '../plan/reach.ts';
import type { Format } from '../market/file-format.ts';
import type { RawAnswers } from '../raw/archive.ts';
import type { KnownSeries } from '../store/series-change.ts';
import type { SourceFacts } from '../providers/provider.ts';
import { withProof } from './proving.ts';
import type { Proof } from './proof.ts';
import type { Purse } from './purse.ts';
import { markRebasePending, plainResult, recordSeries } from './record.ts';
import type { LoadFrom, Recording } from './record.ts';
import { fetchSeries } from './series-job.ts';
import type { FetchContext } from './series-job.ts';

/** What work on a series needs. */
export interface WorkContext extends FetchContext {
  readonly formats: readonly Format[];
  readonly loadFrom: LoadFrom;
  /** Trading days of the exchange of a series, by what its source says; absent: nothing is known of any. */
  readonly tableOf?: (instrument: Instrument, source: SourceFacts | undefined) => ExchangeTable | undefined;
  /** Days after which a suspect date settles as absent. */
  readonly suspectDays: number;
  /** What pays for the downloads of a job; absent: they are free. */
  readonly purse?: Pick<Purse, 'reserveMore' | 'usedUp'>;
}

/** What the work came to, and the error that ended it early. */
export interface WorkedSeries {
  readonly recording: Recording;
  readonly error: VortexError | undefined;
  /** What the change was made of; absent when it was made of no answer. */
  readonly told?: RawAnswers;
  /** What the source said of itself. */
  readonly source?: SourceFacts | undefined;
  /** What the answers prove; absent when there were none. */
  readonly proof?: Proof;
}

async function attempt(job: Job, known: KnownSeries, context: WorkContext, signal: AbortSignal): Promise<WorkedSeries> {
  const fetched = await fetchSeries(job, context, signal);
  const recorded = await recordSeries(job, known, fetched, context.loadFrom, context.formats, context.now);
  const table = context.tableOf?.(job.series.instrument, fetched.source);
  const rules = { table, suspectDays: context.suspectDays, now: context.now, provider: job.provider };
  const { recording, proof } = withProof(job, fetched, recorded, rules);
  const { provider, reason, suggested } = job;
  const { extendedHours, settleMs } = context;
  const { answers } = fetched;
  const told = { provider, reason, suggested, extendedHours, settleMs, answers, whole: recording.whole ?? false };
  return { recording, error: fetched.error, told, source: fetched.source, ...(proof === undefined ? {} : { proof }) };
}

/** The job that fetches everything stored and everything asked for, as far as the provider still serves it. */
function wholeSeries(job: Job, { capabilities, now }: WorkContext): Job {
  const { period } = job.series;
  const earliest = earliestServed(capabilities, period, now);
  const served = [...job.stored.coverage, ...job.requests].map(({ from, to }) => ({
    from: Math.max(from, earliest),
    to,
  }));
  const whole = served.reduce<TimeRanges>((all, range) => unite(all, range), []);
  const requests = whole.flatMap((range) => split(range, longestSpan(capabilities, period)));
  return {
    ...job,
    reason: 'rebase',
    requests,
    allowance: job.allowance === 0 ? 0 : requests.length,
  };
}

function unpaid(job: Job, { purse }: WorkContext): VortexError | undefined {
  if (purse === undefined || job.allowance === 0 || purse.reserveMore(job, job.allowance)) return undefined;
  return purse.usedUp(job);
}

/**
 * Fetches a job and works it into what is stored. Where the source has put the series on another basis the whole of it is
 * fetched; if that fails, nothing changes but a mark, and the next run tries again.
 * @throws VortexError `file-corrupt`, `folder-unusable`
 */
export async function workOnSeries(
  job: Job,
  known: KnownSeries,
  context: WorkContext,
  signal: AbortSignal,
): Promise<WorkedSeries> {
  const first = await attempt(job, known, context, signal);
  if (first.recording.rebase !== true) return first;
  const whole = wholeSeries(job, context);
  // Who just failed is not asked for more, and what cannot be paid to its end is not begun.
  const hindrance = first.error ?? unpaid(whole, context);
  const again: WorkedSeries =
    hindrance === undefined
      ? await attempt(whole, known, context, signal)
      : {
          recording: {
            change: undefined,
            result: plainResult(job.series, known.stored, job.provider, 'failed', hindrance),
          },
          error: hindrance,
        };
  const pending = again.error === undefined ? undefined : markRebasePending(job, known);
  if (pending === undefined) return again;
  return { recording: { ...again.recording, change: pending }, error: again.error };
}
