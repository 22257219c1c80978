import { describe, expect, it } from 'vitest';
import { undoFloat32 } from '../../src/market/float32.ts';
import { formatTradeDate, tradeDate, weekday } from '../../src/market/calendar.ts';
import type { Period } from '../../src/market/period.ts';
import { DAY_MS } from '../../src/market/period.ts';
import { priceOf } from '../../sandbox/securities.ts';
import type { Security } from '../../sandbox/securities.ts';
import type { TickBars } from '../../sandbox/tick-bars.ts';
import { Truth } from '../../sandbox/truth.ts';
import { FUTURES } from './client.ts';

const NOW = Date.parse('2024-05-15T19:10:20Z');
const LATER = Date.parse('2025-05-15T00:00:00Z');
const truth = new Truth(7, FUTURES);

function find(text: string): Security {
  const [kind = '', symbol = ''] = text.split(':');
  const assetClass = kind === 'future' || kind === 'forex' ? kind : 'stock';
  const security = truth.find(assetClass, symbol, NOW);
  if (security === undefined) throw new Error(`${text} is unknown`);
  return security;
}

function barsOf(text: string, period: Period, from: string, to: string, now = LATER): TickBars {
  return truth.bars(find(text), period, { from: Date.parse(from), to: Date.parse(to) }, now);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

const instants = (bars: TickBars): string[] => Array.from(bars.time, (time) => new Date(time).toISOString());
const dates = (bars: TickBars): string[] => Array.from(bars.time, formatTradeDate);

const ALL = ['stock:SPY', 'stock:AAPL', 'stock:T0042', 'stock:OCDO.L', 'stock:BTC-USD', 'stock:^GSPC'].concat([
  'stock:GC=F',
  'forex:EURUSD',
  'forex:USDJPY',
  'future:GCM24',
  'future:A6M24',
  'future:J6M24',
]);

describe('the made-up market', () => {
  it('is the same for the same seed and another for another', () => {
    const same = new Truth(7, FUTURES).daily(find('stock:SPY'), tradeDate(2024, 1, 1), tradeDate(2024, 6, 1));
    const other = new Truth(8, FUTURES).daily(find('stock:SPY'), tradeDate(2024, 1, 1), tradeDate(2024, 6, 1));
    const bars = truth.daily(find('stock:SPY'), tradeDate(2024, 1, 1), tradeDate(2024, 6, 1));
    expect(same).toEqual(bars);
    expect(other.close).not.toEqual(bars.close);
  });

  it('gives a day the same bar whatever range it is asked in', () => {
    const long = truth.daily(find('stock:SPY'), tradeDate(2019, 1, 1), tradeDate(2024, 5, 2));
    const short = new Truth(7, FUTURES).daily(find('stock:SPY'), tradeDate(2024, 5, 1), tradeDate(2024, 5, 2));
    expect(short.close[0]).toBe(long.close.at(-1));
    expect(short.open[0]).toBe(long.open.at(-1));
  });

  it.each(ALL)('has minutes of %s that add up to the daily bar', (text) => {
    const security = find(text);
    const days = truth.daily(security, tradeDate(2024, 5, 6), tradeDate(2024, 5, 11));
    const sessions = truth.sessions(security, tradeDate(2024, 5, 6), tradeDate(2024, 5, 11));
    expect(sessions.length).toBe(5 - (security.venue === 'london' ? 1 : 0));
    sessions.forEach((session, row) => {
      const minutes = truth.minutes(security, session);
      expect(minutes.open[0]).toBe(days.open[row]);
      expect(Math.max(...minutes.high)).toBe(days.high[row]);
      expect(Math.min(...minutes.low)).toBe(days.low[row]);
      expect(minutes.close.at(-1)).toBe(days.close[row]);
      expect(sum(minutes.volume)).toBe(days.volume[row]);
      minutes.time.forEach((_, minute) => {
        const [open = 0, close = 0] = [minutes.open[minute], minutes.close[minute]];
        expect(minutes.high[minute]).toBeGreaterThanOrEqual(Math.max(open, close));
        expect(minutes.low[minute]).toBeLessThanOrEqual(Math.min(open, close));
      });
    });
  });

  it.each(['5m', '15m', '30m', '1h'] as const)('has bars of %s that add up from the minutes', (period) => {
    const minutes = barsOf('stock:SPY', '1m', '2024-05-06', '2024-05-07');
    const longer = barsOf('stock:SPY', period, '2024-05-06', '2024-05-07');
    const each = { '5m': 5, '15m': 15, '30m': 30, '1h': 60 }[period];
    expect(longer.time.length).toBe(Math.ceil(390 / each));
    longer.time.forEach((time, row) => {
      const [from, to] = [row * each, Math.min((row + 1) * each, 390)];
      expect(time).toBe(minutes.time[from]);
      expect(longer.open[row]).toBe(minutes.open[from]);
      expect(longer.close[row]).toBe(minutes.close[to - 1]);
      expect(longer.high[row]).toBe(Math.max(...minutes.high.subarray(from, to)));
      expect(longer.low[row]).toBe(Math.min(...minutes.low.subarray(from, to)));
      expect(longer.volume[row]).toBe(sum(minutes.volume.subarray(from, to)));
    });
  });

  it('has weeks from Monday and months from the 1st that add up from the days', () => {
    const days = barsOf('stock:SPY', '1d', '2024-04-01', '2024-05-01');
    const months = barsOf('stock:SPY', '1mo', '2024-04-01', '2024-05-01');
    const weeks = barsOf('stock:SPY', '1wk', '2024-04-01', '2024-04-27');
    expect(dates(months)).toEqual(['2024-04-01']);
    expect(months.volume[0]).toBe(sum(days.volume));
    expect(months.high[0]).toBe(Math.max(...days.high));
    expect(months.close[0]).toBe(days.close.at(-1));
    expect(dates(weeks)).toEqual(['2024-04-01', '2024-04-08', '2024-04-15', '2024-04-22']);
    expect(weeks.open[1]).toBe(days.open[5]);
    expect(weeks.low[1]).toBe(Math.min(...days.low.subarray(5, 10)));
    expect(weeks.close[1]).toBe(days.close[9]);
  });

  it.each(ALL)('has prices of %s that come back from a float32', (text) => {
    const security = find(text);
    const days = truth.daily(security, tradeDate(2021, 1, 1), tradeDate(2024, 6, 1));
    const { price } = truth.scaleAt(security, NOW);
    for (const ticks of [...days.open, ...days.high, ...days.low, ...days.close]) {
      const value = priceOf(ticks * price, security.price);
      expect(undoFloat32(Math.fround(value))).toBe(value);
    }
  });

  it('knows thousands of numbered shares and nothing that it does not know', () => {
    expect(truth.find('stock', 'T0001', NOW)?.key).toBe('T0001');
    expect(truth.find('stock', 'T9999', NOW)?.key).toBe('T9999');
    for (const unknown of ['T0000', 'T12345', 'XYZQ', 'toString', '__proto__', '']) {
      expect(truth.find('stock', unknown, NOW)).toBeUndefined();
      expect(truth.find('forex', unknown, NOW)).toBeUndefined();
      expect(truth.find('future', unknown, NOW)).toBeUndefined();
    }
  });
});

describe('sessions', () => {
  const minutesOn = (date: string): string[] => {
    const next = formatTradeDate(Date.parse(date) + DAY_MS);
    return instants(barsOf('stock:SPY', '1m', date, next));
  };

  it('open US stocks at 14:30 UTC before and 13:30 after the change of March', () => {
    expect(minutesOn('2024-03-08')[0]).toBe('2024-03-08T14:30:00.000Z');
    expect(minutesOn('2024-03-11')[0]).toBe('2024-03-11T13:30:00.000Z');
    expect(minutesOn('2024-03-11').at(-1)).toBe('2024-03-11T19:59:00.000Z');
  });

  it('open US stocks at 13:30 UTC before and 14:30 after the change of November', () => {
    expect(minutesOn('2024-11-01')[0]).toBe('2024-11-01T13:30:00.000Z');
    expect(minutesOn('2024-11-04')[0]).toBe('2024-11-04T14:30:00.000Z');
    expect(minutesOn('2024-11-04').length).toBe(390);
  });

  it('end at 13:00 in New York on half days and are not there on holidays', () => {
    expect(minutesOn('2024-07-03').at(-1)).toBe('2024-07-03T16:59:00.000Z');
    expect(minutesOn('2024-11-29').length).toBe(210);
    expect(minutesOn('2024-07-04')).toEqual([]);
    expect(minutesOn('2024-03-29')).toEqual([]);
  });

  it('of futures begin on the evening before at 17:00 in Chicago, Monday’s on Sunday', () => {
    const monday = truth.sessions(find('future:GCM24'), tradeDate(2024, 5, 6), tradeDate(2024, 5, 7))[0];
    expect(monday?.opensAt).toBe(Date.parse('2024-05-05T22:00:00Z'));
    expect(monday?.closesAt).toBe(Date.parse('2024-05-06T21:00:00Z'));
    const winter = truth.sessions(find('future:GCM24'), tradeDate(2024, 1, 9), tradeDate(2024, 1, 10))[0];
    expect(winter?.opensAt).toBe(Date.parse('2024-01-08T23:00:00Z'));
  });

  it('of currencies are London days that end on Friday at 17:00 in New York', () => {
    const week = truth.sessions(find('forex:EURUSD'), tradeDate(2024, 5, 6), tradeDate(2024, 5, 13));
    expect(week.map((session) => weekday(session.date))).toEqual([1, 2, 3, 4, 5]);
    expect(week[0]?.opensAt).toBe(Date.parse('2024-05-05T23:00:00Z'));
    expect(week[4]?.closesAt).toBe(Date.parse('2024-05-10T21:00:00Z'));
  });

  it('of coins are all days of the week in UTC', () => {
    const days = barsOf('stock:BTC-USD', '1d', '2024-02-26', '2024-03-04');
    expect(days.time.length).toBe(7);
  });
});

describe('finished bars', () => {
  it('leave out the day that is going and take it in when its session is over', () => {
    const before = barsOf('stock:SPY', '1d', '2024-05-13', '2024-05-20', Date.parse('2024-05-15T19:59:59Z'));
    const after = barsOf('stock:SPY', '1d', '2024-05-13', '2024-05-20', Date.parse('2024-05-15T20:00:00Z'));
    expect(dates(before).at(-1)).toBe('2024-05-14');
    expect(dates(after).at(-1)).toBe('2024-05-15');
  });

  it('leave out a minute until it is over', () => {
    const bars = barsOf('stock:SPY', '1m', '2024-05-15', '2024-05-16', Date.parse('2024-05-15T13:32:59Z'));
    expect(instants(bars)).toEqual(['2024-05-15T13:30:00.000Z', '2024-05-15T13:31:00.000Z']);
  });

  it('leave out a week and a month until their last session is over', () => {
    const friday = Date.parse('2024-05-31T20:00:00Z');
    expect(dates(barsOf('stock:SPY', '1wk', '2024-05-20', '2024-06-05', friday - 1000))).toEqual(['2024-05-20']);
    expect(dates(barsOf('stock:SPY', '1wk', '2024-05-20', '2024-06-05', friday))).toEqual(['2024-05-20', '2024-05-27']);
    expect(dates(barsOf('stock:SPY', '1mo', '2024-05-01', '2024-06-05', friday - 1000))).toEqual([]);
    expect(dates(barsOf('stock:SPY', '1mo', '2024-05-01', '2024-06-05', friday))).toEqual(['2024-05-01']);
  });
});

describe('futures contracts', () => {
  it('live from a year before the end of their month to a few days before it', () => {
    const days = dates(barsOf('future:GCJ24', '1d', '2020-01-01', '2030-01-01'));
    expect(days[0]).toBe('2023-05-01');
    expect(days.at(-1)).toBe('2024-04-26');
  });

  it('are known by the root of the project and by Yahoo’s', () => {
    expect(find('future:A6M24')).toBe(find('future:6AM24'));
    expect(find('future:AUDM2024').key).toBe('6AM2024');
    expect(truth.find('future', 'GCF24', NOW)).toBeUndefined();
  });

  it('are the project’s own where its code is the root of another market elsewhere', () => {
    const [gold] = FUTURES;
    const other = { id: 'OTHER', root: 'OT', suffix: 'CMX', cycle: 'M', timezone: 'UTC', exchange: 'X', code: 'GC' };
    const both = new Truth(7, gold === undefined ? [] : [{ ...gold, code: 'GG' }, other]);
    expect(both.find('future', 'GCM24', NOW)?.key).toBe('OTM2024');
    expect(both.find('future', 'GGM24', NOW)?.key).toBe('GCM2024');
  });

  it('stand one after the other behind the front month', () => {
    const front = barsOf('stock:GC=F', '1d', '2024-04-25', '2024-05-01');
    const april = barsOf('future:GCJ24', '1d', '2024-04-25', '2024-05-01');
    const june = barsOf('future:GCM24', '1d', '2024-04-25', '2024-05-01');
    expect(dates(front)).toEqual(['2024-04-25', '2024-04-26', '2024-04-29', '2024-04-30']);
    expect([...front.close]).toEqual([...april.close, ...june.close.subarray(2)]);
  });
});
