import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { answer, serve } from '../support/loopback.ts';
import { openHttp, until } from './kit.ts';

const BODY = JSON.stringify({ chart: { result: Array.from({ length: 2_000 }, (_, row) => row / 7) } });

test('an answer is whole: status, headers in lower case, body, address and time', async () => {
  const server = await serve((_, response) => {
    response.setHeader('X-Cache', 'hit');
    answer(response, 200, BODY);
  });
  const { get, clock } = openHttp();
  const response = await get(`${server.url}/v8?period1=1`);
  expect(response).toMatchObject({ status: 200, url: `${server.url}/v8?period1=1`, requestedAt: clock.now() });
  expect(response.headers).toMatchObject({ 'x-cache': 'hit', 'content-type': 'application/json' });
  expect(response.body.toString()).toBe(BODY);
});

test('every status but 408, 429 and 5xx is an answer, asked for once', async () => {
  for (const status of [201, 204, 304, 400, 401, 403, 404, 410, 422, 451]) {
    const server = await serve((_, response) => {
      response.writeHead(status).end();
    });
    expect(await openHttp().get(server.url)).toMatchObject({ status });
    expect(server.requests).toHaveLength(1);
  }
});

describe('packed bodies', () => {
  const packed = { gzip: gzipSync(BODY), br: brotliCompressSync(BODY) };

  for (const encoding of ['gzip', 'br'] as const) {
    test(`a ${encoding} body arrives unpacked`, async () => {
      const server = await serve((_, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(packed[encoding]);
      });
      expect((await openHttp().get(server.url)).body.toString()).toBe(BODY);
    });
  }

  test('an empty answer that says gzip is empty', async () => {
    for (const [status, headers] of [
      [204, {}],
      [304, {}],
      [200, { 'content-length': '0' }],
    ] as const) {
      const server = await serve((_, response) => {
        response.writeHead(status, { 'content-encoding': 'gzip', ...headers }).end();
      });
      expect((await openHttp().get(server.url)).body).toHaveLength(0);
    }
  });
});

test('what is asked: GET, our user agent, gzip and br, and the headers of the request, which win', async () => {
  const server = await serve((_, response) => {
    answer(response, 200, 'ok');
  });
  const { get } = openHttp();
  await get(server.url);
  await get(server.url, { headers: { 'User-Agent': 'Mozilla/5.0', 'X-Thing': '1' } });
  expect(server.headers[0]).toMatchObject({ 'user-agent': 'test-agent', 'accept-encoding': 'gzip, br', accept: '*/*' });
  expect(server.headers[1]).toMatchObject({ 'user-agent': 'Mozilla/5.0', 'x-thing': '1' });
});

test('the fields of a form go as a form', async () => {
  const bodies: string[] = [];
  const server = await serve((_, response, request) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(`${request.method ?? ''} ${Buffer.concat(chunks).toString()}`);
      answer(response, 200, 'ok');
    });
  });
  await openHttp().get(server.url, { method: 'POST', form: { email: 'a+b@c.example', password: 'p&q=r' } });
  expect(bodies).toEqual(['POST email=a%2Bb%40c.example&password=p%26q%3Dr']);
  expect(server.headers[0]).toMatchObject({
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': '42',
  });
});

test('a symbol that is percent-encoded stays so on the wire', async () => {
  const server = await serve((_, response) => {
    answer(response, 200, 'ok');
  });
  await openHttp().get(`${server.url}/v8/chart/%5EGSPC?events=div%2Csplits`);
  expect(server.requests).toEqual(['/v8/chart/%5EGSPC?events=div%2Csplits']);
});

test('one connection serves many requests, and close ends it', async () => {
  const server = await serve((_, response) => {
    answer(response, 200, BODY);
  });
  const { get, http } = openHttp();
  for (let request = 0; request < 10; request += 1) await get(server.url);
  expect(await server.connections()).toBe(1);
  await http.close();
  await until(async () => (await server.connections()) === 0);
});

test('a hundred requests at once on one signal make no noise', async () => {
  const warnings: string[] = [];
  const note = (warning: Error): void => {
    warnings.push(warning.message);
  };
  process.on('warning', note);
  const server = await serve((_, response) => {
    answer(response, 200, 'ok');
  });
  const { get } = openHttp();
  await Promise.all(Array.from({ length: 100 }, () => get(server.url)));
  await new Promise(setImmediate);
  process.off('warning', note);
  expect(warnings).toEqual([]);
  expect(await server.connections()).toBeLessThanOrEqual(64);
});
