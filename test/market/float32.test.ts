import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { undoFloat32, undoFutureFloat32 } from '../../src/market/float32.ts';

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

/** A bond price such as 106.0078125: exact in a float32, and seven digits would change it. */
function isIn256ths(value: number): boolean {
  return Math.abs(value) < 1024 && (value * 256) % 1 === 0 && digitsOf(shortest(value)) > 7;
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
        expect(undoFutureFloat32(Math.fround(price))).toBe(price);
      }),
      { numRuns: 3000 },
    );
  });

  it('whatever comes back is the same float32', () => {
    fc.assert(
      fc.property(floats, (value) => {
        expect(Object.is(Math.fround(undoFutureFloat32(value)), value)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('no shorter number is the same float32, but a whole number and a price in 256ths stay', () => {
    fc.assert(
      fc.property(normal, (value) => {
        const undone = undoFutureFloat32(value);
        if ((Number.isInteger(value) && Math.abs(value) < 2 ** 24) || isIn256ths(value)) expect(undone).toBe(value);
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
        expect(undoFutureFloat32(value)).toBe(Number.isInteger(value) || isIn256ths(value) ? value : shortest(value));
        expect(Math.fround(undoFutureFloat32(-value))).toBe(-value);
        expect(digitsOf(undoFutureFloat32(-value))).toBe(digitsOf(undoFutureFloat32(value)));
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
    [1048576.25, 1048576.3],
    [0, 0],
    [-0, -0],
    [16777215, 16777215],
    [123456784, 123456780],
  ])('%d is read as %d', (widened, price) => {
    expect(Math.fround(widened)).toBe(widened);
    expect(undoFutureFloat32(widened)).toBe(price);
  });

  it('every bond price in fractions of a 32nd survives: 10-year notes in half, 5-year in quarter, 2-year in eighth 32nds', () => {
    for (const [below, ticks] of [
      [128, 256],
      [256, 128],
    ] as const) {
      for (let tick = 100 * ticks; tick < below * ticks; tick++) {
        const price = tick / ticks;
        if (undoFutureFloat32(Math.fround(price)) !== price) expect.fail(String(price));
      }
    }
    expect([106.0078125, 103.00390625, -110.015625].map(undoFutureFloat32)).toEqual([
      106.0078125, 103.00390625, -110.015625,
    ]);
  });

  it('every price in cents and in quarters survives', () => {
    for (let cents = 1; cents < 100_000; cents++) {
      const price = Number(`${cents}e-2`);
      if (undoFutureFloat32(Math.fround(price)) !== price) expect.fail(String(price));
    }
    for (let price = 3900; price < 4000; price += 0.25) expect(undoFutureFloat32(Math.fround(price))).toBe(price);
  });

  it('a double that is no widened float32 stays, to the last bit', () => {
    for (const value of [
      0.1,
      501.98,
      1.09485,
      1 / 3,
      1e-300,
      1e300,
      NaN,
      Infinity,
      -Infinity,
      Number.MAX_SAFE_INTEGER,
    ]) {
      expect(Object.is(undoFutureFloat32(value), value)).toBe(true);
    }
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        if (Math.fround(value) !== value) expect(undoFutureFloat32(value)).toBe(value);
      }),
    );
  });
});

describe('prices of anything but futures', () => {
  it('the shortest number counts, also where the float32 is a binary fraction', () => {
    expect(undoFloat32(245.42578125)).toBe(245.42578);
    expect(undoFutureFloat32(245.42578125)).toBe(245.42578125);
    fc.assert(
      fc.property(normal, (value) => {
        if (!Number.isInteger(value)) expect(digitsOf(undoFloat32(value))).toBe(digitsOf(shortest(value)));
        expect(Math.fround(undoFloat32(value))).toBe(value);
      }),
      { numRuns: 3000 },
    );
  });
});
