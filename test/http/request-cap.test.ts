import { expect, test } from 'vitest';
import { answer, serve } from '../support/loopback.ts';
import { errorOf, openHttp } from './kit.ts';

test('the request after the last one allowed is not sent, whoever asks', async () => {
  const server = await serve((_, response) => {
    answer(response, 200, 'bars');
  });
  const { get, http } = openHttp({ maxRequests: 2 });
  const other = http.forProvider('stooq', { paceMs: 0 });
  await get(server.url);
  await other.send({ url: server.url }, new AbortController().signal);
  const error = await errorOf(get(server.url));
  expect(error).toMatchObject({ code: 'request-limit', disposition: 'stop-provider', context: { requests: 2 } });
  expect(error.message).toContain('the 2 requests allowed to this run are used up');
  expect(server.requests).toHaveLength(2);
  expect(http.stats().requests).toBe(2);
});

test('retries count as requests', async () => {
  const server = await serve((_, response) => {
    answer(response, 500, 'down');
  });
  const { get, http } = openHttp({ maxRequests: 3 });
  expect(await errorOf(get(server.url))).toMatchObject({ code: 'request-limit', disposition: 'stop-provider' });
  expect(server.requests).toHaveLength(3);
  expect(http.stats().providers.yahoo?.requests).toEqual({ 500: 3 });
});

test('followed redirects count as requests', async () => {
  const server = await serve((path, response) => {
    if (path === '/old') response.writeHead(302, { location: '/new' }).end();
    else answer(response, 200, 'bars');
  });
  const { get, http } = openHttp({ maxRequests: 3 });
  expect((await get(`${server.url}/old`)).status).toBe(200);
  expect(await errorOf(get(`${server.url}/old`))).toMatchObject({ code: 'request-limit' });
  expect(server.requests).toEqual(['/old', '/new', '/old']);
  expect(http.stats()).toMatchObject({ requests: 3, providers: { yahoo: { requests: { 302: 2, 200: 1 } } } });
});

test('requests over another wire count too, by what became of them', () => {
  const { http, clock } = openHttp({ maxRequests: 2 });
  http.count('ibkr')('answer');
  const told = http.count('ibkr');
  clock.advance(250);
  told('162');
  expect(() => http.count('ibkr')).toThrow(/2 requests allowed to this run/);
  const ibkr = { requests: { answer: 1, 162: 1 }, milliseconds: 250 };
  expect(http.stats()).toMatchObject({ requests: 2, providers: { ibkr } });
});

test('a cap of none sends nothing', async () => {
  const server = await serve(() => undefined);
  expect(await errorOf(openHttp({ maxRequests: 0 }).get(server.url))).toMatchObject({ code: 'request-limit' });
  expect(server.requests).toEqual([]);
});

test('a used-up cap is no fault of the provider: an open circuit stays open and is not given up', async () => {
  const server = await serve((_, response) => {
    answer(response, 500, 'down');
  });
  const { get, http } = openHttp({ maxRequests: 1, breaker: { faultsToOpen: 1, probes: 1 } });
  expect(await errorOf(get(server.url))).toMatchObject({ code: 'request-limit' });
  expect(await errorOf(get(server.url))).toMatchObject({ code: 'request-limit' });
  expect(http.stats()).toMatchObject({ requests: 1, providers: { yahoo: { circuit: 'open', requests: { 500: 1 } } } });
});

test('the counts are by provider: statuses, faults, why there was another try, and the time they took', async () => {
  const server = await serve((path, response) => {
    clock.advance(40);
    if (path !== '/a') answer(response, 404, 'none');
    else if (server.requests.length === 1) answer(response, 503, 'busy');
    else if (server.requests.length === 2) response.socket?.destroy();
    else answer(response, 200, 'bars');
  });
  const { get, http, clock } = openHttp();
  expect(http.stats()).toMatchObject({ requests: 0, providers: { yahoo: { requests: {}, retries: {} } } });
  await get(`${server.url}/a`);
  await http.forProvider('stooq', { paceMs: 0 }).send({ url: `${server.url}/b` }, new AbortController().signal);
  const circuit = 'closed';
  expect(http.stats()).toEqual({
    requests: 4,
    providers: {
      yahoo: {
        requests: { 503: 1, network: 1, 200: 1 },
        retries: { 503: 1, network: 1 },
        milliseconds: 120,
        circuit,
      },
      stooq: { requests: { 404: 1 }, retries: {}, milliseconds: 40, circuit },
    },
  });
});

test('each request leaves a line that names provider, job, try, status and address', async () => {
  const server = await serve((_, response) => {
    if (server.requests.length === 1) answer(response, 503, 'busy');
    else answer(response, 200, 'bars');
  });
  const { get, lines } = openHttp();
  await get(`${server.url}/v8`, { job: 'SPY/1d' });
  const common = { provider: 'yahoo', job: 'SPY/1d', url: `${server.url}/v8` };
  expect(lines).toMatchObject([
    { level: 'debug', message: 'request', fields: { ...common, attempt: 1, status: 503 } },
    { level: 'debug', message: 'request', fields: { ...common, attempt: 2, status: 200, bytes: 4 } },
  ]);
});
