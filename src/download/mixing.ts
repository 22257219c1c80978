import { disagreement } from '../market/agreement.ts';
import { barsWithin, concatBars, filterBars, sameBars, withColumns } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { VortexError } from '../market/errors.ts';
import { mergeBars } from '../market/merge.ts';
import { DAY_MS, isIntraday, periodMs } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { convert } from '../market/rebase.ts';
import type { RebasedBars } from '../market/rebase.ts';
import type { MixedRange, StoredSeries } from '../market/stored-series.ts';
import { intersect, subtract, unite } from '../market/time-range.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';

const within = (ranges: TimeRanges) => (time: number) => ranges.some(({ from, to }) => from <= time && time < to);

const inOrder = (mixed: readonly MixedRange[]): MixedRange[] => [...mixed].sort((a, b) => a.from - b.from);

/** Why nothing of one provider is mixed into a series of another. */
export function notMixed(guest: string, host: string, why: string): VortexError {
  return new VortexError(`bars of ${guest} are not mixed into those of ${host}: ${why}`, {
    code: 'bad-answer',
    disposition: 'skip-series',
  });
}

/** The stored series with what another provider knows of what is missing. */
export interface Mixed extends RebasedBars {
  /** What the other provider told of. */
  readonly mixed: readonly MixedRange[];
  /** The bars are others than before. */
  readonly differs: boolean;
}

/**
 * Puts another provider's bars where nothing is known. Of those that both have none changes; they are compared, for each
 * range by itself, and when they do not agree nothing is taken.
 * @param stored bars from the first answered stamp on, at least
 * @returns why the two do not go together, in words
 */
export function mixBars(
  stored: Bars,
  known: StoredSeries,
  answer: { readonly bars: Bars; readonly answered: TimeRanges },
  guest: string,
  period: Period,
): Mixed | string {
  const unknown: TimeRange[] = [];
  for (const range of answer.answered) {
    const fresh = subtract(range, known.coverage);
    if (fresh.length === 0) continue;
    const both = known.coverage.flatMap((part) => intersect(part, range) ?? []);
    const common = (bars: Bars): Bars => concatBars(both.map(({ from, to }) => barsWithin(bars, from, to)));
    const why = disagreement(common(stored), common(answer.bars), period);
    if (why !== undefined) return why;
    unknown.push(...fresh);
  }
  if (unknown.length === 0) return 'it has no final bars of what is missing';
  const parts = unknown.map(({ from, to }) => barsWithin(answer.bars, from, to));
  const fresh = withColumns(concatBars(parts), (name) => stored.extras.has(name));
  const { bars } = mergeBars(fresh, stored);
  return {
    bars,
    added: bars.time.length - stored.time.length,
    revised: 0,
    changes: [],
    bases: [],
    differs: bars.time.length > stored.time.length,
    mixed: inOrder([...(known.mixed ?? []), ...unknown.map((range) => ({ ...range, provider: guest }))]),
  };
}

/** What is left of the ranges of other providers when the series' own has told of some. */
function leftOver(mixed: readonly MixedRange[], answered: TimeRanges, kept: Bars, period: Period): MixedRange[] {
  const length = isIntraday(period) ? periodMs(period) : DAY_MS;
  const untold = mixed.flatMap((range) => subtract(range, answered).map((part) => ({ ...range, ...part })));
  const providers = [...new Set(mixed.map(({ provider }) => provider))];
  const again = providers.flatMap((provider) => {
    const isTheirs = within(mixed.filter((range) => range.provider === provider));
    const stamps = Array.from(kept.time).filter(isTheirs);
    const ranges = stamps.reduce<TimeRanges>((all, from) => unite(all, { from, to: from + length }), []);
    return ranges.map((range) => ({ ...range, provider, kept: true }));
  });
  return inOrder([...untold, ...again]);
}

/**
 * Works an answer of the series' own provider into stored bars of which some are another's: those give way where the answer
 * tells of them, and are no bars to be compared with. What it does not have stays.
 * @param work merges an answer into bars of the own provider; undefined when they are on another basis
 */
export function takeOver(
  stored: Bars,
  mixed: readonly MixedRange[],
  answered: TimeRanges,
  period: Period,
  work: (own: Bars) => RebasedBars | undefined,
): Mixed | undefined {
  const isMixed = within(mixed);
  const own = work(filterBars(stored, (time) => !isMixed(time)));
  if (own === undefined) return undefined;
  const others = filterBars(stored, isMixed);
  const stamps = new Set(own.bars.time);
  const kept = filterBars(others, (time) => !stamps.has(time));
  const gone = filterBars(others, (time) => stamps.has(time));
  const goneStamps = new Set(gone.time);
  const { changes: replaced } = mergeBars(
    gone,
    filterBars(own.bars, (time) => goneStamps.has(time)),
  );
  const { bars } = mergeBars(own.bases.length === 0 ? kept : convert(kept, own.bases), own.bars);
  const isTold = within(answered);
  return {
    ...own,
    bars,
    differs: !sameBars(bars, stored),
    added: bars.time.length - stored.time.length,
    replaced,
    mixed: leftOver(mixed, answered, filterBars(kept, isTold), period),
  };
}
