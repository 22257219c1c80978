import type { DueUnit } from '../market/due-units.ts';
import { VortexError } from '../market/errors.ts';
import { freshnessByPause, freshnessOf, unitsBehind, usualDelay } from '../market/freshness.ts';
import type { Freshness, StaleLimits } from '../market/freshness.ts';
import { DAY_MS } from '../market/period.ts';
import { formatStamp } from '../market/stored-series.ts';
import type { EndOfSeries } from '../market/stored-series.ts';
import { ENDING_DAYS } from './proof.ts';
import { groupedBy, groupsOf } from './groups.ts';
import type { Group } from './groups.ts';
import { groupOf, isLiveSeries, isRegularSeries, lastOf } from './standing.ts';
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
  readonly ended?: EndOfSeries;
  /** That it has ended was told by an earlier run. */
  readonly isEndKnown?: boolean;
  readonly error?: VortexError;
}

export interface JudgeRules {
  readonly limits: StaleLimits;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}

/** Whether at least half of the other series of a group have a bar in the unit; undefined when they are too few. */
function groupHas(standing: Standing, group: Group | undefined, unit: DueUnit): boolean | undefined {
  const { asked, met } = group?.others(standing, unit) ?? { asked: 0, met: 0 };
  return asked < GROUP ? undefined : 2 * met >= asked;
}

const marketOf = ({ series: { instrument, period } }: Standing): string => `${instrument.id} ${period}`;

/** A later month of the same market that has newer bars. */
function hasLaterMonth(standing: Standing, market: readonly Standing[]): boolean {
  const { contract } = standing.series;
  const last = lastOf(standing) ?? Infinity;
  return market.some((other) => {
    const end = other.series.contract?.life.to ?? 0;
    return end > (contract?.life.to ?? Infinity) && (lastOf(other) ?? 0) > last;
  });
}

/** Judges all series of a run together, once all of them are stored. */
export class Judgement {
  readonly #all: readonly Standing[];
  readonly #groups: ReadonlyMap<string, Group>;
  readonly #markets: ReadonlyMap<string, readonly Standing[]>;
  readonly #rules: JudgeRules;
  readonly #silent: SilentDays;

  constructor(standings: readonly Standing[], rules: JudgeRules, silent: SilentDays) {
    this.#all = standings;
    this.#rules = rules;
    this.#groups = groupsOf(standings, rules.now);
    const contracts = standings.filter(({ series }) => series.contract !== undefined);
    this.#markets = groupedBy(contracts, marketOf);
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
    const known = standing.stored.ended;
    if (isGone && known?.kind === 'presumed') {
      const ended = { ...known, at: this.#rules.now };
      return { series: standing.series.key, behind: 0, freshness: 'fresh', ended, isEndKnown: true };
    }
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
    const isEnding =
      this.#rules.now >= life - ENDING_DAYS * DAY_MS &&
      hasLaterMonth(standing, this.#markets.get(marketOf(standing)) ?? []);
    if (!isEnding) return this.#verdict(standing, behind, this.#freshness(standing, behind, last, to));
    const ended = { kind: 'contract', on: last, at: this.#rules.now } as const;
    // One that trades now and then stands still only after a longer pause than its usual ones.
    const isStill = this.#isMeasured(standing)
      ? behind >= ENDED_UNITS
      : freshnessByPause(last, to, standing.stored.rhythm, this.#rules.limits) !== 'fresh';
    return { series: series.key, behind: 0, freshness: 'fresh', ...(isStill ? { ended } : {}) };
  }

  #isMeasured({ table, ...standing }: Standing): boolean {
    if (table === undefined || !isRegularSeries(standing)) return false;
    return table.isProven || (this.#groupOf({ ...standing, table })?.size ?? 0) > GROUP;
  }

  #behind(standing: Standing, last: number, to: number): number {
    const { table, series } = standing;
    if (table === undefined) return 0;
    const group = this.#groupOf(standing);
    const isCounted = (unit: DueUnit): boolean =>
      !this.#silent.has(table.id, unit.date) && (table.isProven || groupHas(standing, group, unit) === true);
    const units = unitsBehind({ last, to, period: series.period, table, isCounted });
    return Math.max(0, units.length - usualDelay(standing.stored.delays ?? []));
  }

  #freshness(standing: Standing, behind: number, last: number, to: number): Freshness {
    const { limits } = this.#rules;
    if (this.#isMeasured(standing)) return freshnessOf(behind, standing.series.period, limits);
    return freshnessByPause(last, to, standing.stored.rhythm, limits);
  }

  /** A series that the source dropped, or that stood still for long, while half of its exchange is fresh. */
  #presumedEnd(standing: Standing, behind: number, last: number): EndOfSeries | undefined {
    if (behind < this.#rules.limits.failSessions + PRESUMED_UNITS) return undefined;
    const group = this.#groupOf(standing);
    const others = (group?.size ?? 1) - 1;
    if (others === 0 || 2 * (group?.newerThan(last) ?? 0) < others) return undefined;
    return { kind: 'presumed', on: last, at: this.#rules.now };
  }

  #groupOf(standing: Pick<Standing, 'series' | 'table'>): Group | undefined {
    return this.#groups.get(groupOf(standing) ?? '');
  }

  #verdict({ series, stored, provider = 'its provider' }: Standing, behind: number, freshness: Freshness): Verdict {
    const base = { series: series.key, behind, freshness };
    if (freshness !== 'failed') return base;
    const last = stored.tail.at(-1) ?? 0;
    const message =
      `${series.symbol} stands still: its last bar is of ${formatStamp(last, series.period)}, and ${provider} has answered ` +
      `without a newer one since${behind > 0 ? `, for ${behind} sessions` : ''}; look at the source, then ` +
      `\`vortex series move ${series.key} --to PROVIDER\` or \`vortex series end ${series.key}\``;
    return { ...base, error: new VortexError(message, { code: 'stale', disposition: 'skip-series' }) };
  }
}
