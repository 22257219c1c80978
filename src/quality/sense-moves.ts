import { figure } from './sense-finding.ts';
import type { Fault, SenseKind } from './sense-finding.ts';
import { at, move, unitPower, unitReason } from './sense-series.ts';
import type { SenseSeries } from './sense-series.ts';

/*
 * Moves from close to close, as logarithms, that no market makes. Each is put to one cause, in this order: a split on its
 * own day, a wrong unit, a split of another day, a dividend, a split that is not known.
 */

/** A move of this many times the usual one asks for a cause. */
const ODD_MOVE = 12;
/** A split has to be this many times the usual move, or nobody can tell whether prices followed it. */
const TELLING_SPLIT = 6;
/** How near a move has to be to the split: as many usual moves, at least and at most a share of the split itself. */
const SPLIT_NOISE = 3;
const LEAST_TOLERANCE = 0.1;
const MOST_TOLERANCE = 0.2;
/** A fit this near (1 %), or a split of this size, is no accident. */
const TIGHT_FIT = 0.01;
const HUGE_SPLIT = Math.log(8);
/** Ratios that companies split by, either way. Smaller ones (3:2) are sizes that a bad day has too. */
const USUAL_RATIOS = [2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50];
/** How near an unknown split has to be: as many usual moves, and at most this. */
const UNKNOWN_NOISE = 2.5;
const UNKNOWN_TOLERANCE = 0.05;
/** How near a move has to be to what a payment takes from the price: as many usual moves, and at least this share of it. */
const PAYMENT_NOISE = 3;
const PAYMENT_TOLERANCE = 0.15;
/** An unknown split moves the level for good: bars after it that have to stay there. */
const STAYING_BARS = 5;

interface Split {
  readonly row: number;
  readonly ratio: number;
  /** Logarithm of the ratio. */
  readonly size: number;
}

/** A move from close to close, as a logarithm. */
interface Move {
  readonly size: number;
  /** A payment explains it. */
  readonly isPaid: boolean;
}

function splitsIn({ bars, moveNoise }: SenseSeries): Split[] {
  const column = bars.extras.get('Stock Splits');
  const found: Split[] = [];
  column?.forEach((ratio, row) => {
    const size = Math.log(ratio);
    if (ratio > 0 && Math.abs(size) > TELLING_SPLIT * moveNoise) found.push({ row, ratio, size });
  });
  return found;
}

/** How far a move is from that of the split, either way; undefined when it is another move. */
function distance(size: number, split: Split, noise: number): number | undefined {
  const whole = Math.abs(split.size);
  const tolerance = Math.min(Math.max(SPLIT_NOISE * noise, LEAST_TOLERANCE * whole), MOST_TOLERANCE * whole);
  const off = Math.abs(Math.abs(size) - whole);
  return off <= tolerance ? off : undefined;
}

/**
 * Whether a payment of that day explains a move better than a split of that day would. A company that pays out a part of
 * itself and consolidates its shares by as much falls by the payment, which is about the ratio of the consolidation too.
 */
function isPaidOut(
  { bars, moveNoise }: SenseSeries,
  [before, row]: readonly [number, number],
  size: number,
  split?: Split,
): boolean {
  const part = at(bars.extras.get('Dividends'), row) / at(bars.close, before);
  if (!(part > 0 && part < 1)) return false;
  const fall = Math.log(1 - part);
  const off = Math.abs(size - fall);
  const offSplit = split === undefined ? Infinity : Math.abs(Math.abs(size) - Math.abs(split.size));
  return off <= offSplit && off <= Math.max(PAYMENT_NOISE * moveNoise, PAYMENT_TOLERANCE * -fall);
}

function ownSplitFault(series: SenseSeries, split: Split, { size, isPaid }: Move): Fault | undefined {
  if (isPaid || distance(size, split, series.moveNoise) === undefined) return undefined;
  const isPaying = at(series.bars.extras.get('Dividends'), split.row) > 0;
  return {
    kind: 'split-not-followed',
    severity: isPaying ? 'warning' : 'error',
    row: split.row,
    reason: 'prices move by the ratio of a split on its day',
    figures: () => `${figure(split.ratio)}:1`,
  };
}

/** A move that is odd in this market. */
interface OddMove {
  readonly index: number;
  readonly row: number;
  readonly size: number;
  /** The power of ten that it comes to, if a wrong unit explains it. */
  readonly power?: number | undefined;
}

function otherSplitFault({ moveNoise }: SenseSeries, splits: readonly Split[], odd: OddMove): Fault | undefined {
  for (const split of splits) {
    const off = distance(odd.size, split, moveNoise);
    if (off === undefined) continue;
    const isSure = off < TIGHT_FIT || Math.abs(split.size) > HUGE_SPLIT;
    return {
      kind: 'split-in-part',
      severity: isSure ? 'error' : 'warning',
      row: odd.row,
      reason: 'prices move by the ratio of a split of another day',
      figures: () => `${figure(split.ratio)}:1`,
    };
  }
  return undefined;
}

function unknownSplitFault(series: SenseSeries, odd: OddMove): Fault | undefined {
  const { bars, rows, moveNoise } = series;
  const near = Math.min(UNKNOWN_NOISE * moveNoise, UNKNOWN_TOLERANCE);
  const ratio = USUAL_RATIOS.find((usual) => Math.abs(Math.abs(odd.size) - Math.log(usual)) < near);
  if (ratio === undefined || at(bars.extras.get('Dividends'), odd.row) > 0) return undefined;
  const close = (index: number): number => at(bars.close, rows[index] ?? -1);
  for (let ahead = 0; ahead < STAYING_BARS; ahead++) {
    const later = Math.abs(move(close(odd.index - 1), close(odd.index + ahead)));
    const earlier = Math.abs(move(close(odd.index - 1 - ahead), close(odd.index)));
    if (Math.min(later, earlier) < Math.abs(odd.size) / 2) return undefined;
  }
  const reason =
    series.future === undefined
      ? 'a move of the size of a split, and none is known'
      : 'prices move to another level and stay there, though futures do not split';
  const figures = (): string => `about ${odd.size < 0 ? `${ratio}:1` : `1:${ratio}`}`;
  return { kind: 'split-sized-move', severity: 'warning', row: odd.row, reason, figures };
}

/** Blocks of bars between moves by a unit that stand on another level than most bars do. */
function unitFaults({ bars, rows, future }: SenseSeries, odd: readonly OddMove[]): Fault[] {
  const blocks: { from: number; to: number; level: number }[] = [];
  let level = 0;
  let from = 0;
  for (const { index, power = 0 } of [...odd, { index: rows.length }]) {
    blocks.push({ from, to: index, level });
    level += power;
    from = index;
  }
  const counts = new Map<number, number>();
  for (const block of blocks) counts.set(block.level, (counts.get(block.level) ?? 0) + block.to - block.from);
  const usual = [...counts].reduce((most, next) => (next[1] > most[1] ? next : most))[0];
  const knowsSplits = bars.extras.has('Stock Splits');
  const isSure = knowsSplits || odd.length > 1;
  const kind: SenseKind = 'price-unit';
  return blocks
    .filter((block) => block.level !== usual)
    .map((block) => ({
      kind,
      severity: isSure ? 'error' : 'warning',
      row: rows[block.from] ?? 0,
      lastRow: rows[block.to - 1] ?? 0,
      reason: unitReason(`prices ${timesOff(block.level, usual)} most others of the series`, future),
      figures: () => `${block.to - block.from} bars at ${figure(at(bars.close, rows[block.from] ?? 0))}`,
    }));
}

function timesOff(level: number, usual: number): string {
  return `${10 ** Math.abs(level - usual)} times ${level > usual ? 'above' : 'below'}`;
}

/** Moves that are no moves of the market. */
export function moveFaults(series: SenseSeries): Fault[] {
  const { bars, rows, moveNoise, future } = series;
  const splits = splitsIn(series);
  const onDay = new Map(splits.map((split) => [split.row, split]));
  const found: Fault[] = [];
  const units: OddMove[] = [];
  for (let index = 1; index < rows.length; index++) {
    const [before, row] = [rows[index - 1] ?? 0, rows[index] ?? 0];
    const size = move(at(bars.close, before), at(bars.close, row));
    const split = onDay.size === 0 ? undefined : onDay.get(row);
    const isPaid = isPaidOut(series, [before, row], size, split);
    const own = split && ownSplitFault(series, split, { size, isPaid });
    if (own !== undefined) found.push(own);
    if (own !== undefined || isPaid || !(Math.abs(size) > ODD_MOVE * moveNoise)) continue;
    const odd = { index, row, size, power: unitPower(size, future) };
    const other = otherSplitFault(series, splits, odd);
    if (odd.power !== undefined && other === undefined) units.push(odd);
    else {
      const fault = other ?? unknownSplitFault(series, odd);
      if (fault !== undefined) found.push(fault);
    }
  }
  return units.length === 0 ? found : [...found, ...unitFaults(series, units)];
}
