import { figure } from './sense-finding.ts';
import type { Fault, SenseKind } from './sense-finding.ts';
import { at, move, UNIT_MOVE } from './sense-series.ts';
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
/** How near a move has to be to a wrong unit: a market that moves by itself in the same night adds this much at most. */
const UNIT_TOLERANCE = 0.25;
/** Ratios that companies split by, either way. Smaller ones (3:2) are sizes that a bad day has too. */
const USUAL_RATIOS = [2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 40, 50];
/** How near an unknown split has to be: as many usual moves, and at most this. */
const UNKNOWN_NOISE = 2.5;
const UNKNOWN_TOLERANCE = 0.05;
/** An unknown split moves the level for good: bars after it that have to stay there. */
const STAYING_BARS = 5;

interface Split {
  readonly row: number;
  readonly ratio: number;
  /** Logarithm of the ratio. */
  readonly size: number;
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

function ownSplitFault(series: SenseSeries, split: Split, size: number): Fault | undefined {
  if (distance(size, split, series.moveNoise) === undefined) return undefined;
  // A company that consolidates its shares to pay out a part of itself moves by both.
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

function unknownSplitFault({ bars, rows, moveNoise }: SenseSeries, odd: OddMove): Fault | undefined {
  const near = Math.min(UNKNOWN_NOISE * moveNoise, UNKNOWN_TOLERANCE);
  const ratio = USUAL_RATIOS.find((usual) => Math.abs(Math.abs(odd.size) - Math.log(usual)) < near);
  if (ratio === undefined || at(bars.extras.get('Dividends'), odd.row) > 0) return undefined;
  const close = (index: number): number => at(bars.close, rows[index] ?? -1);
  for (let ahead = 0; ahead < STAYING_BARS; ahead++) {
    const later = Math.abs(move(close(odd.index - 1), close(odd.index + ahead)));
    const earlier = Math.abs(move(close(odd.index - 1 - ahead), close(odd.index)));
    if (Math.min(later, earlier) < Math.abs(odd.size) / 2) return undefined;
  }
  const reason = 'a move of the size of a split, and none is known';
  const figures = (): string => `about ${odd.size < 0 ? `${ratio}:1` : `1:${ratio}`}`;
  return { kind: 'split-sized-move', severity: 'warning', row: odd.row, reason, figures };
}

/** Blocks of bars between moves of 100 that stand on another level than most bars do. */
function unitFaults({ bars, rows }: SenseSeries, odd: readonly OddMove[]): Fault[] {
  const blocks: { from: number; to: number; level: number }[] = [];
  let level = 0;
  let from = 0;
  for (const { index, size } of [...odd, { index: rows.length, size: 0 }]) {
    blocks.push({ from, to: index, level });
    level += Math.sign(size);
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
      reason: `prices 100 times ${block.level > usual ? 'above' : 'below'} most others of the series`,
      figures: () => `${block.to - block.from} bars at ${figure(at(bars.close, rows[block.from] ?? 0))}`,
    }));
}

/** Moves that are no moves of the market. */
export function moveFaults(series: SenseSeries): Fault[] {
  const { bars, rows, moveNoise } = series;
  const splits = splitsIn(series);
  const onDay = new Map(splits.map((split) => [split.row, split]));
  const found: Fault[] = [];
  const units: OddMove[] = [];
  for (let index = 1; index < rows.length; index++) {
    const [before, row] = [rows[index - 1] ?? 0, rows[index] ?? 0];
    const size = move(at(bars.close, before), at(bars.close, row));
    const split = onDay.size === 0 ? undefined : onDay.get(row);
    const own = split && ownSplitFault(series, split, size);
    if (own !== undefined) found.push(own);
    if (own !== undefined || !(Math.abs(size) > ODD_MOVE * moveNoise)) continue;
    const odd = { index, row, size };
    const other = otherSplitFault(series, splits, odd);
    const isUnit = Math.abs(Math.abs(size) - UNIT_MOVE) < UNIT_TOLERANCE;
    if (isUnit && other === undefined) units.push(odd);
    else {
      const fault = other ?? unknownSplitFault(series, odd);
      if (fault !== undefined) found.push(fault);
    }
  }
  return units.length === 0 ? found : [...found, ...unitFaults(series, units)];
}
