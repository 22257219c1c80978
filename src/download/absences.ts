import { formatTradeDate } from '../market/calendar.ts';
import { VortexError } from '../market/errors.ts';
import { DAY_MS } from '../market/period.ts';
import type { Job } from '../plan/plan.ts';
import { POSTPONING } from './endings.ts';
import { groupedBy } from './groups.ts';
import type { Standing } from './standing.ts';

/** A market is known when a month of it has a bar no older than this before the end of what is wanted. */
const KNOWN_DAYS = 30;
/** So many months without a bar are more than a guess of the cycle. */
const LEAST_MONTHS = 3;

/** A month that only a cycle suggests, and of which the source has no bar at all. */
export interface HeldAbsence {
  readonly job: Job;
  /** Remembers that there is nothing. */
  readonly remember: () => void;
  /** Counts it as empty and remembers nothing. */
  readonly leave: () => void;
  readonly fail: (error: VortexError) => void;
}

const marketOf = ({ instrument, period }: Job['series']): string => `${instrument.id} ${period}`;

/** A month that the cycle suggests, in whose case nothing is an answer. */
export function isSuggestedMonth({ series, named, suggested }: Pick<Job, 'series' | 'named' | 'suggested'>): boolean {
  return suggested || (series.contract !== undefined && named !== true);
}

function unknownMarket(held: readonly HeldAbsence[]): VortexError {
  const [first] = held;
  const { series, provider = 'the provider' } = first?.job ?? {};
  const id = series?.instrument.id ?? '';
  return new VortexError(
    `${id}: ${provider} knows none of the ${held.length} months asked for, and no month of it has recent bars here; vortex ` +
      `remembers nothing of this. Check the code and exchange of ${id}; \`vortex series end ${id}\` ends a market`,
    { code: 'no-bars', disposition: 'skip-series' },
  );
}

/** Where the wanted range of a market ends. */
function wantedEnd(held: readonly HeldAbsence[]): number {
  return Math.max(...held.map(({ job }) => job.missing.at(-1)?.to ?? -Infinity));
}

/**
 * Decides on months without a bar, a market at a time: they are remembered where the market is known by other months, not
 * where a stored month of it was refused in this run, and fail where three or more were asked and none is known.
 * @param newestStored newest stamp that the folder has of any month of the series' market; asked only where it matters
 */
export function settleAbsences(
  held: readonly HeldAbsence[],
  standings: readonly Standing[],
  newestStored: (job: Job) => number | undefined,
): void {
  if (held.length === 0) return;
  const contracts = groupedBy(standings, ({ series }) =>
    series.contract === undefined ? undefined : marketOf(series),
  );
  for (const [market, months] of groupedBy(held, ({ job }) => marketOf(job.series))) {
    const others = contracts.get(market) ?? [];
    const isRefused = others.some(({ error, stored }) => {
      return error !== undefined && !POSTPONING.has(error.code) && stored.rows > 0;
    });
    const isInRun = others.some(({ stored, isAnswered }) => isAnswered && stored.rows > 0);
    const [first] = months;
    const newest = isInRun || first === undefined ? Infinity : (newestStored(first.job) ?? -Infinity);
    const isKnown = newest >= wantedEnd(months) - KNOWN_DAYS * DAY_MS;
    if (!isKnown && months.length >= LEAST_MONTHS) {
      const error = unknownMarket(months);
      for (const { fail } of months) fail(error);
    } else for (const { remember, leave } of months) (isRefused ? leave : remember)();
  }
}

/** What is said of a series that has no bar at all though one is due. */
export function noBars({ series, provider, missing, stored }: Job): VortexError {
  const [first] = missing;
  const since = first === undefined ? '' : ` from ${formatTradeDate(first.from)} on`;
  const known = stored.provider === undefined ? '' : `; it was ${stored.provider}'s before`;
  return new VortexError(
    `${series.symbol}: ${provider} knows the symbol and has no bar of it${since}${known}; check the name and the dates, or ` +
      `try another provider`,
    { code: 'no-bars', disposition: 'skip-series' },
  );
}
