/** Relative rounding of a float32, the coarsest form in which sources keep prices. */
export const FLOAT32_ROUNDING = 2 ** -24;

/** How many decimals a number is written with; below zero for one like 1e21. */
export function decimalsOf(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  return (digits.split('.')[1]?.length ?? 0) - Number(exponent);
}
