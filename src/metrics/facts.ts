import type { RunReport } from '../download/run-report.ts';
import type { AssetClass } from '../market/instrument.ts';
import type { Period } from '../market/period.ts';

/** What one provider was asked in a run. */
export interface TrafficFacts {
  /** Requests sent, by what became of them: a status or a fault. */
  readonly requests: Readonly<Record<string, number>>;
  /** Tries after the first, by what made them necessary. */
  readonly retries: Readonly<Record<string, number>>;
  readonly circuit: 'closed' | 'half-open' | 'open';
}

/** How a run went. */
export interface RunFacts {
  readonly exitCode: number;
  /** When it ended, milliseconds since the epoch, UTC. */
  readonly finishedAt: number;
  /** How long it took, by the machine's clock. */
  readonly seconds: number;
  /** Absent when the run ended before it had one. */
  readonly report: Pick<RunReport, 'series' | 'results'> | undefined;
  /** By provider. */
  readonly traffic: Readonly<Record<string, TrafficFacts>>;
  /** How long each request took, milliseconds, by provider. */
  readonly durations: ReadonlyMap<string, readonly number[]>;
}

/** What is left of an account's day. */
export interface AllowanceFacts {
  readonly provider: string;
  readonly used: number;
  readonly limit: number;
}

/** The oldest of the live series of a class and period. */
export interface AgeFacts {
  readonly class: AssetClass;
  readonly period: Period;
  /** End of the session of its last bar, milliseconds since the epoch, UTC. */
  readonly knownTo: number;
  /** Due dates between the last bar and the newest answer, of the series that is farthest behind. */
  readonly sessionsBehind: number;
  /** Series with suspect dates. */
  readonly suspects: number;
  /** Sessions since the oldest suspect date. */
  readonly suspectSessions: number;
}

/** How the data folder stands. */
export interface FolderFacts {
  /** End of the last run with exit code 0, milliseconds since the epoch, UTC; undefined: none is known. */
  readonly lastSuccess: number | undefined;
  readonly allowance: readonly AllowanceFacts[];
  readonly ages: readonly AgeFacts[];
  /** Bytes by kind: data, raw, backups, own (what the program keeps for itself), free and total of the disk. */
  readonly disk: Readonly<Record<string, number>>;
}
