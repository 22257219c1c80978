import { DAY_MS } from '../market/period.ts';

/** A backup as the policy sees it. */
export interface DatedBackup {
  readonly name: string;
  /** The time that it stands for, milliseconds since the epoch, UTC. */
  readonly at: number;
  /** Series were damaged when it was made. */
  readonly isOfDamage?: boolean;
}

/** Which backups are kept: those that any of these rules keeps. Zero: the rule keeps none. */
export interface KeepRules {
  /** All of the last so many days. */
  readonly days: number;
  /** The last so many. */
  readonly last: number;
  /** The last one of each of the last so many weeks (from Monday, UTC) that have one. */
  readonly weekly: number;
  /** The last one of each of the last so many months (UTC) that have one. */
  readonly monthly: number;
}

/** A backup and why it stays. */
export interface Kept {
  readonly name: string;
  readonly reasons: readonly string[];
}

/** What a prune comes to. */
export interface PrunePlan {
  /** The newest first. */
  readonly kept: readonly Kept[];
  /** The oldest first. */
  readonly removed: readonly string[];
}

const weekOf = (at: number): number => Math.floor((at / DAY_MS + 3) / 7);
const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

/**
 * Decides which backups stay. Pure. Broken ones take no place of a rule: they go when a later one that is good stays, and
 * stay otherwise. The last good one always stays, the last one that
 * was made of series without damage too, and so does what is later than `now`: the clock is wrong, or was.
 * @param backups of the same time: those made later stand behind
 * @param broken names of those that are known not to be good
 * @param now milliseconds since the epoch, UTC
 */
export function planPrune(
  backups: readonly DatedBackup[],
  broken: ReadonlySet<string>,
  rules: KeepRules,
  now: number,
): PrunePlan {
  const newestFirst = backups
    .slice()
    .reverse()
    .sort((a, b) => b.at - a.at);
  const good = newestFirst.filter(({ name }) => !broken.has(name));
  const [lastGood] = good;
  const past = good.filter(({ at }) => at <= now);
  const reasons = new Map<string, string[]>();
  const keep = ({ name }: DatedBackup, reason: string): void => {
    reasons.set(name, [...(reasons.get(name) ?? []), reason]);
  };
  const keepFirsts = (bucketOf: (at: number) => number | string, most: number, reason: string): void => {
    const seen = new Set<number | string>();
    for (const backup of past) {
      if (seen.size >= most) return;
      const bucket = bucketOf(backup.at);
      if (seen.has(bucket)) continue;
      seen.add(bucket);
      keep(backup, reason);
    }
  };
  for (const backup of newestFirst.filter(({ at }) => at > now)) keep(backup, 'later than now');
  for (const backup of past.filter(({ at }) => at >= now - rules.days * DAY_MS))
    if (rules.days > 0) keep(backup, 'days');
  for (const backup of past.slice(0, rules.last)) keep(backup, 'last');
  keepFirsts(weekOf, rules.weekly, 'weekly');
  keepFirsts(monthOf, rules.monthly, 'monthly');
  if (lastGood !== undefined && !reasons.has(lastGood.name)) keep(lastGood, 'last good one');
  const sound = good.find(({ isOfDamage = false }) => !isOfDamage);
  if (sound !== undefined && !reasons.has(sound.name)) keep(sound, 'last one without damaged series');
  for (const backup of newestFirst) {
    const isBroken = broken.has(backup.name) && !reasons.has(backup.name);
    if (isBroken && (lastGood === undefined || lastGood.at < backup.at)) keep(backup, 'nothing good since');
  }
  return {
    kept: newestFirst.flatMap(({ name }) => {
      const why = reasons.get(name);
      return why === undefined ? [] : [{ name, reasons: why }];
    }),
    removed: newestFirst
      .map(({ name }) => name)
      .filter((name) => !reasons.has(name))
      .reverse(),
  };
}
