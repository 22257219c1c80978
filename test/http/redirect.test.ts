import { describe, expect, test } from 'vitest';
import { redirectTarget } from '../../src/http/redirect.ts';
import { answer, serve } from '../support/loopback.ts';
import { openHttp } from './kit.ts';

const FROM = new URL('http://h.example:8080/a/b?c=1');

function target(location: string, more: { method?: string; status?: number; headers?: Record<string, string[]> } = {}) {
  const { method = 'GET', status = 302, headers = {} } = more;
  return redirectTarget(method, FROM, { status, headers: { location, ...headers } })?.href;
}

describe('where a redirect leads', () => {
  test('to the same host, absolute or relative', () => {
    expect(target('http://h.example:8080/z')).toBe('http://h.example:8080/z');
    expect(target('/z?y')).toBe('http://h.example:8080/z?y');
    expect(target('z')).toBe('http://h.example:8080/a/z');
  });

  test('to the https form of the same host', () => {
    expect(target('https://h.example/z')).toBe('https://h.example/z');
  });

  test('never to another host, another port or another protocol, which must not get our headers', () => {
    const others = [
      'http://evil.example/',
      '//evil.example/',
      'http://h.example/',
      'ftp://h.example:8080/',
      'http://[',
    ];
    expect(others.map((location) => target(location))).toEqual(others.map(() => undefined));
    const back = redirectTarget('GET', new URL('https://h.example/'), {
      status: 302,
      headers: { location: 'http://h.example/' },
    });
    expect(back).toBeUndefined();
  });

  test('only for a GET, only for the five statuses, and not when cookies come with it', () => {
    expect([301, 302, 303, 307, 308].map((status) => target('/z', { status }) !== undefined)).not.toContain(false);
    expect([200, 201, 300, 304, 404].map((status) => target('/z', { status }))).not.toContain(
      'http://h.example:8080/z',
    );
    expect(target('/z', { method: 'POST' })).toBeUndefined();
    expect(target('/z', { headers: { 'set-cookie': ['a=b'] } })).toBeUndefined();
  });
});

test('a GET follows to the same host and tells the address it ended at', async () => {
  const server = await serve((path, response) => {
    if (path === '/old') response.writeHead(301, { location: '/new?token=abcdef' }).end('moved');
    else answer(response, 200, 'here');
  });
  const { get, http } = openHttp();
  const response = await get(`${server.url}/old`);
  expect(response).toMatchObject({ status: 200, url: `${server.url}/new?token=***` });
  expect(response.body.toString()).toBe('here');
  expect(server.requests).toEqual(['/old', '/new?token=abcdef']);
  expect(http.stats().requests).toBe(2);
});

test('a redirect to another host is an answer, and that host is not asked', async () => {
  const other = await serve((_, response) => {
    answer(response, 200, 'stolen');
  });
  const server = await serve((_, response) => {
    response.writeHead(307, { location: other.url }).end();
  });
  const response = await openHttp().get(server.url, { headers: { authorization: 'Bearer abc' } });
  expect(response).toMatchObject({ status: 307, headers: { location: other.url } });
  expect(other.requests).toEqual([]);
});

test('the redirect that answers a form is an answer, with all its cookies', async () => {
  const server = await serve((_, response) => {
    response
      .writeHead(302, { location: '/my', 'set-cookie': ['a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT', 'b=2'] })
      .end();
  });
  const response = await openHttp().get(`${server.url}/login`, { method: 'POST', form: { email: 'a@b' } });
  expect(response.status).toBe(302);
  expect(response.headers['set-cookie']).toBe('a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT\nb=2');
  expect(server.requests).toEqual(['/login']);
});

test('a circle of redirects ends after 5 of them', async () => {
  const server = await serve((_, response) => {
    response.writeHead(302, { location: '/again' }).end();
  });
  expect(await openHttp().get(server.url)).toMatchObject({ status: 302 });
  expect(server.requests).toHaveLength(6);
});
