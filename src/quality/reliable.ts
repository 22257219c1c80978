import { firstOfNextMonth } from '../market/calendar.ts';
import type { Format } from '../market/file-format.ts';
import type { Period } from '../market/period.ts';
import { intersect, subtract } from '../market/time-range.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';
import { storedSeries } from '../store/manifest.ts';
import type { ManifestVersion } from '../store/manifest-form.ts';
import type { KnownSeries } from '../store/series-change.ts';

/** What of a series can still be relied on, and what is to be made anew. */
export interface Reliable {
  /** As if the broken files were not there. */
  readonly known: KnownSeries;
  /** Covered ranges of which no good file holds the bars; empty when a format is whole. */
  readonly lost: TimeRanges;
  /** Formats that the series is to have again. */
  readonly formats: readonly Format[];
}

/** The month that a file holds, for formats with one file a month. */
function monthOf(path: string): TimeRange | undefined {
  const month = /_(\d{4}-\d{2})\.parquet$/.exec(path)?.[1];
  if (month === undefined) return undefined;
  const from = Date.parse(`${month}-01`);
  return { from, to: firstOfNextMonth(from) };
}

/**
 * Separates what is good of a series from what is broken: a whole format makes the others anew; of monthly files the good
 * months are kept; else everything is lost. Pure.
 * @param version what is in force by the manifest
 * @param broken files of it that cannot be relied on
 * @param before what the store knows of the series
 */
export function reliableParts(
  version: ManifestVersion,
  broken: ReadonlySet<string>,
  before: KnownSeries,
  period: Period,
): Reliable {
  const formats = [...new Set(version.files.map(({ format }) => format))];
  const files = version.files.filter(({ path }) => !broken.has(path));
  const stored = storedSeries(version, period);
  // Good files of a broken format may be written over; nobody else wrote them.
  const rest = { superseded: [...before.superseded, ...files], commit: before.commit };
  const log = { revisionBytes: before.revisionBytes ?? version.revision_bytes ?? 0 };
  const whole = formats.filter((format) =>
    version.files.every((file) => file.format !== format || files.includes(file)),
  );
  if (whole.length > 0) {
    const known = { ...rest, ...log, stored, version: { ...version, files }, formats: whole, standing: formats };
    return { known, lost: [], formats };
  }
  const months = [...broken].filter((path) => path.endsWith('.parquet')).map(monthOf);
  const bad = months.flatMap((month) => (month === undefined ? [] : [month])).sort((a, b) => a.from - b.from);
  if (files.length > 0 && bad.length === months.length) {
    const within = (stamp: number): boolean => bad.some(({ from, to }) => from <= stamp && stamp < to);
    const coverage = stored.coverage.flatMap((range) => subtract(range, bad));
    const lost = stored.coverage.flatMap((range) => bad.flatMap((month) => intersect(range, month) ?? []));
    // The rows are those of the manifest: they say that there are bars, not how many.
    const kept = { ...stored, coverage, tail: stored.tail.filter((stamp) => !within(stamp)) };
    const known = {
      ...rest,
      ...log,
      stored: kept,
      version: { ...version, files },
      formats: ['parquet' as const],
      standing: formats,
    };
    return { known, lost, formats };
  }
  const { provider, timezone } = stored;
  const nothing = {
    ...(provider === undefined ? {} : { provider }),
    ...(timezone === undefined ? {} : { timezone }),
    coverage: [],
    rows: 0,
    tail: [],
  };
  return {
    known: { ...rest, ...log, superseded: [], stored: nothing, formats: [], standing: formats },
    lost: stored.coverage,
    formats,
  };
}
