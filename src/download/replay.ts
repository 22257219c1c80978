import { NO_BARS } from '../market/bars.ts';
import { seriesOf } from '../market/series.ts';
import type { StoredEnd } from '../store/series-store.ts';
import type { Bars } from '../market/bars.ts';
import type { Format } from '../market/file-format.ts';
import type { Series } from '../market/instrument.ts';
import type { Job } from '../plan/plan.ts';
import type { Capabilities, ProviderSession } from '../providers/provider.ts';
import { describedVersion, storedSeries } from '../store/manifest.ts';
import type { CommittedFacts } from '../store/manifest-form.ts';
import type { RawExchange, RawItem } from '../raw/item.ts';
import { notReplayable } from '../raw/reader.ts';
import { UNKNOWN_SERIES } from '../store/series-change.ts';
import type { KnownSeries } from '../store/series-change.ts';
import { recordSeries } from './record.ts';
import { fetchSeries } from './series-job.ts';

/** A provider's session that is answered from the archive. */
export interface ReplaySession {
  readonly session: ProviderSession;
  readonly capabilities: Capabilities;
  /** Lays out the answers to the next request for bars. */
  load(exchanges: readonly RawExchange[]): void;
}

/** Opens the session of a provider as it was at a time (milliseconds since the epoch, UTC). @throws VortexError */
export type OpenReplay = (provider: string, now: number) => ReplaySession;

/** A series as its raw answers make it. */
export interface ReplayedSeries {
  readonly series: Series;
  readonly bars: Bars;
  /** What the last commit said beside the bars. */
  readonly facts: CommittedFacts;
  readonly formats: readonly Format[];
}

function jobOf(items: readonly RawItem[], head: RawItem, series: Series, known: KnownSeries): Job {
  const host = known.stored.rows > 0 ? known.stored.provider : undefined;
  return {
    series,
    provider: head.provider,
    sourceSymbol: series.symbol,
    reason: head.reason,
    missing: [],
    requests: items.map(({ range }) => range),
    allowance: 0,
    suggested: head.suggested,
    ...(host === undefined || host === head.provider ? {} : { guestOf: host }),
    stored: known.stored,
  };
}

/** The series of an item, under the key that it had then. */
function archivedSeries({ series: key, instrument, contract, period }: RawItem): Series {
  return { ...seriesOf(instrument, contract, period), key };
}

function knownFrom(before: ReplayedSeries | undefined): KnownSeries {
  if (before === undefined) return UNKNOWN_SERIES;
  const version = describedVersion(before.facts, before.bars, before.series.period);
  return { ...UNKNOWN_SERIES, version, stored: storedSeries(version, before.series.period), formats: before.formats };
}

/** Works the answers of one commit into what the ones before it came to, by the code that a download uses. */
async function replayCommit(
  items: readonly RawItem[],
  head: RawItem,
  commit: NonNullable<RawItem['commit']>,
  before: ReplayedSeries | undefined,
  open: OpenReplay,
  signal: AbortSignal,
): Promise<ReplayedSeries> {
  const series = archivedSeries(head);
  const known = knownFrom(before);
  const source = open(head.provider, head.now);
  const { session } = source;
  const waiting = [...items];
  const context = {
    capabilities: source.capabilities,
    extendedHours: head.extendedHours,
    settleMs: head.settleMs,
    now: head.now,
    session: {
      fetchBars: (...asked: Parameters<ProviderSession['fetchBars']>) => {
        source.load(waiting.shift()?.exchanges ?? []);
        return session.fetchBars(...asked);
      },
    },
  };
  const job = jobOf(items, head, series, known);
  const fetched = await fetchSeries(job, context, signal);
  if (fetched.error !== undefined) throw fetched.error;
  const stored = before?.bars ?? NO_BARS;
  const loadAll = (): Promise<StoredEnd> => Promise.resolve({ bars: stored, head: undefined });
  const { change, error } = await recordSeries(job, known, fetched, loadAll, commit.formats, head.now, true);
  if (change === undefined) throw error ?? notReplayable('its raw answers lead to another basis of prices');
  return { series, bars: change.bars ?? stored, facts: commit.facts, formats: commit.formats };
}

/**
 * Makes a series again from its raw answers, oldest first.
 * @returns undefined when there are none
 * @throws VortexError when an answer is not there or not whole, or cannot be read any more
 */
export async function replayItems(
  items: Iterable<RawItem>,
  open: OpenReplay,
  signal: AbortSignal,
): Promise<ReplayedSeries | undefined> {
  let made: ReplayedSeries | undefined;
  let together: RawItem[] = [];
  for (const item of items) {
    if (item.partial === true) throw notReplayable('some of its bars were stored without their raw answers');
    together.push(item);
    if (item.commit === undefined) continue;
    made = await replayCommit(together, item, item.commit, made, open, signal);
    together = [];
  }
  if (together.length > 0) throw notReplayable('its last raw item is gone');
  return made;
}
