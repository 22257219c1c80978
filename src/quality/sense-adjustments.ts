import { decimalsOf, FLOAT32_ROUNDING } from '../market/rounding.ts';
import { twinsIn } from './sense-dividends.ts';
import type { Dividend } from './sense-dividends.ts';
import { figure } from './sense-finding.ts';
import type { Fault } from './sense-finding.ts';
import { at, move, UNIT_MOVE } from './sense-series.ts';
import type { SenseSeries } from './sense-series.ts';

/*
 * The factor adjusted close / close is a step function of time: into an ex date it grows by 1 / (1 − dividend / close
 * before), and nowhere else. `stepped` below is the part of the close before that a step stands for: 1 − factor before /
 * factor after.
 */

/** A step without a dividend may be a payment of another sort (gains of a fund), but none of this part of the price. */
const LARGEST_PAYMENT = 0.5;
/** A step of the factor below this part of the price is rounding: less than any dividend worth a payment. */
const LEAST_STEP = 5e-5;
/** How far a step may be from its dividend: daily ones, and others, whose close before is another than the source's. */
const DAILY_TOLERANCE = 0.02;
const OTHER_TOLERANCE = 0.1;
/** How near (as a logarithm) a ratio has to be to a wrong unit. */
const UNIT_TOLERANCE = 0.1;
/** What one payment comes to, as a part of the price, more often than not: tells which of two amounts is the odd one. */
const USUAL_PART = 0.01;
/** Values looked at to tell with how many decimals a column is written. */
const DECIMALS_SAMPLE = 200;

/** Half of the last decimal that the values are written with; of many, some are looked at. */
function roundingOf(values: Float64Array): number {
  const step = Math.max(1, Math.floor(values.length / DECIMALS_SAMPLE));
  let decimals = 0;
  for (let index = 0; index < values.length; index += step) {
    const value = at(values, index);
    if (Number.isFinite(value)) decimals = Math.max(decimals, decimalsOf(value));
  }
  return 10 ** -decimals / 2;
}

/** The factor of one series. */
interface Factor {
  readonly adjusted: Float64Array;
  /** Part of the close before that the factor steps by between two rows. */
  readonly stepped: (before: number, row: number) => number;
  /** What rounding may make of a step between two rows: that of the four prices it is made of. */
  readonly rounding: (before: number, row: number) => number;
}

function factorOf({ bars }: SenseSeries, adjusted: Float64Array): Factor {
  const unit = roundingOf(adjusted);
  const factor = (row: number): number => at(adjusted, row) / at(bars.close, row);
  return {
    adjusted,
    stepped: (before, row) => 1 - factor(before) / factor(row),
    rounding: (before, row) =>
      4 * FLOAT32_ROUNDING + unit / Math.abs(at(adjusted, before)) + unit / Math.abs(at(adjusted, row)),
  };
}

/** A dividend and the step that was found for it. */
interface Mismatch {
  readonly dividend: Dividend;
  readonly stepped: number;
}

/** The parts of the price, least and greatest, that a dividend may have been: of a long bar its close before is unknown. */
function partsOf({ bars, isLong, isIntraday }: SenseSeries, { row, before, amount, part }: Dividend): [number, number] {
  const tolerance = isLong || isIntraday ? OTHER_TOLERANCE : DAILY_TOLERANCE;
  const most = isLong ? amount / Math.min(at(bars.low, before), at(bars.low, row)) : part;
  const least = isLong ? amount / Math.max(at(bars.high, before), at(bars.high, row)) : part;
  return [least * (1 - tolerance), most * (1 + tolerance)];
}

/** Sources let the factor of a weekly or monthly bar step with the dividend, or one bar later. */
function mismatchOf(
  series: SenseSeries,
  factor: Factor,
  dividend: Dividend,
  amountRounding: number,
  next: number,
): Mismatch | undefined {
  const { row, before } = dividend;
  const [least, most] = partsOf(series, dividend);
  const rounding = factor.rounding(before, row) + amountRounding / at(series.bars.close, before);
  const isExplained = (stepped: number): boolean => stepped >= least - rounding && stepped <= most + rounding;
  const stepped = factor.stepped(before, row);
  if (Number.isNaN(stepped) || isExplained(stepped)) return undefined;
  if (series.isLong) {
    const later = factor.stepped(row, next);
    if (Number.isNaN(later) || isExplained(later)) return undefined;
  }
  return { dividend, stepped };
}

/** Mismatches of one ratio of 100, all together: whether the amounts are the odd ones, or the steps. */
function areAmountsOdd(mismatches: readonly Mismatch[]): boolean {
  const oddness = (part: (mismatch: Mismatch) => number): number =>
    Math.abs(mismatches.reduce((sum, mismatch) => sum + move(USUAL_PART, part(mismatch)), 0));
  return oddness(({ dividend }) => dividend.part) > oddness(({ stepped }) => stepped);
}

function faultOf(series: SenseSeries, factor: Factor, mismatch: Mismatch, unitsOff: readonly Mismatch[]): Fault {
  const { dividend, stepped } = mismatch;
  const { row, before, amount, part } = dividend;
  const implied = stepped * at(series.bars.close, before);
  const figures = (): string => `${figure(amount)} a share, adjusted for ${figure(implied)}`;
  const fault = { severity: 'error', row, figures } as const;
  const split = at(series.bars.extras.get('Stock Splits'), row);
  const isUnsplit = split > 0 && split !== 1 && Math.abs(move(split, part / stepped)) < DAILY_TOLERANCE;
  if (isUnsplit) return { ...fault, kind: 'dividend-amount', reason: 'a dividend of before the split on its day' };
  if (unitsOff.includes(mismatch) && areAmountsOdd(unitsOff)) {
    const size = part > stepped ? 'large' : 'small';
    return { ...fault, kind: 'dividend-amount', reason: `a dividend 100 times too ${size}` };
  }
  const isMissing = Math.abs(stepped) <= Math.max(LEAST_STEP / 10, factor.rounding(before, row));
  const reason = isMissing ? 'adjusted closes do not count a dividend' : 'adjusted closes count another dividend';
  return { ...fault, kind: 'dividend-adjustment', reason };
}

function mismatchFaults(series: SenseSeries, factor: Factor, dividends: readonly Dividend[]): Fault[] {
  const amountRounding = roundingOf(Float64Array.from(dividends, ({ amount }) => amount));
  const next = new Map<number, number>();
  if (series.isLong) series.rows.forEach((row, index) => next.set(row, series.rows[index + 1] ?? -1));
  // Twins that the factor counts together are told of as one dividend too many, and not as a wrong factor.
  const together = twinsIn(series, dividends).filter(([first, second]) => {
    const stepped = factor.stepped(first.before, second.row);
    return Math.abs(move(first.part + second.part, stepped)) < DAILY_TOLERANCE;
  });
  const mismatches = dividends
    .filter((dividend) => dividend.amount > 0 && !together.flat().includes(dividend))
    .flatMap((dividend) => mismatchOf(series, factor, dividend, amountRounding, next.get(dividend.row) ?? -1) ?? []);
  const ratio = ({ dividend, stepped }: Mismatch): number => move(stepped, dividend.part);
  const isUnit = (mismatch: Mismatch, sign: number): boolean =>
    Math.abs(ratio(mismatch) - sign * UNIT_MOVE) < UNIT_TOLERANCE;
  const [large, small] = [1, -1].map((sign) => mismatches.filter((mismatch) => isUnit(mismatch, sign)));
  return mismatches.map((mismatch) => {
    const group = large?.includes(mismatch) === true ? large : (small ?? []);
    return faultOf(series, factor, mismatch, group);
  });
}

/** Steps of the factor where no dividend is, and adjusted closes that are not above zero. */
function strayFaults({ bars, rows, isLong }: SenseSeries, factor: Factor, knowsDividends: boolean): Fault[] {
  const dividends = bars.extras.get('Dividends');
  const paid = (row: number): boolean => Math.abs(at(dividends, row)) > 0;
  const found: Fault[] = [];
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? 0;
    const adjusted = at(factor.adjusted, row);
    const fault = { kind: 'adjusted-close', severity: 'error', row } as const;
    if (adjusted <= 0 && at(bars.close, row) > 0) {
      found.push({ ...fault, reason: 'adjusted closes of zero or below', figures: () => figure(adjusted) });
    }
    const before = rows[index - 1];
    if (!knowsDividends || before === undefined || paid(row) || (isLong && paid(before))) continue;
    const stepped = factor.stepped(before, row);
    if (!(Math.abs(stepped) > LEAST_STEP) || Math.abs(stepped) <= factor.rounding(before, row)) continue;
    const figures = (): string => `by ${figure(stepped * 100)} %`;
    const severity = stepped < 0 || stepped > LARGEST_PAYMENT ? 'error' : 'warning';
    found.push({ ...fault, severity, reason: 'adjusted closes move against closes without a dividend', figures });
  }
  return found;
}

/** Adjusted closes that do not follow from closes and dividends; none where the series has no such columns. */
export function adjustmentFaults(series: SenseSeries, dividends: readonly Dividend[]): Fault[] {
  const adjusted = series.bars.extras.get('Adj Close');
  if (adjusted === undefined) return [];
  const factor = factorOf(series, adjusted);
  const knowsDividends = series.bars.extras.has('Dividends');
  return [...mismatchFaults(series, factor, dividends), ...strayFaults(series, factor, knowsDividends)];
}
