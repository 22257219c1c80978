import { describe, expect, it } from 'vitest';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { at, chartBody } from '../support/chart.ts';
import { forex, made, stock } from '../support/session.ts';

const SPY = stock('SPY');
const daily = { instrument: SPY, period: '1d', from: '2024-06-03', to: '2024-06-08' } as const;
const opens = (...days: string[]): string[] => days.map((day) => `2024-06-${day}T13:30:00Z`);
const list = (column: Float64Array | undefined): number[] => [...(column ?? [])];

describe('null rows', () => {
  it('a row without a close is dropped and counted, whatever else it has', async () => {
    const body = chartBody({
      stamps: opens('03', '04', '05'),
      close: [1, null, 3],
      open: [1, 2, 3],
      high: [1, 2, 3],
      low: [1, 2, 3],
      volume: [5, 6, 7],
    });
    const { stamps, dropped } = await made(yahoo, body, daily);
    expect(stamps).toEqual(['2024-06-03', '2024-06-05']);
    expect(dropped).toEqual({ 'null-close': 1 });
  });

  it('a row with a close and other values missing is kept, what is missing stays missing', async () => {
    const body = chartBody({
      stamps: opens('03', '04'),
      close: [1, 2],
      open: [null, 2],
      high: [1, null],
      low: [1, null],
      volume: [null, 0],
    });
    const { bars, dropped } = await made(yahoo, body, daily);
    expect(dropped).toEqual({});
    expect(list(bars.close)).toEqual([1, 2]);
    expect(list(bars.open)).toEqual([Number.NaN, 2]);
    expect(list(bars.high)).toEqual([1, Number.NaN]);
    expect(list(bars.volume)).toEqual([Number.NaN, 0]);
  });

  it('a chunk of nothing but nulls is an empty list with every row counted as one without trade', async () => {
    const nulls = [null, null, null];
    const stamps = ['2024-07-12T13:30:00Z', '2024-07-12T13:31:00Z', '2024-07-12T13:32:00Z'];
    const body = chartBody({ granularity: '1m', stamps, close: nulls });
    const wish = { instrument: SPY, period: '1m', from: '2024-07-12T00:00:00Z', to: '2024-07-13T00:00:00Z' } as const;
    const { bars, dropped } = await made(yahoo, body, wish);
    expect(bars.time).toHaveLength(0);
    expect(dropped).toEqual({ 'no-trade': 3 });
  });
});

describe('rows that were not asked for', () => {
  it('the latest quote past the end of the range is dropped', async () => {
    const stamps = ['2024-07-11T19:58:00Z', '2024-07-11T19:59:00Z', '2024-07-12T20:00:00Z'];
    const body = chartBody({ granularity: '1m', stamps, close: [1, 2, 3], volume: [5, 6, 0] });
    const wish = { instrument: SPY, period: '1m', from: '2024-07-11T00:00:00Z', to: '2024-07-12T00:00:00Z' } as const;
    const answer = await made(yahoo, body, wish);
    expect(answer.stamps).toEqual(stamps.slice(0, 2));
    expect(answer.dropped).toEqual({ 'outside-range': 1 });
  });

  it('a daily bar that begins at the very end of the range is left out', async () => {
    const stamps = ['2020-01-01T00:00:00Z', '2020-01-02T00:00:00Z', '2020-01-03T00:00:00Z'];
    const body = chartBody({ symbol: 'EURUSD=X', zone: 'Europe/London', stamps, close: [1, 2, 3], volume: [0, 0, 0] });
    const answer = await made(yahoo, body, {
      instrument: forex('EURUSD'),
      period: '1d',
      from: '2020-01-01',
      to: '2020-01-03',
    });
    expect(answer.stamps).toEqual(['2020-01-01', '2020-01-02']);
    // It came with the margin that is asked around dates, so it is no bad row.
    expect(answer.dropped).toEqual({});
  });

  it('an hour that begins at the very end of the range is left out', async () => {
    const stamps = ['2024-07-08T22:00:00Z', '2024-07-08T23:00:00Z', '2024-07-09T00:00:00Z'];
    const body = chartBody({ symbol: 'EURUSD=X', zone: 'Europe/London', granularity: '1h', stamps, close: [1, 2, 3] });
    const wish = {
      instrument: forex('EURUSD'),
      period: '1h',
      from: '2024-07-08T00:00:00Z',
      to: '2024-07-09T00:00:00Z',
    } as const;
    expect((await made(yahoo, body, wish)).stamps).toEqual(stamps.slice(0, 2));
  });
});

describe('the live quote as a row of its own', () => {
  it('of a day that is there twice the last row counts', async () => {
    const stamps = ['2024-06-06T13:30:00Z', '2024-06-07T13:30:00Z', '2024-06-07T15:02:37Z'];
    const { bars, ...answer } = await made(yahoo, chartBody({ stamps, close: [1, 2, 3], volume: [10, 20, 35] }), daily);
    expect(answer.stamps).toEqual(['2024-06-06', '2024-06-07']);
    expect(list(bars.close)).toEqual([1, 3]);
    expect(list(bars.volume)).toEqual([10, 35]);
    expect(answer.dropped).toEqual({ 'live-quote': 1 });
  });

  const rows = { close: [10, 20, 21], open: [9, 19, 25], high: [12, 22, 26], low: [8, 18, 17], volume: [100, 200, 30] };

  it.each([
    ['1wk', ['2024-05-27T04:00:00Z', '2024-06-03T04:00:00Z', '2024-06-06T15:02:37Z'], ['2024-05-27', '2024-06-03']],
    ['1mo', ['2024-05-01T04:00:00Z', '2024-06-01T04:00:00Z', '2024-06-06T15:02:37Z'], ['2024-05-01', '2024-06-01']],
  ] as const)('%s: it is worked into the bar that it belongs to', async (period, stamps, expected) => {
    const body = chartBody({ granularity: period, stamps, ...rows });
    const { bars, ...answer } = await made(yahoo, body, {
      instrument: SPY,
      period,
      from: '2024-05-01',
      to: '2024-06-08',
    });
    expect(answer.stamps).toEqual(expected);
    expect([bars.open, bars.high, bars.low, bars.close, bars.volume].map((column) => column[1])).toEqual([
      19, 26, 17, 21, 230,
    ]);
    expect([bars.open, bars.high, bars.low, bars.close, bars.volume].map((column) => column[0])).toEqual([
      9, 12, 8, 10, 100,
    ]);
    expect(answer.dropped).toEqual({ 'live-quote': 1 });
  });

  it.each([
    ['between two minutes', '2024-07-12T15:02:37Z'],
    ['on a whole minute', '2024-07-12T15:02:00Z'],
  ])('an hour, last trade %s: it is worked into the bar that it belongs to', async (_, live) => {
    const stamps = ['2024-07-12T13:30:00Z', '2024-07-12T14:30:00Z', live];
    const wish = { instrument: SPY, period: '1h', from: '2024-07-12T00:00:00Z', to: '2024-07-13T00:00:00Z' } as const;
    const { bars, ...answer } = await made(yahoo, chartBody({ granularity: '1h', stamps, ...rows }), wish);
    expect(answer.stamps).toEqual(stamps.slice(0, 2));
    expect([bars.open, bars.high, bars.low, bars.close, bars.volume].map((column) => column[1])).toEqual([
      19, 26, 17, 21, 230,
    ]);
    expect(answer.dropped).toEqual({ 'live-quote': 1 });
  });

  it('an hour: one that belongs to the next bar is left out', async () => {
    const stamps = ['2024-07-12T13:30:00Z', '2024-07-12T14:30:00Z', '2024-07-12T15:31:05Z'];
    const wish = { instrument: SPY, period: '1h', from: '2024-07-12T00:00:00Z', to: '2024-07-13T00:00:00Z' } as const;
    const { bars, ...answer } = await made(yahoo, chartBody({ granularity: '1h', stamps, ...rows }), wish);
    expect(answer.stamps).toEqual(stamps.slice(0, 2));
    expect(list(bars.close)).toEqual([10, 20]);
  });

  it('two rows with the same stamp are one bar', async () => {
    const stamps = ['2024-07-12T13:30:00Z', '2024-07-12T14:30:00Z', '2024-07-12T14:30:00Z'];
    const wish = { instrument: SPY, period: '1h', from: '2024-07-12T00:00:00Z', to: '2024-07-13T00:00:00Z' } as const;
    expect((await made(yahoo, chartBody({ granularity: '1h', stamps, ...rows }), wish)).stamps).toEqual(
      stamps.slice(0, 2),
    );
  });
});

describe('rows outside the regular session', () => {
  const session = (from: string, to: string) => [{ start: at(from), end: at(to), timezone: 'EDT', gmtoffset: -14400 }];
  const regular = session('2024-07-12T13:30:00Z', '2024-07-12T20:00:00Z');
  const pre = session('2024-07-12T08:00:00Z', '2024-07-12T13:30:00Z');
  const post = session('2024-07-12T20:00:00Z', '2024-07-13T00:00:00Z');
  const stamps = ['2024-07-12T13:00:00Z', '2024-07-12T13:30:00Z', '2024-07-12T19:30:00Z', '2024-07-12T20:00:00Z'];
  const wish = { instrument: SPY, period: '30m', from: '2024-07-12T00:00:00Z', to: '2024-07-13T00:00:00Z' } as const;
  const body = (tradingPeriods: unknown): string =>
    chartBody({ granularity: '30m', stamps, close: [1, 2, 3, 4], meta: { tradingPeriods } });

  it.each([
    ['a list a day', [regular]],
    ['pre, regular and post apart', { pre: [pre], regular: [regular], post: [post] }],
  ])('are left out by tradingPeriods as %s', async (_, periods) => {
    const answer = await made(yahoo, body(periods), wish);
    expect(answer.stamps).toEqual(stamps.slice(1, 3));
    expect(answer.dropped).toEqual({ 'outside-session': 2 });
  });

  it('stay when extended hours are asked for', async () => {
    const answer = await made(yahoo, body({ pre: [pre], regular: [regular], post: [post] }), {
      ...wish,
      extendedHours: true,
    });
    expect(answer.stamps).toEqual(stamps);
    expect(answer.dropped).toEqual({});
  });

  it.each([
    ['at the very close', '2024-07-12T20:00:00Z'],
    ['just after the close', '2024-07-12T20:00:02Z'],
  ])('the last quote %s changes no bar', async (_, last) => {
    const wish1h = { ...wish, period: '1h' } as const;
    const hours = ['2024-07-12T18:30:00Z', '2024-07-12T19:30:00Z', last];
    const text = chartBody({ granularity: '1h', stamps: hours, close: [1, 2, 9], meta: { tradingPeriods: [regular] } });
    const { bars, ...answer } = await made(yahoo, text, wish1h);
    expect(answer.stamps).toEqual(hours.slice(0, 2));
    expect(list(bars.close)).toEqual([1, 2]);
    expect(answer.dropped).toEqual({ 'outside-session': 1 });
  });

  it('cannot be told without tradingPeriods, and then every row stays', async () => {
    expect((await made(yahoo, body(undefined), wish)).stamps).toEqual(stamps);
  });
});

describe('values that are missing or no numbers', () => {
  it('no adjclose at all leaves the adjusted close empty', async () => {
    const { bars } = await made(yahoo, chartBody({ stamps: opens('03'), close: [1] }), daily);
    expect(list(bars.extras.get('Adj Close'))).toEqual([Number.NaN]);
    expect(list(bars.extras.get('Dividends'))).toEqual([0]);
  });

  it('an adjusted close of "Infinity" or "NaN" is empty, the bar stays', async () => {
    const body = chartBody({ stamps: opens('03', '04', '05'), close: [1, 2, 3], adjclose: ['Infinity', 'NaN', 3] });
    const { bars, dropped } = await made(yahoo, body, daily);
    expect(list(bars.extras.get('Adj Close'))).toEqual([Number.NaN, Number.NaN, 3]);
    expect(list(bars.close)).toEqual([1, 2, 3]);
    expect(dropped).toEqual({});
  });

  it('a price of "Infinity" drops the row, with its reason', async () => {
    const body = chartBody({ stamps: opens('03', '04'), close: [1, 2], high: ['Infinity', 2] });
    const { stamps, dropped } = await made(yahoo, body, daily);
    expect(stamps).toEqual(['2024-06-04']);
    expect(dropped).toEqual({ 'not-a-number': 1 });
  });

  it('a currency of null is no currency, and pence are left as they are', async () => {
    const none = await made(yahoo, chartBody({ currency: null, stamps: opens('03'), close: [1] }), daily);
    expect(none.source).not.toHaveProperty('currency');
    const ocado = { ...daily, instrument: stock('OCDO.L') };
    const body = chartBody({
      symbol: 'OCDO.L',
      zone: 'Europe/London',
      currency: 'GBp',
      stamps: ['2024-06-03T07:00:00Z'],
      close: [1278.5],
    });
    const pence = await made(yahoo, body, ocado);
    expect(pence.source.currency).toBe('GBp');
    expect(list(pence.bars.close)).toEqual([1278.5]);
  });

  it('prices lose the widening of float32 and nothing else', async () => {
    const close = [501.9800109863281, 0.1, 16777216, -37.630001068115234, 1e-7];
    const body = chartBody({ stamps: opens('03', '04', '05', '06', '07'), close });
    const { bars } = await made(yahoo, body, daily);
    // 0.1 is no widened float32, so it is left alone; the others are written with as few digits as tell them apart.
    expect(list(bars.close)).toEqual([501.98, 0.1, 16777216, -37.63, 1e-7]);
  });

  it('negative prices are prices', async () => {
    const wish = { ...daily, instrument: stock('CL=F'), from: '2020-04-20', to: '2020-04-21' };
    const body = chartBody({
      symbol: 'CL=F',
      stamps: ['2020-04-20T04:00:00Z'],
      close: [-37.630001068115234],
      open: [17.73],
      high: [17.85],
      low: [-40.32],
    });
    expect(list((await made(yahoo, body, wish)).bars.close)).toEqual([-37.63]);
  });
});
