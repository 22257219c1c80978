import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { answer, serve } from '../support/loopback.ts';
import { errorOf, listen, openHttp, settle, timers, until } from './kit.ts';
import { openProxy, serveSecurely } from './little-proxy.ts';
import { certificate } from './test-certificate.ts';

describe('a plain address', () => {
  test('is asked of the proxy in full, with the path and the user agent as they are', async () => {
    const server = await serve((_, response) => {
      answer(response, 200, 'bars');
    });
    const proxy = await openProxy();
    const { get } = openHttp({ proxy: { httpProxy: `127.0.0.1:${proxy.port}` } });
    const url = `${server.url}/v8/%5EGSPC?a=1%2C2`;
    const response = await get(url);
    expect(response).toMatchObject({ status: 200, url });
    expect(response.body.toString()).toBe('bars');
    expect(proxy.asked).toEqual([`GET ${url}`]);
    expect(server.requests).toEqual(['/v8/%5EGSPC?a=1%2C2']);
  });

  test('whose host only the proxy knows is reached, and user and password go to the proxy alone', async () => {
    const server = await serve((_, response) => {
      answer(response, 200, 'bars');
    });
    const proxy = await openProxy();
    const { get } = openHttp({ proxy: { httpProxy: `http://joe:p%40ssword@127.0.0.1:${proxy.port}` } });
    const url = server.url.replace('127.0.0.1', 'provider.invalid');
    expect((await get(`${url}/x`)).status).toBe(200);
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('joe:p@ssword').toString('base64')}`]);
    expect(server.headers[0]?.['proxy-authorization']).toBeUndefined();
  });

  test('does not use the proxy of https addresses', async () => {
    const server = await serve((_, response) => {
      answer(response, 200, 'bars');
    });
    const proxy = await openProxy();
    await openHttp({ proxy: { httpsProxy: `127.0.0.1:${proxy.port}` } }).get(server.url);
    expect(proxy.asked).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('an https address', () => {
  test('goes through a tunnel, which serves the requests after it too', async () => {
    const server = await serveSecurely();
    const proxy = await openProxy();
    const { get } = openHttp({ ca: certificate, proxy: { httpsProxy: `http://127.0.0.1:${proxy.port}` } });
    const url = `https://localhost:${server.port}`;
    expect((await get(`${url}/one`)).body.toString()).toBe('secure bars');
    expect((await get(`${url}/two`)).body.toString()).toBe('secure bars');
    expect(proxy.asked).toEqual([`CONNECT localhost:${server.port}`]);
    expect(server.requests).toEqual(['/one', '/two']);
  });

  test('that NO_PROXY names is asked directly', async () => {
    const server = await serveSecurely();
    const proxy = await openProxy();
    const settings = { httpsProxy: `127.0.0.1:${proxy.port}`, noProxy: 'corp.example, localhost' };
    const { get } = openHttp({ ca: certificate, proxy: settings });
    expect((await get(`https://localhost:${server.port}/`)).status).toBe(200);
    expect(proxy.asked).toEqual([]);
  });

  test('with a certificate that nobody vouches for is a fault of the network that is not tried again', async () => {
    const server = await serveSecurely();
    const { get, http } = openHttp();
    const error = await errorOf(get(`https://localhost:${server.port}/`));
    expect(error).toMatchObject({ code: 'network', disposition: 'skip-series', context: { fault: 'certificate' } });
    expect(error.message).toContain('NODE_EXTRA_CA_CERTS');
    expect(server.requests).toEqual([]);
    expect(http.stats().requests).toBe(1);
  });

  test('whose certificate is for another host is a fault of the network that is not tried again', async () => {
    const server = await serveSecurely();
    const proxy = await openProxy(); // it goes to 127.0.0.1 whatever the host
    const { get } = openHttp({ ca: certificate, proxy: { httpsProxy: `127.0.0.1:${proxy.port}` } });
    const error = await errorOf(get(`https://provider.invalid:${server.port}/`));
    expect(error).toMatchObject({ code: 'network', context: { fault: 'certificate', tries: 1 } });
    expect(server.requests).toEqual([]);
  });
});

describe('a proxy that says no', () => {
  for (const status of [403, 407]) {
    test(`with ${status} to a tunnel stops the provider at once`, async () => {
      const proxy = await openProxy(status);
      const { get } = openHttp({ proxy: { httpsProxy: `127.0.0.1:${proxy.port}` } });
      const error = await errorOf(get('https://provider.invalid/v8'));
      expect(error).toMatchObject({ code: 'refused', disposition: 'stop-provider', context: { tries: 1 } });
      expect(error.message).toContain(`the proxy 127.0.0.1:${proxy.port} answered with status ${status}`);
      expect(error.message).toContain('HTTPS_PROXY');
      expect(proxy.asked).toEqual(['CONNECT provider.invalid:443']);
    });
  }

  test('with 407 to a plain request stops the provider at once', async () => {
    const proxy = await openProxy(407);
    const { get } = openHttp({ proxy: { httpProxy: `127.0.0.1:${proxy.port}` } });
    const error = await errorOf(get('http://provider.invalid/v8'));
    expect(error).toMatchObject({ code: 'refused', disposition: 'stop-provider' });
    expect(proxy.asked).toHaveLength(1);
  });

  test('with 502 to a tunnel is a fault of the network, tried 4 times', async () => {
    const proxy = await openProxy(502);
    const { get } = openHttp({ proxy: { httpsProxy: `127.0.0.1:${proxy.port}` } });
    const error = await errorOf(get('https://provider.invalid/v8'));
    expect(error).toMatchObject({ code: 'network', disposition: 'skip-series', context: { tries: 4 } });
    expect(error.message).toContain('answered with status 502');
    expect(proxy.asked).toHaveLength(4);
  });
});

describe('a proxy that takes the connection and keeps silent', () => {
  for (const scheme of ['http', 'https']) {
    test(`does not hold up an interruption of an ${scheme} request, and its connection is closed`, async () => {
      let opened = 0;
      let closed = 0;
      const server = createServer((socket) => {
        opened += 1;
        socket.on('error', () => undefined).on('close', () => (closed += 1));
        socket.resume();
      });
      const address = `127.0.0.1:${await listen(server)}`;
      const { client } = openHttp({
        proxy: { httpProxy: address, httpsProxy: address },
        timeouts: { connectMs: 20_000, idleMs: 20_000, totalMs: 20_000 },
      });
      const controller = new AbortController();
      const before = timers();
      const end = errorOf(client.send({ url: `${scheme}://provider.invalid/v8` }, controller.signal));
      await until(() => opened === 1);
      await settle();
      controller.abort();
      expect(await end).toMatchObject({ code: 'interrupted', disposition: 'abort-run' });
      expect(timers()).toBeLessThanOrEqual(before);
      await until(() => closed === 1);
      expect(opened).toBe(1);
    });
  }
});

test('a kept tunnel outlives the request that opened it, also when the signal of that one aborts later', async () => {
  const server = await serveSecurely();
  const proxy = await openProxy();
  const { client, get } = openHttp({ ca: certificate, proxy: { httpsProxy: `127.0.0.1:${proxy.port}` } });
  const controller = new AbortController();
  const url = `https://localhost:${server.port}/`;
  await client.send({ url }, controller.signal);
  controller.abort();
  expect((await get(url)).status).toBe(200);
  expect(proxy.asked).toHaveLength(1);
});
