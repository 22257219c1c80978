import { expect, test } from 'vitest';
import { systemClock } from '../../src/http/clock.ts';
import { answer, serve, type Loopback } from '../support/loopback.ts';
import { openHttp, settle, until } from './kit.ts';
import { TestClock } from './test-clock.ts';

const { signal } = new AbortController();

/** A server that notes when each request came, by the clock of the test, milliseconds from its beginning. */
async function arrivals(clock: { now(): number }): Promise<Loopback & { readonly times: number[] }> {
  const begin = clock.now();
  const times: number[] = [];
  const server = await serve((_, response) => {
    times.push(clock.now() - begin);
    answer(response, 200, 'bars');
  });
  return { ...server, times };
}

test('requests that are wanted at once arrive one pace apart, in the order in which they were wanted', async () => {
  const clock = new TestClock('held');
  const server = await arrivals(clock);
  const { get } = openHttp({ clock, paceMs: 7_000 });
  const answers = ['/a', '/b', '/c'].map((path) => get(`${server.url}${path}`));
  for (let arrived = 1; arrived <= 3; arrived += 1) {
    await until(() => server.times.length === arrived && clock.sleeping === Math.min(1, 3 - arrived));
    clock.advance(6_999);
    await settle();
    expect(server.times).toHaveLength(arrived);
    clock.advance(1);
  }
  await Promise.all(answers);
  expect(server.times).toEqual([0, 7_000, 14_000]);
  expect(server.requests).toEqual(['/a', '/b', '/c']);
});

test('by the clock of the program no two requests are sent closer than the pace, the first one included', async () => {
  const server = await serve((_, response) => {
    answer(response, 200, 'bars');
  });
  const { get } = openHttp({ clock: systemClock, paceMs: 20 });
  const answers = await Promise.all(Array.from({ length: 5 }, () => get(server.url)));
  const sent = answers.map(({ requestedAt }) => requestedAt);
  const gaps = sent.slice(1).map((time, index) => time - (sent[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(19); // whole milliseconds of the machine's clock
});

test('a try after a failure and a followed redirect keep the pace too', async () => {
  const server = await serve((path, response) => {
    if (server.requests.length === 1) answer(response, 500, 'down');
    else if (path === '/old') response.writeHead(302, { location: '/new' }).end();
    else answer(response, 200, 'bars');
  });
  const { get, clock } = openHttp({ paceMs: 3_000 });
  const begin = clock.now();
  await get(`${server.url}/old`);
  expect(server.requests).toEqual(['/old', '/old', '/new']);
  expect(clock.now() - begin).toBe(6_000);
});

test('standing in the line is not taken from the 30 s of a request', async () => {
  const clock = new TestClock('held');
  const server = await arrivals(clock);
  const { get } = openHttp({ clock, paceMs: 20_000 });
  const answers = Array.from({ length: 4 }, () => get(server.url));
  for (let arrived = 1; arrived <= 4; arrived += 1) {
    await until(() => server.times.length === arrived);
    await settle();
    clock.advance(20_000);
  }
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(server.times).toEqual([0, 20_000, 40_000, 60_000]);
});

test('a machine that slept for a minute sends no burst to catch up', async () => {
  const clock = new TestClock('held');
  const server = await arrivals(clock);
  const { get } = openHttp({ clock, paceMs: 7_000 });
  const answers = ['/a', '/b', '/c'].map((path) => get(`${server.url}${path}`));
  await until(() => server.times.length === 1 && clock.sleeping === 1);
  clock.advance(60_000);
  await until(() => server.times.length === 2 && clock.sleeping === 1);
  clock.advance(7_000);
  await Promise.all(answers);
  expect(server.times).toEqual([0, 60_000, 67_000]);
});

test('the pace is of the host: two providers on one host share it, two hosts do not', async () => {
  const clock = new TestClock('held');
  const [one, two] = [await arrivals(clock), await arrivals(clock)];
  const { get, http } = openHttp({ clock, paceMs: 5_000 });
  const other = http.forProvider('other', { paceMs: 5_000 });
  const answers = [get(one.url), other.send({ url: one.url }, signal), other.send({ url: two.url }, signal)];
  await until(() => one.times.length === 1 && two.times.length === 1 && clock.sleeping === 1);
  clock.advance(5_000);
  await Promise.all(answers);
  expect([one.times, two.times]).toEqual([[0, 5_000], [0]]);
});
