import type { ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { serve, type Loopback } from '../support/loopback.ts';
import { errorOf, openHttp } from './kit.ts';

const BODY = JSON.stringify({ close: Array.from({ length: 3_000 }, (_, row) => (row * 7919) % 1013) });

/** A server whose first answers, `times` of them, are broken in some way; the rest are good. */
function breaking(times: number, break_: (response: ServerResponse) => void): Promise<Loopback> {
  let request = 0;
  return serve((_, response) => {
    request += 1;
    if (request <= times) break_(response);
    else response.writeHead(200, { 'content-length': Buffer.byteLength(BODY) }).end(BODY);
  });
}

/** Sends the head and a part of the body, then ends the connection once that part is out. */
function cutAfter(response: ServerResponse, part: Buffer | string, end: 'reset' | 'close'): void {
  response.write(part, () => {
    if (end === 'reset') response.socket?.resetAndDestroy();
    else response.socket?.end();
  });
}

const packed = { gzip: gzipSync(BODY), br: brotliCompressSync(BODY) };

const breaks: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'a connection that is reset before any answer': (response) => {
    response.socket?.resetAndDestroy();
  },
  'a connection that is closed before any answer': (response) => {
    response.socket?.end();
  },
  'a connection that is reset in the middle of the body': (response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(BODY) });
    cutAfter(response, BODY.slice(0, 100), 'reset');
  },
  'a body that is shorter than its content-length': (response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(BODY) });
    cutAfter(response, BODY.slice(0, -1), 'close');
  },
  'a body without content-length that lacks its last chunk': (response) => {
    response.writeHead(200);
    cutAfter(response, BODY.slice(0, 100), 'close');
  },
  'a gzip body that was cut short by whoever packed it': (response) => {
    const short = packed.gzip.subarray(0, -5);
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': short.length }).end(short);
  },
  'a br body that was cut short by whoever packed it': (response) => {
    const short = packed.br.subarray(0, -5);
    response.writeHead(200, { 'content-encoding': 'br', 'content-length': short.length }).end(short);
  },
  'a body that is called gzip and is none': (response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('<html>busy</html>');
  },
  'an answer that is not HTTP': (response) => {
    response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n');
  },
};

describe('tried again, and good in the end:', () => {
  for (const [name, break_] of Object.entries(breaks)) {
    test(name, async () => {
      const server = await breaking(1, break_);
      const { get, clock, http } = openHttp();
      expect((await get(server.url)).body.toString()).toBe(BODY);
      expect(server.requests).toHaveLength(2);
      expect(clock.naps).toEqual([500]);
      expect(http.stats().providers.yahoo).toMatchObject({
        requests: { network: 1, 200: 1 },
        retries: { network: 1 },
      });
    });
  }
});

describe('four times over, a fault of the network:', () => {
  for (const [name, break_] of Object.entries(breaks)) {
    test(name, async () => {
      const server = await breaking(9, break_);
      const error = await errorOf(openHttp().get(`${server.url}/v8`));
      expect(server.requests).toHaveLength(4);
      expect(error).toMatchObject({ code: 'network', disposition: 'skip-series' });
      expect(error.context).toMatchObject({ provider: 'yahoo', tries: 4, fault: 'network', url: `${server.url}/v8` });
      expect(error.message).toContain(`asking ${server.url}/v8; check the network`);
    });
  }
});

test('an address where nobody listens is a fault of the network after 4 tries', async () => {
  const server = await serve(() => undefined);
  // The same port of another loopback address, where nothing is bound.
  const free = server.url.replace('127.0.0.1', '127.77.77.77');
  const { get, http } = openHttp();
  const error = await errorOf(get(free));
  expect(error).toMatchObject({ code: 'network', disposition: 'skip-series', context: { tries: 4 } });
  expect(error.message).toContain('nobody listens there (ECONNREFUSED)');
  expect(http.stats().requests).toBe(4);
});

test('a packing that was not asked for is a bad answer and is not asked for again', async () => {
  const server = await breaking(9, (response) => {
    response.writeHead(200, { 'content-encoding': 'zstd' }).end('(/');
  });
  const error = await errorOf(openHttp().get(server.url));
  expect(server.requests).toHaveLength(1);
  expect(error).toMatchObject({ code: 'bad-answer', disposition: 'skip-series' });
  expect(error.message).toContain('packed as zstd');
});

describe('the cap on a body', () => {
  const bodies: Readonly<Record<string, (response: ServerResponse, bytes: number) => void>> = {
    'by its content-length': (response, bytes) => {
      response.writeHead(200, { 'content-length': bytes }).end('x'.repeat(bytes));
    },
    'piece by piece': (response, bytes) => {
      response.writeHead(200);
      for (let sent = 0; sent < bytes; sent += 100) response.write('x'.repeat(Math.min(100, bytes - sent)));
      response.end();
    },
    'once unpacked from gzip': (response, bytes) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(bytes)));
    },
    'once unpacked from br': (response, bytes) => {
      response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync('x'.repeat(bytes)));
    },
  };

  for (const [name, send] of Object.entries(bodies)) {
    test(`is counted ${name}: the cap itself fits, one byte more is too large and not asked for again`, async () => {
      const server = await serve((path, response) => {
        send(response, Number(path.slice(1)));
      });
      const { get, http } = openHttp({ maxBodyBytes: 5_000 });
      expect((await get(`${server.url}/5000`)).body).toHaveLength(5_000);
      const error = await errorOf(get(`${server.url}/5001`));
      expect(error).toMatchObject({ code: 'answer-too-large', disposition: 'skip-series', context: { tries: 1 } });
      expect(error.message).toContain('more than 5000 bytes');
      expect(server.requests).toEqual(['/5000', '/5001']);
      expect(http.stats().providers.yahoo).toMatchObject({ requests: { 200: 1, 'too-large': 1 }, retries: {} });
    });
  }

  test('is our bound and never opens the circuit', async () => {
    const server = await serve((_, response) => {
      response.end('x'.repeat(20));
    });
    const { get, http } = openHttp({ maxBodyBytes: 10 });
    for (let request = 0; request < 7; request += 1) await errorOf(get(server.url));
    expect(server.requests).toHaveLength(7);
    expect(http.stats().providers.yahoo?.circuit).toBe('closed');
  });
});
