import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { answer, serve } from '../support/loopback.ts';
import { errorOf, listen, openHttp, timers } from './kit.ts';
import { serveSecurely } from './little-proxy.ts';
import { certificate } from './test-certificate.ts';

const long = 20_000;

/** A TCP server that takes connections and never says a word. */
async function mute(): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined).resume();
  });
  return { port: await listen(server), connections: () => connections };
}

describe('a stall', () => {
  test('before there is a connection is told as such: a TLS handshake that is never answered', async () => {
    const { port, connections } = await mute();
    const { get, http } = openHttp({ timeouts: { connectMs: 30, idleMs: long, totalMs: long } });
    const error = await errorOf(get(`https://127.0.0.1:${port}/v8`));
    expect(error).toMatchObject({ code: 'timeout', disposition: 'skip-series' });
    expect(error.context).toMatchObject({ fault: 'connect-timeout', tries: 4 });
    expect(error.message).toContain('no connection within 30 ms to https://127.0.0.1');
    expect(connections()).toBe(4);
    expect(http.stats().providers.yahoo?.requests).toEqual({ 'connect-timeout': 4 });
  });

  test('before there is a connection is told as such: a proxy that never opens its tunnel', async () => {
    const { port } = await mute();
    const { get } = openHttp({
      timeouts: { connectMs: 30, idleMs: long, totalMs: long },
      proxy: { httpsProxy: `127.0.0.1:${port}` },
    });
    const error = await errorOf(get('https://provider.invalid/v8'));
    expect(error).toMatchObject({ code: 'timeout', context: { fault: 'connect-timeout', tries: 4 } });
  });

  test('after the question was sent is told as not a byte', async () => {
    const server = await serve(() => undefined);
    const { get } = openHttp({ timeouts: { connectMs: long, idleMs: 30, totalMs: long } });
    const error = await errorOf(get(server.url));
    expect(error).toMatchObject({ code: 'timeout', disposition: 'skip-series', context: { fault: 'idle-timeout' } });
    expect(error.message).toContain('not a byte for 30 ms');
    expect(server.requests).toHaveLength(4);
  });

  test('in the middle of a body is told as not a byte, and the next answer counts', async () => {
    const server = await serve((_, response) => {
      if (server.requests.length > 1) answer(response, 200, 'whole');
      else response.writeHead(200, { 'content-length': 5 }).write('who');
    });
    const { get, http } = openHttp({ timeouts: { connectMs: long, idleMs: 30, totalMs: long } });
    expect((await get(server.url)).body.toString()).toBe('whole');
    expect(http.stats().providers.yahoo).toMatchObject({
      requests: { 'idle-timeout': 1, 200: 1 },
      retries: { 'idle-timeout': 1 },
    });
  });

  test('is not what a slow but steady body does: each piece starts the idle time anew', async () => {
    const server = await serve((_, response) => {
      let pieces = 0;
      const drip = setInterval(() => {
        pieces += 1;
        response.write('x');
        if (pieces < 8) return;
        clearInterval(drip);
        response.end();
      }, 25);
    });
    const { get } = openHttp({ timeouts: { connectMs: long, idleMs: 150, totalMs: long } });
    expect((await get(server.url)).body.toString()).toBe('xxxxxxxx'); // 8 × 25 ms, more than the idle time
    expect(server.requests).toHaveLength(1);
  });

  test('of the whole is told as such when bytes keep trickling in', async () => {
    const server = await serve((_, response) => {
      const drip = setInterval(() => response.write('x'), 5);
      response.on('close', () => {
        clearInterval(drip);
      });
    });
    const { get } = openHttp({ timeouts: { connectMs: long, idleMs: long, totalMs: 60 } });
    const error = await errorOf(get(server.url));
    expect(error).toMatchObject({ code: 'timeout', disposition: 'skip-series', context: { fault: 'total-timeout' } });
    expect(error.message).toContain('not complete within 60 ms');
    expect(server.requests).toHaveLength(4);
  });

  test('on a kept connection is not taken for a missing connection', async () => {
    const server = await serve((path, response) => {
      if (path === '/good') answer(response, 200, 'bars');
    });
    const { get, http } = openHttp({ timeouts: { connectMs: 10, idleMs: 60, totalMs: long } });
    await get(`${server.url}/good`);
    await errorOf(get(`${server.url}/mute`));
    expect(http.stats().providers.yahoo?.requests).toEqual({ 200: 1, 'idle-timeout': 4 });
  });

  test('on a kept secure connection is not taken for a missing connection either', async () => {
    const server = await serveSecurely();
    const { get, http } = openHttp({ ca: certificate, timeouts: { connectMs: 1_000, idleMs: 60, totalMs: long } });
    await get(`https://localhost:${server.port}/`);
    await errorOf(get(`https://localhost:${server.port}/mute`));
    expect(http.stats().providers.yahoo?.requests).toEqual({ 200: 1, 'idle-timeout': 4 });
  });

  test('leaves no timer and no connection behind', async () => {
    const server = await serve(() => undefined);
    const before = timers();
    await errorOf(openHttp({ timeouts: { connectMs: long, idleMs: 20, totalMs: long } }).get(server.url));
    expect(timers()).toBeLessThanOrEqual(before);
    await expect.poll(() => server.connections()).toBe(0);
  });
});

test('a try never lasts longer than what is left of the 30 s of its request', async () => {
  const server = await serve((_, response) => {
    if (server.requests.length > 1) return;
    clock.advance(29_400); // with the back-off of 0.5 s after it, 0.1 s is left
    answer(response, 503, 'busy');
  });
  const { get, clock } = openHttp({ timeouts: { connectMs: long, idleMs: long, totalMs: long } });
  const error = await errorOf(get(server.url));
  expect(error).toMatchObject({ code: 'timeout', context: { fault: 'total-timeout' } });
  expect(error.message).toContain('not complete within 0.1 s');
});
