const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];

/**
 * Undoes the widening of a float32 to a double: the number with the fewest digits that is the same float32. A value that
 * is no widened float32 comes back as it is.
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
