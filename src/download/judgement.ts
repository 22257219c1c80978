import type { DueUnit } from '../market/due-units.ts';
import { VortexError } from '../market/errors.ts';
import { freshnessByPause, freshnessOf, unitsBehind, usualDelay } from '../market/freshness.ts';
import type { Freshness, StaleLimits } from '../market/freshness.ts';
import { DAY_MS } from '../market/period.ts';
import { formatStamp } from '../market/stored-series.ts';
import type { EndedSeries } from '../market/stored-series.ts';
import { ENDING_DAYS } from './proof.ts';
import { groupOf, hasUnit, isLiveSeries, isRegularSeries, lastOf } from './standing.ts';
import type { Standing } from './standing.ts';
import type { SilentDays } from './silent-days.ts';

/** Least size of a group whose word counts. */
const GROUP = 3;
/** Due dates that a contract must stand still before it counts as ended. */
const ENDED_UNITS = 5;
/** Due dates beyond the limit of failing after which a series seems to have ended. */
const PRESUMED_UNITS = 20;

/** What a run decides about one series at its end. */
export interface Verdict {
  readonly series: string;
  /** Due dates that it is behind; 0 where that says nothing. */
  readonly behind: number;
  readonly freshness: Freshness;
  readonly ended?: EndedSeries;
  readonly error?: VortexError;
}

export interface JudgeRules {
  readonly limits: StaleLimits;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}

type Groups = ReadonlyMap<string, readonly Standing[]>;

function groupsOf(standings: readonly Standing[], now: number): Groups {
  const groups = new Map<string, Standing[]>();
  for (const standing of standings) {
    const name = groupOf(standing);
    if (name === undefined || !isLiveSeries(standing, now)) continue;
    groups.set(name, [...(groups.get(name) ?? []), standing]);
  }
  return groups;
}

/** Whether at least half of the other series of a group have a bar in the unit; undefined when they are too few. */
function groupHas(standing: Standing, groups: Groups, unit: DueUnit): boolean | undefined {
  const others = (groups.get(groupOf(standing) ?? '') ?? []).filter((other) => other !== standing);
  const asked = others.filter(({ stored, isAnswered }) => isAnswered && (stored.coverage.at(-1)?.to ?? 0) >= unit.to);
  return asked.length < GROUP ? undefined : 2 * asked.filter((other) => hasUnit(other, unit)).length >= asked.length;
}

/** A later month of the same market that has newer bars. */
function hasLaterMonth(standing: Standing, all: readonly Standing[]): boolean {
  const { instrument, contract, period } = standing.series;
  const last = lastOf(standing) ?? Infinity;
  return all.some(({ series, stored }) => {
    const isSame = series.instrument.id === instrument.id && series.period === period;
    return (
      isSame && (series.contract?.life.to ?? 0) > (contract?.life.to ?? Infinity) && (stored.tail.at(-1) ?? 0) > last
    );
  });
}

/** Judges all series of a run together, once all of them are stored. */
export class Judgement {
  readonly #all: readonly Standing[];
  readonly #groups: Groups;
  readonly #rules: JudgeRules;
  readonly #silent: SilentDays;

  constructor(standings: readonly Standing[], rules: JudgeRules, silent: SilentDays) {
    this.#all = standings;
    this.#rules = rules;
    this.#groups = groupsOf(standings, rules.now);
    this.#silent = silent;
  }

  /** One verdict for each series of which one can be given. */
  verdicts(): Verdict[] {
    return this.#all.flatMap((standing) => this.#judge(standing) ?? []);
  }

  #judge(standing: Standing): Verdict | undefined {
    const last = lastOf(standing);
    const to = standing.stored.coverage.at(-1)?.to;
    const isGone = standing.error?.code === 'no-such-symbol';
    if (last === undefined || to === undefined || !isLiveSeries(standing, this.#rules.now)) return undefined;
    if (!standing.isAnswered && !isGone) return undefined;
    const behind = this.#behind(standing, last, isGone ? this.#rules.now : to);
    if (standing.series.contract !== undefined) return this.#ofContract(standing, behind, last, to);
    const presumed = this.#presumedEnd(standing, behind, last);
    if (presumed !== undefined || isGone) {
      return presumed && { series: standing.series.key, behind, freshness: 'fresh', ended: presumed };
    }
    return this.#verdict(standing, behind, this.#freshness(standing, behind, last, to));
  }

  /** A contract near its end that stands still while a later month goes on has ended. */
  #ofContract(standing: Standing, behind: number, last: number, to: number): Verdict {
    const { series } = standing;
    const life = series.contract?.life.to ?? Infinity;
    const isEnding = this.#rules.now >= life - ENDING_DAYS * DAY_MS && hasLaterMonth(standing, this.#all);
    if (!isEnding) return this.#verdict(standing, behind, this.#freshness(standing, behind, last, to));
    const ended = { kind: 'contract', on: last, at: this.#rules.now } as const;
    return { series: series.key, behind: 0, freshness: 'fresh', ...(behind >= ENDED_UNITS ? { ended } : {}) };
  }

  #isMeasured({ table, ...standing }: Standing): boolean {
    if (table === undefined || !isRegularSeries(standing)) return false;
    return table.isProven || (this.#groups.get(groupOf({ ...standing, table }) ?? '')?.length ?? 0) > GROUP;
  }

  #behind(standing: Standing, last: number, to: number): number {
    const { table, series } = standing;
    if (table === undefined) return 0;
    const isCounted = (unit: DueUnit): boolean =>
      !this.#silent.has(table.id, unit.date) && (table.isProven || groupHas(standing, this.#groups, unit) === true);
    const units = unitsBehind({ last, to, period: series.period, table, isCounted });
    return Math.max(0, units.length - usualDelay(standing.stored.delays ?? []));
  }

  #freshness(standing: Standing, behind: number, last: number, to: number): Freshness {
    const { limits } = this.#rules;
    if (this.#isMeasured(standing)) return freshnessOf(behind, standing.series.period, limits);
    return freshnessByPause(last, to, standing.stored.rhythm, limits);
  }

  /** A series that the source dropped, or that stood still for long, while half of its exchange is fresh. */
  #presumedEnd(standing: Standing, behind: number, last: number): EndedSeries | undefined {
    if (behind < this.#rules.limits.failSessions + PRESUMED_UNITS) return undefined;
    const others = (this.#groups.get(groupOf(standing) ?? '') ?? []).filter((other) => other !== standing);
    const fresh = others.filter((other) => (lastOf(other) ?? 0) > last).length;
    if (others.length === 0 || 2 * fresh < others.length) return undefined;
    return { kind: 'presumed', on: last, at: this.#rules.now };
  }

  #verdict({ series, provider = 'its provider' }: Standing, behind: number, freshness: Freshness): Verdict {
    const base = { series: series.key, behind, freshness };
    if (freshness !== 'failed') return base;
    const last = this.#all.find((one) => one.series.key === series.key)?.stored.tail.at(-1) ?? 0;
    const message =
      `${series.symbol} stands still: its last bar is of ${formatStamp(last, series.period)}, and ${provider} has answered ` +
      `without a newer one since${behind > 0 ? `, for ${behind} sessions` : ''}; look at the source, then ` +
      `\`vortex series move ${series.key} --to PROVIDER\` or \`vortex series end ${series.key}\``;
    return { ...base, error: new VortexError(message, { code: 'stale', disposition: 'skip-series' }) };
  }
}
