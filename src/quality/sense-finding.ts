import type { Bars } from '../market/bars.ts';
import type { Period } from '../market/period.ts';
import { formatStamp } from '../market/stored-series.ts';

/** What may be wrong with a history. */
export type SenseKind =
  /** A dividend far too large or too small for its share. */
  | 'dividend-amount'
  /** The same dividend twice within days. */
  | 'dividend-phantom'
  /** The adjusted close does not step by a dividend, or by another amount. */
  | 'dividend-adjustment'
  /** The adjusted close moves against the close without a dividend, or is not above zero. */
  | 'adjusted-close'
  /** Prices move by the ratio of a split on its own day: the history before it was not put on its basis, or twice. */
  | 'split-not-followed'
  /** Prices move by the ratio of a split on another day: it was applied to a part of the history. */
  | 'split-in-part'
  /** A move that a split would explain, and none is known. */
  | 'split-sized-move'
  /** Prices 100 times off: pence for pounds. */
  | 'price-unit'
  | 'zero-price'
  | 'stale-bars'
  | 'volume';

/** One thing that does not make sense in a series. */
export interface SenseFinding {
  readonly kind: SenseKind;
  /** `error` is surely wrong; `warning` may be true of an odd market. */
  readonly severity: 'error' | 'warning';
  /** Stamp of the first and of the last bar concerned, both inclusive. */
  readonly from: number;
  readonly to: number;
  /** For people: what, where first, how often. */
  readonly detail: string;
}

/** A fault at one bar, or from one bar to another; those of one reason become one finding. */
export interface Fault {
  readonly kind: SenseKind;
  readonly severity: SenseFinding['severity'];
  /** First and last row concerned, inclusive. */
  readonly row: number;
  readonly lastRow?: number;
  /** What is wrong, the same words for all of its like. */
  readonly reason: string;
  /** The figures of this one, made when they are told: only the first of many is. */
  readonly figures?: () => string;
}

/** Short figure for people. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(5)));
}

function finding(faults: readonly Fault[], bars: Bars, period: Period): SenseFinding[] {
  const [first] = faults;
  if (first === undefined) return [];
  const stamp = (row: number): number => bars.time[row] ?? Number.NaN;
  const lastRow = faults.reduce((last, fault) => Math.max(last, fault.lastRow ?? fault.row), 0);
  const when = formatStamp(stamp(first.row), period);
  const figures = first.figures === undefined ? '' : `, ${first.figures()}`;
  const more = faults.length > 1 ? `; ${faults.length} in all` : '';
  const detail = `${first.reason} (${when}${figures}${more})`;
  return [{ kind: first.kind, severity: first.severity, from: stamp(first.row), to: stamp(lastRow), detail }];
}

/** One finding for all faults of one kind, severity and reason; ordered by the first bar concerned. */
export function findingsOf(faults: readonly Fault[], bars: Bars, period: Period): SenseFinding[] {
  const groups = new Map<string, Fault[]>();
  for (const fault of faults) {
    const key = `${fault.kind} ${fault.severity} ${fault.reason}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [fault]);
    else group.push(fault);
  }
  return [...groups.values()].flatMap((group) => finding(group, bars, period)).sort((a, b) => a.from - b.from);
}
