import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { undoFloat32 } from '../../src/market/float32.ts';

/** The shortest decimal text that is this float32, found digit by digit. */
function shortest(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}

/** Significant digits of the text that a file gets. */
function digitsOf(value: number): number {
  const [mantissa = ''] = Math.abs(value).toExponential().split('e');
  return mantissa.replace('.', '').replace(/0+$/, '').length;
}

const prices = fc
  .tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: 0, max: 8 }), fc.boolean())
  .map(([digits, decimals, negative]) => Number(`${negative ? '-' : ''}${digits}e-${decimals}`));
const floats = fc.float({ noNaN: true, noDefaultInfinity: true });
/** Float32 numbers that are not subnormal; no price is below them. */
const normal = floats.filter((value) => Math.abs(value) > 1e-37);

describe('the widening of a float32 is undone', () => {
  it('every price of up to seven digits comes back as it was', () => {
    fc.assert(
      fc.property(prices, (price) => {
        expect(undoFloat32(Math.fround(price))).toBe(price);
      }),
      { numRuns: 3000 },
    );
  });

  it('whatever comes back is the same float32', () => {
    fc.assert(
      fc.property(floats, (value) => {
        expect(Object.is(Math.fround(undoFloat32(value)), value)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('no shorter number is the same float32, but a whole number stays whole', () => {
    fc.assert(
      fc.property(normal, (value) => {
        const undone = undoFloat32(value);
        if (Number.isInteger(value) && Math.abs(value) < 2 ** 24) expect(undone).toBe(value);
        else expect(digitsOf(undone)).toBe(digitsOf(shortest(value)));
      }),
      { numRuns: 3000 },
    );
  });

  it('over the whole range of prices it finds what a search digit by digit finds', () => {
    const steps = fc.tuple(fc.integer({ min: -12, max: 23 }), fc.integer({ min: 0, max: 2 ** 23 - 1 }));
    fc.assert(
      fc.property(steps, ([exponent, fraction]) => {
        const value = Math.fround((1 + fraction / 2 ** 23) * 2 ** exponent);
        expect(undoFloat32(value)).toBe(Number.isInteger(value) ? value : shortest(value));
        expect(undoFloat32(-value)).toBe(-undoFloat32(value));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    [501.9800109863281, 501.98],
    [0.009999999776482582, 0.01],
    [0.00009999999747378752, 0.0001],
    [-0.10000000149011612, -0.1],
    [-37.630001068115234, -37.63],
    [1.0947999954223633, 1.0948],
    [0.25, 0.25],
    [0.03125, 0.03125],
    [113.828125, 113.828125],
    [0.000009999999747378752, 0.00001],
    [9.999999682655225e-20, 1e-19],
    [1048576.1875, 1048576.2],
    [0, 0],
    [-0, -0],
    [16777215, 16777215],
    [123456784, 123456780],
  ])('%d is read as %d', (widened, price) => {
    expect(Math.fround(widened)).toBe(widened);
    expect(undoFloat32(widened)).toBe(price);
  });

  it('every tick of a quarter, a 32nd, a 64th of a half 32nd and a cent survives', () => {
    for (const tick of [0.25, 1 / 32, 1 / 256]) {
      for (let price = 3900; price < 3910; price += tick) expect(undoFloat32(Math.fround(price))).toBe(price);
    }
    for (let cents = 1; cents < 100_000; cents++) {
      const price = Number(`${cents}e-2`);
      if (undoFloat32(Math.fround(price)) !== price) expect.fail(String(price));
    }
  });

  it('a double that is no widened float32 stays, to the last bit', () => {
    for (const value of [0.1, 501.98, 1.09485, 1 / 3, 1e-300, 1e300, NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER]) {
      expect(Object.is(undoFloat32(value), value)).toBe(true);
    }
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        if (Math.fround(value) !== value) expect(undoFloat32(value)).toBe(value);
      }),
    );
  });
});
