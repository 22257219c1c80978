const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];

/** Below it, prices in 256ths (bonds are quoted in fractions of a 32nd) are exact in a float32 and rarely there by chance. */
const FRACTIONS_BELOW = 1024;

/** True for a price in binary fractions: seven digits do not hold it, and its own value is a multiple of 1/256. */
function isBinaryFraction(value: number): boolean {
  if (Math.abs(value) >= FRACTIONS_BELOW || !Number.isInteger(value * 256)) return false;
  return Math.fround(Number(value.toPrecision(7))) !== value;
}

/**
 * Undoes the widening of a float32 to a double: the number with the fewest digits that is the same float32. A value that
 * is no widened float32 comes back as it is, and so does a whole number that a float32 holds exactly.
 */
export function undoFloat32(value: number): number {
  const size = Math.abs(value);
  if (Math.fround(value) !== value || (Number.isInteger(value) && size < 16_777_216)) return value;
  // The short way for the sizes that prices have: below the bounds a rounded value of few decimals is the shortest one.
  if (size < 1_048_576 && size > 0.001) {
    for (const power of POWERS) {
      const rounded = Math.round(value * power) / power;
      if (Math.fround(rounded) === value) return rounded;
    }
  }
  for (let digits = 6; digits <= 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

/**
 * The same for prices of futures, some of which are quoted in binary fractions: 106.0078125 is a tick of a bond, and
 * 106.00781 is none.
 */
export function undoFutureFloat32(value: number): number {
  return isBinaryFraction(value) ? value : undoFloat32(value);
}
