import { countDropped, countOutsideHighLow } from '../market/bar-checks.ts';
import { sameBars } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { formatTradeDate } from '../market/calendar.ts';
import { VortexError } from '../market/errors.ts';
import { gridOf, gridsAgree } from '../market/grid.ts';
import { mergeBars } from '../market/merge.ts';

import { isIntraday } from '../market/period.ts';
import { basisChanges, rebaseBars } from '../market/rebase.ts';
import type { RebasedBars } from '../market/rebase.ts';

import { formatStamp } from '../market/stored-series.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import { unite } from '../market/time-range.ts';
import type { TimeRanges } from '../market/time-range.ts';
import type { Job } from '../plan/plan.ts';
import type { SourceFacts } from '../providers/provider.ts';
import { versionFacts, writeCoverage, writeMixed } from '../store/manifest.ts';
import type { ManifestVersion } from '../store/manifest-form.ts';
import type { Format } from '../market/file-format.ts';
import { columnNames } from '../store/columns.ts';
import { lastingFacts } from '../store/ended.ts';
import type { KnownSeries, SeriesChange, SeriesHead } from '../store/series-change.ts';
import type { SeriesStore } from '../store/series-store.ts';
import { mixBars, notMixed, takeOver } from './mixing.ts';
import type { Mixed } from './mixing.ts';
import type { FetchedSeries } from './series-job.ts';
import type { SeriesResult } from './run-report.ts';

/** What a job leads to: the change to store, if any, and how to tell of it once it is stored. */
export interface Recording {
  readonly change: SeriesChange | undefined;
  readonly result: SeriesResult;
  /** The answers make the series without anything that was stored before. */
  readonly whole?: boolean;
  /** What keeps the answer from being stored. */
  readonly error?: VortexError;
  /** The source seems to have put the series on another basis: nothing is stored before the whole of it is fetched. */
  readonly rebase?: true;
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

function coverageAfter(job: Job, known: KnownSeries, answered: TimeRanges): TimeRanges {
  return answered.reduce((coverage, range) => unite(coverage, range), known.stored.coverage);
}

/** True when the source's answer proves that a contract, which only its cycle suggested, does not exist. */
function provesAbsence(job: Job, { error, answered }: FetchedSeries): boolean {
  return error?.code === 'no-such-symbol' && job.suggested && job.stored.rows === 0 && answered.length === 0;
}

/** The error that keeps bars of another grid or another day's end out of a series. @param guest a provider that is not its own */
function wouldMix(
  before: ManifestVersion | undefined,
  source: SourceFacts | undefined,
  grid: readonly number[],
  guest: { readonly provider: string; readonly host: string } | undefined,
): VortexError | undefined {
  if (before === undefined || before.rows === 0) return undefined;
  const refuse = (what: string): VortexError =>
    guest === undefined ? mixture(what) : notMixed(guest.provider, guest.host, what);
  const mixture = (what: string): VortexError =>
    new VortexError(
      `${what}; the two are not mixed in one file. vortex series move SERIES --to PROVIDER fetches its history elsewhere, vortex series remove SERIES makes room to fetch it again`,
      {
        code: 'bad-answer',
        disposition: 'skip-series',
      },
    );
  const boundary = source?.dayBoundary;
  if (boundary !== undefined && before.day_boundary !== undefined && boundary !== before.day_boundary) {
    return refuse(
      `the source's day ends at midnight of ${boundary}, that of the stored bars at ${before.day_boundary}`,
    );
  }
  if (guest !== undefined && (boundary === undefined || before.day_boundary === undefined)) {
    return refuse(`nobody has said where a day ends ${boundary === undefined ? 'there' : 'in the stored bars'}`);
  }
  if (gridsAgree(before.grid ?? [], grid)) return undefined;
  return refuse(
    `the source's bars begin at minute ${grid.join(', ')}, the stored ones at ${before.grid?.join(', ') ?? ''}`,
  );
}

/** Reads stored bars, from some stamp on as far as older ones can be spared. */
export type LoadFrom = SeriesStore['loadFrom'];

interface Merged {
  /** Undefined: the source seems to have put the series on another basis. */
  readonly merged: WorkedIn | undefined;
  readonly head: SeriesHead | undefined;
}

/** Bars with an answer worked in, and what of them is not of the series' own provider. */
type WorkedIn = RebasedBars & Partial<Mixed>;

/** Works an answer of the series' own provider in; undefined when it is on another basis. */
function workIn(job: Job, known: KnownSeries, stored: Bars, { bars, answered }: Answer): WorkedIn | undefined {
  const work = (own: Bars): RebasedBars | undefined => {
    if (job.reason === 'rebase') return rebaseBars(own, bars);
    return basisChanges(own, bars).length > 0 ? undefined : { ...mergeBars(own, bars), bases: [] };
  };
  const { mixed } = known.stored;
  return mixed === undefined ? work(stored) : takeOver(stored, mixed, answered, job.series.period, work);
}

type Answer = Pick<FetchedSeries, 'bars' | 'answered'>;

/**
 * Works the answers into the stored bars that they touch; older ones of a long series are left where they are.
 * @throws VortexError `bad-answer` when they are another provider's and do not go together
 */
async function mergeInto(
  job: Job,
  known: KnownSeries,
  answer: Answer,
  loadFrom: LoadFrom,
  wantsAll: boolean,
): Promise<Merged> {
  const { period } = job.series;
  const { bars, answered } = answer;
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

/**
 * Works what was fetched into what is stored.
 * @throws VortexError `file-corrupt`, `folder-unusable`, `bad-answer` for bars that cannot be mixed
 */
export async function recordSeries(
  job: Job,
  known: KnownSeries,
  fetched: FetchedSeries,
  loadFrom: LoadFrom,
  formats: readonly Format[],
  now: number,
): Promise<Recording> {
  const { series, provider } = job;
  const { period } = series;
  const { source, error } = fetched;
  const absent = provesAbsence(job, fetched);
  if (error !== undefined && !absent && fetched.answered.length === 0) {
    return { change: undefined, result: plainResult(series, known.stored, provider, 'failed', error) };
  }
  const grid = gridOf(fetched.bars.time, period);
  const host = job.guestOf;
  const mixed = wouldMix(known.version, source, grid, host === undefined ? undefined : { provider, host });
  if (mixed !== undefined) {
    return { change: undefined, result: plainResult(series, known.stored, provider, 'failed', mixed), error: mixed };
  }
  const lacksFormat =
    known.stored.rows > 0 && keptFormats(known, formats).some((format) => !known.formats.includes(format));
  const { merged, head } = await mergeInto(job, known, fetched, loadFrom, lacksFormat);
  if (merged === undefined) {
    return {
      change: undefined,
      result: plainResult(series, known.stored, provider, 'unchanged', undefined),
      rebase: true,
    };
  }
  const rows = (head?.rows ?? 0) + merged.bars.time.length;
  const { replaced = [], mixed: others = [], differs = false } = merged;
  const changed = differs || merged.added + merged.revised + merged.bases.length > 0;
  const failed = error !== undefined && !absent;
  const outcome = failed ? 'failed' : changed ? 'updated' : rows === 0 ? 'empty' : 'unchanged';
  const stamp = (row: number): string | null => {
    const time = merged.bars.time[row];
    return time === undefined ? null : formatStamp(time, period);
  };
  const dropped = countDropped(fetched.dropped);
  const flagged = countOutsideHighLow(fetched.bars) + fetched.undecided;
  const result: SeriesResult = {
    ...plainResult(series, known.stored, provider, outcome, failed ? error : undefined),
    added: merged.added,
    revised: merged.revised,
    dropped,
    ...(host !== undefined && merged.added > 0 ? { mixedFrom: provider } : {}),
    ...(dropped === 0 ? {} : { droppedReasons: fetched.dropped }),
    ...(flagged === 0 ? {} : { flagged }),
    first: head?.first ?? stamp(0),
    last: stamp(merged.bars.time.length - 1),
  };
  const before = known.version;
  const facts: SeriesChange['facts'] = {
    provider: rows > 0 ? (before?.provider ?? provider) : provider,
    ...sourceFacts(host === undefined ? source : undefined, before),
    ...optional('expires', source?.expires === undefined ? before?.expires : formatTradeDate(source.expires)),
    ...(isIntraday(period) ? { grid: [...new Set([...(before?.grid ?? []), ...grid])].sort((a, b) => a - b) } : {}),
    coverage: writeCoverage(coverageAfter(job, known, fetched.answered), period),
    ...(others.length === 0 ? {} : { mixed: writeMixed(others, period) }),
    ...(absent ? { absent: { provider, checked_at: new Date(now).toISOString() } } : {}),
    ...(before?.imported_from === undefined ? {} : { imported_from: before.imported_from }),
    ...lastingFacts(known),
    revisions: (before?.revisions ?? 0) + merged.revised + merged.bases.length,
  };
  const { changes, bases } = merged;
  const isLogged = changes.length + bases.length + replaced.length > 0;
  const revisions = isLogged ? { revisions: { changes, bases, replaced } } : {};
  const bars = changed || lacksFormat ? { bars: merged.bars, head } : {};
  const whole = head === undefined && host === undefined && sameBars(merged.bars, fetched.bars);
  return {
    change: { series, known, formats: keptFormats(known, formats), facts, ...bars, ...revisions },
    result,
    whole,
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

/** What is said of a source: by its answer, else as it was. */
function sourceFacts(source: SourceFacts | undefined, before: ManifestVersion | undefined) {
  return {
    ...optional('source_symbol', source?.symbol ?? before?.source_symbol),
    ...optional('timezone', source?.timezone ?? before?.timezone),
    ...optional('currency', source?.currency ?? before?.currency),
    ...optional('day_boundary', source?.dayBoundary ?? before?.day_boundary),
  };
}

function optional<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  const entry: Partial<Record<Key, string>> = {};
  if (value !== undefined) entry[key] = value;
  return entry;
}
