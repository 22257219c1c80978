import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/market/nearest.ts';

describe('names most like one', () => {
  it.each([
    ['GOLDD', ['SILVER', 'GOLD', 'GOLD_micro'], ['GOLD']],
    ['gold', ['GOLD'], ['GOLD']],
    ['APPL', ['AAPL', 'AMZN'], ['AAPL']],
    ['GLOD', ['GOLD', 'GLAD'], ['GLAD', 'GOLD']],
    ['output_dri', ['output_dir', 'input_dir'], ['output_dir']],
    ['XQZW', ['GOLD', 'SILVER'], []],
    ['GC', ['CG', 'GX', 'XYZ'], ['CG', 'GX']],
    ['', ['A', 'AB'], ['A']],
    ['A', [], []],
  ])('%s among %j: %j', (name, names, found) => {
    expect(nearest(name, names)).toEqual(found);
  });

  it('are three at most, unless more are wanted', () => {
    const names = ['GOLA', 'GOLB', 'GOLC', 'GOLE', 'GOLD'];
    expect(nearest('GOLD', names)).toEqual(['GOLD', 'GOLA', 'GOLB']);
    expect(nearest('GOLD', names, 9)).toHaveLength(5);
  });
});

/** Edits between two words by trying every one of them; a swap of neighbours is one. */
function edits(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [x, y] = [a.slice(1), b.slice(1)];
  const kept = edits(x, y) + (a.startsWith(b.charAt(0)) ? 0 : 1);
  const swapped =
    a.length > 1 && a.slice(0, 2) === b.charAt(1) + b.charAt(0) ? edits(a.slice(2), b.slice(2)) + 1 : Infinity;
  return Math.min(kept, swapped, edits(x, b) + 1, edits(a, y) + 1);
}

it('they are those within one edit for every three letters, as a search through all edits finds', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
  fc.assert(
    fc.property(words, fc.uniqueArray(words, { maxLength: 5 }), (name, names) => {
      const limit = Math.max(1, Math.floor(name.length / 3));
      const near = names.filter((other) => edits(name, other) <= limit);
      const found = nearest(name, names, 9);
      expect([...found].sort()).toEqual([...near].sort());
      const away = found.map((other) => edits(name, other));
      expect(away).toEqual([...away].sort((a, b) => a - b));
    }),
  );
});
