import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Redactor } from '../../src/http/redact.ts';

const redactor = new Redactor();

test('query values with telling names are masked, all others stay', () => {
  const names = [
    'crumb',
    'token',
    'key',
    'apikey',
    'password',
    'api_key',
    'api-key',
    'access_token',
    'accessToken',
    'APIKEY',
  ];
  for (const name of names) {
    expect(redactor.url(`https://h.example/v8?a=1&${name}=s3cr3t&b=2#top`)).toBe(
      `https://h.example/v8?a=1&${name}=***&b=2#top`,
    );
  }
  const plain = 'https://h.example/chart/GC=F?period1=1577836800&interval=1d&keyword=gold&monkey=1';
  expect(redactor.url(plain)).toBe(plain);
});

test('whatever a secret value is made of, an address shows none of it', () => {
  const secret = fc.string({ minLength: 8, unit: fc.constantFrom(...`abc123!$'"()*+,;:@/?[]{}|<>~`.split('')) });
  fc.assert(
    fc.property(secret, (value) => {
      expect(redactor.url(`https://h.example/x?crumb=${value}&a=1`)).toBe('https://h.example/x?crumb=***&a=1');
    }),
  );
});

test('user and password in an address are masked', () => {
  expect(redactor.url('http://joe:p%40ss@proxy.example:3128/x@y')).toBe('http://***@proxy.example:3128/x@y');
  expect(redactor.text('no way through http://joe:hunter2@proxy:3128, is it up?')).toBe(
    'no way through http://***@proxy:3128, is it up?',
  );
});

test('header lines and their values in free text are masked', () => {
  const lines = [
    'Authorization: Bearer abc.def.ghi',
    'proxy-authorization: Basic am9lOmh1bnRlcg==',
    'Cookie: laravel_token=eyJpdiI6; XSRF-TOKEN=abcdef',
    'set-cookie: A3=d=AQABBK; path=/',
    'X-XSRF-TOKEN: abcdef==',
    'x-api-key=abcdef',
  ];
  for (const line of lines) {
    const name = /^[\w-]+/.exec(line)?.[0] ?? '';
    const clean = redactor.text(`sent\n${line}\nand more`);
    expect(clean).toMatch(new RegExp(`^sent\\n${name}[:=] ?\\*\\*\\*\\nand more$`));
  }
  expect(redactor.text('{"token":"abcdef","a":1}')).toBe('{"token":"***","a":1}');
  expect(redactor.text('it said Bearer abcdefgh was old')).toBe('it said Bearer *** was old');
});

test('ordinary messages stay as they are', () => {
  const messages = [
    'yahoo: 4 tries in 3.2 s, the last one: status 500 from https://h.example/x?a=1; try again later',
    'Invalid Crumb',
    'Unexpected token: <',
    'nobody listens there (ECONNREFUSED), asking https://h.example/v8/finance/chart/EURUSD=X?period1=1&period2=2',
  ];
  expect(messages.map((message) => redactor.text(message))).toEqual(messages);
});

test('a registered secret is masked wherever it stands, plain and percent-encoded', () => {
  const secrets = fc.string({ minLength: 4, maxLength: 20, unit: fc.constantFrom(...'aB3 &=%/+äé'.split('')) });
  fc.assert(
    fc.property(secrets, (secret) => {
      const redact = new Redactor([secret]);
      const form = new URLSearchParams({ q: secret }).toString();
      const clean = redact.text(`X${secret}Y ${encodeURIComponent(secret)} ${form}`);
      expect(clean).toBe('X***Y *** q=***');
      expect(redact.url(`https://h.example/${encodeURIComponent(secret)}?${form}`)).toBe('https://h.example/***?q=***');
    }),
  );
});

test('a secret registered later is masked from then on, and one within another leaves no rest', () => {
  const redact = new Redactor(['swordfish']);
  expect(redact.text('swordfish-2026')).toBe('***-2026');
  redact.register('swordfish-2026');
  expect(redact.text('swordfish-2026, swordfish')).toBe('***, ***');
});

test('secrets too short to be told from ordinary text are not searched for', () => {
  expect(new Redactor(['', 'a', 'abc']).text('a cabbage')).toBe('a cabbage');
});
