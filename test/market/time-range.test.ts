import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intersect, split, subtract, unite } from '../../src/market/time-range.ts';
import type { TimeRange, TimeRanges } from '../../src/market/time-range.ts';

/** The integers of half-open ranges: the model that the algebra is held against. */
function numbersOf(...ranges: readonly TimeRange[]): Set<number> {
  const numbers = new Set<number>();
  for (const { from, to } of ranges) for (let number = from; number < to; number++) numbers.add(number);
  return numbers;
}

const ascending = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);

/** Ranges as they must be: not empty, ascending, neither overlapping nor touching. */
function expectApart(ranges: TimeRanges): void {
  ranges.forEach((range, index) => {
    expect(range.from).toBeLessThan(range.to);
    expect(range.from).toBeGreaterThan(ranges[index - 1]?.to ?? -Infinity);
  });
}

const bound = fc.integer({ min: -12, max: 40 });
/** Empty and inverted ranges too. */
const anyRange = fc.record({ from: bound, to: bound });
const manyRanges = fc.array(anyRange, { maxLength: 10 });
const united = (parts: readonly TimeRange[]): TimeRanges => parts.reduce<TimeRanges>(unite, []);

describe('ranges behave as sets of instants', () => {
  it('unite holds every instant of its parts and no other, whatever their order', () => {
    fc.assert(
      fc.property(manyRanges, (parts) => {
        const whole = united(parts);
        expectApart(whole);
        expect(ascending(numbersOf(...whole))).toEqual(ascending(numbersOf(...parts)));
        expect(united([...parts].reverse())).toEqual(whole);
        expect(parts.reduce<TimeRanges>(unite, whole)).toEqual(whole);
      }),
    );
  });

  it('subtract leaves exactly what no range holds', () => {
    fc.assert(
      fc.property(anyRange, manyRanges, (wanted, parts) => {
        const covered = united(parts);
        const missing = subtract(wanted, covered);
        expectApart(missing);
        const known = numbersOf(...covered);
        expect(ascending(numbersOf(...missing))).toEqual(ascending(numbersOf(wanted)).filter((n) => !known.has(n)));
        expect(missing.reduce(unite, covered)).toEqual(unite(covered, wanted));
      }),
    );
  });

  it('intersect is the common part', () => {
    fc.assert(
      fc.property(anyRange, anyRange, (a, b) => {
        const common = intersect(a, b);
        const both = numbersOf(b);
        expect(ascending(common === undefined ? [] : numbersOf(common))).toEqual(
          ascending(numbersOf(a)).filter((n) => both.has(n)),
        );
        expect(intersect(b, a)).toEqual(common);
      }),
    );
  });

  it('split loses nothing, repeats nothing, and no piece but the last is shorter than the span', () => {
    fc.assert(
      fc.property(bound, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 25 }), (from, length, span) => {
        const range = { from, to: from + length };
        const pieces = split(range, span);
        expect(pieces.flatMap((piece) => ascending(numbersOf(piece)))).toEqual(ascending(numbersOf(range)));
        expect(pieces.length).toBe(Math.ceil(length / span));
        for (const piece of pieces.slice(0, -1)) expect(piece.to - piece.from).toBe(span);
        expect(split(range, undefined)).toEqual([range]);
      }),
    );
  });
});

describe('edges', () => {
  it('ranges that touch become one, ranges a millisecond apart stay two', () => {
    expect(unite([{ from: 0, to: 5 }], { from: 5, to: 9 })).toEqual([{ from: 0, to: 9 }]);
    expect(unite([{ from: 0, to: 5 }], { from: 6, to: 9 })).toEqual([
      { from: 0, to: 5 },
      { from: 6, to: 9 },
    ]);
    expect(intersect({ from: 0, to: 5 }, { from: 5, to: 9 })).toBeUndefined();
  });

  it('nothing is missing of an empty range', () => {
    expect(subtract({ from: 5, to: 5 }, [])).toEqual([]);
  });
});
