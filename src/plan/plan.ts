import type { Series } from '../market/instrument.ts';
import type { Shard } from '../market/shard.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';
import type { VortexError } from '../market/errors.ts';
import type { Provider } from '../providers/provider.ts';
import type { DayBudgets } from './budget.ts';

/** Why a series is asked for. */
export type JobReason = 'new' | 'update' | 'gap' | 'force' | 'rebase';

/** One series with everything to ask for it, in one go. */
export interface Job {
  readonly series: Series;
  readonly provider: string;
  /** The symbol on the wire. */
  readonly sourceSymbol: string;
  readonly reason: JobReason;
  /** What is unknown of the wanted range. */
  readonly missing: TimeRanges;
  /** One range a request, oldest first; together they hold what is missing, and the overlap. */
  readonly requests: readonly TimeRange[];
  /** How many answers of the source each of them takes, where that may be more than one. */
  readonly answers?: readonly number[];
  /** Paid or counted downloads that it costs. */
  readonly allowance: number;
  /** True when only a cycle suggested the contract: a "no such symbol" then proves that it does not exist. */
  readonly suggested: boolean;
  /** The caller named the contract or the instrument itself. */
  readonly named?: true;
  /** The wanted range reaches up to now: how far the series is behind says something. */
  readonly isCurrent?: true;
  /** The provider that the series is kept from, where this job asks another one for what is missing. */
  readonly guestOf?: string;
  readonly stored: StoredSeries;
}

/** A series that is not asked for, with what is to be said of it. */
export type Settled =
  | {
      readonly series: Series;
      readonly outcome: 'unchanged' | 'empty';
      readonly stored: StoredSeries;
      readonly isCurrent?: true;
    }
  | { readonly series: Series; readonly outcome: 'unservable'; readonly reason: string }
  | {
      readonly series: Series;
      readonly outcome: 'failed';
      readonly error: VortexError;
      readonly stored?: StoredSeries;
    };

/** What a run is to do, in the order in which it does it. */
export interface Plan {
  readonly jobs: readonly Job[];
  readonly settled: readonly Settled[];
  /** What the caller should be told: ranges that were clipped, names that were read one way of two. */
  readonly notices: readonly string[];
  /** Bars of other providers may be put into a series. */
  readonly mix?: boolean;
  /** A new series goes to the next provider when only the allowance of the one before has ended. */
  readonly onAllowance?: boolean;
  /**
   * The job at the next listed provider for a series that has no bars yet, or that bars may be mixed into; undefined when
   * no other can serve it.
   * @param away providers that are out of the question
   */
  readonly instead?: (job: Job, away: ReadonlySet<string>) => Job | undefined;
}

/** What a provider is to the planner. */
export type PlannedProvider = Pick<Provider, 'id' | 'capabilities' | 'symbolFor'>;

export interface PlanOptions {
  /** In order of preference; at least one. */
  readonly providers: readonly PlannedProvider[];
  /** Providers that only the series which are bound to them may be asked of. */
  readonly others?: readonly PlannedProvider[];
  /** The command line chose `providers`: series that are bound elsewhere wait. */
  readonly restricted?: boolean;
  /** The run names its series; absent: those of the settings. */
  readonly named?: boolean;
  /** A new series goes to the next provider when only the allowance of the one before has ended. */
  readonly onAllowance?: boolean;
  readonly overlapBars: number;
  readonly settleMinutes: number;
  /** Ask for the whole wanted range, whatever is known. */
  readonly force: boolean;
  /** Other listed providers may serve what is missing of a series when its own is away. */
  readonly mix?: boolean;
  /** What is left of allowances today; absent: nothing is counted. */
  readonly budgets?: DayBudgets;
  /** Only the series of this shard are planned; absent: all. */
  readonly shard?: Shard;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}
