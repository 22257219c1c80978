import { describe, expect, it } from 'vitest';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { at, chartBody } from '../support/chart.ts';
import { forex, made, stock } from '../support/session.ts';

describe('the date of a daily bar is that of the exchange', () => {
  it.each([
    ['Sydney, opening at 10:00 in summer', 'Australia/Sydney', '2024-01-01T23:00:00Z', '2024-01-02'],
    ['Sydney, opening at 10:00 in winter', 'Australia/Sydney', '2024-07-01T00:00:00Z', '2024-07-01'],
    ['Tokyo, opening at 9:00', 'Asia/Tokyo', '2024-01-04T00:00:00Z', '2024-01-04'],
    ['Auckland, opening at 10:00 in summer', 'Pacific/Auckland', '2024-01-02T21:00:00Z', '2024-01-03'],
    ['São Paulo, opening at 10:00', 'America/Sao_Paulo', '2024-01-02T13:00:00Z', '2024-01-02'],
    [
      'São Paulo, 23:00 the night before by the wrong offset',
      'America/Sao_Paulo',
      '2018-11-05T01:00:00Z',
      '2018-11-05',
    ],
    [
      'São Paulo, 22:00 the night before by the wrong offset',
      'America/Sao_Paulo',
      '2018-11-05T00:00:00Z',
      '2018-11-05',
    ],
    ['London, midnight in summer', 'Europe/London', '2024-05-31T23:00:00Z', '2024-06-01'],
    ['London, midnight in winter', 'Europe/London', '2024-01-02T00:00:00Z', '2024-01-02'],
    ['New York, midnight in summer', 'America/New_York', '2024-06-03T04:00:00Z', '2024-06-03'],
    ['New York, opening at 9:30 in winter', 'America/New_York', '2024-01-02T14:30:00Z', '2024-01-02'],
    ['a coin, midnight UTC', 'UTC', '2024-02-29T00:00:00Z', '2024-02-29'],
    ['Kolkata, opening at 9:15', 'Asia/Kolkata', '2024-01-02T03:45:00Z', '2024-01-02'],
  ])('%s', async (_, zone, stamp, date) => {
    // Today's offset of the answer is another one; it does not count.
    const body = chartBody({ symbol: 'X', zone, stamps: [stamp], close: [1], meta: { gmtoffset: 50_400 } });
    const wish = { instrument: stock('X'), period: '1d', from: date, to: '2025-01-01' } as const;
    const { stamps, dropped } = await made(yahoo, body, wish);
    expect({ stamps, dropped }).toEqual({ stamps: [date], dropped: {} });
  });

  it('the week is its Monday and the month its 1st where the day begins before UTC', async () => {
    const tokyo = (granularity: string, stamp: string) =>
      chartBody({ symbol: '7203.T', zone: 'Asia/Tokyo', granularity, stamps: [stamp], close: [1] });
    const wish = { instrument: stock('7203.T'), from: '2024-05-27', to: '2024-06-30' };
    const week = await made(yahoo, tokyo('1wk', '2024-06-02T15:00:00Z'), { ...wish, period: '1wk' });
    expect(week.stamps).toEqual(['2024-06-03']);
    const month = await made(yahoo, tokyo('1mo', '2024-05-31T15:00:00Z'), { ...wish, period: '1mo' });
    expect(month.stamps).toEqual(['2024-06-01']);
  });

  it.each([
    [
      'London goes forward',
      'Europe/London',
      ['2024-03-29T00:00:00Z', '2024-04-01T23:00:00Z'],
      ['2024-03-29', '2024-04-02'],
    ],
    [
      'London goes back',
      'Europe/London',
      ['2024-10-24T23:00:00Z', '2024-10-28T00:00:00Z'],
      ['2024-10-25', '2024-10-28'],
    ],
    [
      'New York goes forward',
      'America/New_York',
      ['2024-03-08T14:30:00Z', '2024-03-11T13:30:00Z'],
      ['2024-03-08', '2024-03-11'],
    ],
    [
      'New York goes back',
      'America/New_York',
      ['2024-11-01T13:30:00Z', '2024-11-04T14:30:00Z'],
      ['2024-11-01', '2024-11-04'],
    ],
    [
      'Sydney goes back',
      'Australia/Sydney',
      ['2024-04-04T23:00:00Z', '2024-04-08T00:00:00Z'],
      ['2024-04-05', '2024-04-08'],
    ],
  ])('%s: no day is lost and none comes twice', async (_, zone, stamps, dates) => {
    const body = chartBody({ symbol: 'X', zone, stamps, close: [1, 2] });
    const answer = await made(yahoo, body, {
      instrument: stock('X'),
      period: '1d',
      from: '2024-01-01',
      to: '2025-01-01',
    });
    expect(answer.stamps).toEqual(dates);
  });

  it('the hours of the nights on which London changes its clocks are all there, once each', async () => {
    const night = (day: string) => Array.from({ length: 4 }, (__, hour) => `${day}T0${hour}:00:00Z`);
    for (const [day, now] of [
      ['2024-03-31', 4],
      ['2023-10-29', 4],
    ] as const) {
      const body = chartBody({
        symbol: 'EURUSD=X',
        zone: 'Europe/London',
        granularity: '1h',
        stamps: night(day),
        close: [1, 2, 3, 4],
      });
      const wish = {
        instrument: forex('EURUSD'),
        period: '1h',
        from: `${day}T00:00:00Z`,
        to: `${day}T12:00:00Z`,
      } as const;
      const { stamps } = await made(yahoo, body, wish);
      expect(stamps).toHaveLength(now);
      expect(stamps).toEqual(night(day));
    }
  });
});

describe('what the answer says of the series', () => {
  it('zone, currency, first bar and the session of the day are handed on', async () => {
    const body = chartBody({
      stamps: ['2024-06-03T13:30:00Z'],
      close: [1],
      meta: {
        firstTradeDate: at('1993-01-29T14:30:00Z'),
        currentTradingPeriod: { regular: { start: at('2024-07-12T13:30:00Z'), end: at('2024-07-12T20:00:00Z') } },
      },
    });
    const { source } = await made(yahoo, body, {
      instrument: stock('SPY'),
      period: '1d',
      from: '2024-06-03',
      to: '2024-06-04',
    });
    expect(source).toMatchObject({
      symbol: 'SPY',
      timezone: 'America/New_York',
      currency: 'USD',
      dayBoundary: 'exchange',
      session: { tradeDate: Date.UTC(2024, 6, 12), closesAt: Date.UTC(2024, 6, 12, 20) },
      firstBar: Date.parse('1993-01-29T14:30:00Z'),
    });
  });

  it('the day of a pair is that of London', async () => {
    const body = chartBody({ symbol: 'EURUSD=X', zone: 'Europe/London', stamps: ['2024-06-02T23:00:00Z'], close: [1] });
    const { source } = await made(yahoo, body, {
      instrument: forex('EURUSD'),
      period: '1d',
      from: '2024-06-03',
      to: '2024-06-04',
    });
    expect(source.dayBoundary).toBe('Europe/London');
  });
});
