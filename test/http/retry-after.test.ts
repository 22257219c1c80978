import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryAfterMs } from '../../src/http/retry-after.ts';

const NOW = Date.UTC(2026, 2, 8, 6, 59, 30, 250);
const YEAR_MS = 365 * 86_400_000;

test('seconds become milliseconds', () => {
  fc.assert(
    fc.property(fc.nat(31_000_000), fc.constantFrom('', ' '), (seconds, blank) => {
      expect(retryAfterMs(`${blank}${seconds}${blank}`, NOW)).toBe(seconds * 1000);
    }),
  );
});

test('a negative number of seconds is no wait', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), (seconds) => {
      expect(retryAfterMs(`-${seconds}`, NOW)).toBe(0);
    }),
  );
});

test('an HTTP date is waited for in all three forms', () => {
  const wait = Date.UTC(2026, 2, 8, 7, 0, 0) - NOW;
  expect(retryAfterMs('Sun, 08 Mar 2026 07:00:00 GMT', NOW)).toBe(wait);
  expect(retryAfterMs('Sunday, 08-Mar-26 07:00:00 GMT', NOW)).toBe(wait);
  expect(retryAfterMs('Sun Mar  8 07:00:00 2026', NOW)).toBe(wait);
});

test('any date between now and a year ahead is waited for to the second', () => {
  fc.assert(
    fc.property(fc.nat(YEAR_MS / 1000 - 1), (seconds) => {
      const date = new Date(Math.ceil(NOW / 1000) * 1000 + seconds * 1000);
      expect(retryAfterMs(date.toUTCString(), NOW)).toBe(date.getTime() - NOW);
    }),
  );
});

test('a date in the past is no wait', () => {
  expect(retryAfterMs('Sun, 06 Nov 1994 08:49:37 GMT', NOW)).toBe(0);
  expect(retryAfterMs('Sunday, 06-Nov-94 08:49:37 GMT', NOW)).toBe(0);
});

test('nothing is waited for longer than a year', () => {
  expect(retryAfterMs('9'.repeat(400), NOW)).toBe(YEAR_MS);
  expect(retryAfterMs('Fri, 31 Dec 9999 23:59:59 GMT', NOW)).toBe(YEAR_MS);
});

test('what is neither seconds nor an HTTP date says nothing', () => {
  const garbage = [
    undefined,
    '',
    ' ',
    'soon',
    '1e3',
    '0x10',
    '12 s',
    'NaN',
    'Infinity',
    '2026-03-08',
    '2026-03-08T07:00:00Z',
    'Sun, 31 Feb 2026 07:00:00 GMT',
    'Sun, 08 Mai 2026 07:00:00 GMT',
    'Sun, 08 Mar 2026 24:00:00 GMT',
    'Sun, 08 Mar 2026 07:61:00 GMT',
    'Sun, 08 Mar 2026 07:00:00 CET',
  ];
  expect(garbage.map((value) => retryAfterMs(value, NOW))).toEqual(garbage.map(() => undefined));
});

test('whatever a server sends, the wait is undefined or between nothing and a year', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)), (value) => {
      const wait = retryAfterMs(value, NOW);
      expect(wait === undefined || (Number.isInteger(wait) && wait >= 0 && wait <= YEAR_MS)).toBe(true);
    }),
  );
});
