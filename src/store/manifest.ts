import * as z from 'zod';
import type { Bars } from '../market/bars.ts';
import { firstOfNextMonth } from '../market/calendar.ts';
import { VortexError } from '../market/errors.ts';
import { formatRange, formatStamp, parseRange } from '../market/stored-series.ts';
import type { MixedRange, StoredSeries } from '../market/stored-series.ts';
import { intersect, subtract, unite } from '../market/time-range.ts';
import type { TimeRanges } from '../market/time-range.ts';
import { columnNames } from '../market/columns.ts';
import { readProof } from './proof-form.ts';
import { MANIFEST_SCHEMA, manifestForms } from './manifest-form.ts';
import type { CommittedFacts, Manifest, ManifestVersion } from './manifest-form.ts';

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
  const known = manifestForms().manifest.safeParse(value);
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
    ...readProof(value, period),
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
