import { utcDate } from '../market/calendar.ts';
import { DAY_MS } from '../market/period.ts';
import type { Suspect } from '../market/stored-series.ts';
import { isWithin, subtract } from '../market/time-range.ts';
import { isRegular, RHYTHM_UNITS } from '../market/rhythm.ts';
import { kindOf } from './proof.ts';
import { groupOf, hasUnit, isLiveSeries } from './standing.ts';
import type { Standing } from './standing.ts';

/** Least number of other series of a group whose word counts. */
const GROUP = 3;
/** How far back dates are compared, days. */
const LOOK_DAYS = 120;

/** Dates that at least half of the other series of a group have a bar on, newest last. */
function datesOf(others: readonly Standing[], now: number): number[] {
  const counts = new Map<number, number>();
  for (const { recent } of others)
    for (const stamp of recent) if (stamp > now - LOOK_DAYS * DAY_MS) counts.set(stamp, (counts.get(stamp) ?? 0) + 1);
  const asked = (date: number): number =>
    others.filter(({ stored }) => stored.coverage.some((range) => isWithin(date, range))).length;
  return [...counts]
    .filter(([date, count]) => asked(date) >= GROUP && 2 * count >= asked(date))
    .map(([date]) => date)
    .sort((a, b) => a - b);
}

const unitOf = (date: number) => ({ from: date, to: date + DAY_MS });

/** Dates newly answered for, on which the series has no bar though half of its group has one and it is regular. */
function suspectsOf(standing: Standing, others: readonly Standing[], now: number): Suspect[] {
  const { stored, before, series, recent } = standing;
  const first = recent[0] ?? Infinity;
  const dates = datesOf(others, now).filter((date) => date > first);
  const known = new Set((stored.suspects ?? []).map(({ stamp }) => stamp));
  return dates
    .filter((date) => {
      const unit = unitOf(date);
      const isCovered = subtract(unit, stored.coverage).length === 0;
      if (!isCovered || subtract(unit, before).length === 0 || known.has(date) || hasUnit(standing, unit)) return false;
      const earlier = dates.filter((other) => other < date).slice(-RHYTHM_UNITS);
      const met = earlier.filter((other) => hasUnit(standing, unitOf(other))).length;
      return isRegular({ due: earlier.length, met }, kindOf(series));
    })
    .map((stamp) => ({ stamp, answered: [utcDate(now)], isOld: false }));
}

/**
 * Suspect dates by the word of the group, where no proven table tells: daily bars only. Pure.
 * @param now milliseconds since the epoch, UTC
 */
export function groupSuspects(standings: readonly Standing[], now: number): ReadonlyMap<string, readonly Suspect[]> {
  const groups = new Map<string, Standing[]>();
  for (const standing of standings) {
    const name = groupOf(standing);
    if (name === undefined || standing.series.period !== '1d' || !isLiveSeries(standing, now)) continue;
    groups.set(name, [...(groups.get(name) ?? []), standing]);
  }
  const found = new Map<string, readonly Suspect[]>();
  for (const group of groups.values()) {
    if (group.length <= GROUP) continue;
    for (const standing of group) {
      if (standing.table?.isProven === true || !standing.isAnswered) continue;
      const others = group.filter((other) => other !== standing && other.isAnswered);
      const suspects = suspectsOf(standing, others, now);
      if (suspects.length > 0) found.set(standing.series.key, suspects);
    }
  }
  return found;
}
