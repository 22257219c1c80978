import { addDropped } from '../market/bar-checks.ts';
import type { DroppedBars } from '../market/bar-checks.ts';
import { NO_BARS } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { asVortexError } from '../market/errors.ts';
import type { VortexError } from '../market/errors.ts';
import { cutUnfinished, finalEnd } from '../market/finished.ts';
import { mergeBars } from '../market/merge.ts';
import { finishedEnd, sessionRule } from '../market/session.ts';
import { intersect, unite } from '../market/time-range.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';
import type { Job } from '../plan/plan.ts';
import type { BarRequest, Capabilities, FetchedBars, ProviderSession, SourceFacts } from '../providers/provider.ts';
import type { RawAnswer } from '../raw/archive.ts';
import type { RawExchange } from '../raw/item.ts';

/** What fetching a series needs beside the job. */
export interface FetchContext {
  readonly session: ProviderSession;
  readonly capabilities: Capabilities;
  readonly extendedHours: boolean;
  readonly settleMs: number;
  /** Why nothing more can be paid for, asked before each request; absent: it costs nothing. */
  readonly shortage?: () => VortexError | undefined;
  /** Milliseconds since the epoch, UTC; the time that the run stands for. */
  readonly now: number;
  /** Hands over what was asked and answered for a job since the last time; absent: nothing is kept. */
  readonly takeExchanges?: (job: string) => readonly RawExchange[];
}

/** What the source answered for one series. */
export interface FetchedSeries {
  /** Finished bars of all good answers, ascending. */
  readonly bars: Bars;
  /** Stamps that good answers told of: data or proven empty. */
  readonly answered: TimeRanges;
  readonly dropped: DroppedBars;
  /** Bars whose stamp is in doubt, kept all the same. */
  readonly undecided: number;
  readonly source: SourceFacts | undefined;
  /** The good answers as they came; empty when nothing is kept. */
  readonly answers: readonly RawAnswer[];
  /** What ended the work on the series early. */
  readonly error: VortexError | undefined;
}

interface Answer {
  readonly bars: Bars;
  readonly range: TimeRange | undefined;
  readonly dropped: DroppedBars;
  readonly undecided: number;
  readonly source: SourceFacts;
  /** A free question was enough: there is nothing in the range. */
  readonly isProbed: boolean;
}

/** A free question first, where a download may turn out to be empty. */
async function isProvenEmpty(
  job: Job,
  request: BarRequest,
  session: ProviderSession,
  signal: AbortSignal,
): Promise<boolean> {
  if (job.allowance === 0 || job.reason !== 'new') return false;
  return (await session.probe?.(request, signal)) === false;
}

/** What counts as now by the source's own clock; one that is behind the bars it sends is wrong and says nothing. */
function clockOf({ bars, source }: FetchedBars, now: number): number {
  const { clock = now } = source;
  return clock < (bars.time.at(-1) ?? -Infinity) ? now : clock;
}

async function ask(job: Job, range: TimeRange, context: FetchContext, signal: AbortSignal): Promise<Answer> {
  const { instrument, contract, period } = job.series;
  const { session, extendedHours } = context;
  const named = contract === undefined ? {} : { contract };
  const request = { instrument, ...named, period, range, extendedHours, job: job.series.key };
  const isProbed = await isProvenEmpty(job, request, session, signal);
  const nothing = { bars: NO_BARS, dropped: {}, source: { symbol: job.sourceSymbol } };
  const fetched: FetchedBars = isProbed ? nothing : await session.fetchBars(request, signal);
  const { source } = fetched;
  const rule = sessionRule(instrument, context.capabilities.dayBoundary[instrument.class], source.timezone);
  const now = Math.min(context.now, clockOf(fetched, context.now));
  const planned = now < context.now ? Math.min(range.to, finishedEnd(period, rule, now, context.settleMs)) : range.to;
  const end = finalEnd(period, planned, rule, source.session, now, context.settleMs);
  const { bars, unfinished } = cutUnfinished(fetched.bars, end);
  return {
    bars,
    range: intersect(range, { from: range.from, to: end }),
    dropped: unfinished === 0 ? fetched.dropped : addDropped(fetched.dropped, { unfinished }),
    undecided: fetched.undecided ?? 0,
    source,
    isProbed,
  };
}

/** Answers merged in order, two by two: each bar is copied a few times, not once for every answer after it. */
function joined(answers: readonly Bars[]): Bars {
  const [only = NO_BARS] = answers;
  if (answers.length <= 1) return only;
  const middle = answers.length >> 1;
  return mergeBars(joined(answers.slice(0, middle)), joined(answers.slice(middle))).bars;
}

/**
 * Asks for everything that a job wants, oldest first. A failed request ends the series: what was answered before it counts,
 * the rest stays unknown. A forced job and one that puts a series on another basis are all or nothing.
 */
export async function fetchSeries(job: Job, context: FetchContext, signal: AbortSignal): Promise<FetchedSeries> {
  const parts: Bars[] = [];
  let answered: TimeRanges = [];
  let dropped: DroppedBars = {};
  let undecided = 0;
  let source: SourceFacts | undefined;
  const answers: RawAnswer[] = [];
  const take = (): readonly RawExchange[] | undefined => context.takeExchanges?.(job.series.key);
  for (const range of job.requests) {
    try {
      const shortage = context.shortage?.();
      if (shortage !== undefined) throw shortage;
      const answer = await ask(job, range, context, signal);
      parts.push(answer.bars);
      if (answer.range !== undefined) answered = unite(answered, answer.range);
      dropped = addDropped(dropped, answer.dropped);
      undecided += answer.undecided;
      if (source === undefined || !answer.isProbed) source = answer.source;
      const exchanges = take();
      if (exchanges !== undefined && !answer.isProbed) answers.push({ range, exchanges });
    } catch (cause) {
      const error = asVortexError(cause);
      take();
      if (job.reason === 'force' || job.reason === 'rebase')
        return { bars: NO_BARS, answered: [], dropped, undecided, source: undefined, answers: [], error };
      return { bars: joined(parts), answered, dropped, undecided, source, answers, error };
    }
  }
  return { bars: joined(parts), answered, dropped, undecided, source, answers, error: undefined };
}
