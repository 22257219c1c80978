import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { undoFloat32 } from '../../src/market/float32.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { at, chartOf, closes, control, span, stamps, start, truthOf, WEDNESDAY } from './client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await start(WEDNESDAY);
});
afterAll(() => sandbox.close());

describe('a chart', () => {
  it('has the head that Yahoo’s has', async () => {
    const { meta } = await chartOf(sandbox, 'KO', span('2024-05-01', '2024-05-10'));
    expect(Object.keys(meta).sort()).toEqual(
      ['currency', 'symbol', 'exchangeName', 'fullExchangeName', 'instrumentType', 'firstTradeDate']
        .concat(
          ['regularMarketTime', 'hasPrePostMarketData', 'gmtoffset', 'timezone', 'exchangeTimezoneName'],
          ['regularMarketPrice', 'fiftyTwoWeekHigh', 'fiftyTwoWeekLow', 'regularMarketDayHigh', 'regularMarketDayLow'],
          ['regularMarketVolume', 'longName', 'shortName', 'chartPreviousClose', 'priceHint', 'currentTradingPeriod'],
          ['dataGranularity', 'range', 'validRanges'],
        )
        .sort(),
    );
    expect(meta).toMatchObject({ currency: 'USD', symbol: 'KO', instrumentType: 'EQUITY', timezone: 'EDT' });
    expect(meta.gmtoffset).toBe(-14_400);
    expect(meta.regularMarketTime).toBe(at(WEDNESDAY));
    expect(meta.currentTradingPeriod.regular).toEqual({
      timezone: 'EDT',
      start: at('2024-05-15T13:30:00Z'),
      end: at('2024-05-15T20:00:00Z'),
      gmtoffset: -14_400,
    });
  });

  it('holds the prices of the truth as widened float32', async () => {
    const answer = await chartOf(sandbox, 'SPY', `${span('2024-01-01', '2024-05-15')}&interval=1d`);
    const truth = await truthOf(sandbox, 'stock/SPY', 'from=2024-01-01&to=2024-05-15');
    expect(truth.length).toBe(93);
    expect(closes(answer)).toEqual(truth.map((bar) => Math.fround(bar.close)));
    expect(answer.indicators.quote[0].volume).toEqual(truth.map((bar) => bar.volume));
    expect(closes(answer).map((close) => undoFloat32(close ?? 0))).toEqual(truth.map((bar) => bar.close));
  });

  it.each([
    ['SPY', '2024-03-08', '2024-03-12', ['2024-03-08T14:30:00Z', '2024-03-11T13:30:00Z']],
    ['OCDO.L', '2024-03-28', '2024-04-03', ['2024-03-28T08:00:00Z', 'null', 'null', '2024-04-02T07:00:00Z']],
    ['GC=F', '2024-03-08', '2024-03-12', ['2024-03-08T05:00:00Z', '2024-03-11T04:00:00Z']],
    ['GCM24.CMX', '2024-03-28', '2024-04-02', ['2024-03-28T04:00:00Z', 'null', '2024-04-01T04:00:00Z']],
    ['EURUSD=X', '2024-03-28T12:00', '2024-04-02T12:00', ['29T00', '31T23', '01T23']],
    ['JPY=X', '2024-03-28T12:00', '2024-04-02T12:00', ['29T00', '31T23', '01T23']],
    ['BTC-USD', '2024-03-30', '2024-04-01', ['2024-03-30T00:00:00Z', '2024-03-31T00:00:00Z']],
  ])('stamps the days of %s as Yahoo does', async (symbol, from, to, expected) => {
    const zoned = (time: string): string => (time.includes('T') ? `${time}Z` : time);
    const answer = await chartOf(sandbox, symbol, `${span(zoned(from), zoned(to))}&interval=1d`);
    const found = stamps(answer).slice(0, expected.length);
    expect(found.length).toBe(expected.length);
    expected.forEach((stamp, row) => {
      if (stamp === 'null') expect(closes(answer)[row]).toBeNull();
      else expect(found[row]).toContain(stamp);
    });
  });

  it('stamps weeks and months at local midnight of Monday and of the 1st', async () => {
    const weeks = await chartOf(sandbox, 'SPY', `${span('2024-03-04', '2024-03-23')}&interval=1wk`);
    expect(stamps(weeks)).toEqual(['2024-03-04T05:00:00Z', '2024-03-11T04:00:00Z', '2024-03-18T04:00:00Z']);
    const months = await chartOf(sandbox, 'SPY', `${span('2024-02-01', '2024-05-01')}&interval=1mo`);
    expect(stamps(months)).toEqual(['2024-02-01T05:00:00Z', '2024-03-01T05:00:00Z', '2024-04-01T04:00:00Z']);
    const truth = await truthOf(sandbox, 'stock/SPY', 'from=2024-02-01&to=2024-05-01&period=1mo');
    expect(closes(months)).toEqual(truth.map((bar) => Math.fround(bar.close)));
  });

  it('answers the row that starts at the end of the range for currencies only', async () => {
    const forex = await chartOf(sandbox, 'EURUSD=X', span('2024-01-02', '2024-01-04'));
    expect(stamps(forex).at(-1)).toBe('2024-01-04T00:00:00Z');
    const coin = await chartOf(sandbox, 'BTC-USD', span('2024-01-02', '2024-01-04'));
    expect(stamps(coin).at(-1)).toBe('2024-01-03T00:00:00Z');
  });

  it('says that it has nothing by leaving out the stamps', async () => {
    const daily = await chartOf(sandbox, 'SPY', span('2024-05-11', '2024-05-13'));
    expect(daily.timestamp).toBeUndefined();
    expect(daily.indicators).toEqual({ quote: [{}], adjclose: [{}] });
    const minutes = await chartOf(sandbox, 'SPY', `${span('2024-05-11', '2024-05-13')}&interval=1m`);
    expect(minutes.timestamp).toBeUndefined();
    expect(minutes.indicators).toEqual({ quote: [{}] });
    expect(minutes.meta).not.toHaveProperty('tradingPeriods');
  });

  it('tells crypto, currency and futures days as midnight to 23:59', async () => {
    for (const [symbol, from, to] of [
      ['BTC-USD', '2024-05-15T00:00:00Z', '2024-05-15T23:59:00Z'],
      ['EURUSD=X', '2024-05-14T23:00:00Z', '2024-05-15T22:59:00Z'],
      ['GC=F', '2024-05-15T04:00:00Z', '2024-05-16T03:59:00Z'],
    ] as const) {
      const { currentTradingPeriod } = (await chartOf(sandbox, symbol, 'range=5d&interval=1d')).meta;
      expect(currentTradingPeriod.regular).toMatchObject({ start: at(from), end: at(to) });
      expect(currentTradingPeriod.pre).toMatchObject({ start: at(from), end: at(from) });
    }
  });

  it('tells the last session as the current one when the exchange is shut', async () => {
    await control(sandbox, { now: '2024-05-19T12:00:00Z' });
    const { meta } = await chartOf(sandbox, 'SPY', 'range=5d&interval=1d');
    await control(sandbox, { now: null });
    expect(meta.currentTradingPeriod.regular.start).toBe(at('2024-05-17T13:30:00Z'));
    expect(meta.regularMarketTime).toBe(at('2024-05-17T20:00:00Z'));
  });
});

describe('intraday charts', () => {
  it('begin at the open on the grid of the session', async () => {
    const hours = await chartOf(sandbox, 'SPY', `${span('2024-05-13', '2024-05-14')}&interval=60m`);
    expect(stamps(hours)).toEqual([13, 14, 15, 16, 17, 18, 19].map((hour) => `2024-05-13T${hour}:30:00Z`));
    expect(hours.meta.dataGranularity).toBe('1h');
    const truth = await truthOf(sandbox, 'stock/SPY', 'from=2024-05-13&to=2024-05-14&period=1h');
    expect(closes(hours)).toEqual(truth.map((bar) => Math.fround(bar.close)));
  });

  it('name the trading periods of each day', async () => {
    const plain = await chartOf(sandbox, 'SPY', `${span('2024-05-13', '2024-05-15')}&interval=30m`);
    const [first, second] = ['2024-05-13', '2024-05-14'].map((day) => [
      { timezone: 'EDT', start: at(`${day}T13:30:00Z`), end: at(`${day}T20:00:00Z`), gmtoffset: -14_400 },
    ]);
    expect(plain.meta['tradingPeriods']).toEqual([first, second]);
    const extended = await chartOf(
      sandbox,
      'SPY',
      `${span('2024-05-13', '2024-05-15')}&interval=30m&includePrePost=true`,
    );
    expect(extended.meta['tradingPeriods']).toMatchObject({
      pre: [[{}], [{}]],
      regular: [first, second],
      post: [[{}], [{}]],
    });
    expect(stamps(extended)[0]).toBe('2024-05-13T08:00:00Z');
    expect(extended.timestamp?.length).toBe((plain.timestamp?.length ?? 0) + 2 * (11 + 8));
  });

  it('carry futures over midnight and stop for the hour between the sessions', async () => {
    const hours = await chartOf(sandbox, 'GCM24.CMX', `${span('2024-05-12', '2024-05-14')}&interval=1h`);
    expect(stamps(hours)[0]).toBe('2024-05-12T22:00:00Z');
    expect(stamps(hours)).not.toContain('2024-05-13T21:00:00Z');
    expect(hours.timestamp?.length).toBe(2 + 21 + 2);
  });
});

describe('while a session is going', () => {
  it('the day is there, unfinished, with the time of the last trade', async () => {
    const answer = await chartOf(sandbox, 'SPY', span('2024-05-14', '2024-05-16'));
    expect(stamps(answer)).toEqual(['2024-05-14T13:30:00Z', WEDNESDAY]);
    await control(sandbox, { now: '2024-05-15T20:00:00Z' });
    const finished = await chartOf(sandbox, 'SPY', span('2024-05-14', '2024-05-16'));
    await control(sandbox, { now: null });
    expect(stamps(finished)).toEqual(['2024-05-14T13:30:00Z', '2024-05-15T13:30:00Z']);
    const [going, whole] = [answer, finished].map((chart) => chart.indicators.quote[0].volume?.[1] ?? 0);
    expect(going).toBeLessThan(whole ?? 0);
  });

  it('the week has its day in a row of its own; that of a currency has it worked in', async () => {
    const stock = await chartOf(sandbox, 'SPY', `${span('2024-05-06', '2024-05-16')}&interval=1wk`);
    expect(stamps(stock)).toEqual(['2024-05-06T04:00:00Z', '2024-05-13T04:00:00Z', WEDNESDAY]);
    const forex = await chartOf(sandbox, 'EURUSD=X', `${span('2024-05-05T23:00:00Z', '2024-05-16')}&interval=1wk`);
    expect(stamps(forex)).toEqual(['2024-05-05T23:00:00Z', '2024-05-12T23:00:00Z']);
  });

  it('the last trade follows the minutes as a row without volume', async () => {
    const answer = await chartOf(sandbox, 'SPY', `${span('2024-05-15', '2024-05-16')}&interval=1m`);
    expect(stamps(answer).slice(-2)).toEqual(['2024-05-15T19:10:00Z', WEDNESDAY]);
    expect(answer.indicators.quote[0].volume?.at(-1)).toBe(0);
  });

  it('the evening session of futures shows no day before its midnight', async () => {
    await control(sandbox, { now: '2024-05-15T23:30:00Z' });
    const answer = await chartOf(sandbox, 'GCM24.CMX', span('2024-05-14', '2024-05-17'));
    await control(sandbox, { now: null });
    expect(stamps(answer)).toEqual(['2024-05-14T04:00:00Z', '2024-05-15T04:00:00Z']);
  });
});

describe('dividends and splits', () => {
  it('lower the closes before an ex date by amount over last close', async () => {
    const answer = await chartOf(sandbox, 'KO', `${span('2023-12-04', '2024-03-12')}&events=div,splits`);
    expect(answer.events).toEqual({
      dividends: {
        [at('2023-12-08T14:30:00Z')]: { amount: 0.46, date: at('2023-12-08T14:30:00Z') },
        [at('2024-03-08T14:30:00Z')]: { amount: 0.46, date: at('2024-03-08T14:30:00Z') },
      },
    });
    const days = stamps(answer).map((stamp) => stamp.slice(0, 10));
    const close = closes(answer).map((value) => undoFloat32(value ?? 0));
    const adjusted = answer.indicators.adjclose?.[0].adjclose ?? [];
    const [december, march] = [days.indexOf('2023-12-08'), days.indexOf('2024-03-08')];
    const second = 1 - 0.46 / (close[march - 1] ?? 0);
    const first = second * (1 - 0.46 / (close[december - 1] ?? 0));
    expect(adjusted[march]).toBe(Math.fround(close[march] ?? 0));
    expect(adjusted[march - 1]).toBe(Math.fround((close[march - 1] ?? 0) * second));
    expect(adjusted[december]).toBe(Math.fround((close[december] ?? 0) * second));
    expect(adjusted[0]).toBe(Math.fround((close[0] ?? 0) * first));
  });

  it('are told only as far as they are asked for', async () => {
    const query = span('2023-12-04', '2024-03-12');
    expect((await chartOf(sandbox, 'KO', query)).events).toBeUndefined();
    expect((await chartOf(sandbox, 'KO', `${query}&events=split`)).events).toBeUndefined();
    expect((await chartOf(sandbox, 'KO', `${query}&events=div%7Csplit%7Cearn`)).events).toHaveProperty('dividends');
  });

  it('re-base all history when a split takes effect', async () => {
    const query = `${span('2024-06-03', '2024-06-11')}&events=div,splits`;
    await control(sandbox, { now: '2024-06-07T21:00:00Z' });
    const before = await chartOf(sandbox, 'AAPL', query);
    const truthBefore = await truthOf(sandbox, 'stock/AAPL', 'from=2024-06-03&to=2024-06-08');
    await control(sandbox, { now: '2024-06-10T21:00:00Z' });
    const after = await chartOf(sandbox, 'AAPL', query);
    const truthAfter = await truthOf(sandbox, 'stock/AAPL', 'from=2024-06-03&to=2024-06-08');
    await control(sandbox, { now: null });
    expect(before.events).toBeUndefined();
    const date = at('2024-06-10T13:30:00Z');
    expect(after.events?.splits).toEqual({ [date]: { date, numerator: 4, denominator: 1, splitRatio: '4:1' } });
    closes(before).forEach((close, row) => {
      expect(close).toBeCloseTo(4 * (closes(after)[row] ?? 0), 3);
    });
    truthBefore.forEach((bar, row) => {
      expect(Math.round(bar.close * 100)).toBe(4 * Math.round((truthAfter[row]?.close ?? 0) * 100));
      expect(4 * bar.volume).toBe(truthAfter[row]?.volume);
    });
  });
});
