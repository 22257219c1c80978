import type { ErrorCode } from '../market/errors.ts';

/** How one series came out. */
export interface SeriesResult {
  readonly series: string;
  readonly instrument: string;
  readonly symbol: string;
  readonly period: string;
  readonly provider: string | null;
  readonly outcome: 'updated' | 'unchanged' | 'empty' | 'postponed' | 'failed';
  /** Bars. */
  readonly added: number;
  readonly revised: number;
  /** Bad rows of the answers. */
  readonly dropped: number;
  /** The same by kind. */
  readonly droppedReasons?: Readonly<Partial<Record<string, number>>>;
  /** Rows that were left out though nothing is wrong with them, by kind: not over yet, not asked for, without trade. */
  readonly leftOut?: Readonly<Partial<Record<string, number>>>;
  /** Bars stored as they came though their open or close lies outside high and low, high is below low, or their stamp is in doubt. */
  readonly flagged?: number;
  /** The provider whose bars were put into this series of another one. */
  readonly mixedFrom?: string;
  /** Dates on which a bar is due and that the source has answered without one, oldest first. */
  readonly suspect?: readonly string[];
  /** The series stands still. */
  readonly stale?: true;
  /** Due dates between its last bar and the newest answer; absent: none. */
  readonly sessionsBehind?: number;
  /** First and last stored stamps. */
  readonly first: string | null;
  readonly last: string | null;
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly retryAt?: string } | null;
}

export type RunStatus = 'ok' | 'partial' | 'postponed' | 'refused' | 'failed' | 'interrupted';

/** What a run did; the same on stdout with --json and in `.vortex/runs`. */
export interface RunReport {
  readonly schema: 1;
  readonly run: string;
  /** The shard that the run was, `1/3`; absent: it had the folder for itself. */
  readonly shard?: string;
  readonly status: RunStatus;
  readonly exitCode: number;
  /** UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly series: {
    readonly planned: number;
    readonly updated: number;
    readonly unchanged: number;
    readonly empty: number;
    readonly postponed: number;
    readonly failed: number;
    /** What no listed provider can serve by its own capabilities; not asked for. */
    readonly unservable: number;
    /** Series that stand still, and series with suspect dates: beside the outcomes. */
    readonly stale: number;
    readonly suspect: number;
  };
  readonly bars: { readonly added: number; readonly revised: number; readonly dropped: number };
  readonly requests: number;
  readonly allowance: Readonly<Record<string, { readonly used: number; readonly limit: number }>>;
  readonly results: readonly SeriesResult[];
}

/** Counts and outcome of a run, from its results. */
export function runReport(
  head: Pick<RunReport, 'run' | 'shard' | 'startedAt' | 'finishedAt' | 'requests' | 'exitCode'>,
  results: readonly SeriesResult[],
  unservable: number,
  allowance: RunReport['allowance'] = {},
): RunReport {
  const count = (outcome: SeriesResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const sum = (of: (result: SeriesResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const failed = count('failed');
  return {
    schema: 1,
    run: head.run,
    ...(head.shard === undefined ? {} : { shard: head.shard }),
    status: statusOf(head.exitCode, failed > 0 && failed === results.length),
    exitCode: head.exitCode,
    startedAt: head.startedAt,
    finishedAt: head.finishedAt,
    series: {
      planned: results.length,
      updated: count('updated'),
      unchanged: count('unchanged'),
      empty: count('empty'),
      postponed: count('postponed'),
      failed,
      unservable,
      stale: results.filter(({ stale }) => stale === true).length,
      suspect: results.filter(({ suspect = [] }) => suspect.length > 0).length,
    },
    bars: {
      added: sum((result) => result.added),
      revised: sum((result) => result.revised),
      dropped: sum((result) => result.dropped),
    },
    requests: head.requests,
    allowance,
    results,
  };
}

function statusOf(exitCode: number, allFailed: boolean): RunStatus {
  switch (exitCode) {
    case 0:
      return 'ok';
    case 3:
      return allFailed ? 'failed' : 'partial';
    case 4:
      return 'refused';
    case 5:
      return 'postponed';
    case 130:
    case 143:
      return 'interrupted';
    default:
      return 'failed';
  }
}
