import { describe, expect, it } from 'vitest';
import { barchart } from '../../src/providers/barchart/index.ts';
import { dukascopy } from '../../src/providers/dukascopy/index.ts';
import { sandbox } from '../../src/providers/sandbox/index.ts';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { answerClock } from '../../src/providers/answer-clock.ts';
import { at, chartBody } from '../support/chart.ts';
import { atWork, forex, made, request, spy, stock } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import { contractIn, market } from './markets.ts';

const NOW = '2024-07-03T06:00:00Z';
const clockOf = (headers: Readonly<Record<string, string>>) => answerClock({ headers });

describe('the clock of a source', () => {
  it.each([
    [{ date: 'Wed, 03 Jul 2024 06:00:00 GMT' }, '2024-07-03T06:00:00Z'],
    // A cache kept it for an hour and a half.
    [{ date: 'Wed, 03 Jul 2024 06:00:00 GMT', age: '5400' }, '2024-07-03T07:30:00Z'],
    [{ date: 'Wed, 03 Jul 2024 06:00:00 GMT', age: 'old' }, '2024-07-03T06:00:00Z'],
    [{ date: 'Wed, 03 Jul 2024 06:00:00 GMT', age: '-60' }, '2024-07-03T06:00:00Z'],
  ])('%o is %s', (headers, instant) => {
    expect(clockOf(headers)).toBe(Date.parse(instant));
  });

  it('is unknown where an answer does not say its time', () => {
    expect(clockOf({})).toBeUndefined();
    expect(clockOf({ date: 'yesterday', age: '5' })).toBeUndefined();
  });

  it.each([
    ['yahoo', yahoo, '/yahoo', spy('1d', '2024-06-03', '2024-06-08')],
    [
      'dukascopy',
      dukascopy,
      '/dukascopy',
      request({ instrument: forex('EURUSD'), period: '1h', from: '2024-06-03', to: '2024-06-08' }),
    ],
    [
      'barchart',
      barchart,
      '/barchart',
      request({ ...contractIn(market('GOLD'), 'Q24'), period: '1d', from: '2024-06-03', to: '2024-06-08' }),
    ],
    ['sandbox', sandbox, '', spy('1d', '2024-06-03', '2024-06-08')],
  ] as const)('comes with the bars of %s', async (_, provider, path, asked) => {
    const { url } = await standIn(NOW);
    const account = provider.id === 'barchart' ? { username: 'demo', password: 'demo' } : {};
    const { source } = await atWork(provider, { base_url: url + path, ...account }, NOW).fetch(asked);
    expect(source.clock).toBe(Date.parse(NOW));
  });
});

describe('who a series is at Yahoo', () => {
  const meta = {
    exchangeName: 'LSE',
    instrumentType: 'EQUITY',
    longName: 'Ocado Group plc',
    shortName: 'OCADO GROUP',
    firstTradeDate: at('2010-07-21T07:00:00Z'),
  };
  const body = (parts: Parameters<typeof chartBody>[0]) =>
    chartBody({ symbol: 'OCDO.L', zone: 'Europe/London', currency: 'GBp', meta, ...parts });
  const daily = { instrument: stock('OCDO.L'), period: '1d', from: '2024-06-03', to: '2024-06-04' } as const;
  const day = { stamps: ['2024-06-03T07:00:00Z'], close: [1] };

  it('is told as Yahoo spells it, pence as pence, and the first trade date as a date', async () => {
    const { source } = await made(yahoo, body(day), daily);
    expect(source.identity).toEqual({
      currency: 'GBp',
      exchange: 'LSE',
      instrumentType: 'EQUITY',
      name: 'Ocado Group plc',
      firstTradeDate: Date.UTC(2010, 6, 21),
    });
    expect(source.closeKind).toBe('auction');
  });

  it.each([
    [false, 'regular'],
    [true, 'extended'],
  ] as const)('has the hours of intraday bars: extended %s is %s', async (extendedHours, hours) => {
    const text = body({ ...day, granularity: '1h' });
    const wish = { ...daily, period: '1h', extendedHours } as const;
    const { source } = await made(yahoo, text, wish);
    expect(source).toMatchObject({ identity: { hours }, closeKind: 'last' });
  });

  it('says nothing where fields are null', async () => {
    const nothing = {
      exchangeName: null,
      instrumentType: null,
      longName: null,
      shortName: null,
      firstTradeDate: null,
      currentTradingPeriod: null,
    };
    const { source, stamps } = await made(yahoo, body({ ...day, currency: null, meta: nothing }), daily);
    expect(stamps).toEqual(['2024-06-03']);
    expect(source.identity).toEqual({});
    expect(source.session).toBeUndefined();
    expect(source.closeKind).toBeUndefined();
  });

  it('has no name for a front month, whose name is that of another contract each month', async () => {
    const front = { instrumentType: 'FUTURE', shortName: 'Gold Aug 24' };
    const text = chartBody({ symbol: 'GC=F', stamps: ['2024-06-03T04:00:00Z'], close: [1], meta: front });
    const { source } = await made(yahoo, text, { ...daily, instrument: stock('GC=F') });
    expect(source.identity).toEqual({ currency: 'USD', instrumentType: 'FUTURE' });
  });
});

describe('what a close is', () => {
  it.each([
    ['a contract by day', '1d', 'settlement'],
    ['a contract by hour', '1h', 'last'],
  ] as const)('%s at Barchart', async (_, period, closeKind) => {
    const { url } = await standIn(NOW);
    const work = atWork(barchart, { base_url: `${url}/barchart`, username: 'demo', password: 'demo' }, NOW);
    const range = { from: '2024-06-03', to: '2024-06-08' };
    const { source } = await work.fetch(request({ ...contractIn(market('GOLD'), 'Q24'), period, ...range }));
    expect(source.closeKind).toBe(closeKind);
  });

  it.each([
    ['BID', 'bid'],
    ['ASK', undefined],
  ] as const)('%s at Dukascopy is %s', async (side, closeKind) => {
    const { url } = await standIn(NOW);
    const asked = request({ instrument: forex('EURUSD'), period: '1h', from: '2024-06-03', to: '2024-06-04' });
    const { source } = await atWork(dukascopy, { base_url: `${url}/dukascopy`, side }, NOW).fetch(asked);
    expect(source.closeKind).toBe(closeKind);
    expect(source.identity?.currency).toBe('USD');
  });
});

describe('what a fund paid out of capital gains', () => {
  it('is no dividend, and is told apart with its ex date', async () => {
    const paid = at('2024-06-04T13:30:00Z');
    const events = {
      dividends: { [paid]: { amount: 0.25, date: paid } },
      capitalGains: { [paid]: { amount: 1.5, date: paid } },
    };
    const text = chartBody({ stamps: ['2024-06-03T13:30:00Z', '2024-06-04T13:30:00Z'], close: [10, 11], events });
    const { bars, source } = await made(yahoo, text, {
      instrument: stock('SPY'),
      period: '1d',
      from: '2024-06-03',
      to: '2024-06-05',
    });
    expect([...(bars.extras.get('Dividends') ?? [])]).toEqual([0, 0.25]);
    expect(source.capitalGains).toEqual([{ date: Date.UTC(2024, 5, 4), amount: 1.5 }]);
  });
});
