/** Made-up numbers that depend on nothing but their arguments: the same on every machine, at every time. */

/** 32-bit hash of a text. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** 32-bit hash of two whole numbers. */
export function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul((b | 0) + 0x165667b1, 0xc2b2ae35);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 12;
  hash = Math.imul(hash, 0x297a2d39);
  hash ^= hash >>> 15;
  return hash >>> 0;
}

/** A 32-bit hash as a number in [0, 1). */
export function unit(hash: number): number {
  return hash / 4_294_967_296;
}

/** A smooth curve in [−1, 1] through random points one whole step of `x` apart. */
export function smoothNoise(seed: number, x: number): number {
  const step = Math.floor(x);
  const part = x - step;
  const from = unit(mix(seed, step));
  const to = unit(mix(seed, step + 1));
  return 2 * (from + (to - from) * part * part * (3 - 2 * part)) - 1;
}
