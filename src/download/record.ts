import { badRows, countDropped, countOutsideHighLow, leftOutRows } from '../market/bar-checks.ts';
import { sameBars } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import type { VortexError } from '../market/errors.ts';
import { gridOf } from '../market/grid.ts';
import { formatStamp, NOTHING_STORED } from '../market/stored-series.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { Job } from '../plan/plan.ts';
import { versionFacts } from '../store/manifest.ts';
import type { Format } from '../market/file-format.ts';
import type { KnownSeries, SeriesChange } from '../store/series-change.ts';
import type { SeriesStore } from '../store/series-store.ts';
import { describe } from './described.ts';
import { judgeIdentity } from './identity.ts';
import type { IdentityVerdict } from './identity.ts';
import type { SeriesResult } from './run-report.ts';
import type { FetchedSeries } from './series-job.ts';
import { mergeInto } from './working-in.ts';

/** What a job leads to: the change to store, if any, and how to tell of it once it is stored. */
export interface Recording {
  readonly change: SeriesChange | undefined;
  readonly result: SeriesResult;
  /** The answers make the series without anything that was stored before. */
  readonly whole?: boolean;
  /** The series, or its end as far as it was read, with the answer worked in; absent where nothing was worked in. */
  readonly worked?: Bars;
  /** They take the place of everything stored. */
  readonly replaces?: true;
  /** What keeps the answer from being stored. */
  readonly error?: VortexError;
  /** The source seems to have put the series on another basis: nothing is stored before the whole of it is fetched. */
  readonly rebase?: true;
  /** What to tell once, when the change is stored. */
  readonly notices?: readonly string[];
}

/** The error as it stands in a report. */
export function reportedError(error: VortexError): NonNullable<SeriesResult['error']> {
  return {
    code: error.code,
    message: error.message,
    ...(error.retryAt === undefined ? {} : { retryAt: new Date(error.retryAt).toISOString() }),
  };
}

/** A result of a series of which nothing was fetched. */
export function plainResult(
  series: Job['series'],
  stored: StoredSeries | undefined,
  provider: string | undefined,
  outcome: SeriesResult['outcome'],
  error: VortexError | undefined,
): SeriesResult {
  const { key, instrument, symbol, period } = series;
  const last = stored?.tail.at(-1);
  return {
    series: key,
    instrument: instrument.id,
    symbol,
    period,
    provider: stored?.provider ?? provider ?? null,
    outcome,
    added: 0,
    revised: 0,
    dropped: 0,
    first: stored?.first === undefined ? null : formatStamp(stored.first, period),
    last: last === undefined ? null : formatStamp(last, period),
    error: error === undefined ? null : reportedError(error),
  };
}

/** True when the source's answer proves that a contract, which only its cycle suggested, does not exist. */
function provesAbsence(job: Job, { error, answered }: FetchedSeries): boolean {
  return error?.code === 'no-such-symbol' && job.suggested && job.stored.rows === 0 && answered.length === 0;
}

/** What stays known of a series whose bars are replaced: that its bars have changed so many times. */
function replacedBy({ version, ...known }: KnownSeries): KnownSeries {
  const revisions = version?.revisions ?? 0;
  const { ended } = version ?? {};
  const said = ended?.kind === 'user' ? { ended } : {};
  const empty = {
    revisions,
    coverage: [],
    rows: 0,
    tail: [],
    columns: [],
    files: [],
    updated_at: '',
    run: '',
    ...said,
  };
  return { ...known, stored: NOTHING_STORED, version: empty };
}

function taken({ bars }: FetchedSeries, period: Job['series']['period']): IdentityVerdict {
  return { notices: [], grid: gridOf(bars.time, period), off: 0 };
}

/** Reads stored bars, from some stamp on as far as older ones can be spared. */
export type LoadFrom = SeriesStore['loadFrom'];

/**
 * Works what was fetched into what is stored.
 * @param replayed the answer was taken before: what was decided then holds
 * @throws VortexError `file-corrupt`, `folder-unusable`, `bad-answer` for bars that cannot be mixed
 */
export async function recordSeries(
  job: Job,
  known: KnownSeries,
  fetched: FetchedSeries,
  loadFrom: LoadFrom,
  formats: readonly Format[],
  now: number,
  replayed?: true,
): Promise<Recording> {
  const { series, provider } = job;
  const { period } = series;
  const { error } = fetched;
  const absent = provesAbsence(job, fetched);
  if (error !== undefined && !absent && fetched.answered.length === 0) {
    return { change: undefined, result: plainResult(series, known.stored, provider, 'failed', error) };
  }
  const host = job.guestOf;
  const loadStored = async () => (await loadFrom(known, fetched.bars.time[0] ?? Infinity, period)).bars;
  const verdict = replayed === true ? taken(fetched, period) : await judgeIdentity(job, known, fetched, loadStored);
  const { error: refusal, replaces, notices, grid, off } = verdict;
  if (refusal !== undefined) {
    const result = plainResult(series, known.stored, provider, 'failed', refusal);
    return { change: undefined, result, error: refusal };
  }
  const lacksFormat =
    known.stored.rows > 0 && keptFormats(known, formats).some((format) => !known.formats.includes(format));
  const { merged, head } = await mergeInto(job, known, { ...fetched, replaces, replayed }, loadFrom, lacksFormat);
  if (merged === undefined) {
    return {
      change: undefined,
      result: plainResult(series, known.stored, provider, 'unchanged', undefined),
      rebase: true,
    };
  }
  const rows = (head?.rows ?? 0) + merged.bars.time.length;
  const { replaced = [], differs = false } = merged;
  const changed = differs || merged.added + merged.revised + merged.bases.length > 0;
  const failed = error !== undefined && !absent;
  const outcome = failed ? 'failed' : changed ? 'updated' : rows === 0 ? 'empty' : 'unchanged';
  const stamp = (row: number): string | null => {
    const time = merged.bars.time[row];
    return time === undefined ? null : formatStamp(time, period);
  };
  const bad = badRows(fetched.dropped);
  const leftOut = leftOutRows(fetched.dropped);
  const dropped = countDropped(bad);
  const flagged = countOutsideHighLow(fetched.bars) + fetched.undecided + off;
  const result: SeriesResult = {
    ...plainResult(series, known.stored, provider, outcome, failed ? error : undefined),
    added: merged.added,
    revised: merged.revised,
    dropped,
    ...(host !== undefined && merged.added > 0 ? { mixedFrom: provider } : {}),
    ...(dropped === 0 ? {} : { droppedReasons: bad }),
    ...(countDropped(leftOut) === 0 ? {} : { leftOut }),
    ...(flagged === 0 ? {} : { flagged }),
    first: head?.first ?? stamp(0),
    last: stamp(merged.bars.time.length - 1),
  };
  const facts = describe(job, replaces === true ? replacedBy(known) : known, fetched, {
    merged,
    rows,
    grid,
    absent: absent ? now : undefined,
  });
  const { changes, bases } = merged;
  const isLogged = changes.length + bases.length + replaced.length > 0;
  const revisions = isLogged ? { revisions: { changes, bases, replaced } } : {};
  const bars = changed || lacksFormat ? { bars: merged.bars, head } : {};
  const whole = head === undefined && host === undefined && sameBars(merged.bars, fetched.bars);
  return {
    change: { series, known, formats: keptFormats(known, formats), facts, ...bars, ...revisions },
    result,
    whole,
    worked: merged.bars,
    ...(replaces === true ? { replaces } : {}),
    ...(notices.length === 0 ? {} : { notices }),
  };
}

/** Marks a series whose basis has changed and that could not be fetched as a whole. */
export function markRebasePending(job: Job, known: KnownSeries): SeriesChange | undefined {
  if (known.version === undefined) return undefined;
  const facts = { ...versionFacts(known.version), rebase_pending: true };
  return { series: job.series, known, formats: known.formats, facts };
}

/** The wanted formats, and those that the series has already: a format once written is kept current while its files are there. */
export function keptFormats(known: KnownSeries, formats: readonly Format[]): Format[] {
  return [...new Set([...formats, ...known.standing])];
}
