import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Sandbox } from '../../sandbox/server.ts';
import { control, start, truthOf, WEDNESDAY } from './client.ts';

const steps = z.array(z.number());
const base = z.number().nullable();
const candles = z.strictObject({
  timestamp: z.number(),
  multiplier: z.number(),
  open: base,
  high: base,
  low: base,
  close: base,
  shift: z.number(),
  times: steps,
  opens: steps,
  highs: steps,
  lows: steps,
  closes: steps,
  volumes: z.array(z.number().nullable()),
});
const instrument = z.looseObject({
  code: z.string(),
  priceScale: z.number(),
  histories: z.array(z.object({ period: z.string(), from: z.number() })),
});

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await start(WEDNESDAY);
});
afterEach(() => control(sandbox, { faults: '' }));
afterAll(() => sandbox.close());

const ask = (path: string): Promise<Response> => fetch(`${sandbox.url}/dukascopy/v1${path}`);
const text = async (path: string): Promise<string> => (await ask(path)).text();
const read = async (path: string) => candles.parse(await (await ask(path)).json());
const since = (instant: string): string => `?from=${Date.parse(instant)}`;

/** Stamps and closes in units, added up here. */
function decoded({ timestamp, shift, times, multiplier, close, closes }: z.infer<typeof candles>) {
  let time = timestamp;
  let units = Math.round((close ?? 0) / multiplier);
  return times.map((step, row) => {
    time += step * shift;
    units += closes[row] ?? 0;
    return { time: new Date(time).toISOString().replace('.000', ''), units };
  });
}

describe('candles of the stand-in', () => {
  it('are written as the real ones: a Java server’s numbers, running sums from a base, the first step 0', async () => {
    const body = await text('/candles/minute/EUR-USD/BID/2024/5/14');
    expect(body).toMatch(/^\{"timestamp":1715644800000,"multiplier":1\.0E-5,"open":1\.\d+,"high":/);
    const answer = candles.parse(JSON.parse(body));
    expect(answer).toMatchObject({ shift: 60_000 });
    for (const name of ['times', 'opens', 'highs', 'lows', 'closes'] as const) expect(answer[name][0]).toBe(0);
    const truth = await truthOf(sandbox, 'forex/EURUSD', 'period=1m&from=2024-05-14T00:00:00Z&to=2024-05-15T00:00:00Z');
    expect(decoded(answer)).toEqual(truth.map(({ time, close }) => ({ time, units: Math.round(close * 1e5) })));
  });

  it('of a Saturday there are none: empty lists and null bases', async () => {
    expect(await text('/candles/minute/EUR-USD/BID/2024/5/11')).toBe(
      '{"timestamp":1715385600000,"multiplier":1.0E-5,"open":null,"high":null,"low":null,"close":null,' +
        '"shift":60000,"times":[],"opens":[],"highs":[],"lows":[],"closes":[],"volumes":[]}',
    );
  });

  it('a weekend within a month of hours is a step in time', async () => {
    const { times } = await read('/candles/hour/USD-JPY/BID/2024/4');
    // From Friday, 20:00 to Sunday, 23:00: London is an hour ahead.
    expect([...new Set(times)].sort((a, b) => a - b)).toEqual([0, 1, 51]);
  });

  it('of what is in progress reach to the minute that is going', async () => {
    const minutes = decoded(await read(`/candles/minute/EUR-USD/BID${since('2024-05-15')}`));
    expect(minutes.at(-1)?.time).toBe('2024-05-15T19:10:00Z');
    const days = decoded(await read(`/candles/day/EUR-USD/BID${since('2024-01-01')}`));
    expect(days.at(-1)).toEqual({ time: '2024-05-15T00:00:00Z', units: minutes.at(-1)?.units });
  });

  it('of the ASK side lie above those of the BID side', async () => {
    const [bid, ask] = await Promise.all([
      read('/candles/day/EUR-USD/BID/2023'),
      read('/candles/day/EUR-USD/ASK/2023'),
    ]);
    decoded(bid).forEach(({ units }, row) => {
      expect(decoded(ask)[row]?.units).toBeGreaterThan(units);
    });
  });

  it('may be kept for ever when they are complete, and not at all before', async () => {
    const kept = async (path: string) => (await ask(path)).headers.get('cache-control');
    expect(await kept('/candles/day/EUR-USD/BID/2023')).toContain('immutable');
    expect(await kept(`/candles/day/EUR-USD/BID${since('2024-01-01')}`)).toBe('no-store');
  });

  it.each([
    ['/candles/day/XXX-YYY/BID/2023', 404],
    ['/candles/day/EURUSD/BID/2023', 404],
    ['/candles/day/SPY/BID/2023', 404],
    ['/candles/day/EUR-USD/MID/2023', 404],
    ['/candles/week/EUR-USD/BID/2023', 404],
    // In progress, and still to come.
    ['/candles/day/EUR-USD/BID/2024', 404],
    ['/candles/minute/EUR-USD/BID/2024/5/15', 404],
    ['/candles/hour/EUR-USD/BID/2024/6', 404],
    // Not padded, of the calendar, of that size.
    ['/candles/minute/EUR-USD/BID/2024/05/14', 404],
    ['/candles/minute/EUR-USD/BID/2023/2/29', 404],
    ['/candles/hour/EUR-USD/BID/2023/13', 404],
    ['/candles/hour/EUR-USD/BID/2023', 404],
    ['/candles/minute/EUR-USD/BID', 400],
    ['/candles/minute/EUR-USD/BID?from=1715644800001', 400],
    ['/instruments/XXX-YYY', 404],
    ['/ticks/EUR-USD/2024/5/14/0', 404],
  ])('%s is %i', async (path, status) => {
    const response = await ask(path);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status });
  });

  it('tell since when they are there', async () => {
    const facts = instrument.parse(JSON.parse(await text('/instruments/BTC-USD')));
    expect(facts).toMatchObject({ code: 'BTC-USD', priceScale: 2 });
    expect(facts.histories).toContainEqual({ period: 'DAY', from: Date.parse('2014-09-17') });
    expect((await read('/candles/day/BTC-USD/BID/2013')).times).toEqual([]);
    expect(decoded(await read('/candles/day/BTC-USD/BID/2014'))[0]?.time).toBe('2014-09-17T00:00:00Z');
  });
});

describe('faults of the stand-in', () => {
  const day = '/candles/minute/EUR-USD/BID/2024/5/14';

  it.each([
    ['html', 200, 'text/html'],
    ['503', 503, 'text/html'],
    ['429@7', 429, 'text/html'],
    ['500', 500, 'application/json'],
  ])('%s', async (fault, status, type) => {
    await control(sandbox, { faults: `dukascopy:${fault}` });
    const response = await ask(day);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, expect.stringContaining(type)]);
    expect(response.headers.get('retry-after')).toBe(fault === '429@7' ? '7' : null);
  });

  it('truncate ends in the middle, and the other provider does not suffer', async () => {
    const whole = await text(day);
    await control(sandbox, { faults: 'dukascopy:truncate' });
    expect(await text(day)).toBe(whole.slice(0, Math.floor(whole.length / 2)));
    const state: unknown = await (await fetch(`${sandbox.url}/control`)).json();
    expect(state).toMatchObject({ requests: { yahoo: 0 } });
  });

  it('rows: one twice, one of the next day, volumes that are not there, closes that are corrected', async () => {
    const before = await read(day);
    await control(sandbox, { faults: 'dukascopy:duplicate,past-end' });
    expect((await read(day)).times.slice(-2)).toEqual([0, 1]);
    await control(sandbox, { faults: 'dukascopy:nulls' });
    const { volumes } = await read(day);
    expect(volumes.filter((volume) => volume === null)).toHaveLength(before.times.length / 12);
    await control(sandbox, { faults: 'dukascopy:revise' });
    const [was, is] = [decoded(before), decoded(await read(day))];
    expect(is.filter(({ units }, row) => units !== was[row]?.units)).toHaveLength(was.length / 4);
  });
});

describe('the truth by days of UTC', () => {
  it('is that of London in winter; in summer a pair has an hour on Sunday', async () => {
    const days = async (from: string, to: string, boundary = '') =>
      truthOf(sandbox, 'forex/EURUSD', `period=1d&from=${from}&to=${to}${boundary}`);
    const utc = '&day_boundary=UTC';
    expect(await days('2023-11-01', '2024-03-01', utc)).toEqual(await days('2023-11-01', '2024-03-01'));
    const summer = await days('2024-05-03', '2024-05-08', utc);
    expect(summer.map(({ time }) => time)).toEqual(['2024-05-03', '2024-05-05', '2024-05-06', '2024-05-07']);
    expect(summer).not.toEqual(await days('2024-05-03', '2024-05-08'));
  });

  it('is finished at midnight UTC', async () => {
    const last = async (now: string) => {
      await control(sandbox, { now });
      return (await truthOf(sandbox, 'forex/EURUSD', 'period=1d&from=2024-05-10&day_boundary=UTC')).at(-1)?.time;
    };
    expect(await last('2024-05-15T23:59:59Z')).toBe('2024-05-14');
    expect(await last('2024-05-16T00:00:00Z')).toBe('2024-05-15');
    await control(sandbox, { now: null });
  });

  it('knows no other boundary', async () => {
    expect((await fetch(`${sandbox.url}/truth/forex/EURUSD?day_boundary=Asia/Tokyo`)).status).toBe(400);
  });
});
