import type { Finished, Going } from './run-desk.ts';

/** How a class and period stands. */
export interface AgeLine {
  readonly class: string;
  readonly period: string;
  /** Of the oldest live series. */
  readonly ageSeconds: number;
}

/** A series that is not as it should be. */
export interface Trouble {
  readonly series: string;
  readonly state: string;
  readonly detail: string;
}

/** What the folder holds, as it was last looked at. */
export interface Holdings {
  /** Series by state: ok, gaps, absent, damaged, rebase-pending. */
  readonly states: Readonly<Record<string, number>>;
  /** Some of those that are damaged or have gaps, the worst first. */
  readonly troubles: readonly Trouble[];
}

/** What `/status` answers and the page shows. Times are UTC. */
export interface ServiceStatus {
  readonly schema: 1;
  readonly version: string;
  readonly now: string;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly schedule: {
    readonly cron: string;
    readonly timezone: string;
    readonly next: string | null;
    /** When the last run that was due did not begin. */
    readonly lastMissed: string | null;
  } | null;
  readonly running: Going | null;
  readonly lastSuccess: string | null;
  readonly runs: readonly Finished[];
  readonly ages: readonly AgeLine[];
  readonly holdings: Holdings | null;
}
