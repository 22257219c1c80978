import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, BUDGET_MS, isRetryFault, isRetryStatus, MAX_TRIES, mayTryAgain } from '../../src/http/retry.ts';

const anyAttempt = fc.integer({ min: 1, max: 1_000 });
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the wait after a failed try is a whole number of milliseconds between 0 and a ceiling that doubles up to 10 s', () => {
  fc.assert(
    fc.property(anyAttempt, anyRandom, (attempt, random) => {
      const wait = backoffMs(attempt, () => random);
      expect(Number.isInteger(wait)).toBe(true);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(Math.min(10_000, 1_000 * 2 ** (attempt - 1)));
    }),
  );
});

test('the jitter is full: the wait spreads over everything from nothing to the ceiling', () => {
  expect([1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, () => 0))).toEqual([0, 0, 0, 0, 0]);
  expect([1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, () => 0.5))).toEqual([500, 1_000, 2_000, 4_000, 5_000]);
  fc.assert(
    fc.property(anyAttempt, anyRandom, anyRandom, (attempt, a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)];
      expect(backoffMs(attempt, () => less)).toBeLessThanOrEqual(backoffMs(attempt, () => more));
    }),
  );
});

test('only 408, 429 and 5xx are worth another try', () => {
  const worth = Array.from({ length: 500 }, (_, index) => 100 + index).filter(isRetryStatus);
  expect(worth).toEqual([408, 429, ...Array.from({ length: 100 }, (_, index) => 500 + index)]);
});

test('faults of the line are worth another try, faults that come again are not', () => {
  const kinds = ['network', 'connect-timeout', 'idle-timeout', 'total-timeout'] as const;
  expect(kinds.every(isRetryFault)).toBe(true);
  expect((['certificate', 'proxy-refused', 'too-large', 'unknown-packing'] as const).some(isRetryFault)).toBe(false);
});

test('a request never makes more than 4 tries and never begins one after 30 s', () => {
  fc.assert(
    fc.property(fc.nat(10), fc.nat(60_000), fc.nat(60_000), (tries, spentMs, waitMs) => {
      if (mayTryAgain(tries, spentMs, waitMs)) {
        expect(tries).toBeLessThan(4);
        expect(spentMs + waitMs).toBeLessThan(30_000);
      }
    }),
  );
  expect(mayTryAgain(MAX_TRIES - 1, BUDGET_MS - 2, 1)).toBe(true);
});
