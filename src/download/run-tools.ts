import type { Format } from '../market/file-format.ts';
import type { Series } from '../market/instrument.ts';
import type { Provider, ProviderSession } from '../providers/provider.ts';
import type { RawArchive } from '../raw/archive.ts';
import type { RawExchange } from '../raw/item.ts';
import type { KnownSeries } from '../store/series-change.ts';
import type { SeriesStore } from '../store/series-store.ts';
import type { SilentNotes } from './silent-days.ts';
import type { WorkContext } from './series-work.ts';
import type { AllowanceAccount } from './purse.ts';
import type { SeriesResult } from './run-report.ts';

/** Told after each series. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly result: SeriesResult;
}

/** Where answers are kept, and how to get at them. */
export interface RunArchive {
  readonly raw: RawArchive;
  /** What was asked and answered for a job since the last time. */
  readonly takeExchanges: (job: string) => readonly RawExchange[];
}

/** What a run works with. */
export interface RunTools {
  readonly store: SeriesStore;
  /** Keeps the answers as they came; absent: they are not kept. */
  readonly archive?: RunArchive;
  /** What the folder has, as it was read for the plan. */
  readonly knownOf: (series: Series) => KnownSeries;
  /** Formats of a series; absent: those of the options, for all. */
  readonly formatsOf?: (series: Series) => readonly Format[];
  readonly provider: (id: string) => Provider;
  /**
   * Opens a provider's session when its first job comes.
   * @param spend to be called before each download that counts
   */
  readonly open: (id: string, spend: (job: string) => Promise<void>) => Promise<ProviderSession>;
  /** Accounts at providers that count downloads; absent: nothing is counted. */
  readonly accounts?: readonly AllowanceAccount[];
  /** Trading days of the exchange of a series, by what its source says; absent: nothing is known of any. */
  readonly tableOf?: WorkContext['tableOf'];
  /** Sessions on which exchanges were silent; absent: each run begins without. */
  readonly silentNotes?: SilentNotes;
  /** This machine's clock, milliseconds since the epoch, UTC; absent: sources' clocks are not compared with it. */
  readonly realNow?: () => number;
  /** Newest stamp that the folder has of any month of a series' market; undefined when it has none. */
  readonly newestOfMarket?: (series: Series) => number | undefined;
  /** Known names most like one that a provider does not know. */
  readonly namesLike: (symbol: string) => readonly string[];
  readonly onProgress: (progress: Progress) => void;
  /** Said at once and at every level of the log: where a series is taken from changes. Absent: as a warning. */
  readonly announce?: (message: string) => void;
  /** Said at once, in words, whatever becomes of the run. */
  readonly warn: (message: string) => void;
}
