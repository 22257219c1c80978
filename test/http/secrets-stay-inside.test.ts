import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Redactor } from '../../src/http/redact.ts';
import { VortexError, type Disposition } from '../../src/market/errors.ts';
import { answer, serve } from '../support/loopback.ts';
import { errorOf, openHttp, type Kit } from './kit.ts';
import { openProxy } from './little-proxy.ts';

const KEY = 'K3y/of+the=house';
const CRUMB = 'cRuMb.9x';

/** Everything that a caller or a reader of the log could see: message, context, cause, stack, lines, counts. */
function visible(kit: Kit, ...rest: unknown[]): string {
  return inspect([kit.lines, kit.http.stats(), ...rest], { depth: 20, showHidden: true, maxStringLength: Infinity });
}

function expectClean(text: string): void {
  for (const secret of [KEY, encodeURIComponent(KEY), CRUMB, 'hunter22', 'p%40ss-w', 'p@ss-w']) {
    expect(text.includes(secret), `${secret} in ${text}`).toBe(false);
  }
}

const query = `symbol=SPY&crumb=${CRUMB}&apikey=${encodeURIComponent(KEY)}`;

describe('secrets of an address stay inside:', () => {
  test('a good answer tells its address without them, though they were sent', async () => {
    const server = await serve((_, response) => {
      answer(response, 200, 'bars');
    });
    const kit = openHttp();
    const response = await kit.get(`${server.url}/v8?${query}`);
    expect(server.requests).toEqual([`/v8?${query}`]);
    expect(response.url).toBe(`${server.url}/v8?symbol=SPY&crumb=***&apikey=***`);
    expectClean(visible(kit, response.url));
  });

  test('a registered secret in the path is masked as well', async () => {
    const server = await serve((_, response) => {
      answer(response, 200, 'bars');
    });
    const kit = openHttp({ secrets: new Redactor([KEY]) });
    const response = await kit.get(`${server.url}/${encodeURIComponent(KEY)}/SPY`);
    expect(response.url).toBe(`${server.url}/***/SPY`);
    expectClean(visible(kit, response.url));
  });

  test('a secret that turns up later is masked from then on', async () => {
    const server = await serve((_, response) => {
      answer(response, 200, 'bars');
    });
    const kit = openHttp();
    kit.client.keepSecret(KEY);
    const response = await kit.get(`${server.url}/${encodeURIComponent(KEY)}/SPY`);
    expect(response.url).toBe(`${server.url}/***/SPY`);
    expectClean(visible(kit, response.url));
  });

  const ends: Readonly<Record<string, number>> = { 'an outage': 500, 'a rate limit': 429 };
  for (const [name, status] of Object.entries(ends)) {
    test(`${name}, with its open circuit`, async () => {
      const server = await serve((_, response) => {
        answer(response, status, `apikey=${KEY}`);
      });
      const kit = openHttp({ breaker: { faultsToOpen: 1, probes: 1 } });
      const first = await errorOf(kit.get(`${server.url}/v8?${query}`));
      const second = await errorOf(kit.get(`${server.url}/v8?${query}`));
      expect(second.code).toBe('circuit-open');
      expect(kit.lines.some(({ level }) => level === 'warn')).toBe(true);
      expectClean(visible(kit, first, second));
    });
  }

  test('a hold, a broken line, a stall, an interruption and a body over the cap', async () => {
    const server = await serve((path, response) => {
      if (path.startsWith('/held')) response.writeHead(429, { 'retry-after': '3600' }).end();
      else if (path.startsWith('/broken')) response.socket?.resetAndDestroy();
      else if (path.startsWith('/large')) response.end('x'.repeat(2_000));
    });
    const timeouts = { connectMs: 1_000, idleMs: 20, totalMs: 1_000 };
    const kit = openHttp({ timeouts, maxBodyBytes: 1_000, breaker: { faultsToOpen: 100 } });
    const errors: VortexError[] = [];
    for (const path of ['/broken', '/large', '/mute', '/held', '/held']) {
      errors.push(await errorOf(kit.get(`${server.url}${path}?${query}`)));
    }
    errors.push(await errorOf(kit.client.send({ url: `${server.url}/?${query}` }, AbortSignal.abort())));
    expect(errors.map(({ code }) => code)).toEqual([
      'network',
      'answer-too-large',
      'timeout',
      'rate-limited',
      'rate-limited',
      'interrupted',
    ]);
    expectClean(visible(kit, errors));
  });

  test('an address that is none', async () => {
    const kit = openHttp();
    const error = await errorOf(kit.get(`provider.example/v8?${query}`));
    expect(error).toMatchObject({ code: 'internal', disposition: 'abort-run' });
    expectClean(visible(kit, error));
  });
});

describe('secrets in what a check says stay inside:', () => {
  const refuse = (disposition: Disposition): VortexError =>
    new VortexError(`yahoo: the key ${KEY} is not known`, {
      code: 'refused',
      disposition,
      context: { asked: `https://h.example/?crumb=${CRUMB}` },
      cause: new Error(`at https://h.example/?crumb=${CRUMB}`, { cause: `apikey=${KEY}` }),
    });

  for (const disposition of ['retry', 'skip-series', 'stop-provider'] as const) {
    test(`an error of disposition ${disposition}, in message, context and cause`, async () => {
      const server = await serve((_, response) => {
        answer(response, 200, 'page');
      });
      const kit = openHttp({ secrets: new Redactor([KEY]) });
      const error = await errorOf(kit.get(server.url, { check: () => refuse(disposition) }));
      expect(error).toMatchObject({ code: 'refused', message: 'yahoo: the key *** is not known' });
      expect(error.disposition).toBe(disposition === 'retry' ? 'skip-series' : disposition);
      expect(error.context).toMatchObject({ asked: 'https://h.example/?crumb=***' });
      expectClean(visible(kit, error));
    });
  }

  test('what it throws by mistake, with everything that hangs on it', async () => {
    const server = await serve((_, response) => {
      answer(response, 200, 'page');
    });
    const kit = openHttp({ secrets: new Redactor([KEY]) });
    const slip = Object.assign(new TypeError(`no field ${KEY}`, { cause: CRUMB }), {
      config: { headers: { key: KEY } },
    });
    const thrown = kit.get(server.url, {
      check: () => {
        throw slip;
      },
    });
    const error = await errorOf(thrown);
    expect(error).toMatchObject({ code: 'internal', message: 'no field ***' });
    expectClean(visible(kit, error));
  });
});

describe('the password of a proxy stays inside:', () => {
  test('when it refuses a tunnel', async () => {
    const proxy = await openProxy(407);
    const kit = openHttp({ proxy: { httpsProxy: `http://joe:p%40ss-w@127.0.0.1:${proxy.port}` } });
    const error = await errorOf(kit.get('https://provider.invalid/'));
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('joe:p@ss-w').toString('base64')}`]);
    expect(kit.secrets.text('it was p@ss-w')).toBe('it was ***');
    expectClean(visible(kit, error));
  });

  test('when nobody listens there', async () => {
    const proxy = await openProxy();
    const kit = openHttp({ proxy: { httpProxy: `joe:hunter22@127.77.77.77:${proxy.port}` } });
    const error = await errorOf(kit.get('http://provider.invalid/'));
    expect(error).toMatchObject({ code: 'network' });
    expectClean(visible(kit, error));
  });
});
