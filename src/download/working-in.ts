import type { Bars } from '../market/bars.ts';
import { mergeBars } from '../market/merge.ts';
import { basisChanges, filledColumns, rebaseBars } from '../market/rebase.ts';
import type { RebasedBars } from '../market/rebase.ts';
import type { Job } from '../plan/plan.ts';
import { columnNames } from '../market/columns.ts';
import type { KnownSeries, SeriesHead } from '../store/series-change.ts';
import type { SeriesStore } from '../store/series-store.ts';
import { mixBars, notMixed, takeOver } from './mixing.ts';
import type { Mixed } from './mixing.ts';
import type { FetchedSeries } from './series-job.ts';

interface Merged {
  /** Undefined: the source seems to have put the series on another basis. */
  readonly merged: WorkedIn | undefined;
  readonly head: SeriesHead | undefined;
}

/** Bars with an answer worked in, and what of them is not of the series' own provider. */
export type WorkedIn = RebasedBars & Partial<Mixed>;

/** Works an answer of the series' own provider in; undefined when it is on another basis. */
function workIn(
  job: Job,
  known: KnownSeries,
  stored: Bars,
  { bars, answered, replayed }: Answer,
): WorkedIn | undefined {
  const work = (own: Bars): RebasedBars | undefined => {
    if (job.reason === 'rebase') return rebaseBars(own, bars);
    const isOther = basisChanges(own, bars).length > 0 || (replayed !== true && filledColumns(own, bars).length > 0);
    return isOther ? undefined : { ...mergeBars(own, bars), bases: [] };
  };
  const { mixed } = known.stored;
  return mixed === undefined ? work(stored) : takeOver(stored, mixed, answered, job.series.period, work);
}

/** An answer, and how it is taken. */
export interface Answer extends Pick<FetchedSeries, 'bars' | 'answered'> {
  /** It takes the place of everything stored. */
  readonly replaces?: true | undefined;
  /** It was taken before and is worked in again, from the archive: what was decided then holds. */
  readonly replayed?: true | undefined;
}

/** The answer alone; stored bars that it does not have are logged as gone. */
function replaceBy(stored: Bars, answer: Bars): WorkedIn {
  const { changes, added, revised } = mergeBars(stored, answer);
  const kept = new Set(answer.time);
  const gone = Array.from(stored.time).flatMap((time) => (kept.has(time) ? [] : [{ time }]));
  const corrected = changes.filter(({ column }) => column !== undefined);
  const all = [...gone, ...corrected].sort((a, b) => a.time - b.time);
  return { bars: answer, added, revised, changes: all, bases: [], differs: true };
}

/**
 * Works the answers into the stored bars that they touch; older ones of a long series are left where they are.
 * @throws VortexError `bad-answer` when they are another provider's and do not go together
 */
export async function mergeInto(
  job: Job,
  known: KnownSeries,
  answer: Answer,
  loadFrom: SeriesStore['loadFrom'],
  wantsAll: boolean,
): Promise<Merged> {
  const { period } = job.series;
  const { bars, answered } = answer;
  if (answer.replaces === true)
    return { merged: replaceBy((await loadFrom(known, Number.NEGATIVE_INFINITY, period)).bars, bars), head: undefined };
  const isRebase = job.reason === 'rebase';
  const first = Math.min(bars.time[0] ?? Infinity, answered[0]?.from ?? Infinity);
  const { bars: stored, head } = await loadFrom(known, isRebase || wantsAll ? Number.NEGATIVE_INFINITY : first, period);
  const host = job.guestOf;
  const merged =
    host === undefined
      ? workIn(job, known, stored, answer)
      : mixBars(stored, known.stored, answer, job.provider, period);
  if (typeof merged === 'string') throw notMixed(job.provider, host ?? '', merged);
  if (merged === undefined) return { merged, head };
  // A column that the older rows do not have changes each of them.
  const isSame = head === undefined || columnNames(merged.bars).join() === known.version?.columns.join();
  return isSame ? { merged, head } : mergeInto(job, known, answer, loadFrom, true);
}
