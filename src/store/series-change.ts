import type { Bars } from '../market/bars.ts';
import type { Series } from '../market/instrument.ts';
import { NOTHING_STORED } from '../market/stored-series.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { Format } from '../market/file-format.ts';
import type { PackedItem } from '../raw/pack.ts';
import type { Revisions } from './revisions.ts';
import type { VersionFacts } from './manifest.ts';
import type { ManifestVersion, StoredFile } from './manifest-form.ts';

/** What the folder has of a series, as far as its files bear it out. */
export interface KnownSeries {
  readonly stored: StoredSeries;
  /** The version that is in force; absent when nothing is known or the files are gone or not ours. */
  readonly version?: ManifestVersion;
  /** Formats of which every file is whole. */
  readonly formats: readonly Format[];
  /** Formats that it was written in and of which files are there, whole or not. */
  readonly standing: readonly Format[];
  /** Files of either version, the one before and the one meant, that a crash may have left; they may be replaced. */
  readonly superseded: readonly StoredFile[];
  /** Long files with more than was committed: what a crash left of an append, or what somebody wrote there. */
  readonly tails?: readonly StoredFile[];
  /** How many commits its manifest counts. */
  readonly commit: number;
  /** Length of the log of revisions that was committed, bytes; undefined when nobody knows. */
  readonly revisionBytes?: number;
}

/** Nothing is known of a series. */
export const UNKNOWN_SERIES: KnownSeries = {
  stored: NOTHING_STORED,
  formats: [],
  standing: [],
  superseded: [],
  commit: 0,
};

/** The older rows of a long series, which a change leaves as they are and which are not read. */
export interface SeriesHead {
  readonly rows: number;
  /** Stamp of the first bar, as the manifest has it. */
  readonly first: string | undefined;
  /** The end of its CSV, if it has one. */
  readonly csv: CsvEnd | undefined;
  /** Its whole Parquet files. */
  readonly parts: readonly StoredFile[];
}

/** The end of a CSV in blocks. */
export interface CsvEnd {
  readonly file: StoredFile;
  /** Start of the block in which the first row that was read begins. */
  readonly from: number;
  /** From there to the committed end. */
  readonly content: Buffer;
  /** Where in `content` the first row that was read begins. */
  readonly offset: number;
}

/** What a run has to say about one series. */
export interface SeriesChange {
  readonly series: Series;
  readonly known: KnownSeries;
  /** All bars that the series is to have; absent: the files stay as they are. */
  readonly bars?: Bars;
  /** What stands before `bars` and stays: then they are not all. */
  readonly head?: SeriesHead | undefined;
  readonly formats: readonly Format[];
  readonly facts: VersionFacts;
  /** What the source has changed, for the log of revisions. */
  readonly revisions?: Revisions;
  /** Items of the raw archive that `facts.raw` counts already. */
  readonly raw?: readonly PackedItem[];
}

/** What a commit did beside what was asked. */
export interface Committed {
  /** Files that were not what the folder's manifest says, set aside; below the data folder. */
  readonly quarantined: readonly string[];
}
