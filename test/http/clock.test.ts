import { expect, test } from 'vitest';
import { systemClock } from '../../src/http/clock.ts';
import { errorOf, timers } from './kit.ts';

test('the clock tells real milliseconds since the epoch', () => {
  const before = new Date().getTime();
  const now = systemClock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(new Date().getTime());
});

test('a sleep is never shorter than asked, busy loop or not', async () => {
  const { signal } = new AbortController();
  const sleeps = [0.4, 3, 11].map(async (ms) => {
    const start = performance.now();
    await systemClock.sleep(ms, signal);
    expect(performance.now() - start).toBeGreaterThanOrEqual(ms);
  });
  const busyUntil = performance.now() + 8;
  while (performance.now() < busyUntil);
  await Promise.all(sleeps);
});

test('no time, and less than none, is slept at once', async () => {
  const { signal } = new AbortController();
  await systemClock.sleep(0, signal);
  await systemClock.sleep(-5, signal);
});

test('an interruption ends a sleep at once and leaves no timer', async () => {
  const before = timers();
  const controller = new AbortController();
  const start = performance.now();
  const sleep = errorOf(systemClock.sleep(3_000_000_000, controller.signal));
  expect(timers()).toBe(before + 1);
  controller.abort();
  expect(await sleep).toMatchObject({ code: 'interrupted', disposition: 'abort-run' });
  expect(performance.now() - start).toBeLessThan(1_000);
  expect(timers()).toBe(before);
});

test('after an interruption nothing is slept at all', async () => {
  expect(await errorOf(systemClock.sleep(0, AbortSignal.abort()))).toMatchObject({ code: 'interrupted' });
});
