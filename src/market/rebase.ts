import { allocateBars, firstBarFrom, PRICE_COLUMNS } from './bars.ts';
import type { Bars } from './bars.ts';
import { basisChange } from './basis.ts';
import type { BasisChange, BasisColumns } from './basis.ts';
import { mergeBars } from './merge.ts';
import type { BarChange, MergedBars } from './merge.ts';

/** A series worked into another basis. */
export interface RebasedBars extends Pick<MergedBars, 'bars' | 'added' | 'revised' | 'changes'> {
  /** What the source has put on another basis; none when the whole series shows that it was revisions only. */
  readonly bases: readonly BasisChange[];
  /** Bars of another provider that gave way to those of the series' own, where the two differ. */
  readonly replaced?: readonly BarChange[];
}

/** What a converted value may be off by, beside its rounding: parts of its size. */
const TOLERANCE = 1e-4;

const BASES: readonly BasisColumns[] = ['prices', 'Adj Close'];

/** Which columns an answer has on another basis than the stored bars. */
export function basisChanges(stored: Bars, answer: Bars): BasisChange[] {
  return BASES.flatMap((columns) => basisChange(stored, answer, columns) ?? []);
}

/**
 * An adjusted column that was empty in bars for which the source has it now: a new basis of that column, which arithmetic
 * cannot make. Volume and open interest have no basis: a hole in them is filled like any correction.
 */
export function filledColumns(stored: Bars, answer: Bars): BasisChange[] {
  const [was, is] = [stored.extras.get('Adj Close'), answer.extras.get('Adj Close')];
  if (is === undefined) return [];
  let bars = 0;
  answer.time.forEach((time, row) => {
    const at = firstBarFrom(stored.time, time);
    if (stored.time[at] !== time || Number.isNaN(is[row])) return;
    if (Number.isNaN(was?.[at] ?? Number.NaN)) bars += 1;
  });
  return bars === 0 ? [] : [{ columns: 'Adj Close', factor: 1, difference: 0, bars }];
}

/** Bars on a new basis, as far as arithmetic can put them there; prices keep six digits behind the point. */
export function convert(stored: Bars, bases: readonly BasisChange[]): Bars {
  const converted = allocateBars(stored.time.length, [...stored.extras.keys()]);
  const copy = (from: Float64Array, to: Float64Array, change: (value: number) => number): void => {
    from.forEach((value, row) => {
      to[row] = change(value);
    });
  };
  const onBasis = (columns: BasisColumns): ((value: number) => number) => {
    const basis = bases.find((entry) => entry.columns === columns);
    if (basis === undefined) return (value) => value;
    return (value) => Math.round((value * basis.factor + basis.difference) * 1e6) / 1e6;
  };
  const same = (value: number): number => value;
  copy(stored.time, converted.time, same);
  for (const name of PRICE_COLUMNS) copy(stored[name], converted[name], onBasis('prices'));
  copy(stored.volume, converted.volume, same);
  for (const [name, column] of stored.extras) {
    const target = converted.extras.get(name);
    if (target !== undefined) copy(column, target, name === 'Adj Close' ? onBasis('Adj Close') : same);
  }
  return converted;
}

function isExplained({ column, old, fresh }: BarChange, bases: readonly BasisChange[]): boolean {
  if (column === undefined || old === undefined || fresh === undefined) return false;
  const near = (expected: number): boolean => Math.abs(fresh - expected) <= Math.abs(expected) * TOLERANCE + 1e-6;
  const prices = bases.find((entry) => entry.columns === 'prices');
  if (column === 'Volume') return prices !== undefined && prices.factor !== 1 && near(old / prices.factor);
  const basis = column === 'Adj Close' ? bases.find((entry) => entry.columns === 'Adj Close') : prices;
  return basis !== undefined && near(old * basis.factor + basis.difference);
}

/** More than half of an adjusted column changed: the source has adjusted it anew, in more than one step. */
function adjustedInSteps(stored: Bars, changes: readonly BarChange[]): BasisChange | undefined {
  const adjusted = changes.filter(({ column }) => column === 'Adj Close');
  const [first] = adjusted;
  if (first?.old === undefined || first.fresh === undefined || adjusted.length * 2 <= stored.time.length)
    return undefined;
  return { columns: 'Adj Close', factor: first.fresh / first.old, difference: 0, bars: adjusted.length };
}

/**
 * Works the whole series, fetched again, into the stored bars. Bars that the source can give no more are converted, so that
 * no two bases stand in one file; what the change of basis does not explain counts as a revision.
 * @param answer everything that the source gave for the series
 */
export function rebaseBars(stored: Bars, answer: Bars): RebasedBars {
  const plain = mergeBars(stored, answer);
  const found = basisChanges(stored, answer);
  const steps = found.some(({ columns }) => columns === 'Adj Close')
    ? undefined
    : adjustedInSteps(stored, plain.changes);
  const bases = steps === undefined ? found : [...found, steps];
  const filled = bases.some(({ columns }) => columns === 'Adj Close') ? [] : filledColumns(stored, answer);
  const isFilled = ({ column, old }: BarChange): boolean => column === 'Adj Close' && Number.isNaN(old);
  const changes = plain.changes.filter(
    (change) =>
      !isFilled(change) && !isExplained(change, bases) && !(steps !== undefined && change.column === 'Adj Close'),
  );
  const revised = new Set(changes.flatMap(({ time, column }) => (column === undefined ? [] : [time]))).size;
  const { bars } = mergeBars(convert(stored, found), answer);
  return { bars, added: plain.added, revised, changes, bases: [...bases, ...filled] };
}
