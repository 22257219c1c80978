import type { Bars } from '../market/bars.ts';
import { formatTradeDate, utcDate } from '../market/calendar.ts';
import { VortexError } from '../market/errors.ts';
import { checkGrid } from '../market/grid-check.ts';
import { gridOf, gridsAgree } from '../market/grid.ts';
import { beginsAfterStored, compareIdentity, overlapAgrees } from '../market/identity-check.ts';
import type { IdentityChange } from '../market/identity-check.ts';
import type { SeriesIdentity } from '../market/identity.ts';
import type { Job } from '../plan/plan.ts';
import type { SourceFacts } from '../providers/provider.ts';
import { readIdentity } from '../store/manifest-identity.ts';
import type { ManifestVersion } from '../store/manifest-form.ts';
import type { KnownSeries } from '../store/series-change.ts';
import { notMixed } from './mixing.ts';
import type { FetchedSeries } from './series-job.ts';

/** What becomes of an answer, by who it says the series is. */
export interface IdentityVerdict {
  /** Why nothing of the answer is stored. */
  readonly error?: VortexError;
  /** A forced answer about another series: it takes the place of everything stored. */
  readonly replaces?: true;
  /** What to tell once. */
  readonly notices: readonly string[];
  /** Minutes to keep in the manifest. */
  readonly grid: readonly number[];
  /** Bars stored off the grid. */
  readonly off: number;
}

/** Who the source says the series is; some sources name no more than a currency. */
export function toldIdentity(source: SourceFacts | undefined): SeriesIdentity {
  const currency = source?.identity?.currency ?? source?.currency;
  return { ...source?.identity, ...(currency === undefined ? {} : { currency }) };
}

function isFrontMonth({ series }: Job, { instrumentType }: SeriesIdentity): boolean {
  return series.contract === undefined && (series.symbol.endsWith('=F') || instrumentType === 'CONTFUT');
}

const inWords = ({ what, was, is }: IdentityChange): string => `${what} was ${was}, is ${is}`;

function identityChanged({ series }: Job, why: string): VortexError {
  const { key } = series;
  return new VortexError(
    `${key}: the source now answers with another series: ${why}. Nothing was stored. To keep the stored bars under ` +
      `another name: vortex series rename ${key}; to end the series: vortex series end ${key}; to replace the stored ` +
      'bars with the new ones: vortex download --force',
    { code: 'identity-changed', disposition: 'skip-series' },
  );
}

/** Why the days of source and stored bars end at different hours, in words. */
function otherBoundary(before: ManifestVersion, source: SourceFacts | undefined): IdentityChange[] {
  const [was, is] = [before.day_boundary, source?.dayBoundary];
  return was === undefined || is === undefined || was === is ? [] : [{ what: 'the end of a day', was, is }];
}

function refuseGuest(
  job: Job,
  host: string,
  before: ManifestVersion,
  source: SourceFacts | undefined,
  grid: readonly number[],
): VortexError | undefined {
  const refuse = (why: string): VortexError => notMixed(job.provider, host, why);
  const [was, is] = [before.day_boundary, source?.dayBoundary];
  if (is === undefined) return refuse('the end of its day is unknown');
  if (was === undefined) return refuse('the end of the day of the stored bars is unknown');
  if (was !== is) return refuse(`its day ends at midnight of ${is}, that of the stored bars at ${was}`);
  if (gridsAgree(before.grid ?? [], grid)) return undefined;
  return refuse(`its bars begin at minute ${grid.join(', ')}, the stored ones at ${before.grid?.join(', ') ?? ''}`);
}

/**
 * Decides by who the source says the series is whether its answer is stored. Another provider's answer is judged by its
 * day and its grid only; its bars are compared when they are mixed in.
 * @param loadStored reads the stored bars that the answer touches; called only where they decide
 */
export async function judgeIdentity(
  job: Job,
  known: KnownSeries,
  { bars, source }: Pick<FetchedSeries, 'bars' | 'source'>,
  loadStored: () => Promise<Bars>,
): Promise<IdentityVerdict> {
  const { period } = job.series;
  const { version: before } = known;
  const found = gridOf(bars.time, period);
  if (before === undefined || before.rows === 0) return { notices: [], grid: found, off: 0 };
  if (job.guestOf !== undefined) {
    const error = refuseGuest(job, job.guestOf, before, source, found);
    const grid = [...new Set([...(before.grid ?? []), ...found])].sort((a, b) => a - b);
    return { ...(error === undefined ? {} : { error }), notices: [], grid, off: 0 };
  }
  const [was, told] = [readIdentity(before), toldIdentity(source)];
  const zone = source?.timezone ?? before.timezone ?? 'UTC';
  const seen = known.stored.tail.at(-1) ?? known.stored.first ?? 0;
  const grid = checkGrid(bars.time, period, { grid: before.grid ?? [], seen, zone });
  const { breaks, turns } = compareIdentity(was, told, { isFrontMonth: isFrontMonth(job, told) });
  const reasons = [...breaks, ...otherBoundary(before, source)].map(inWords);
  if (grid.isAnother) {
    reasons.push(`its bars begin at minute ${found.join(', ')}, the stored ones at ${before.grid?.join(', ') ?? ''}`);
  }
  const { first } = known.stored;
  if (!isFrontMonth(job, told) && first !== undefined && beginsAfterStored(was, told, first)) {
    const date = formatTradeDate(utcDate(told.firstTradeDate ?? 0));
    reasons.push(`its first trade date is ${date}, the stored bars begin at ${formatTradeDate(utcDate(first))}`);
  }
  if (reasons.length === 0 && turns.length > 0 && !overlapAgrees(await loadStored(), bars)) {
    reasons.push(...turns.map(inWords), 'the bars that both have do not agree, or there are none');
  }
  if (reasons.length === 0) {
    const notices = turns.length === 0 ? [] : [`${job.series.key}: ${turns.map(inWords).join('; ')}; the bars agree`];
    return { notices, grid: grid.grid, off: grid.off };
  }
  if (job.reason === 'force' && bars.time.length > 0) return { replaces: true, notices: [], grid: found, off: 0 };
  return { error: identityChanged(job, reasons.join('; ')), notices: [], grid: grid.grid, off: 0 };
}
