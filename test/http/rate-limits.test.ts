import { expect, test } from 'vitest';
import { errorOf, openHttp, settle, until } from './kit.ts';
import { statuses } from './statuses.ts';
import { TestClock } from './test-clock.ts';

test('429 without Retry-After is tried 4 times with back-off, then the series is skipped', async () => {
  const server = await statuses(429, 429, 429, 429);
  const { get, clock } = openHttp();
  const error = await errorOf(get(server.url));
  expect(error).toMatchObject({ code: 'rate-limited', disposition: 'skip-series', retryAt: undefined });
  expect(clock.naps).toEqual([500, 1_000, 2_000]);
});

test('429 with Retry-After in seconds is tried again exactly then', async () => {
  const server = await statuses([429, { 'retry-after': '1' }]);
  const { get, clock } = openHttp();
  expect((await get(server.url)).status).toBe(200);
  expect(clock.naps).toEqual([1_000]);
});

test('429 with Retry-After as an HTTP date is tried again exactly then', async () => {
  const clock = new TestClock();
  const server = await statuses([429, { 'retry-after': new Date(clock.now() + 7_000).toUTCString() }]);
  expect((await openHttp({ clock }).get(server.url)).status).toBe(200);
  expect(clock.naps).toEqual([7_000]);
});

test('429 with a Retry-After that means nothing is tried again after the usual back-off', async () => {
  const server = await statuses([429, { 'retry-after': 'later' }]);
  const { get, clock } = openHttp();
  await get(server.url);
  expect(clock.naps).toEqual([500]);
});

test('429 with Retry-After 3600 ends at once and tells when to come back', async () => {
  const server = await statuses([429, { 'retry-after': '3600' }]);
  const { get, clock } = openHttp();
  const retryAt = clock.now() + 3_600_000;
  const error = await errorOf(get(server.url));
  expect(error).toMatchObject({ code: 'rate-limited', disposition: 'skip-series', retryAt });
  expect(error.message).toContain(
    `status 429 from ${server.url}/: it wants no request before 2026-01-02T04:04:05.000Z`,
  );
  expect(server.requests).toHaveLength(1);
  expect(clock.naps).toEqual([]);
});

test('429 after Retry-After 3600 the host is left alone for the hour, by every provider, and then asked again', async () => {
  const server = await statuses([429, { 'retry-after': '3600' }]);
  const { get, clock, http } = openHttp();
  const retryAt = clock.now() + 3_600_000;
  await errorOf(get(server.url));
  const other = http.forProvider('other', { paceMs: 0 });
  clock.advance(3_500_000);
  const error = await errorOf(other.send({ url: `${server.url}/x` }, new AbortController().signal));
  expect(error).toMatchObject({ code: 'rate-limited', disposition: 'skip-series', retryAt });
  expect(error.message).toContain('other: not asked');
  expect(server.requests).toHaveLength(1);
  clock.advance(90_000);
  expect((await get(server.url)).status).toBe(200);
  expect(clock.now()).toBe(retryAt);
});

test('429 four times with Retry-After ends with the time to come back', async () => {
  const again: [number, Record<string, string>] = [429, { 'retry-after': '2' }];
  const server = await statuses(again, again, again, again);
  const { get, clock } = openHttp();
  const error = await errorOf(get(server.url));
  expect(server.requests).toHaveLength(4);
  expect(error).toMatchObject({ code: 'rate-limited', retryAt: clock.now() + 2_000 });
});

test('the Retry-After of one request keeps all others to that host back', async () => {
  const clock = new TestClock('held');
  const server = await statuses([503, { 'retry-after': '5' }]);
  const { get, http } = openHttp({ clock });
  const first = get(server.url);
  await until(() => clock.sleeping === 1);
  const second = http.forProvider('other', { paceMs: 0 }).send({ url: server.url }, new AbortController().signal);
  await until(() => clock.sleeping === 2);
  clock.advance(4_999);
  await settle();
  expect(server.requests).toHaveLength(1);
  clock.advance(1);
  expect([(await first).status, (await second).status]).toEqual([200, 200]);
});

test('a host that wants to be left alone for an hour is not waited for in front of an open circuit either', async () => {
  const clock = new TestClock('held');
  const server = await statuses([429, { 'retry-after': '3600' }]);
  const { get, http } = openHttp({ clock, breaker: { faultsToOpen: 1 } });
  expect(await errorOf(get(server.url))).toMatchObject({ code: 'rate-limited' });
  expect(http.stats().providers.yahoo?.circuit).toBe('open');
  expect(await errorOf(get(server.url))).toMatchObject({ code: 'rate-limited' });
  expect(server.requests).toHaveLength(1);
});
