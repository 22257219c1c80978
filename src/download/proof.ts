import type { Bars } from '../market/bars.ts';
import { barsWithin, firstBarFrom } from '../market/bars.ts';
import type { TradeDate } from '../market/calendar.ts';
import { dueUnitsBefore } from '../market/due-units.ts';
import type { DueUnit } from '../market/due-units.ts';
import type { ExchangeTable } from '../market/exchange-table.ts';
import { refusedError } from '../plan/refused.ts';
import type { VortexError } from '../market/errors.ts';
import type { Series } from '../market/instrument.ts';
import { DAY_MS, isIntraday } from '../market/period.ts';
import { HOLE_UNITS, missingRuns } from '../market/proof.ts';
import type { MissingRun } from '../market/proof.ts';
import { joinedRhythm, rhythmAt } from '../market/rhythm.ts';
import type { Rhythm, SeriesKind } from '../market/rhythm.ts';
import type { RefusedRange, StoredSeries, Suspect } from '../market/stored-series.ts';
import { shortSessions } from '../market/short-sessions.ts';
import { refusedAfter, suspectsAfter, SUSPECT_UNITS } from '../market/suspects.ts';
import type { FoundSuspect } from '../market/suspects.ts';
import { intersect, subtract, unite } from '../market/time-range.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';
import { answeredWhole, judgedRanges } from './answered-ranges.ts';

/** Days before the end of its month in which a contract may stop trading, where its last trade date is not known. */
export const ENDING_DAYS = 45;
/** Bars that must have had a volume before a contract's date without one says something. */
const VOLUME_BARS = 5;

/** What an answer is judged by. */
export interface ProofRules {
  /** The trading days of the series' exchange; undefined when no table has it. */
  readonly table: ExchangeTable | undefined;
  /** The provider that answered. */
  readonly provider: string;
  /** Days after which a suspect settles. */
  readonly suspectDays: number;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}

/** What there is to judge. */
export interface Judged {
  readonly series: Series;
  readonly stored: StoredSeries;
  /** The series with the answer worked in, or its end as far as it was read. */
  readonly bars: Bars;
  /** Ranges that good answers told of. */
  readonly answered: TimeRanges;
  /** What the source says its first bar is, milliseconds since the epoch, UTC. */
  readonly firstBar?: number | undefined;
  /** The contract's true last trade date, where a source has told it. */
  readonly lastDate?: TradeDate | undefined;
}

/** What the answers prove. */
export interface Proof {
  /** Data, absent or suspect; what was refused is not in it. */
  readonly coverage: TimeRanges;
  readonly suspects: readonly Suspect[];
  readonly refused: readonly RefusedRange[];
  readonly rhythm: Rhythm | undefined;
  /** Suspects seen for the first time that are too old to be asked for each night. */
  readonly holesOfOld: readonly Suspect[];
  readonly settled: readonly Suspect[];
  readonly confirmed: readonly RefusedRange[];
  /** Bars are due in what stays unknown. */
  readonly error: VortexError | undefined;
}

export const kindOf = ({ contract }: Series): SeriesKind => (contract === undefined ? 'undated' : 'contract');

function hadVolume({ time, volume }: Bars, before: number): boolean {
  const row = firstBarFrom(time, before);
  if (row < VOLUME_BARS) return false;
  return volume.subarray(row - VOLUME_BARS, row).every((value) => value > 0);
}

/** Units of a run that may be suspect: of a contract only while it trades and before it may have stopped. */
function suspectUnits({ place, units }: MissingRun, judged: Judged): readonly DueUnit[] {
  const { contract } = judged.series;
  const [first] = units;
  if (contract === undefined || first === undefined) return units;
  if (!hadVolume(judged.bars, first.from)) return [];
  const lastDate = judged.lastDate ?? contract.life.to - (ENDING_DAYS + 1) * DAY_MS;
  return place === 'between' ? units : units.filter(({ date }) => date <= lastDate);
}

/** Whether the source's own remark contradicts a silence before the first bar. A remark after now or after a bar is none. */
function isContradicted({ units, place }: MissingRun, { bars, firstBar, series }: Judged, now: number): boolean {
  const first = bars.time[0] ?? Infinity;
  if (place !== 'before' || firstBar === undefined || firstBar > now || firstBar > first) return false;
  const silent = units.filter(({ from }) => from >= firstBar).length;
  return silent >= HOLE_UNITS && (series.contract === undefined || first === Infinity);
}

function isHole(run: MissingRun, judged: Judged, now: number): boolean {
  if (run.place === 'between') return run.isExpected && run.units.length >= HOLE_UNITS;
  return isContradicted(run, judged, now);
}

function rangeOf({ units }: MissingRun): TimeRange {
  return { from: units[0]?.from ?? 0, to: units.at(-1)?.to ?? 0 };
}

/** Where units begin that are asked for each night. */
function recentFrom(table: ExchangeTable, { series }: Judged, now: number): number {
  let [from, count] = [now, 0];
  for (const unit of dueUnitsBefore(table, now, series.period)) {
    if (count >= SUSPECT_UNITS) break;
    from = unit.from;
    count += 1;
  }
  return from;
}

/** Without a table only the source's own remark speaks against an answer without any bar. */
function withoutTable(
  { series, stored, bars, answered, firstBar = Infinity }: Judged,
  known: TimeRanges,
  rhythm: Rhythm | undefined,
  { now, provider, suspectDays }: ProofRules,
): Proof {
  const [first] = answered;
  const after = suspectsAfter({
    before: stored.suspects ?? [],
    found: (stored.suspects ?? [])
      .filter(({ stamp }) => !bars.time.includes(stamp))
      .map((suspect) => ({ ...suspect, to: suspect.stamp + 1 })),
    isAnswered: answeredWhole(answered, undefined, series.period),
    covered: stored.coverage,
    now,
    suspectDays,
  });
  const isSilent = bars.time.length === 0 && first !== undefined && firstBar <= Math.min(first.from, now);
  // What was refused by a table stays so until bars come, even where one answer does not tell which table it was.
  const refused = (stored.refused ?? []).filter(
    ({ from, to }) => subtract({ from, to }, answered).length === 0 && barsWithin(bars, from, to).time.length === 0,
  );
  const change = refusedAfter(stored.refused ?? [], isSilent ? answered : refused, answered, now);
  const unknown = change.refused.filter(({ isConfirmed }) => !isConfirmed);
  return {
    ...change,
    coverage: known.flatMap((range) => subtract(range, unknown)),
    suspects: after.suspects,
    rhythm,
    holesOfOld: [],
    settled: after.settled,
    error: unknown.length === 0 ? undefined : refusedError(unknown, series, provider),
  };
}

/** What the answers of a series prove, where a table that is proven says on which dates its exchange trades. Pure. */
export function proveAnswer(judged: Judged, rules: ProofRules): Proof {
  const { series, stored, bars, answered } = judged;
  const { table, now, provider } = rules;
  const known = answered.reduce(unite, stored.coverage);
  const { suspects: suspectsBefore = [], refused: refusedBefore = [] } = stored;
  const row = bars.time.length - 1;
  const isEndOnly = (bars.time[0] ?? -Infinity) > (stored.first ?? Infinity);
  const measured = table === undefined || row < 0 ? undefined : rhythmAt(bars.time, row, table, series.period);
  const rhythm = measured === undefined ? stored.rhythm : isEndOnly ? joinedRhythm(measured, stored.rhythm) : measured;
  if (table?.isProven !== true) return withoutTable(judged, known, rhythm, rules);
  const ranges = judgedRanges(bars.time, answered, stored.coverage, table, series.period);
  const older = isEndOnly ? { rhythm: stored.rhythm } : undefined;
  const runs = missingRuns({ time: bars.time, period: series.period, kind: kindOf(series), table, ranges, older });
  const holes = runs.filter((run) => isHole(run, judged, now));
  const change = refusedAfter(refusedBefore, holes.map(rangeOf), answered, now);
  const unknown = change.refused.filter(({ isConfirmed }) => !isConfirmed);
  const recent = recentFrom(table, judged, now);
  const found = runs
    .filter((run) => run.isExpected && run.place !== 'before' && !holes.includes(run))
    .flatMap((run) => suspectUnits(run, judged))
    .map(({ stamp, from, to }): FoundSuspect => ({ stamp, to, isOld: from < recent }));
  const lately = ranges.flatMap((range) => intersect(range, { from: recent, to: Infinity }) ?? []);
  const short = isIntraday(series.period) ? shortSessions(bars.time, lately, table, series.period) : [];
  const cut = short.map(({ stamp, to }): FoundSuspect => ({ stamp, to, isOld: false }));
  const after = suspectsAfter({
    before: suspectsBefore.filter(({ stamp }) => !unknown.some(({ from, to }) => stamp >= from && stamp < to)),
    found: [...found, ...cut],
    isAnswered: answeredWhole(answered, table, series.period),
    covered: stored.coverage,
    now,
    suspectDays: rules.suspectDays,
  });
  return {
    coverage: known.flatMap((range) => subtract(range, unknown)),
    suspects: after.suspects,
    refused: change.refused,
    rhythm,
    holesOfOld: after.fresh.filter(({ isOld }) => isOld),
    settled: after.settled,
    confirmed: change.confirmed,
    error: unknown.length === 0 ? undefined : refusedError(unknown, series, provider),
  };
}
