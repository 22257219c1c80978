import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../sandbox/server.ts';
import { control, start, truthOf, WEDNESDAY } from './client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await start(WEDNESDAY);
});
afterAll(() => sandbox.close());

/** A browser at the stand-in: keeps cookies, follows nothing. */
class Browser {
  readonly cookies = new Map<string, string>();

  async ask(
    path: string,
    form?: Record<string, string>,
    token = decodeURIComponent(this.cookies.get('XSRF-TOKEN') ?? ''),
  ) {
    const cookie = Array.from(this.cookies, (pair) => pair.join('=')).join('; ');
    const response = await fetch(`${sandbox.url}/barchart${path}`, {
      headers: { cookie, 'x-xsrf-token': token },
      redirect: 'manual',
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      this.cookies.set(name, value);
    }
    return {
      status: response.status,
      location: response.headers.get('location'),
      headers: response.headers,
      text: await response.text(),
    };
  }

  async signIn(password = 'demo') {
    const [, token = ''] = /type="hidden" name="_token" value="([^"]+)"/.exec((await this.ask('/login')).text) ?? [];
    return this.ask('/login', { email: 'demo', password, _token: token });
  }

  /** The csrf-token of a page. */
  async pageToken(path: string): Promise<string> {
    return /<meta name="csrf-token" content="([^"]+)">/.exec((await this.ask(path)).text)?.[1] ?? '';
  }
}

const PAGE = '/futures/quotes/GCM24/historical-download';
const form = (token: string, more: Record<string, string> = {}) => ({
  _token: token,
  symbol: 'GCM24',
  fields: 'tradeTime.format(Y-m-d),openPrice,highPrice,lowPrice,lastPrice,volume',
  startDate: '2024-05-01',
  endDate: '2024-05-03',
  orderBy: 'tradeTime',
  orderDir: 'asc',
  method: 'historical',
  limit: '20000',
  type: 'eod',
  period: 'daily',
  ...more,
});

let browser: Browser;
beforeEach(async () => {
  await control(sandbox, { faults: '', now: null });
  browser = new Browser();
});

describe('the login', () => {
  it('takes demo with the password demo, and leads everybody else back', async () => {
    expect(await browser.signIn('wrong')).toMatchObject({ status: 302, location: '/barchart/login' });
    expect(await browser.ask(PAGE)).toMatchObject({ status: 302, location: '/barchart/login' });
    expect(await browser.signIn()).toMatchObject({ status: 302, location: '/barchart/my/watchlist' });
    expect((await browser.ask(PAGE)).status).toBe(200);
    expect(await browser.ask('/login')).toMatchObject({ status: 302, location: '/barchart/my/watchlist' });
    await browser.ask('/logout');
    expect((await browser.ask(PAGE)).location).toBe('/barchart/login');
  });

  it('gives a new XSRF-TOKEN with every answer, encoded', async () => {
    const seen = new Set<string>();
    for (let count = 0; count < 3; count++) {
      await browser.ask('/login');
      seen.add(browser.cookies.get('XSRF-TOKEN') ?? '');
    }
    expect(seen.size).toBe(3);
    for (const token of seen) expect(token).toMatch(/%3D$/);
  });

  it('a form without its token is out of date', async () => {
    await browser.ask('/login');
    expect((await browser.ask('/login', { email: 'demo', password: 'demo', _token: 'x' })).status).toBe(419);
  });
});

describe('the pages of symbols', () => {
  it.each([
    ['/futures/quotes/GCM24/historical-download', 200],
    ['/futures/quotes/GCG24/historical-download', 200],
    ['/futures/quotes/GCZ99/historical-download', 200],
    ['/futures/quotes/GCF24/historical-download', 404],
    ['/futures/quotes/GCZ27/historical-download', 404],
    ['/stocks/quotes/SPY/historical-download', 200],
    ['/stocks/quotes/%24SPX/historical-download', 200],
    ['/stocks/quotes/BRK.B/interactive-chart', 200],
    ['/stocks/quotes/XYZQ/historical-download', 404],
    ['/stocks/quotes/BTC-USD/historical-download', 404],
    ['/forex/quotes/%5EEURUSD/historical-download', 200],
    ['/forex/quotes/EURUSD/historical-download', 404],
    ['/bonds/quotes/SPY/historical-download', 404],
  ])('%s is %i', async (path, status) => {
    await browser.signIn();
    expect((await browser.ask(path)).status).toBe(status);
  });
});

describe('downloads', () => {
  it('are files by their names, with a closing line, and only they are counted', async () => {
    await browser.signIn();
    const token = await browser.pageToken(PAGE);
    const counted = async () =>
      JSON.parse((await browser.ask('/my/download', { onlyCheckPermissions: 'true' })).text) as unknown;
    const before = await counted();
    expect(await counted()).toEqual(before);
    const { status, text } = await browser.ask('/my/download', form(token));
    expect(status).toBe(200);
    const [header, ...lines] = text.split('\n');
    expect(header).toBe('Time,Open,High,Low,Last,Volume');
    expect(lines.at(-1)).toBe('"Downloaded from Barchart.com as of 05-15-2024 02:10pm CDT"');
    const truth = await truthOf(sandbox, 'future/GCM24', 'period=1d&from=2024-05-01&to=2024-05-04');
    expect(lines.slice(0, -1)).toEqual(
      truth.map(({ time, open, high, low, close, volume }) => [time, open, high, low, close, volume].join(',')),
    );
    expect(before).toMatchObject({ success: true, count: '0' });
    expect(await counted()).toMatchObject({ success: true, count: '1' });
  });

  it('need the tokens of the session', async () => {
    await browser.signIn();
    const token = await browser.pageToken(PAGE);
    expect((await browser.ask('/my/download', form(token), 'wrong')).status).toBe(419);
    expect((await browser.ask('/my/download', form('wrong'))).status).toBe(419);
    expect((await browser.ask('/my/download', { onlyCheckPermissions: 'true' }, '')).status).toBe(419);
    const old = decodeURIComponent(browser.cookies.get('XSRF-TOKEN') ?? '');
    await browser.ask(PAGE);
    expect((await browser.ask('/my/download', form(token), old)).status).toBe(200);
    await control(sandbox, { faults: 'barchart:rotate' });
    expect((await browser.ask('/my/download', form(token), old)).status).toBe(419);
    expect((await browser.ask('/my/download', form(token))).status).toBe(200);
  });

  it('end with the quota, in words', async () => {
    await browser.signIn();
    await control(sandbox, { faults: 'barchart:quota=0' });
    const told = await browser.ask('/my/download', { onlyCheckPermissions: 'true' });
    expect(JSON.parse(told.text)).toEqual({ error: 'You have reached your daily limit of 0 downloads.' });
  });

  it('keep to the limit: the oldest, or the newest when they come first', async () => {
    await browser.signIn();
    const token = await browser.pageToken(PAGE);
    const days = async (more: Record<string, string>) =>
      (await browser.ask('/my/download', form(token, more))).text
        .split('\n')
        .slice(1, -1)
        .map((line) => line.slice(0, 10));
    expect(await days({ limit: '2' })).toEqual(['2024-05-01', '2024-05-02']);
    expect(await days({ limit: '2', orderDir: 'desc' })).toEqual(['2024-05-03', '2024-05-02']);
  });

  it('of a fault that never reached the site nothing is counted', async () => {
    await browser.signIn();
    const token = await browser.pageToken(PAGE);
    const downloads = async () =>
      ((await (await fetch(`${sandbox.url}/control`)).json()) as { counts: unknown }).counts;
    const before = await downloads();
    await control(sandbox, { faults: 'barchart:503' });
    expect((await browser.ask('/my/download', form(token))).status).toBe(503);
    expect(await downloads()).toEqual(before);
  });

  it('what cannot be read is told as the site tells it', async () => {
    await browser.signIn();
    const token = await browser.pageToken(PAGE);
    for (const more of [{ startDate: 'soon' }, { type: 'minutes', interval: '7' }, { period: 'yearly' }]) {
      expect((await browser.ask('/my/download', form(token, more))).text).toBe('Error retrieving data');
    }
  });
});

describe('the addresses that charts are drawn from', () => {
  it('need no login and count nothing; they say how many requests are left', async () => {
    const query = 'symbol=GCG24&data=daily&maxrecords=3&order=asc&start=20240108&end=20240131';
    const { status, headers, text } = await browser.ask(`/proxies/timeseries/historical/queryeod.ashx?${query}`);
    expect(status).toBe(200);
    expect(Number(headers.get('x-ratelimit-remaining'))).toBeGreaterThan(15);
    const lines = text.trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^GCG24,2024-01-08(,[\d.]+){6}$/);
  });

  it('stamp minutes by the clock of Chicago, the end included', async () => {
    const query = 'symbol=GCM24&interval=60&order=asc&start=202405010800&end=202405011000';
    const { text } = await browser.ask(`/proxies/timeseries/historical/queryminutes.ashx?${query}`);
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(',').slice(0, 2)),
    ).toEqual([
      ['2024-05-01 08:00', '1'],
      ['2024-05-01 09:00', '1'],
      ['2024-05-01 10:00', '1'],
    ]);
  });

  it('know no other symbols, and are empty where nothing trades', async () => {
    const path = '/proxies/timeseries/historical/queryeod.ashx?data=daily&symbol=';
    expect((await browser.ask(`${path}XYZQ`)).status).toBe(404);
    expect(await browser.ask(`${path}SPY&start=20240504&end=20240505`)).toMatchObject({ status: 200, text: '' });
  });
});

it('the check for browsers has neither a token nor a cookie, on every page', async () => {
  await control(sandbox, { faults: 'barchart:wall' });
  for (const path of ['/login', PAGE]) {
    const { status, text } = await browser.ask(path);
    expect(status).toBe(200);
    expect(text).not.toMatch(/hidden|csrf/);
  }
  expect(browser.cookies.size).toBe(0);
});
