import { formatTradeDate } from '../market/calendar.ts';
import { filledIn } from '../market/identity-check.ts';
import { isIntraday } from '../market/period.ts';
import { unite } from '../market/time-range.ts';
import type { TimeRanges } from '../market/time-range.ts';
import type { Job } from '../plan/plan.ts';
import type { SourceFacts } from '../providers/provider.ts';
import { readIdentity, writeIdentity } from '../store/manifest-identity.ts';
import { writeCoverage, writeMixed } from '../store/manifest.ts';
import { keptProof } from '../store/proof-form.ts';
import type { ManifestVersion } from '../store/manifest-form.ts';
import type { KnownSeries, SeriesChange } from '../store/series-change.ts';
import { toldIdentity } from './identity.ts';
import type { FetchedSeries } from './series-job.ts';
import type { WorkedIn } from './working-in.ts';

/** What an answer came to. */
interface Outcome {
  readonly merged: WorkedIn;
  /** All rows of the series. */
  readonly rows: number;
  /** Minutes of the period at which bars begin. */
  readonly grid: readonly number[];
  /** When the source proved that the series does not exist, milliseconds since the epoch, UTC. */
  readonly absent: number | undefined;
}

function coverageAfter(known: KnownSeries, answered: TimeRanges): TimeRanges {
  return answered.reduce((coverage, range) => unite(coverage, range), known.stored.coverage);
}

/** What the manifest says of a series once an answer is worked in. */
export function describe(
  job: Job,
  known: KnownSeries,
  { source, answered }: FetchedSeries,
  { merged, rows, grid, absent }: Outcome,
): SeriesChange['facts'] {
  const { provider, guestOf: host } = job;
  const { period } = job.series;
  const before = known.version;
  const { mixed: others = [] } = merged;
  return {
    provider: rows > 0 ? (before?.provider ?? provider) : provider,
    ...keptProof(before),
    ...(before?.inferred === true && job.reason !== 'force' ? { inferred: true } : {}),
    ...sourceFacts(host === undefined ? source : undefined, before),
    ...optional('expires', source?.expires === undefined ? before?.expires : formatTradeDate(source.expires)),
    ...(isIntraday(period) ? { grid: [...grid] } : {}),
    coverage: writeCoverage(coverageAfter(known, answered), period),
    ...(others.length === 0 ? {} : { mixed: writeMixed(others, period) }),
    ...(absent === undefined ? {} : { absent: { provider, checked_at: new Date(absent).toISOString() } }),
    ...(before?.imported_from === undefined ? {} : { imported_from: before.imported_from }),
    revisions: (before?.revisions ?? 0) + merged.revised + merged.bases.length,
  };
}

/** What is said of a source: by its answer, else as it was. */
function sourceFacts(source: SourceFacts | undefined, before: ManifestVersion | undefined) {
  const closeKind = source?.closeKind ?? before?.close_kind;
  const identity = writeIdentity(filledIn(readIdentity(before), toldIdentity(source)));
  return {
    ...optional('source_symbol', source?.symbol ?? before?.source_symbol),
    ...optional('timezone', source?.timezone ?? before?.timezone),
    ...optional('currency', identity.currency),
    ...optional('day_boundary', source?.dayBoundary ?? before?.day_boundary),
    ...(closeKind === undefined ? {} : { close_kind: closeKind }),
    ...(Object.keys(identity).length === 0 ? {} : { identity }),
  };
}

function optional<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  const entry: Partial<Record<Key, string>> = {};
  if (value !== undefined) entry[key] = value;
  return entry;
}
