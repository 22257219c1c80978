import type { RunReport } from '../download/run-report.ts';
import type { HttpStats } from '../http/traffic.ts';
import type { CommandContext } from './context.ts';

/** What a run asked of the network, for the metrics. */
export interface Telemetry {
  readonly traffic: HttpStats['providers'];
  /** How long each request took, milliseconds, by provider. */
  readonly durations: ReadonlyMap<string, readonly number[]>;
}

/** How a run ended. */
export interface EndedRun {
  readonly run: string;
  readonly exitCode: number;
  /** Real time, milliseconds since the epoch, UTC. */
  readonly startedAt: number;
  /** Absent when the run ended before it had one. */
  readonly report?: RunReport;
  readonly telemetry?: Telemetry;
}

/** Whom a run's end is told, whatever it was. Never throws. */
export type EndOfRun = (ended: EndedRun, context: CommandContext) => Promise<void>;
