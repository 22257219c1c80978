import { describe, expect, test } from 'vitest';
import { proxyChoice, type ProxySettings } from '../../src/http/proxy.ts';
import { VortexError } from '../../src/market/errors.ts';

const both = { httpProxy: 'http://plain.example:3128', httpsProxy: 'http://secure.example:3129' };

function isDirect(noProxy: string, url: string): boolean {
  return proxyChoice({ ...both, noProxy })(new URL(url)) === undefined;
}

describe('NO_PROXY', () => {
  const forms: readonly (readonly [entry: string, direct: readonly string[], byProxy: readonly string[]])[] = [
    [
      'example.com',
      ['http://example.com/', 'https://example.com:8443/', 'https://a.b.example.com/', 'https://EXAMPLE.com/'],
      ['https://notexample.com/', 'https://example.com.evil.org/', 'https://example.org/'],
    ],
    ['.corp', ['https://a.corp/', 'https://corp/'], ['https://acorp/']],
    ['*.corp', ['https://a.corp/', 'https://a.b.corp/'], ['https://acorp/']],
    ['Example.COM', ['https://example.com/'], ['https://example.org/']],
    ['host:8443', ['https://host:8443/', 'https://a.host:8443/'], ['https://host/', 'http://host:84/']],
    ['host:443', ['https://host/'], ['http://host/']],
    ['host:80', ['http://host/'], ['https://host/']],
    ['10.0.0.7', ['http://10.0.0.7/', 'http://10.0.0.7:99/'], ['http://10.0.0.77/', 'http://110.0.0.7/']],
    ['0.7', [], ['http://10.0.0.7/']],
    ['::1', ['http://[::1]/', 'http://[::1]:99/'], ['http://[::2]/']],
    ['[::1]:99', ['http://[::1]:99/'], ['http://[::1]/']],
    ['*', ['http://anything.example/', 'https://10.0.0.7/'], []],
    ['', [], ['http://localhost/', 'http://127.0.0.1/']],
    [' , ,', [], ['http://localhost/']],
    ['a.example, b.example\tc.example', ['http://b.example/', 'http://c.example/'], ['http://d.example/']],
    ['example.com', ['https://example.com./'], []],
  ];

  for (const [entry, direct, byProxy] of forms) {
    test(`"${entry.replace('\t', ' ')}" names ${direct.join(' ') || 'nobody'}`, () => {
      for (const url of direct) expect(isDirect(entry, url), url).toBe(true);
      for (const url of byProxy) expect(isDirect(entry, url), url).toBe(false);
    });
  }
});

test('each protocol has its own proxy, and without one it is asked directly', () => {
  const hostFor = (settings: ProxySettings, url: string): string | undefined =>
    proxyChoice(settings)(new URL(url))?.host;
  expect(hostFor(both, 'http://h.example/')).toBe('plain.example:3128');
  expect(hostFor(both, 'https://h.example/')).toBe('secure.example:3129');
  expect(hostFor({ httpProxy: both.httpProxy }, 'https://h.example/')).toBeUndefined();
  expect(hostFor({ httpsProxy: both.httpsProxy }, 'http://h.example/')).toBeUndefined();
  expect(hostFor({ httpProxy: '  ' }, 'http://h.example/')).toBeUndefined();
  expect(hostFor({ httpProxy: ' proxy:3128 ' }, 'http://h.example/')).toBe('proxy:3128');
});

test('a proxy that is no http address is refused by name, without telling the value', () => {
  for (const value of ['socks5://joe:hunter22@proxy:1080', 'http://joe:hunter22@pro xy', 'joe:hunter22@:/']) {
    for (const [name, settings] of [
      ['HTTP_PROXY', { httpProxy: value }],
      ['HTTPS_PROXY', { httpsProxy: value }],
    ] as const) {
      let thrown: unknown;
      try {
        proxyChoice(settings);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(VortexError);
      expect(thrown).toMatchObject({ code: 'config-invalid', disposition: 'abort-run', context: { name } });
      expect(String(thrown)).toContain(name);
      expect(String(thrown)).not.toContain('hunter22');
    }
  }
});
