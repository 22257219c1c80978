import { describe, expect, it } from 'vitest';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { at, chartBody, errorBody } from '../support/chart.ts';
import { answer, serve } from '../support/loopback.ts';
import { atWork, made, refusal, request, stock } from '../support/session.ts';

const NOW = '2024-07-13T12:00:00Z';
const SPY = { instrument: stock('SPY'), period: '1d', from: '2024-06-03', to: '2024-06-08' } as const;
const good = { stamps: ['2024-06-03T13:30:00Z', '2024-06-04T13:30:00Z'], close: [1, 2] };
const unavailable = (interval: string, why: string): string =>
  `${interval} data not available for startTime=1 and endTime=2. ${why}`;

const page = '<!DOCTYPE html><html><title>Yahoo</title><h1>Will be right back...</h1></html>';
const whole = chartBody(good);

interface Given {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const failing: readonly (readonly [string, Given, string, string, RegExp])[] = [
  [
    'an unknown or delisted symbol',
    { status: 404, body: errorBody('Not Found', 'No data found, symbol may be delisted') },
    'no-such-symbol',
    'skip-series',
    /^no such symbol at yahoo: SPY$/,
  ],
  [
    'the same with status 200',
    { status: 200, body: errorBody('Not Found', 'No data found, symbol may be delisted') },
    'no-such-symbol',
    'skip-series',
    /^no such symbol at yahoo: SPY$/,
  ],
  [
    'an interval that is not known',
    {
      status: 400,
      body: errorBody('Bad Request', 'Invalid input - interval=7m is not supported. Valid intervals: [1m, 2m]'),
    },
    'not-servable',
    'skip-series',
    /interval=7m is not supported/,
  ],
  [
    'a long text with control characters, cut at 300 and shown',
    { status: 422, body: errorBody('Unprocessable Entity', `\u001B[2J${'x'.repeat(400)}`) },
    'not-servable',
    'skip-series',
    /^yahoo says "\\x1b\[2Jx{296}…" /,
  ],
  [
    'too many days of minutes',
    {
      status: 422,
      body: errorBody(
        'Unprocessable Entity',
        unavailable('1m', 'Only 8 days worth of 1m granularity data are allowed to be fetched per request.'),
      ),
    },
    'not-servable',
    'skip-series',
    /Only 8 days worth/,
  ],
  [
    'minutes that are too old',
    {
      status: 422,
      body: errorBody(
        'Unprocessable Entity',
        unavailable('1m', 'The requested range must be within the last 30 days.'),
      ),
    },
    'not-servable',
    'skip-series',
    /within the last 30 days/,
  ],
  [
    'a century of days, said with 400',
    {
      status: 400,
      body: errorBody(
        'Unprocessable Entity',
        unavailable('1d', 'Only 100 years worth of day granularity data are allowed to be fetched per request.'),
      ),
    },
    'not-servable',
    'skip-series',
    /Only 100 years/,
  ],
  [
    'too many requests',
    { status: 429, body: 'Edge: Too Many Requests', type: 'text/html' },
    'rate-limited',
    'skip-series',
    /429/,
  ],
  [
    'a client that is not let in',
    {
      status: 401,
      body: JSON.stringify({
        finance: { result: null, error: { code: 'Unauthorized', description: 'Invalid Crumb' } },
      }),
    },
    'refused',
    'stop-provider',
    /Invalid Crumb.*refuses this client/,
  ],
  ['a bare 403', { status: 403, body: '{}' }, 'refused', 'stop-provider', /403/],
  [
    'the outage page with 200',
    { status: 200, body: page, type: 'text/html' },
    'html-answer',
    'skip-series',
    /web page/,
  ],
  ['the outage page with 503', { status: 503, body: page, type: 'text/html' }, 'provider-fault', 'skip-series', /503/],
  ['a web page with 404', { status: 404, body: page, type: 'text/html' }, 'html-answer', 'skip-series', /web page/],
  ['a web page that says it is JSON', { status: 200, body: `\n${page}` }, 'html-answer', 'skip-series', /web page/],
  ['an empty body', { status: 200, body: '' }, 'bad-answer', 'skip-series', /empty body/],
  ['an empty body with 404', { status: 404, body: '' }, 'bad-answer', 'skip-series', /empty body/],
  [
    'JSON that ends in the middle',
    { status: 200, body: whole.slice(0, whole.length / 2) },
    'bad-answer',
    'skip-series',
    /no whole JSON/,
  ],
  [
    'a result of null without an error',
    { status: 200, body: '{"chart":{"result":null,"error":null}}' },
    'bad-answer',
    'skip-series',
    /without data or an error/,
  ],
  [
    'no result in the list',
    { status: 200, body: '{"chart":{"result":[],"error":null}}' },
    'bad-answer',
    'skip-series',
    /chart\.result/,
  ],
  ['data with status 400', { status: 400, body: whole }, 'bad-answer', 'skip-series', /400/],
  [
    'another error that nobody knows',
    { status: 400, body: errorBody('Bad Request', 'The moon is full') },
    'bad-answer',
    'skip-series',
    /The moon is full/,
  ],
  [
    'another symbol',
    { status: 200, body: chartBody({ ...good, symbol: 'QQQ' }) },
    'bad-answer',
    'skip-series',
    /QQQ when asked for SPY/,
  ],
  [
    'bars of another size',
    { status: 200, body: chartBody({ ...good, granularity: '1wk' }) },
    'bad-answer',
    'skip-series',
    /1wk bars when asked for 1d/,
  ],
  [
    'fewer closes than timestamps',
    { status: 200, body: chartBody({ ...good, close: [1], open: [1, 2], high: [1, 2], low: [1, 2] }) },
    'bad-answer',
    'skip-series',
    /close.*1.*2 timestamps/,
  ],
  [
    'more volumes than timestamps',
    { status: 200, body: chartBody({ ...good, volume: [1, 2, 3] }) },
    'bad-answer',
    'skip-series',
    /volume.*3.*2 timestamps/,
  ],
  [
    'an adjusted close of another length',
    { status: 200, body: chartBody({ ...good, adjclose: [1] }) },
    'bad-answer',
    'skip-series',
    /adjclose.*1.*2 timestamps/,
  ],
  [
    'prices without timestamps',
    { status: 200, body: chartBody({ close: [1, 2] }) },
    'bad-answer',
    'skip-series',
    /0 timestamps/,
  ],
  [
    'timestamps without prices',
    { status: 200, body: chartBody({ stamps: good.stamps }) },
    'bad-answer',
    'skip-series',
    /no open for 2 timestamps/,
  ],
  [
    'a timestamp that is none',
    { status: 200, body: whole.replace(String(at('2024-06-03T13:30:00Z')), '"x"') },
    'bad-answer',
    'skip-series',
    /timestamp/,
  ],
  [
    'a time zone that nobody knows',
    { status: 200, body: chartBody({ ...good, zone: 'Mars/Olympus' }) },
    'bad-answer',
    'skip-series',
    /Mars\/Olympus/,
  ],
];

describe('every error is told apart', () => {
  it.each(failing)('%s', async (_, { status, body, type = 'application/json' }, code, disposition, message) => {
    const server = await serve((__, response) => {
      answer(response, status, body, type);
    });
    const error = await refusal(atWork(yahoo, { base_url: server.url }, NOW).fetch(request(SPY)));
    expect({ code: error.code, disposition: error.disposition }).toEqual({ code, disposition });
    expect(error.message).toMatch(message);
    if (code === 'bad-answer') expect(error.message).toContain(`${server.url}/v8/finance/chart/SPY`);
  });

  it('what may pass is asked again, what was said on purpose is not', async () => {
    const counts = async (given: Given): Promise<number> => {
      const server = await serve((_, response) => {
        answer(response, given.status, given.body, given.type);
      });
      await refusal(atWork(yahoo, { base_url: server.url }, NOW).fetch(request(SPY)));
      return server.requests.length;
    };
    expect(await counts({ status: 200, body: page, type: 'text/html' })).toBe(4);
    expect(await counts({ status: 200, body: whole.slice(0, 50) })).toBe(4);
    expect(await counts({ status: 404, body: errorBody('Not Found', 'No data found, symbol may be delisted') })).toBe(
      1,
    );
    expect(await counts({ status: 401, body: '{"finance":{"error":{"code":"Unauthorized"}}}' })).toBe(1);
  });

  it('a fault that passes leaves no trace in the bars', async () => {
    const bodies = [page, whole.slice(0, 50), '', whole];
    const server = await serve((_, response) => {
      answer(response, 200, bodies.shift() ?? whole);
    });
    const { bars, dropped } = await atWork(yahoo, { base_url: server.url }, NOW).fetch(request(SPY));
    expect([...bars.close]).toEqual([1, 2]);
    expect(dropped).toEqual({});
    expect(server.requests).toHaveLength(4);
  });
});

describe('an answer that has nothing is no error', () => {
  it.each([
    ['no timestamps and an empty quote', chartBody({}), 200],
    ['the same with an empty adjclose', chartBody({}).replace('"quote":[{}]', '"quote":[{}],"adjclose":[{}]'), 200],
    [
      'a range from before the first trade',
      errorBody('Bad Request', "Data doesn't exist for startDate = 1577836800, endDate = 1578009600"),
      400,
    ],
  ])('%s', async (_, body, status) => {
    const { stamps, dropped } = await made(yahoo, body, SPY, { status });
    expect({ stamps, dropped }).toEqual({ stamps: [], dropped: {} });
  });
});

it('an hour that Yahoo calls 60m is an hour, but 60m for half an hour is refused', async () => {
  const body = chartBody({ granularity: '60m', stamps: ['2024-07-12T13:30:00Z'], close: [1] });
  const wish = { instrument: stock('SPY'), from: '2024-07-12T00:00:00Z', to: '2024-07-13T00:00:00Z' };
  expect((await made(yahoo, body, { ...wish, period: '1h' })).stamps).toEqual(['2024-07-12T13:30:00Z']);
  expect((await refusal(made(yahoo, body, { ...wish, period: '30m' }))).message).toMatch(/1h bars when asked for 30m/);
});

it('a field of the wrong type is named with its path', async () => {
  const body = whole.replace('"meta":{', '"events":{"dividends":{"1":{"amount":"a lot","date":1}}},"meta":{');
  const error = await refusal(made(yahoo, body, SPY));
  expect(error.code).toBe('bad-answer');
  expect(error.message).toContain('events.dividends.1.amount');
});
