import { basisChanges } from '../market/rebase.ts';
import { pickBars } from '../market/bar-checks.ts';
import type { Bars } from '../market/bars.ts';
import { firstOfNextMonth, formatTradeDate, isWeekday, utcDate } from '../market/calendar.ts';
import { hasEnded } from '../market/dead-contract.ts';
import { undoFloat32, undoFutureFloat32 } from '../market/float32.ts';
import { gridOf, gridsAgree } from '../market/grid.ts';
import type { Series } from '../market/instrument.ts';
import { mergeBars } from '../market/merge.ts';
import { isIntraday, periodMs } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { formatStamp } from '../market/stored-series.ts';
import { unite } from '../market/time-range.ts';
import type { TimeRanges } from '../market/time-range.ts';
import { versionFacts, writeCoverage } from '../store/manifest.ts';
import type { VersionFacts } from '../store/manifest.ts';
import type { ImportedFile } from '../store/manifest-form.ts';
import type { KnownSeries } from '../store/series-change.ts';

/** Common bars that must differ in one way before two files are said to stand on different bases. */
const LEAST_COMMON = 3;

/** As a manifest keeps it. */
type DroppedDate = NonNullable<VersionFacts['suspect']>[number];

/** A series while foreign files are worked into it. */
export interface AdoptedSeries {
  readonly bars: Bars;
  readonly coverage: TimeRanges;
  /** Dates that have bad rows only, and the days as of which files say so. */
  readonly suspects: readonly DroppedDate[];
  /** Some of the coverage follows only from where the bars of a dead contract end. */
  readonly inferred?: true | undefined;
  readonly provider?: string | undefined;
  /** Minutes at which intraday bars begin. */
  readonly grid: readonly number[];
  /** Files that gave something. */
  readonly sources: readonly ImportedFile[];
  readonly sourceSymbol?: string | undefined;
}

/** What a foreign file has for a series. */
export interface Offer {
  /** At least one. */
  readonly bars: Bars;
  /** Stamps for which the file has bad rows only. */
  readonly holes: readonly number[];
  /** When the bars were as they are, milliseconds since the epoch, UTC. */
  readonly asOf: number;
  readonly provider: string;
  readonly sourceSymbol?: string | undefined;
  readonly source: Omit<ImportedFile, 'bars'>;
}

/** What came of an offer. */
export interface Adoption {
  readonly after: AdoptedSeries;
  readonly added: number;
  /** Bars of which the folder has other values already; the folder's stay. */
  readonly differs: number;
  /** The first of them, as text. */
  readonly firstDifference?: string;
  readonly changed: boolean;
}

/** Where the bar that is stamped so ends, exclusive. */
function endOf(stamp: number, period: Period): number {
  return period === '1mo' ? firstOfNextMonth(stamp) : stamp + periodMs(period);
}

/** From the first to the last bar: a bad row between them is an answer, as it is in a download. */
function coveredBy({ bars }: Offer, period: Period): TimeRanges {
  const [from, last] = [bars.time[0], bars.time.at(-1)];
  return from === undefined || last === undefined ? [] : [{ from, to: endOf(last, period) }];
}

/**
 * The dates of the coverage that still have no bar though a bar was due: bad rows of daily bars and longer. Weekends are
 * not due.
 */
function suspectsAfter(
  before: AdoptedSeries,
  { holes, asOf }: Offer,
  bars: Bars,
  coverage: TimeRanges,
  period: Period,
): readonly DroppedDate[] {
  const known = new Set(bars.time);
  const kept = before.suspects.filter(({ stamp }) => !known.has(Date.parse(stamp)));
  if (isIntraday(period)) return kept;
  const isNew = (stamp: number): boolean =>
    isWeekday(stamp) && !known.has(stamp) && coverage.some(({ from, to }) => stamp >= from && stamp < to);
  const fresh = holes
    .filter(isNew)
    .map((stamp) => ({ stamp: formatStamp(stamp, period), answered: [formatTradeDate(utcDate(asOf))] }))
    .filter(({ stamp }) => kept.every((suspect) => suspect.stamp !== stamp));
  return [...kept, ...fresh].sort((a, b) => (a.stamp < b.stamp ? -1 : 1));
}

function refusal(before: AdoptedSeries, { bars, provider }: Offer, grid: readonly number[]): string | undefined {
  if (before.bars.time.length === 0) return undefined;
  if (before.provider !== provider) {
    const kept = before.provider ?? 'another source';
    return `the folder has this series from ${kept}, and bars of ${provider} are not mixed into it`;
  }
  if (!gridsAgree(before.grid, grid)) {
    return `its bars begin at minute ${grid.join(', ')}, those in the folder at ${before.grid.join(', ')}`;
  }
  const [basis] = basisChanges(before.bars, bars).filter((change) => change.bars >= LEAST_COMMON);
  if (basis === undefined) return undefined;
  const how = basis.difference === 0 ? `factor ${basis.factor}` : `difference ${basis.difference}`;
  return `its prices stand on another basis than those in the folder (${how}, ${basis.bars} bars)`;
}

/** The stored bars and those of the offer that they lack; what is stored stays as it is. */
function addMissing(stored: Bars, offered: Bars): { readonly bars: Bars; readonly added: number } {
  if (stored.time.length === 0) return { bars: offered, added: offered.time.length };
  const known = new Set(stored.time);
  const rows = Array.from(offered.time.keys()).filter((row) => !known.has(offered.time[row] ?? Number.NaN));
  return rows.length === 0 ? { bars: stored, added: 0 } : mergeBars(stored, pickBars(offered, rows));
}

function sameRanges(a: TimeRanges, b: TimeRanges): boolean {
  return a.length === b.length && a.every(({ from, to }, index) => b[index]?.from === from && b[index].to === to);
}

/**
 * Works a foreign file into a series. Stored bars win; a bar that both have with other values is counted.
 * Pure. @returns what came of it, or why nothing of the file is taken
 */
export function adopt(before: AdoptedSeries, offer: Offer, { period }: Series): Adoption | { readonly reason: string } {
  const grid = gridOf(offer.bars.time, period);
  const reason = refusal(before, offer, grid);
  if (reason !== undefined) return { reason };
  const changes = mergeBars(before.bars, offer.bars).changes.filter(({ column }) => column !== undefined);
  const [first] = changes;
  const { bars, added } = addMissing(before.bars, offer.bars);
  const coverage = coveredBy(offer, period).reduce<TimeRanges>((all, range) => unite(all, range), before.coverage);
  const changed = added > 0 || !sameRanges(coverage, before.coverage);
  const after: AdoptedSeries = {
    bars,
    coverage,
    suspects: suspectsAfter(before, offer, bars, coverage, period),
    inferred: before.inferred,
    provider: offer.provider,
    grid: [...new Set([...before.grid, ...grid])].sort((a, b) => a - b),
    sources: changed ? [...before.sources, { ...offer.source, bars: added }] : before.sources,
    sourceSymbol: before.sourceSymbol ?? offer.sourceSymbol,
  };
  return {
    after,
    added,
    differs: new Set(changes.map(({ time }) => time)).size,
    ...(first === undefined
      ? {}
      : {
          firstDifference: `${formatStamp(first.time, period)} ${first.column ?? ''} ${first.old ?? ''} in the folder, ${first.fresh ?? ''} in the file`,
        }),
    changed,
  };
}

/** The series with its contract's whole life covered, where its bars show that the contract has ended. Pure. */
export function withWholeLife(
  after: AdoptedSeries,
  { instrument, contract, period }: Series,
  others: () => readonly number[],
  now: number,
): AdoptedSeries {
  const [first, last] = [after.bars.time[0], after.bars.time.at(-1)];
  if (contract === undefined || first === undefined || last === undefined) return after;
  if (!hasEnded(instrument, contract, last, now, others)) return after;
  const { from, to } = contract.life;
  const beyond = [
    { from, to: first },
    { from: endOf(last, period), to },
  ].filter((range) => range.from < range.to);
  const coverage = beyond.reduce<TimeRanges>(unite, after.coverage);
  return sameRanges(coverage, after.coverage) ? after : { ...after, coverage, inferred: true };
}

/** What the manifest is to say of a series that files were worked into. */
export function adoptedFacts(known: KnownSeries, after: AdoptedSeries, period: Period): VersionFacts {
  const { absent, suspect, ...before } = known.version === undefined ? { revisions: 0 } : versionFacts(known.version);
  return {
    ...before,
    ...(after.provider === undefined ? {} : { provider: after.provider }),
    ...(after.sourceSymbol === undefined ? {} : { source_symbol: after.sourceSymbol }),
    ...(after.grid.length === 0 ? {} : { grid: [...after.grid] }),
    coverage: writeCoverage(after.coverage, period),
    ...(after.suspects.length === 0 ? {} : { suspect: after.suspects.map((entry) => ({ ...entry })) }),
    ...(after.inferred === true ? { inferred: true } : {}),
    imported_from: [...after.sources],
  };
}

/** Prices as the provider gave them: Yahoo's are float32, which the older tool wrote widened to doubles. */
export function pricesAsGiven(bars: Bars, provider: string, { instrument }: Series): Bars {
  if (provider !== 'yahoo') return bars;
  const undo = instrument.class === 'future' ? undoFutureFloat32 : undoFloat32;
  const adjusted = bars.extras.get('Adj Close');
  return {
    ...bars,
    open: bars.open.map(undo),
    high: bars.high.map(undo),
    low: bars.low.map(undo),
    close: bars.close.map(undo),
    extras:
      adjusted === undefined ? bars.extras : new Map([...bars.extras, ['Adj Close', adjusted.map(undo)] as const]),
  };
}
