import { describe, expect, test } from 'vitest';
import { answer, serve } from '../support/loopback.ts';
import { errorOf, openHttp } from './kit.ts';
import { statuses } from './statuses.ts';
import { TestClock } from './test-clock.ts';

test('500 five times: 4 requests go out, then it is a fault of the provider', async () => {
  const server = await statuses(500, 500, 500, 500, 500);
  const { get, clock, http } = openHttp();
  const error = await errorOf(get(`${server.url}/v8?a=1`, { job: 'SPY/1d' }));
  expect(server.requests).toHaveLength(4);
  expect(error).toMatchObject({ code: 'provider-fault', disposition: 'skip-series', retryAt: undefined });
  expect(error.context).toMatchObject({ provider: 'yahoo', job: 'SPY/1d', tries: 4, fault: '500' });
  expect(error.message).toBe(
    `yahoo: 4 tries in 3.5 s, the last one: status 500 from ${server.url}/v8?a=1; try again later`,
  );
  expect(clock.naps).toEqual([500, 1_000, 2_000]);
  expect(http.stats()).toMatchObject({
    requests: 4,
    providers: { yahoo: { requests: { 500: 4 }, retries: { 500: 3 }, circuit: 'closed' } },
  });
});

test('each of 408, 500, 502, 503 and 504 is tried again and forgotten when the next answer is good', async () => {
  for (const status of [408, 500, 502, 503, 504]) {
    const server = await statuses(status, status, status);
    const response = await openHttp().get(server.url);
    expect(response.body.toString()).toBe('bars');
    expect(server.requests).toHaveLength(4);
  }
});

test('a request that took 30 s is not tried again, however few tries it had', async () => {
  const clock = new TestClock();
  const server = await serve((_, response) => {
    clock.advance(14_000);
    answer(response, 503, 'busy');
  });
  const error = await errorOf(openHttp({ clock }).get(server.url));
  expect(server.requests).toHaveLength(3);
  expect(error).toMatchObject({ code: 'provider-fault', context: { tries: 3 } });
});

test('a body that comes with an error status is not waited for and not measured', async () => {
  const server = await serve((_, response) => {
    response.writeHead(503, { 'content-length': '5000000', 'content-encoding': 'gzip' });
    response.write('not gzip');
  });
  const error = await errorOf(openHttp().get(server.url));
  expect(error).toMatchObject({ code: 'provider-fault', context: { fault: '503' } });
});

describe('equal addresses', () => {
  test('take turns after a failure', async () => {
    const [bad, good] = [await statuses(500, 500, 500, 500), await statuses()];
    const response = await openHttp().get([`${bad.url}/1`, `${good.url}/1`]);
    expect(response).toMatchObject({ status: 200, url: `${good.url}/1` });
    expect([bad.requests.length, good.requests.length]).toEqual([1, 1]);
  });

  test('share the 4 tries', async () => {
    const [one, two] = [await statuses(500, 500, 500), await statuses(500, 500, 500)];
    const error = await errorOf(openHttp().get([one.url, two.url]));
    expect([one.requests.length, two.requests.length]).toEqual([2, 2]);
    expect(error.message).toContain(`status 500 from ${two.url}`);
  });

  test('a host that wants to be left alone for an hour is passed over', async () => {
    const [held, free] = [await statuses([429, { 'retry-after': '3600' }]), await statuses(500)];
    const { get } = openHttp();
    expect((await get([held.url, free.url])).status).toBe(200);
    expect((await get([held.url, free.url])).url).toBe(`${free.url}/`);
    expect([held.requests.length, free.requests.length]).toEqual([1, 3]);
  });
});
