import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/http/clock.ts';
import { createHttp } from '../../src/http/axios-client.ts';
import { Redactor } from '../../src/http/redact.ts';
import { answer, serve } from '../support/loopback.ts';
import { errorOf, listen, openHttp, settle, timers, until, type Kit } from './kit.ts';
import { TestClock } from './test-clock.ts';

const long = 20_000;
const patient = { timeouts: { connectMs: long, idleMs: long, totalMs: long } };

/** One request with a signal of its own, and how it ended. */
function start({ client }: Kit, url: string | string[]): { stop: () => void; end: ReturnType<typeof errorOf> } {
  const controller = new AbortController();
  const end = errorOf(client.send({ url, job: 'SPY/1d' }, controller.signal));
  return {
    stop: () => {
      controller.abort();
    },
    end,
  };
}

const interrupted = { code: 'interrupted', disposition: 'abort-run' };

describe('an interruption is prompt, leaves neither timer nor connection, and nothing more is sent:', () => {
  test('before anything was sent', async () => {
    const server = await serve((_, response) => {
      answer(response, 200, 'bars');
    });
    const kit = openHttp();
    const error = await errorOf(kit.client.send({ url: server.url }, AbortSignal.abort()));
    expect(error).toMatchObject(interrupted);
    expect(error.message).toBe(`yahoo: interrupted while asking ${server.url}; run again to get the rest`);
    expect(server.requests).toEqual([]);
    expect(kit.http.stats().requests).toBe(0);
  });

  test('while the connection is being made', async () => {
    let connections = 0;
    const closed: boolean[] = [];
    const server = createServer((socket) => {
      connections += 1;
      socket
        .on('error', () => undefined)
        .on('close', () => closed.push(true))
        .resume();
    });
    const port = await listen(server);
    const before = timers();
    const { stop, end } = start(openHttp(patient), `https://127.0.0.1:${port}/`);
    await until(() => connections === 1);
    stop();
    expect(await end).toMatchObject(interrupted);
    expect(timers()).toBeLessThanOrEqual(before);
    await until(() => closed.length === 1);
    await settle();
    expect(connections).toBe(1);
  });

  test('while the answer is waited for', async () => {
    const server = await serve(() => undefined);
    const kit = openHttp(patient);
    const before = timers();
    const { stop, end } = start(kit, `${server.url}/v8`);
    await until(() => server.requests.length === 1);
    stop();
    const error = await end;
    expect(error).toMatchObject({ ...interrupted, context: { provider: 'yahoo', job: 'SPY/1d', tries: 1 } });
    expect(timers()).toBeLessThanOrEqual(before);
    await expect.poll(() => server.connections()).toBe(0);
    expect(server.requests).toHaveLength(1);
    expect(kit.clock.naps).toEqual([]);
    expect(kit.http.stats().providers.yahoo?.requests).toEqual({ interrupted: 1 });
  });

  test('while standing in the line for one of the 64 connections', async () => {
    const server = await serve(() => undefined);
    const kit = openHttp(patient);
    const others = Array.from({ length: 64 }, () => start(kit, server.url));
    await until(() => server.requests.length === 64);
    const before = timers();
    const { stop, end } = start(kit, `${server.url}/last`);
    await settle();
    stop();
    expect(await end).toMatchObject(interrupted);
    expect(timers()).toBeLessThanOrEqual(before);
    for (const other of others) other.stop();
    await Promise.all(others.map((other) => other.end));
    await settle();
    expect(server.requests).not.toContain('/last');
  });

  test('while the body is being received', async () => {
    let isUnderWay = false;
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 1_000 }).write('x'.repeat(500), () => (isUnderWay = true));
    });
    const kit = openHttp(patient);
    const before = timers();
    const { stop, end } = start(kit, server.url);
    await until(() => isUnderWay);
    await settle();
    stop();
    expect(await end).toMatchObject(interrupted);
    expect(timers()).toBeLessThanOrEqual(before);
    await expect.poll(() => server.connections()).toBe(0);
    expect(server.requests).toHaveLength(1);
  });

  test('while the body of an error status is being received, which then is no fault of the provider', async () => {
    const server = await serve((_, response) => {
      response.writeHead(503, { 'content-length': 1_000 }).write('x');
    });
    const kit = openHttp({ ...patient, breaker: { faultsToOpen: 1 } });
    const { stop, end } = start(kit, server.url);
    await until(() => server.requests.length === 1);
    await settle();
    stop();
    expect(await end).toMatchObject(interrupted);
    expect(kit.http.stats().providers.yahoo).toMatchObject({ requests: { interrupted: 1 }, circuit: 'closed' });
  });

  test('during the back-off', async () => {
    const clock = new TestClock('held');
    const server = await serve((_, response) => {
      answer(response, 500, 'down');
    });
    const kit = openHttp({ ...patient, clock });
    const { stop, end } = start(kit, server.url);
    await until(() => clock.sleeping === 1);
    stop();
    const error = await end;
    expect(error).toMatchObject({ ...interrupted, context: { tries: 1 } });
    expect(error.message).toContain(`yahoo: interrupted while asking ${server.url}`);
    expect(clock.sleeping).toBe(0);
    clock.advance(60_000);
    await settle();
    expect(server.requests).toHaveLength(1);
  });

  test('during a Retry-After', async () => {
    const clock = new TestClock('held');
    const server = await serve((_, response) => {
      response.writeHead(429, { 'retry-after': '20' }).end();
    });
    const { stop, end } = start(openHttp({ ...patient, clock }), server.url);
    await until(() => clock.sleeping === 1);
    stop();
    expect(await end).toMatchObject(interrupted);
    expect(clock.sleeping).toBe(0);
    clock.advance(60_000);
    await settle();
    expect(server.requests).toHaveLength(1);
  });

  test('while standing in the line of the pace, on the clock of the program', async () => {
    const server = await serve((_, response) => {
      answer(response, 200, 'bars');
    });
    const http = createHttp({
      clock: systemClock,
      userAgent: 'test-agent',
      timeouts: { connectMs: long, idleMs: long, totalMs: long },
      maxBodyBytes: 1_000,
      proxy: {},
      random: Math.random,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
      secrets: new Redactor(),
    });
    onTestFinished(() => http.close());
    const client = http.forProvider('barchart', { paceMs: 15_000 });
    const controller = new AbortController();
    await client.send({ url: server.url }, controller.signal);
    const before = timers();
    const ends = [1, 2, 3].map(() => errorOf(client.send({ url: server.url }, controller.signal)));
    await until(() => timers() === before + 1); // only the first in the line sleeps
    controller.abort();
    for (const end of ends) expect(await end).toMatchObject(interrupted);
    expect(timers()).toBe(before);
    expect(server.requests).toHaveLength(1);
  });

  test('while the circuit cools down', async () => {
    const clock = new TestClock('held');
    const server = await serve((_, response) => {
      answer(response, 500, 'down');
    });
    const kit = openHttp({ ...patient, clock, random: () => 0, breaker: { faultsToOpen: 1 } });
    const { stop, end } = start(kit, server.url);
    await until(() => clock.sleeping === 1);
    expect(kit.http.stats().providers.yahoo?.circuit).toBe('open');
    stop();
    expect(await end).toMatchObject(interrupted);
    expect(clock.sleeping).toBe(0);
    expect(server.requests).toHaveLength(1);
  });
});

test('an interrupted probe leaves its place to the next request, which is asked at once', async () => {
  const clock = new TestClock('held');
  const server = await serve((path, response) => {
    if (path === '/down') answer(response, 500, 'down');
    if (path === '/good') answer(response, 200, 'bars');
  });
  const kit = openHttp({ ...patient, clock, random: () => 0, breaker: { faultsToOpen: 1 } });
  const probe = start(kit, [`${server.url}/down`, `${server.url}/mute`]);
  await until(() => clock.sleeping === 1);
  clock.advance(15_000);
  await until(() => server.requests.length === 2);
  const next = kit.get(`${server.url}/good`);
  await settle();
  expect(server.requests).toEqual(['/down', '/mute']);
  probe.stop();
  expect(await probe.end).toMatchObject(interrupted);
  expect((await next).status).toBe(200);
  expect(kit.http.stats().providers.yahoo?.circuit).toBe('closed');
});

test('one request is interrupted, another to the same host goes on', async () => {
  const finish: (() => void)[] = [];
  const server = await serve((_, response) => {
    finish.push(() => {
      answer(response, 200, 'bars');
    });
  });
  const kit = openHttp(patient);
  const { stop, end } = start(kit, `${server.url}/one`);
  const other = kit.get(`${server.url}/two`);
  await until(() => finish.length === 2);
  stop();
  expect(await end).toMatchObject(interrupted);
  for (const give of finish) give();
  expect((await other).body.toString()).toBe('bars');
});
