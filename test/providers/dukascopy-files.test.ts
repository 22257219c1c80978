import { describe, expect, it } from 'vitest';
import { dukascopy } from '../../src/providers/dukascopy/index.ts';
import { archive, EURO, JULY_2, NOW } from '../support/archive.ts';
import { candlesBody, DAY_MS, emptyBody, instrumentBody } from '../support/candles.ts';
import { answer, serve } from '../support/loopback.ts';
import { atWork, forex, refusal, request, stock } from '../support/session.ts';
import type { Wish } from '../support/session.ts';

describe('symbols', () => {
  it.each([
    [forex('EURUSD'), 'EUR-USD'],
    [forex('XAUUSD'), 'XAU-USD'],
    [forex('USDJPY'), 'USD-JPY'],
    [stock('BTC-USD'), 'BTC-USD'],
    [{ ...stock('^GSPC'), symbols: { dukascopy: 'USA500.IDX-USD' } }, 'USA500.IDX-USD'],
    [{ ...forex('GOLDSPOT'), symbols: { dukascopy: 'XAU-USD' } }, 'XAU-USD'],
    [stock('SPY'), undefined],
    [stock('BRK-B'), undefined],
    [stock('^GSPC'), undefined],
    [stock('GC=F'), undefined],
    [forex('GOLDSPOT'), undefined],
    [{ class: 'future', id: 'GOLD', code: 'GC', symbols: { dukascopy: 'XAU-USD' } } as const, undefined],
  ])('%o is %s', (instrument, symbol) => {
    expect(dukascopy.symbolFor(instrument, undefined)).toBe(symbol);
  });

  it('are encoded in the address', async () => {
    const { fetch, paths } = await archive({});
    await refusal(fetch(JULY_2, { ...stock('X'), symbols: { dukascopy: 'A/B?C' } }));
    expect(paths()[0]).toBe('/candles/minute/A%2FB%3FC/BID/2024/7/2');
  });
});

describe('addresses', () => {
  /** The paths of what is asked, each answered by a file of one candle. */
  async function asked(wish: Omit<Wish, 'instrument'>, now: string, options = {}): Promise<string[]> {
    const server = await serve((path, response) => {
      const [, size = '', date = '', from] =
        /\/candles\/(\w+)\/EUR-USD\/\w+\/?([\d/]*)(?:\?from=(\d+))?$/.exec(path) ?? [];
      const [year, month = 1, day = 1] = date.split('/').map(Number);
      const start = from === undefined ? Date.UTC(year ?? 0, month - 1, day) : Number(from);
      const shift = { minute: 60_000, hour: 3_600_000 }[size] ?? DAY_MS;
      const full = candlesBody({ at: new Date(start).toISOString(), shift });
      const body = path.includes('/instruments/') ? instrumentBody('EUR-USD') : full;
      answer(response, 200, body);
    });
    const work = atWork(dukascopy, { base_url: server.url, ...options }, now);
    await work.fetch(request({ instrument: EURO, ...wish }));
    return server.requests.filter((path) => path.startsWith('/v1/candles/')).map((path) => path.slice(12));
  }

  it.each([
    ['1m', '2024-02-28T23:59:00Z', '2024-03-01T00:01:00Z', 'minute', ['2024/2/28', '2024/2/29', '2024/3/1']],
    ['5m', '2023-12-31T23:00:00Z', '2024-01-01T00:01:00Z', 'minute', ['2023/12/31', '2024/1/1']],
    ['1h', '2024-01-31T23:00:00Z', '2024-02-01T00:00:00Z', 'hour', ['2024/1']],
    ['1h', '2023-12-31T23:00:00Z', '2024-01-01T01:00:00Z', 'hour', ['2023/12', '2024/1']],
    ['1d', '2022-12-31', '2023-01-02', 'day', ['2022', '2023']],
    // Monday, 2 January: the weekend before it counts to its week and is in another year; to its month it is not another one.
    ['1wk', '2023-01-02', '2023-01-09', 'day', ['2022', '2023']],
    ['1mo', '2023-11-01', '2023-12-01', 'day', ['2023']],
  ] as const)('%s from %s to %s', async (period, from, to, size, tails) => {
    const paths = await asked({ period, from, to }, NOW);
    expect(paths).toEqual(tails.map((tail) => `${size}/EUR-USD/BID/${tail}`));
  });

  it('what is in progress is asked for by its start, and the side is that of the settings', async () => {
    const now = '2024-02-29T12:34:56Z';
    const since = (start: string): string => `?from=${Date.parse(start)}`;
    const days = { from: '2024-02-27', to: '2024-02-29' };
    const hours = { from: '2024-02-28T00:00:00Z', to: '2024-02-29T12:00:00Z' };
    expect(await asked({ period: '1m', ...hours }, now, { side: 'ASK' })).toEqual([
      'minute/EUR-USD/ASK/2024/2/28',
      `minute/EUR-USD/ASK${since('2024-02-29')}`,
    ]);
    expect(await asked({ period: '1h', ...hours }, now)).toEqual([`hour/EUR-USD/BID${since('2024-02-01')}`]);
    expect(await asked({ period: '1d', ...days }, now)).toEqual([`day/EUR-USD/BID${since('2024-01-01')}`]);
  });

  it('at midnight the day is complete, and a new one has not begun', async () => {
    const day = { period: '1m', from: '2024-02-29T23:00:00Z', to: '2024-03-01T01:00:00Z' } as const;
    const path = 'minute/EUR-USD/BID';
    expect(await asked(day, '2024-03-01T00:00:00Z')).toEqual([`${path}/2024/2/29`]);
    expect(await asked(day, '2024-02-29T23:59:59.999Z')).toEqual([`${path}?from=${Date.parse('2024-02-29')}`]);
    expect(await asked(day, '2024-03-01T00:00:00.001Z')).toEqual([
      `${path}/2024/2/29`,
      `${path}?from=${Date.parse('2024-03-01')}`,
    ]);
  });
});

describe('a 404', () => {
  const minutes = '/candles/minute/EUR-USD/BID/2024/7/2';

  it('of an instrument that is not known is "no such symbol"', async () => {
    const { fetch, paths } = await archive({});
    const error = await refusal(fetch(JULY_2));
    expect(error).toMatchObject({ code: 'no-such-symbol', message: 'no such symbol at dukascopy: EUR-USD' });
    expect(paths()).toEqual([minutes, '/instruments/EUR-USD']);
  });

  it('of a time before the first candle is no candle, and asked for once', async () => {
    const { fetch, paths } = await archive({
      '/instruments/EUR-USD': instrumentBody('EUR-USD', '2024-07-03T00:00:00Z'),
    });
    for (let again = 0; again < 2; again++) expect((await fetch(JULY_2)).bars.time).toHaveLength(0);
    expect(paths()).toEqual([minutes, '/instruments/EUR-USD']);
  });

  it('of a time after it is an error: the clock may be wrong, and nothing is proven', async () => {
    const { fetch } = await archive({ '/instruments/EUR-USD': instrumentBody('EUR-USD') });
    const error = await refusal(fetch(JULY_2));
    expect(error).toMatchObject({ code: 'bad-answer', disposition: 'skip-series' });
    expect(error.message).toContain('is the clock right?');
    expect(error.message).toContain(minutes);
  });

  it('and another instrument than asked for is an error', async () => {
    const { fetch } = await archive({ '/instruments/EUR-USD': instrumentBody('EUR-AUD') });
    expect((await refusal(fetch(JULY_2))).message).toContain('answered EUR-AUD when asked for EUR-USD');
  });
});

describe('the files of a session', () => {
  it('that are complete are asked for once, whatever is made of them', async () => {
    const path = '/candles/minute/EUR-USD/BID/2024/7/2';
    const { fetch, paths } = await archive({ [path]: candlesBody({ at: '2024-07-02' }) });
    for (const period of ['1m', '5m', '30m'] as const)
      expect((await fetch({ ...JULY_2, period })).bars.time).toHaveLength(1);
    expect(paths()).toEqual([path]);
  });

  it('that are in progress are asked for again', async () => {
    const path = `/candles/minute/EUR-USD/BID?from=${Date.parse('2024-07-03')}`;
    const bodies = { [path]: candlesBody({ at: '2024-07-03', times: [0, 1] }) };
    const { fetch, paths } = await archive(bodies);
    const wish = { period: '1m', from: '2024-07-03T00:00:00Z', to: '2024-07-03T05:00:00Z' } as const;
    expect((await fetch(wish)).bars.time).toHaveLength(2);
    bodies[path] = candlesBody({ at: '2024-07-03', times: [0, 1, 1] });
    expect((await fetch(wish)).bars.time).toHaveLength(3);
    expect(paths()).toEqual([path, path]);
  });

  it('are not remembered when they were broken', async () => {
    const path = '/candles/minute/EUR-USD/BID/2024/7/2';
    const bodies = { [path]: candlesBody({ at: '2024-07-02', closes: [null] }) };
    const { fetch } = await archive(bodies);
    await refusal(fetch(JULY_2));
    bodies[path] = candlesBody({ at: '2024-07-02' });
    expect((await fetch(JULY_2)).bars.time).toHaveLength(1);
  });

  it('of which one is missing give no bars at all: the rest is not taken for everything', async () => {
    const { fetch, paths } = await archive({
      '/instruments/EUR-USD': instrumentBody('EUR-USD'),
      '/candles/minute/EUR-USD/BID/2024/7/1': candlesBody({ at: '2024-07-01' }),
    });
    const error = await refusal(fetch({ ...JULY_2, from: '2024-07-01T00:00:00Z' }));
    expect(error.code).toBe('bad-answer');
    expect(paths()).toContain('/candles/minute/EUR-USD/BID/2024/7/1');
  });

  it('are asked for one after the other, and an abort ends it between two', async () => {
    const stop = new AbortController();
    const server = await serve((path, response) => {
      const day = Number(path.split('/').at(-1));
      answer(response, 200, emptyBody(`2024-07-0${day}`));
      stop.abort();
    });
    const work = atWork(dukascopy, { base_url: server.url }, NOW);
    const wish = { instrument: EURO, period: '1m', from: '2024-07-01T00:00:00Z', to: '2024-07-03T00:00:00Z' } as const;
    expect((await refusal(work.fetch(request(wish), stop.signal))).code).toBe('interrupted');
    expect(server.requests).toHaveLength(1);
  });

  it('rows that are bad are told of when their time is asked for, and only then', async () => {
    const path = '/candles/minute/EUR-USD/BID/2024/7/2';
    // The second minute of 1:00 is bad, the first and the third are good.
    const body = candlesBody({ at: '2024-07-02', times: [0, 60, 1, 1], highs: [0, 0, -1, 1] });
    const { fetch } = await archive({ [path]: body });
    const hour = (from: string, to: string) =>
      fetch({ period: '1m', from: `2024-07-02T${from}:00Z`, to: `2024-07-02T${to}:00Z` });
    expect(await hour('00:00', '01:00')).toMatchObject({ dropped: {} });
    expect(await hour('01:00', '02:00')).toMatchObject({ dropped: { 'high-below-low': 1 } });
  });
});

it('says what the source is: days end at midnight UTC, and a day is final some time after it', async () => {
  const facts = async (now: string) => {
    const year = candlesBody({ at: '2024-01-01', shift: DAY_MS });
    const { fetch } = await archive({ [`/candles/day/EUR-USD/BID?from=${Date.parse('2024-01-01')}`]: year }, {}, now);
    return (await fetch({ period: '1d', from: '2024-01-01', to: '2024-01-02' })).source;
  };
  const day = (date: string) => ({ tradeDate: Date.parse(date), closesAt: Date.parse(date) + DAY_MS });
  const source = { symbol: 'EUR-USD', timezone: 'UTC', currency: 'USD', dayBoundary: 'UTC', closeKind: 'bid' };
  expect(await facts('2024-07-03T00:05:00Z')).toMatchObject({ ...source, session: day('2024-07-02') });
  expect(await facts('2024-07-03T12:00:00Z')).toMatchObject({ ...source, session: day('2024-07-03') });
});
