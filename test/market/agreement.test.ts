import { describe, expect, it } from 'vitest';
import { disagreement } from '../../src/market/agreement.ts';
import type { Bars } from '../../src/market/bars.ts';
import type { Period } from '../../src/market/period.ts';
import { bar, table } from './rows.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const CLOSES = [100, 101, 99, 102, 100.5, 98, 103];

/** Daily bars with these closes, from the first day on. */
const daily = (closes: readonly number[], first = 0): Bars =>
  table(closes.map((close, index) => bar((first + index) * DAY, close, close, close, close)));
const times = (factor: number): number[] => CLOSES.map((close) => close * factor);

function judged(other: Bars, stored = daily(CLOSES), period: Period = '1d'): string | undefined {
  return disagreement(stored, other, period);
}

describe('bars of another source stand beside the stored ones', () => {
  it.each([
    ['the same prices', daily(CLOSES)],
    ['half a percent off', daily(times(1.0049))],
    ['five of them the same, two far off', daily([...CLOSES.slice(0, 5), 300, 300])],
  ])('%s: they may', (_, other) => {
    expect(judged(other)).toBeUndefined();
  });

  it.each([
    ['in pence or cents', daily(times(100)), 'its prices are 100 times the stored ones'],
    ['by a price magnifier', daily(times(0.01)), 'its prices are 0.01 times the stored ones'],
    ['adjusted for a dividend', daily(times(0.994)), 'its prices are 0.994 times the stored ones'],
    ['four in common', daily(CLOSES.slice(0, 4)), 'it has 4 bars in common with the stored ones, and 5 are to agree'],
    ['none in common', daily(CLOSES, 50), 'it has 0 bars in common with the stored ones, and 5 are to agree'],
    [
      'above as often as below',
      daily(CLOSES.map((close, index) => close * (1 + (index - 3) / 20))),
      '1 of 7 common bars agree, and 5 are to',
    ],
    ['of the other sign', daily(times(-1)), 'it has 0 bars in common with the stored ones, and 5 are to agree'],
  ])('%s: they may not', (_, other, why) => {
    expect(judged(other)).toBe(why);
  });

  it('prices of zero say nothing, negative ones do', () => {
    expect(judged(daily([0, 0, 0, 0, 0]), daily([0, 0, 0, 0, 0]))).toContain('0 bars in common');
    expect(judged(daily([-37, -12, -5, -3, -1]), daily([-37, -12, -5, -3, -1]))).toBeUndefined();
  });

  it('on another grid they may not, though some stamps are the same', () => {
    const hours = (minutes: readonly number[]): Bars =>
      table(minutes.map((minute) => bar(minute * MINUTE, 100, 100, 100, 100)));
    const half = [30, 90, 150, 210, 270, 330];
    expect(judged(hours(half), hours(half), '1h')).toBeUndefined();
    expect(judged(hours([...half, 360]), hours(half), '1h')).toBe(
      'its bars begin at minute 0, 30, the stored ones at 30',
    );
  });
});
