import { DAY_MS } from '../market/period.ts';
import { figure } from './sense-finding.ts';
import type { Fault } from './sense-finding.ts';
import { at, move } from './sense-series.ts';
import type { SenseSeries } from './sense-series.ts';

/** A dividend and the bars around its ex date. */
export interface Dividend {
  /** The bar of the ex date, and the last one with a close before it. */
  readonly row: number;
  readonly before: number;
  readonly amount: number;
  /** Amount over the close before. */
  readonly part: number;
  /** How far the price fell into the ex date, close to close, over the close before. */
  readonly fall: number;
}

/** A dividend above this part of the price is large enough for the bar to show it. */
const LARGE_PART = 0.1;
/** The least share of a large dividend that the price has to fall by, at its low. */
const LEAST_FALL = 0.5;
/** A payment below this part of the price is so small that it may be pounds written as hundreds of pounds. */
const SMALL_PART = 0.001;
/** Pence in a pound, cents in a dollar: the factor of a wrong unit. */
const UNIT = 100;
/** Falls this many times their own noise are hardly an accident (one in 160). */
const SURE_FALL = 2.5;
/** Two payments of one amount lie further apart than this; weekly payers pay every seven days. */
const LEAST_DAYS_APART = 5;
/** Amounts this near to each other are one amount. */
const SAME_AMOUNT = 0.01;
/** Two payments above this part of the price within days are odd even if they differ. */
const LARGE_PAYMENT = 0.05;
/** How near a move has to be to what a payment and a consolidation make of it together: as many usual moves. */
const CONSOLIDATION_NOISE = 3;

/** Dividends of the series that have a close before them, above zero. */
export function dividendsIn({ bars, rows }: SenseSeries): Dividend[] {
  const column = bars.extras.get('Dividends');
  const found: Dividend[] = [];
  if (column === undefined) return found;
  for (let index = 1; index < rows.length; index++) {
    const row = rows[index] ?? 0;
    const before = rows[index - 1] ?? 0;
    const amount = at(column, row);
    const close = at(bars.close, before);
    if (Number.isNaN(amount) || amount === 0 || close <= 0) continue;
    found.push({ row, before, amount, part: amount / close, fall: 1 - at(bars.close, row) / close });
  }
  return found;
}

/** Whether prices move by a payment and by a consolidation of that day together, so that one makes up for the other. */
function isConsolidated({ bars, moveNoise }: SenseSeries, { row, before, part }: Dividend): boolean {
  const ratio = at(bars.extras.get('Stock Splits'), row);
  if (!(ratio > 0 && ratio < 1)) return false;
  const expected = Math.log(1 - part) - Math.log(ratio);
  return Math.abs(move(at(bars.close, before), at(bars.close, row)) - expected) <= CONSOLIDATION_NOISE * moveNoise;
}

function sizeFault(series: SenseSeries, dividend: Dividend): Fault | undefined {
  const { bars, isLong } = series;
  const { row, before, amount, part } = dividend;
  const close = at(bars.close, before);
  const figures = (): string => `${figure(amount)} a share at ${figure(close)}`;
  const fault = { kind: 'dividend-amount', row, figures } as const;
  if (amount < 0) return { ...fault, severity: 'error', reason: 'a dividend below zero' };
  if (part >= 1) return { ...fault, severity: 'error', reason: 'a dividend of more than the share costs' };
  const fall = 1 - at(bars.low, row) / close;
  if (isLong || part < LARGE_PART || fall >= part * LEAST_FALL || isConsolidated(series, dividend)) return undefined;
  return { ...fault, severity: 'warning', reason: 'a large dividend that the price did not fall by' };
}

/**
 * Very small payments, taken together, into whose ex dates the price fell as if they were 100 times larger: more than
 * chance would have it, and about as much as that.
 */
function smallFaults({ isLong, moveNoise }: SenseSeries, dividends: readonly Dividend[]): Fault[] {
  const small = dividends.filter(({ part }) => part > 0 && part < SMALL_PART);
  const fall = small.reduce((sum, dividend) => sum + dividend.fall, 0);
  const whole = small.reduce((sum, { part }) => sum + part * UNIT, 0);
  const isSure = fall > SURE_FALL * moveNoise * Math.sqrt(small.length);
  if (isLong || !isSure || fall < whole * 0.5 || fall > whole * 1.5) return [];
  return small.map(({ row, amount }) => ({
    kind: 'dividend-amount',
    severity: 'warning',
    row,
    reason: `a dividend ${UNIT} times too small for the fall of the price`,
    figures: () => `${figure(amount)} a share`,
  }));
}

/** Pairs of dividends that are one: equal amounts within days. */
export function twinsIn(
  { bars, isLong }: SenseSeries,
  dividends: readonly Dividend[],
): (readonly [Dividend, Dividend])[] {
  if (isLong) return [];
  return dividends.flatMap((second, index) => {
    const first = dividends[index - 1];
    if (first === undefined || !(Math.abs(move(first.amount, second.amount)) < SAME_AMOUNT)) return [];
    const apart = at(bars.time, second.row) - at(bars.time, first.row);
    return apart < LEAST_DAYS_APART * DAY_MS ? [[first, second] as const] : [];
  });
}

/** Pairs of large payments within days that are no twins, though one of them may be the other in another form. */
function largePairs({ bars, isLong }: SenseSeries, dividends: readonly Dividend[]): (readonly [Dividend, Dividend])[] {
  if (isLong) return [];
  const large = dividends.filter(({ part }) => part > LARGE_PAYMENT);
  return large.flatMap((second, index) => {
    const first = large[index - 1];
    if (first === undefined || Math.abs(move(first.amount, second.amount)) < SAME_AMOUNT) return [];
    const apart = at(bars.time, second.row) - at(bars.time, first.row);
    return apart <= LEAST_DAYS_APART * DAY_MS ? [[first, second] as const] : [];
  });
}

/** Dividends whose amount or whose very being does not fit the prices. */
export function dividendFaults(series: SenseSeries, dividends: readonly Dividend[]): Fault[] {
  const sizes = dividends.flatMap((dividend) => sizeFault(series, dividend) ?? []);
  const twins = twinsIn(series, dividends).map(([first, second]): Fault => {
    const phantom = first.fall < second.fall ? first : second;
    const reason = 'the same dividend twice within days';
    const figures = (): string => `${figure(phantom.amount)} a share`;
    return { kind: 'dividend-phantom', severity: 'warning', row: phantom.row, reason, figures };
  });
  const pairs = largePairs(series, dividends).map(([first, second]): Fault => {
    const amounts = [first, second].map(
      ({ amount, before }) => `${figure(amount)} at ${figure(at(series.bars.close, before))}`,
    );
    const reason = 'two payments of more than 5 % of the price within five days';
    const figures = (): string => amounts.join(' and ');
    return { kind: 'dividend-phantom', severity: 'warning', row: first.row, lastRow: second.row, reason, figures };
  });
  return [...sizes, ...smallFaults(series, dividends), ...twins, ...pairs];
}
