import { describe, expect, it, vi } from 'vitest';
import { barchart } from '../../src/providers/barchart/index.ts';
import { ACCOUNT, beforeDownload, FOOTER } from '../support/barchart-site.ts';
import { answer, serve } from '../support/loopback.ts';
import { atWork, refusal, request, stock } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';

// A Wednesday, one o'clock in the morning in Chicago.
const NOW = '2024-07-03T06:00:00Z';
const spy = (from: string, to: string) => request({ instrument: stock('SPY'), period: '1d', from, to });
const JUNE = spy('2024-06-03', '2024-07-01');
const SECRET = 'correct-horse-battery';
const signal = (): AbortSignal => new AbortController().signal;

function workAt(sandbox: StandIn, options: Readonly<Record<string, unknown>> = ACCOUNT) {
  return atWork(barchart, { base_url: `${sandbox.url}/barchart`, ...options }, NOW);
}

describe('signing in', () => {
  it('happens once for a whole session, however many series are asked for at once', async () => {
    const sandbox = await standIn(NOW);
    const work = workAt(sandbox);
    const months = [1, 2, 3, 4, 5].map((month) => spy(`2024-0${month}-01`, `2024-0${month}-28`));
    const fetched = await Promise.all(months.map((month) => work.fetch(month)));
    expect(fetched.every(({ bars }) => bars.time.length > 15)).toBe(true);
    expect(await sandbox.counts('barchart')).toEqual({ downloads: 5, logins: 1, refusedLogins: 0 });
  });

  it('a wrong password is tried once, whatever waits behind it, and named without being told', async () => {
    const sandbox = await standIn(NOW);
    const work = workAt(sandbox, { username: 'demo', password: SECRET });
    const errors = await Promise.all([JUNE, JUNE, JUNE].map((asked) => refusal(work.fetch(asked))));
    errors.push(
      await refusal(work.fetch(JUNE)),
      await refusal(work.session.checkAccess?.(signal()) ?? Promise.resolve()),
    );
    for (const error of errors) expect(error).toMatchObject({ code: 'refused', disposition: 'stop-provider' });
    expect(errors[0]?.message).toMatch(/VORTEX_BARCHART_PASSWORD/);
    expect(await sandbox.counts('barchart')).toMatchObject({ logins: 1, refusedLogins: 1 });
    expect([...work.told, ...errors.map((error) => `${error.message} ${error.stack ?? ''}`)].join('\n')).not.toContain(
      SECRET,
    );
  });

  it.each([
    ['nothing', {}],
    ['no password', { username: 'demo' }],
    ['no username', { password: SECRET }],
    ['cookies that it was not told to use', { cookies: 'a' }],
    ['no cookies', { transport: 'cookies' }],
    [
      'cookies of another site',
      { transport: 'cookies', cookies: '.other.example\tTRUE\t/\tTRUE\t0\tlaravel_token\tabcdefgh' },
    ],
    ['a file that holds none', { transport: 'cookies', cookies: 'hello' }],
  ])('with %s it asks nobody', async (_, options) => {
    const sandbox = await standIn(NOW);
    const error = await refusal(workAt(sandbox, options).fetch(JUNE));
    expect(error).toMatchObject({ code: 'refused', disposition: 'stop-provider' });
    expect(error.message).toMatch(/VORTEX_BARCHART_|cookie_file/);
    expect(await sandbox.requests('barchart')).toBe(0);
  });

  it('an outage in the middle of a login is no wrong password', async () => {
    const server = await serve((path, response, asked) => {
      if (asked.method === 'POST') answer(response, 200, '<h1>Service Unavailable</h1>', 'text/html');
      else beforeDownload(path, response, asked);
    });
    const error = await refusal(atWork(barchart, { base_url: server.url, ...ACCOUNT }, NOW).fetch(JUNE));
    expect(error).toMatchObject({ code: 'html-answer', disposition: 'skip-series' });
  });

  it('signs in again, once, when the session ends in the middle', async () => {
    for (const request of [4, 5, 6]) {
      const sandbox = await standIn(NOW, `barchart:expired-session=${request}`);
      const { bars } = await workAt(sandbox).fetch(JUNE);
      expect(bars.time).toHaveLength(19);
      expect(await sandbox.counts('barchart')).toEqual({ downloads: 1, logins: 2, refusedLogins: 0 });
    }
  });

  it('renews its token with every answer', async () => {
    const sandbox = await standIn(NOW, 'barchart:rotate');
    const { bars } = await workAt(sandbox).fetch(JUNE);
    expect(bars.time).toHaveLength(19);
    expect(await sandbox.counts('barchart')).toMatchObject({ logins: 1 });
  });

  it('a page that leads elsewhere is an error, and no download is made of it', async () => {
    const server = await serve((path, response, asked) => {
      const away = path.startsWith('/stocks/quotes/SPY/');
      if (!away) beforeDownload(path, response, asked);
      else {
        response.writeHead(302, { location: '/news' });
        response.end();
      }
    });
    const error = await refusal(atWork(barchart, { base_url: server.url, ...ACCOUNT }, NOW).fetch(JUNE));
    expect(error).toMatchObject({ code: 'bad-answer', disposition: 'skip-series' });
    expect(error.message).toMatch(/led to \/news instead of the page of SPY/);
    expect(server.requests).not.toContain('/my/download');
  });

  it('whoever waits for a turn ends at once when told to, and those before it go on', async () => {
    const held: (() => void)[] = [];
    const slow = await serve((path, response, asked) => {
      if (path === '/login' && asked.method === 'GET') held.push(() => beforeDownload(path, response, asked));
      else if (!beforeDownload(path, response, asked))
        answer(response, 200, `Time,Open,High,Low,Last,Volume\n${FOOTER}`, 'text/csv');
    });
    const work = atWork(barchart, { base_url: slow.url, ...ACCOUNT }, NOW);
    const stop = new AbortController();
    const first = work.fetch(JUNE);
    const second = refusal(work.fetch(JUNE, stop.signal));
    const third = work.fetch(JUNE);
    await vi.waitFor(() => {
      expect(held).toHaveLength(1);
    });
    stop.abort();
    expect((await second).code).toBe('interrupted');
    expect(slow.requests).toHaveLength(1);
    held[0]?.();
    expect((await first).bars.time).toHaveLength(0);
    expect((await third).bars.time).toHaveLength(0);
    expect(slow.requests.filter((path) => path === '/login')).toHaveLength(2);
  });

  it('a site that takes no token is left alone after the second time', async () => {
    const server = await serve((path, response) => {
      if (path === '/my/download') {
        answer(response, 419, '<html>Page Expired</html>', 'text/html');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'XSRF-TOKEN=abcdefghijk' });
      response.end('<meta name="csrf-token" content="x1x2x3x4x5"><input type=hidden name=_token value=y1y2y3y4y5>');
    });
    // The cookies of a browser need no login, so this page may be the login page too.
    const cookies = JSON.stringify([{ name: 'laravel_token', value: 'abcdefgh12345', domain: '127.0.0.1' }]);
    const work = atWork(barchart, { base_url: server.url, transport: 'cookies', cookies }, NOW);
    expect(await refusal(work.fetch(JUNE))).toMatchObject({ code: 'refused', disposition: 'stop-provider' });
    expect(server.requests.filter((path) => path === '/my/download')).toHaveLength(2);
  });

  it('signs out at the end, but not a browser, and not after trouble', async () => {
    const sandbox = await standIn(NOW);
    const work = workAt(sandbox);
    await work.fetch(JUNE);
    const before = await sandbox.requests('barchart');
    await work.session.close?.();
    expect(await sandbox.requests('barchart')).toBe(before + 1);
    await work.session.close?.();
    expect(await sandbox.requests('barchart')).toBe(before + 1);

    const troubled = workAt(sandbox);
    await troubled.fetch(JUNE);
    await sandbox.change({ faults: 'barchart:503' });
    await refusal(troubled.fetch(JUNE));
    const asked = await sandbox.requests('barchart');
    await troubled.session.close?.();
    expect(await sandbox.requests('barchart')).toBe(asked);
  });
});

/** Signs in as a browser would, and gives what it holds afterwards. */
async function browserCookies(sandbox: StandIn): Promise<Record<string, string>> {
  const held: Record<string, string> = {};
  const visit = async (path: string, body?: URLSearchParams): Promise<Response> => {
    const cookie = Object.entries(held)
      .map((pair) => pair.join('='))
      .join('; ');
    const init = body === undefined ? {} : { method: 'POST', body };
    const response = await fetch(`${sandbox.url}/barchart${path}`, {
      ...init,
      headers: { cookie },
      redirect: 'manual',
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      held[name] = value;
    }
    return response;
  };
  const token = /name="_token" value="([^"]+)"/.exec(await (await visit('/login')).text())?.[1] ?? '';
  await visit('/login', new URLSearchParams({ email: 'demo', password: 'demo', _token: token }));
  return held;
}

describe('the cookies of a browser', () => {
  const netscape = (cookies: Record<string, string>): string =>
    [
      '# Netscape HTTP Cookie File',
      '',
      ...Object.entries(cookies).map(
        ([name, value]) => `#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t1800000000\t${name}\t${value}`,
      ),
      '.other.example\tTRUE\t/\tFALSE\t0\tstranger\tvalue',
    ].join('\r\n');
  const extension = (cookies: Record<string, string>): string =>
    JSON.stringify(
      Object.entries(cookies).map(([name, value]) => ({ domain: '127.0.0.1', name, value, hostOnly: true })),
    );

  it.each([
    ['a cookies.txt', netscape],
    ['the JSON of an extension', extension],
    [
      'JSON with the list inside',
      (cookies: Record<string, string>) => `\uFEFF{"cookies":${extension(cookies)},"origins":[]}`,
    ],
  ])('go on with its session, without a login: %s', async (_, write) => {
    const sandbox = await standIn(NOW);
    const held = await browserCookies(sandbox);
    const work = workAt(sandbox, { transport: 'cookies', cookies: write(held), user_agent: 'Mozilla/5.0 (mine)' });
    await work.session.checkAccess?.(signal());
    expect((await work.fetch(JUNE)).bars.time).toHaveLength(19);
    await work.session.close?.();
    expect((await work.fetch(JUNE)).bars.time).toHaveLength(19);
    expect(await sandbox.counts('barchart')).toEqual({ downloads: 2, logins: 1, refusedLogins: 0 });
    for (const value of Object.values(held)) {
      expect(work.secrets.text(`sent ${value} and ${decodeURIComponent(value)}`)).toBe('sent *** and ***');
    }
    expect(work.told.join('\n')).not.toMatch(/eyJ|%3D|FormToken/);
  });

  it('that have expired are named as such; nothing signs in for the person', async () => {
    const sandbox = await standIn(NOW);
    const cookies = netscape({ laravel_session: 'longgone1234', 'XSRF-TOKEN': 'old%3D' });
    const work = workAt(sandbox, { ...ACCOUNT, transport: 'cookies', cookies });
    const error = await refusal(work.fetch(JUNE));
    expect(error).toMatchObject({ code: 'refused', disposition: 'stop-provider' });
    expect(error.message).toMatch(/cookie_file have expired/);
    expect(await sandbox.counts('barchart')).toMatchObject({ logins: 0 });
    const asked = await sandbox.requests('barchart');
    await refusal(work.fetch(JUNE));
    expect(await sandbox.requests('barchart')).toBe(asked);
  });

  it('that end in the middle are named as such', async () => {
    const sandbox = await standIn(NOW);
    const cookies = extension(await browserCookies(sandbox));
    await sandbox.change({ faults: 'barchart:expired-session=2' });
    const error = await refusal(workAt(sandbox, { transport: 'cookies', cookies }).fetch(JUNE));
    expect(error.message).toMatch(/cookie_file have expired/);
  });
});

describe('the check for browsers', () => {
  it('is told for what it is, on the login page and on pages of symbols, and nothing is tried against it', async () => {
    const sandbox = await standIn(NOW, 'barchart:wall');
    const work = workAt(sandbox);
    const error = await refusal(work.fetch(JUNE));
    expect(error).toMatchObject({ code: 'bot-wall', disposition: 'stop-provider' });
    expect(error.message).toMatch(/export its cookies.*transport to "cookies"/);
    expect(await sandbox.requests('barchart')).toBe(1);
    expect(await refusal(work.fetch(JUNE))).toBe(error);
    expect(await sandbox.requests('barchart')).toBe(1);

    const cookies = JSON.stringify([{ name: 'laravel_token', value: 'abcdefgh12345' }]);
    const other = workAt(sandbox, { transport: 'cookies', cookies });
    expect(await refusal(other.fetch(JUNE))).toMatchObject({ code: 'bot-wall' });
    expect(await sandbox.requests('barchart')).toBe(2);
  });

  it('is no outage: a page that says so is tried again, and is not taken for the check', async () => {
    const sandbox = await standIn(NOW, 'barchart:html');
    expect(await refusal(workAt(sandbox).fetch(JUNE))).toMatchObject({
      code: 'html-answer',
      disposition: 'skip-series',
    });
    expect(await sandbox.requests('barchart')).toBe(4);
    await sandbox.change({ faults: 'barchart:first=2@html' });
    expect((await workAt(sandbox).fetch(JUNE)).bars.time).toHaveLength(19);
  });

  it('a status that forbids is a refusal', async () => {
    const server = await serve((_, response) => {
      answer(response, 403, '<html>Forbidden</html>', 'text/html');
    });
    const error = await refusal(atWork(barchart, { base_url: server.url, ...ACCOUNT }, NOW).fetch(JUNE));
    expect(error).toMatchObject({ code: 'refused', disposition: 'stop-provider' });
    expect(server.requests).toHaveLength(1);
  });
});
