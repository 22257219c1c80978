import { utcDate } from '../market/calendar.ts';
import { formatStamp } from '../market/stored-series.ts';
import type { Suspect } from '../market/stored-series.ts';
import { groupedBy } from './groups.ts';
import type { Verdict } from './judgement.ts';
import type { SilentDays } from './silent-days.ts';
import type { Standing } from './standing.ts';

/** Answers without a bar after which people are told of a date by name. */
const TOLD_AFTER = 2;
/** Most series that a line names. */
const NAMED = 3;
/** Most lines on suspects of one run. */
const LINES = 10;

/** In order of their names: the order in which jobs end differs from run to run. */
function names(series: readonly string[]): string {
  const rest = series.length - NAMED;
  return `${[...series].sort().slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Whether today's answer made it a suspect that is told by name. */
function isNews({ answered, isOld }: Suspect, today: number): boolean {
  return !isOld && answered.length === TOLD_AFTER && answered.at(-1) === today;
}

function settledLines(standings: readonly Standing[]): string[] {
  const count = (of: (standing: Standing) => number): number =>
    standings.reduce((sum, standing) => sum + of(standing), 0);
  const settled = count(({ proof }) => proof?.settled.filter(({ isOld }) => !isOld).length ?? 0);
  const confirmed = count(({ proof }) => proof?.confirmed.length ?? 0);
  const old = count(({ proof }) => proof?.holesOfOld.length ?? 0);
  return [
    ...(settled > 0
      ? [`${settled} suspect dates count as days without a bar now: their sources answered so for weeks`]
      : []),
    ...(confirmed > 0
      ? [`${confirmed} ranges count as days without a bar now: their sources gave the same answer three times`]
      : []),
    ...(old > 0
      ? [`${old} dates of the past have no bar although their exchange traded; \`vortex verify\` lists them`]
      : []),
  ];
}

/**
 * What people are told of suspect dates: by name on the second day without an answer, then as a count. Dates on which no
 * series of the exchange has a bar are told by exchange.
 * @param now milliseconds since the epoch, UTC
 */
export function suspectLines(standings: readonly Standing[], silent: SilentDays, now: number): string[] {
  const today = utcDate(now);
  const news: [string, string][] = [];
  let known = 0;
  const holders = new Set<string>();
  for (const { series, stored, table, provider = 'its provider' } of standings) {
    for (const suspect of stored.suspects ?? []) {
      if (table !== undefined && silent.has(table.id, utcDate(suspect.stamp))) continue;
      const date = formatStamp(suspect.stamp, series.period);
      if (isNews(suspect, today)) news.push([`${date} (${provider})`, series.key]);
      else if (suspect.answered.length > TOLD_AFTER && !suspect.isOld) {
        known += 1;
        holders.add(series.key);
      }
    }
  }
  news.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const lines = [...groupedBy(news, ([what]) => what)].map(([what, found]) => {
    const series = names(found.map(([, key]) => key));
    return `suspect: no bar of ${what} though one is due, in ${series}; vortex asks again each night`;
  });
  const more =
    lines.length > LINES ? [`… and ${lines.length - LINES} more suspect dates; vortex status lists them`] : [];
  const count = known === 0 ? [] : [`${known} suspect dates in ${holders.size} series; vortex status lists them`];
  return [...lines.slice(0, LINES), ...more, ...count, ...settledLines(standings)];
}

/** A line on series that stand still and have not failed yet. */
export function staleLines(verdicts: readonly Verdict[]): string[] {
  const stale = verdicts.filter(({ freshness }) => freshness === 'stale');
  if (stale.length === 0) return [];
  const behind = stale.reduce((most, verdict) => Math.max(most, verdict.behind), 0);
  const far = behind === 0 ? '' : `, up to ${behind} sessions behind`;
  return [`stale: ${names(stale.map(({ series }) => series))} stand still${far}`];
}
