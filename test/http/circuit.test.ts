import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { answer, serve } from '../support/loopback.ts';
import { errorOf, openHttp, settle, until } from './kit.ts';
import { TestClock } from './test-clock.ts';

const fail = (response: ServerResponse): void => {
  answer(response, 500, 'down');
};

test('opens after 5 faults in a row, sends one probe after the pause, and gives up after the second bad one', async () => {
  const clock = new TestClock('held');
  const server = await serve((_, response) => {
    fail(response);
  });
  const { get, http, lines } = openHttp({ clock, random: () => 0 });
  await errorOf(get(server.url));
  const ends = [errorOf(get(server.url)), errorOf(get(server.url)), errorOf(get(server.url))];
  await until(() => clock.sleeping === 3);
  const asked = server.requests.length;
  expect(asked).toBeLessThanOrEqual(4 + 3);
  expect(http.stats().providers.yahoo?.circuit).toBe('open');
  clock.advance(15_000);
  await until(() => server.requests.length === asked + 1 && clock.sleeping > 0);
  await settle();
  expect(server.requests).toHaveLength(asked + 1);
  clock.advance(15_000);
  const errors = await Promise.all(ends);
  expect(server.requests).toHaveLength(asked + 2);
  expect(errors.map(({ code, disposition }) => `${code} ${disposition}`)).toContain('circuit-open stop-provider');
  expect(await errorOf(get(server.url))).toMatchObject({ code: 'circuit-open', disposition: 'stop-provider' });
  expect(server.requests).toHaveLength(asked + 2);
  expect(lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual(
    Array.from({ length: 3 }, () => 'circuit of yahoo is open'),
  );
});

test('closes after a good probe, and the waiting requests go', async () => {
  let isDown = true;
  const server = await serve((_, response) => {
    if (isDown) fail(response);
    else answer(response, 200, 'bars');
  });
  const clock = new TestClock('held');
  const { get, http } = openHttp({ clock, random: () => 0, breaker: { faultsToOpen: 2 } });
  const requests = [get(server.url), get(server.url), get(server.url)];
  await until(() => http.stats().providers.yahoo?.circuit === 'open' && clock.sleeping === 3);
  isDown = false;
  clock.advance(15_000);
  expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(http.stats().providers.yahoo?.circuit).toBe('closed');
});

test('the pause is not taken from the 30 s of a request', async () => {
  let isDown = true;
  const server = await serve((_, response) => {
    if (isDown) fail(response);
    else answer(response, 200, 'bars');
  });
  const clock = new TestClock('held');
  const { get } = openHttp({ clock, random: () => 0, breaker: { faultsToOpen: 1, coolDownMs: 60_000 } });
  const request = get(server.url);
  await until(() => clock.sleeping === 1);
  isDown = false;
  clock.advance(60_000);
  expect((await request).status).toBe(200);
});

test('does not open for unknown symbols, however many', async () => {
  const server = await serve((_, response) => {
    answer(response, 404, 'no such symbol');
  });
  const { get, http } = openHttp();
  for (let request = 0; request < 20; request += 1) expect((await get(server.url)).status).toBe(404);
  expect(http.stats().providers.yahoo?.circuit).toBe('closed');
});

test('one provider that is down does not stop another', async () => {
  const server = await serve((path, response) => {
    if (path === '/down') fail(response);
    else answer(response, 200, 'bars');
  });
  const { get, http } = openHttp({ breaker: { faultsToOpen: 1, probes: 1 } });
  expect(await errorOf(get(`${server.url}/down`))).toMatchObject({ code: 'circuit-open' });
  const other = http.forProvider('other', { paceMs: 0 });
  expect((await other.send({ url: server.url }, new AbortController().signal)).status).toBe(200);
  expect(http.stats().providers).toMatchObject({ yahoo: { circuit: 'open' }, other: { circuit: 'closed' } });
});

test("is the provider's, not the client's: a second client of it meets the same one", async () => {
  const server = await serve((_, response) => {
    fail(response);
  });
  const { get, http } = openHttp({ breaker: { faultsToOpen: 1, probes: 1 } });
  await errorOf(get(server.url));
  const asked = server.requests.length;
  const again = http.forProvider('yahoo', { paceMs: 0 });
  expect(await errorOf(again.send({ url: server.url }, new AbortController().signal))).toMatchObject({
    code: 'circuit-open',
  });
  expect(server.requests).toHaveLength(asked);
});

test('the circuit that opens while a request stands in the line of the pace keeps it back', async () => {
  let isDown = true;
  const server = await serve((_, response) => {
    if (isDown) fail(response);
    else answer(response, 200, 'bars');
  });
  const clock = new TestClock('held');
  const { get, http } = openHttp({ clock, random: () => 0, paceMs: 1_000, breaker: { faultsToOpen: 1 } });
  const requests = [get(server.url), get(server.url)];
  await until(() => http.stats().providers.yahoo?.circuit === 'open' && clock.sleeping === 2);
  clock.advance(1_000);
  await settle();
  expect(server.requests).toHaveLength(1);
  isDown = false;
  clock.advance(14_000);
  await until(() => server.requests.length === 2);
  await until(() => clock.sleeping === 1);
  clock.advance(1_000);
  expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200]);
});
