import type { LoadedSettings } from '../config/load.ts';
import type { Instrument } from '../market/instrument.ts';
import type { Shard } from '../market/shard.ts';

/** The settings of a use case as values: nothing in here is read from flags, files or the environment any more. */
export interface AppContext extends LoadedSettings {
  /** Configured instruments, with what the catalogue knows of them. */
  readonly configured: readonly Instrument[];
  /** The time that the use case stands for. Milliseconds since the epoch, UTC. */
  readonly now: number;
  /** The part of the series that it works on; absent: all of them. */
  readonly shard?: Shard;
}
