/** What an account may download on the day of its provider that is going. */
export interface DayBudget {
  /** Downloads per day. */
  readonly limit: number;
  /** Downloads made so far. */
  readonly used: number;
  /** Those of them that updated live series. */
  readonly liveUsed: number;
  /** What the provider itself counted when it was asked last; undefined when it was not asked. */
  readonly told?: number | undefined;
  /** The provider has said that it gives no more. */
  readonly ended: boolean;
  /** The shard whose share of the allowance this is, `1/3`; absent: all of it. */
  readonly shard?: string;
  /** When its day ends, milliseconds since the epoch, UTC. */
  readonly endsAt: number;
}

/** Budgets by provider; those without an allowance have none. */
export type DayBudgets = ReadonlyMap<string, DayBudget>;

/** Downloads that are left of the day. */
export function leftOf({ limit, used, ended }: DayBudget): number {
  return ended ? 0 : Math.max(0, limit - used);
}
