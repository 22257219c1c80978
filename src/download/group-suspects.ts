import { utcDate } from '../market/calendar.ts';
import { DAY_MS } from '../market/period.ts';
import type { Suspect } from '../market/stored-series.ts';
import { isWithin, subtract } from '../market/time-range.ts';
import { isRegular, RHYTHM_UNITS } from '../market/rhythm.ts';
import { kindOf } from './proof.ts';
import { groupedBy } from './groups.ts';
import { groupOf, hasUnit, isLiveSeries } from './standing.ts';
import type { Standing } from './standing.ts';

/** Least number of other series of a group whose word counts. */
const GROUP = 3;
/** How far back dates are compared, days. */
const LOOK_DAYS = 120;

/** How many series of a group were answered for a date, and how many of these have a bar of it. */
interface GroupDate {
  readonly date: number;
  readonly asked: number;
  readonly met: number;
}

const isCovered = ({ stored }: Standing, date: number): boolean =>
  stored.coverage.some((range) => isWithin(date, range));

/** The dates of a group's newest bars, oldest first. Linear in the number of series. */
function datesOf(group: readonly Standing[], now: number): GroupDate[] {
  const counts = new Map<number, number>();
  for (const { recent } of group)
    for (const stamp of recent) if (stamp > now - LOOK_DAYS * DAY_MS) counts.set(stamp, (counts.get(stamp) ?? 0) + 1);
  return [...counts]
    .map(([date, met]) => ({ date, met, asked: group.filter((one) => isCovered(one, date)).length }))
    .sort((a, b) => a.date - b.date);
}

const unitOf = (date: number) => ({ from: date, to: date + DAY_MS });

/** Dates on which the series has no bar though half of the others of its group have one, and it is regular. */
function suspectsOf(standing: Standing, group: readonly GroupDate[], now: number, suspectDays: number): Suspect[] {
  const { stored, before, series, recent } = standing;
  const first = recent[0] ?? Infinity;
  const known = new Set((stored.suspects ?? []).map(({ stamp }) => stamp));
  const dates = group.filter(({ date, asked, met }) => {
    if (date <= first) return false;
    const others = asked - Number(isCovered(standing, date));
    return others >= GROUP && 2 * (met - Number(hasUnit(standing, unitOf(date)))) >= others;
  });
  // What was judged by no group, since a run was killed before it came to that, is judged as long as it cannot have settled.
  const isOpen = (date: number): boolean =>
    date > now - suspectDays * DAY_MS || subtract(unitOf(date), before).length > 0;
  const isMissing = ({ date }: GroupDate): boolean =>
    !hasUnit(standing, unitOf(date)) && isCovered(standing, date) && isOpen(date) && !known.has(date);
  return dates.flatMap((one, row): Suspect[] => {
    if (!isMissing(one)) return [];
    const earlier = dates.slice(Math.max(0, row - RHYTHM_UNITS), row);
    const met = earlier.filter(({ date }) => hasUnit(standing, unitOf(date))).length;
    if (!isRegular({ due: earlier.length, met }, kindOf(series))) return [];
    return [{ stamp: one.date, answered: [utcDate(now)], isOld: false }];
  });
}

/**
 * Suspect dates by the word of the group, where no proven table tells: daily bars only. Pure.
 * @param now milliseconds since the epoch, UTC
 * @param suspectDays days after which a suspect settles
 */
export function groupSuspects(
  standings: readonly Standing[],
  now: number,
  suspectDays: number,
): ReadonlyMap<string, readonly Suspect[]> {
  const live = standings.filter((one) => one.series.period === '1d' && one.isAnswered && isLiveSeries(one, now));
  const found = new Map<string, readonly Suspect[]>();
  for (const group of groupedBy(live, groupOf).values()) {
    const judged = group.filter(({ table }) => table?.isProven !== true);
    if (group.length <= GROUP || judged.length === 0) continue;
    const dates = datesOf(group, now);
    for (const standing of judged) {
      const suspects = suspectsOf(standing, dates, now, suspectDays);
      if (suspects.length > 0) found.set(standing.series.key, suspects);
    }
  }
  return found;
}
