import * as z from 'zod';
import type { Bars } from '../market/bars.ts';
import { firstOfNextMonth } from '../market/calendar.ts';
import { VortexError } from '../market/errors.ts';
import { FORMATS } from '../market/file-format.ts';
import { ASSET_CLASSES } from '../market/instrument.ts';
import { PERIODS } from '../market/period.ts';
import { formatRange, formatStamp, parseRange } from '../market/stored-series.ts';
import type { MixedRange, StoredSeries } from '../market/stored-series.ts';
import { intersect, subtract, unite } from '../market/time-range.ts';
import type { TimeRanges } from '../market/time-range.ts';
import { columnNames } from './columns.ts';

/** Version of the manifest's form. A newer one is refused, never guessed at. */
export const MANIFEST_SCHEMA = 1;

const storedFile = z.object({
  /** Below the data folder. */
  path: z.string(),
  format: z.enum(FORMATS),
  bytes: z.number(),
  /** As checksum.ts has it. */
  sha256: z.string(),
  blocks: z.array(z.string()).optional(),
  /** Time of its last change, milliseconds since the epoch. */
  mtime_ms: z.number(),
});

/** Where adopted bars came from, and when. */
const importedFile = z.object({
  /** The adopted folder's name and the file's path below it. */
  file: z.string(),
  tool: z.enum(['bc-utils', 'python']),
  /** Of the file as it was adopted. */
  sha256: z.string(),
  /** Bars that came from it. */
  bars: z.number(),
  at: z.string(),
});

/** A range that another provider than that of the series told of; `from` and `to` as formatRange writes them. */
const mixedRange = z.object({
  provider: z.string(),
  from: z.string(),
  to: z.string(),
  /** The provider of the series was asked since, and does not have these bars. */
  kept: z.boolean().optional(),
});

/** Where the raw answers are that the bars were made of. */
const rawHistory = z.object({
  /** The run that began it; names its items. */
  history: z.string(),
  /** How many items it has. */
  items: z.int(),
  /** Hash over the hashes of all items in their order: one that is missing, cut short or not ours is noticed. */
  hash: z.string(),
  /** There are bars that none of these items has. */
  partial: z.boolean().optional(),
});

const version = z.object({
  provider: z.string().optional(),
  /** The symbol on the wire. */
  source_symbol: z.string().optional(),
  timezone: z.string().optional(),
  currency: z.string().optional(),
  /** The contract's last trade date, by the word of a source. */
  expires: z.string().optional(),
  /** The zone whose midnight ends a day, or `exchange`. */
  day_boundary: z.string().optional(),
  /** Minutes of the period at which intraday bars begin. */
  grid: z.array(z.number()).optional(),
  /** Ranges that are data or proven empty, as formatRange writes them. */
  coverage: z.array(z.tuple([z.string(), z.string()])),
  /** What of the coverage is not the provider's. */
  mixed: z.array(mixedRange).optional(),
  absent: z.object({ provider: z.string(), checked_at: z.string() }).optional(),
  rows: z.number(),
  first: z.string().optional(),
  last: z.string().optional(),
  tail: z.array(z.string()),
  columns: z.array(z.string()),
  /** Bars that the provider changed after they were stored. */
  revisions: z.number(),
  /** Length of the log of revisions, bytes; what stands behind it was never committed. */
  revision_bytes: z.number().optional(),
  /** The source has put the series on another basis, and the whole of it is still to be fetched again. */
  rebase_pending: z.boolean().optional(),
  /** Files of other programs that bars were adopted from, without a request. */
  imported_from: z.array(importedFile).optional(),
  raw: rawHistory.optional(),
  files: z.array(storedFile),
  updated_at: z.string(),
  run: z.string(),
});

const manifest = version.extend({
  schema: z.literal(MANIFEST_SCHEMA),
  series: z.string(),
  instrument: z.string(),
  class: z.enum(ASSET_CLASSES),
  symbol: z.string(),
  period: z.enum(PERIODS),
  /** Counts the commits of the series; of two manifests the one with the higher count is the newer. */
  commit: z.int(),
  /** What was in force before; it still is where the files were not put in place. */
  before: version.optional(),
});

/** What a version says that follows neither from its bars nor from where its raw answers are. */
export const committedFacts = version.omit({
  rows: true,
  first: true,
  last: true,
  tail: true,
  columns: true,
  files: true,
  updated_at: true,
  run: true,
  revision_bytes: true,
  raw: true,
});

export type StoredFile = z.infer<typeof storedFile>;
export type ImportedFile = z.infer<typeof importedFile>;
export type RawHistory = z.infer<typeof rawHistory>;
export type CommittedFacts = z.infer<typeof committedFacts>;
/** What one commit says about a series. */
export type ManifestVersion = z.infer<typeof version>;
/** What the folder knows of one series; written before the files it speaks of are put in place. */
export type Manifest = z.infer<typeof manifest>;

/**
 * Reads a manifest; undefined when it is torn or of no known form, which makes the series unknown.
 * @throws VortexError `folder-unusable` for the form of a newer version of the program
 */
export function parseManifest(content: Buffer, path: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
  const known = manifest.safeParse(value);
  if (known.success) return known.data;
  const head = z.looseObject({ schema: z.number() }).safeParse(value);
  if (head.success && head.data.schema > MANIFEST_SCHEMA) {
    throw new VortexError(`${path}: written by a newer version (schema ${head.data.schema}); update this program`, {
      code: 'folder-unusable',
      disposition: 'abort-run',
      context: { path, schema: head.data.schema },
    });
  }
  return undefined;
}

/** The version that a manifest puts in force, apart from the rest. */
export function versionOf(value: Manifest): ManifestVersion {
  const { schema, series, instrument, class: assetClass, symbol, period, commit, before, ...inForce } = value;
  return inForce;
}

/** What a version says that does not follow from the bars. */
export type VersionFacts = Omit<
  ManifestVersion,
  'rows' | 'first' | 'last' | 'tail' | 'columns' | 'files' | 'updated_at' | 'run' | 'revision_bytes'
>;

/** The facts of a version, to be kept with other files. */
export function versionFacts(value: ManifestVersion): VersionFacts {
  const { rows, first, last, tail, columns, files, updated_at, run, revision_bytes, ...facts } = value;
  return facts;
}

/** A version that knows nothing of some calendar months (2024-03, UTC) any more. */
export function withoutMonths(
  value: ManifestVersion,
  months: readonly string[],
  period: Manifest['period'],
): ManifestVersion {
  const lost = months.map((month) => ({ from: Date.parse(month), to: firstOfNextMonth(Date.parse(month)) }));
  const coverage = storedSeries(value, period).coverage.flatMap((range) => subtract(range, lost));
  const tail = value.tail.filter((stamp) => !months.some((month) => stamp.startsWith(month)));
  return { ...value, coverage: writeCoverage(coverage, period), tail };
}

/** Ranges as they stand in a manifest. */
export function writeCoverage(coverage: TimeRanges, period: Manifest['period']): [string, string][] {
  return coverage.map((range) => formatRange(range, period));
}

/** Ranges of other providers as they stand in a manifest; undefined when there are none. */
export function writeMixed(mixed: readonly MixedRange[], period: Manifest['period']): ManifestVersion['mixed'] {
  if (mixed.length === 0) return undefined;
  return mixed.map(({ provider, kept, ...range }) => {
    const [from, to] = formatRange(range, period);
    return { provider, from, to, ...(kept === true ? { kept } : {}) };
  });
}

function readMixed(value: ManifestVersion, coverage: TimeRanges, period: Manifest['period']): MixedRange[] {
  return (value.mixed ?? []).flatMap(({ provider, from, to, kept = false }) => {
    const range = parseRange(from, to, period);
    const known = range === undefined ? [] : coverage.flatMap((part) => intersect(part, range) ?? []);
    return known.map((part) => ({ ...part, provider, ...(kept ? { kept } : {}) }));
  });
}

/** What a version of a manifest means to the planner. */
export function storedSeries(value: ManifestVersion, period: Manifest['period']): StoredSeries {
  let coverage: TimeRanges = [];
  for (const [from, to] of value.coverage) {
    const range = parseRange(from, to, period);
    if (range !== undefined) coverage = unite(coverage, range);
  }
  const mixed = readMixed(value, coverage, period);
  return {
    ...(value.provider === undefined ? {} : { provider: value.provider }),
    ...(value.timezone === undefined ? {} : { timezone: value.timezone }),
    ...(value.expires === undefined ? {} : { expires: Date.parse(value.expires) }),
    coverage,
    ...(mixed.length === 0 ? {} : { mixed }),
    rows: value.rows,
    ...(value.rebase_pending === true ? { rebasePending: true } : {}),
    ...(value.first === undefined ? {} : { first: Date.parse(value.first) }),
    tail: value.tail.map((stamp) => Date.parse(stamp)),
    ...(value.absent === undefined
      ? {}
      : { absent: { provider: value.absent.provider, checkedAt: Date.parse(value.absent.checked_at) } }),
  };
}

/** How many stamps a manifest keeps of the last bars, where the overlap asks for no more. */
export const TAIL_LENGTH = 10;

/** The version that facts and bars make, before it has a file. */
export function describedVersion(facts: CommittedFacts, bars: Bars, period: Manifest['period']): ManifestVersion {
  const times = describeTimes(bars.time, period, TAIL_LENGTH);
  return { ...facts, ...times, columns: columnNames(bars), files: [], updated_at: '', run: '' };
}

/** First, last and last few stamps of a column of times. */
export function describeTimes(
  time: Float64Array,
  period: Manifest['period'],
  tailLength: number,
): Pick<ManifestVersion, 'rows' | 'first' | 'last' | 'tail'> {
  const [first, last] = [time[0], time[time.length - 1]];
  return {
    rows: time.length,
    ...(first === undefined ? {} : { first: formatStamp(first, period) }),
    ...(last === undefined ? {} : { last: formatStamp(last, period) }),
    tail: Array.from(time.subarray(Math.max(0, time.length - tailLength)), (stamp) => formatStamp(stamp, period)),
  };
}
