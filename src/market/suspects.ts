import { utcDate } from './calendar.ts';
import type { TradeDate } from './calendar.ts';
import { DAY_MS } from './period.ts';
import type { RefusedRange, Suspect } from './stored-series.ts';
import { subtract } from './time-range.ts';
import type { TimeRange, TimeRanges } from './time-range.ts';

/** Due units back from now in which a suspect is asked again by the requests of each night. */
export const SUSPECT_UNITS = 60;
/** Equal answers, on different days, before a silence counts as an answer. */
const LEAST_ANSWERS = 3;
/** Equal answers to a range of many due dates must also be as far apart as this. */
const CONFIRM_DAYS = 7;
/** Days that are kept of the answers to one question: the first and the newest. */
const MOST_DAYS = 8;
/** An old suspect is asked for once more after so long. */
const OLD_AGAIN_DAYS = 7;
/** Most nights between two questions for a refused range. */
const LONGEST_PAUSE = 30;

/** The days on which a source answered so, with today's. */
function withDay(answered: readonly TradeDate[], today: TradeDate): readonly TradeDate[] {
  // A clock that was set back tells of no further day.
  if ((answered.at(-1) ?? -Infinity) >= today) return answered;
  return [...answered.slice(0, 1), ...answered.slice(1).slice(-(MOST_DAYS - 2)), today];
}

const spanDays = (answered: readonly TradeDate[]): number => ((answered.at(-1) ?? 0) - (answered[0] ?? 0)) / DAY_MS;

/** What was found of a due unit without a bar. */
export interface FoundSuspect {
  readonly stamp: number;
  /** Exclusive end of the unit that the stamp names. */
  readonly to: number;
  /** Longer ago than SUSPECT_UNITS. */
  readonly isOld: boolean;
}

export interface SuspectChange {
  readonly suspects: readonly Suspect[];
  /** Suspects that enough answers have settled: there is no bar. */
  readonly settled: readonly Suspect[];
  /** Suspects that were longer ago than is asked again each night when they were first seen. */
  readonly fresh: readonly Suspect[];
}

export interface SuspectQuestion {
  readonly before: readonly Suspect[];
  readonly found: readonly FoundSuspect[];
  /** Whether the source answered now for the whole unit that a stamp names. */
  readonly isAnswered: (stamp: number) => boolean;
  /** Ranges that it had answered for before: a silence there is settled unless it is among the suspects. */
  readonly covered: TimeRanges;
  readonly now: number;
  /** Days after which a suspect settles. */
  readonly suspectDays: number;
}

function isSettled({ isOld, answered }: Suspect, suspectDays: number): boolean {
  if (isOld) return answered.length > 1 && spanDays(answered) >= OLD_AGAIN_DAYS;
  return answered.length >= LEAST_ANSWERS && spanDays(answered) >= suspectDays;
}

/** The suspects of a series after an answer: healed ones are gone, answered ones have a day more, new ones begin. Pure. */
export function suspectsAfter({
  before,
  found,
  isAnswered,
  covered,
  now,
  suspectDays,
}: SuspectQuestion): SuspectChange {
  const today = utcDate(now);
  const known = new Map(before.map((suspect) => [suspect.stamp, suspect]));
  const kept = before.filter(({ stamp }) => !isAnswered(stamp));
  const fresh: Suspect[] = [];
  const asked: Suspect[] = [];
  for (const { stamp, to, isOld } of found) {
    const old = known.get(stamp);
    // A silence that was only read again, or a session of which a part was asked, is no further answer.
    if (old !== undefined && isAnswered(stamp)) asked.push({ ...old, answered: withDay(old.answered, today) });
    else if (old === undefined && subtract({ from: stamp, to }, covered).length > 0)
      fresh.push({ stamp, answered: [today], isOld });
  }
  const settled = asked.filter((suspect) => isSettled(suspect, suspectDays));
  const suspects = [...kept, ...asked.filter((suspect) => !settled.includes(suspect)), ...fresh];
  return { suspects: suspects.sort((a, b) => a.stamp - b.stamp), settled, fresh };
}

/** Ranges that answers refused before, with today's answer. */
export interface RefusedChange {
  readonly refused: readonly RefusedRange[];
  /** Those that enough equal answers have settled just now. */
  readonly confirmed: readonly RefusedRange[];
}

/** The refused ranges of a series after an answer. @param found holes in what was answered now. Pure. */
export function refusedAfter(
  before: readonly RefusedRange[],
  found: readonly TimeRange[],
  answered: TimeRanges,
  now: number,
): RefusedChange {
  const today = utcDate(now);
  const same = (a: TimeRange, b: TimeRange): boolean => a.from === b.from && a.to === b.to;
  const kept = before.filter((range) => !answered.some(({ from, to }) => from < range.to && range.from < to));
  const asked = found.map((hole): RefusedRange => {
    const old = before.find((range) => same(range, hole));
    if (old?.isConfirmed === true) return old;
    const days = withDay(old?.answered ?? [], today);
    const isConfirmed = days.length >= LEAST_ANSWERS && spanDays(days) >= CONFIRM_DAYS;
    return { from: hole.from, to: hole.to, answered: days, isConfirmed };
  });
  const confirmed = asked.filter(
    (range) => range.isConfirmed && before.find((old) => same(old, range))?.isConfirmed !== true,
  );
  return { refused: [...kept, ...asked].sort((a, b) => a.from - b.from), confirmed };
}

/**
 * The first day of UTC on which a refused range is asked for again: after 1, 2, 4 … 30 nights.
 * @param isCounted requests are counted or paid: then at most once a week
 */
export function askAgainOn({ answered }: RefusedRange, isCounted: boolean): TradeDate {
  const nights = Math.min(LONGEST_PAUSE, 2 ** Math.max(0, answered.length - 1));
  return (answered.at(-1) ?? 0) + Math.max(isCounted ? 7 : 1, nights) * DAY_MS;
}

/** Whether a suspect may be asked for by a request of its own. @param now milliseconds since the epoch, UTC */
export function isAskedAlone({ answered, isOld }: Suspect, now: number): boolean {
  const last = answered.at(-1) ?? 0;
  return utcDate(now) - last >= (isOld ? OLD_AGAIN_DAYS : 1) * DAY_MS;
}
