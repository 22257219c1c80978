import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant, formatTradeDate } from '../../src/market/calendar.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import type { Period } from '../../src/market/period.ts';
import { barOfDate, finishedEnd, sessionRule } from '../../src/market/session.ts';
import type { SessionRule } from '../../src/market/session.ts';
import { wallClock } from './wall-clock.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const SETTLE = 15 * 60_000;
const stock = (code: string): Instrument => ({ class: 'stock', id: code, code });
const future = (exchange: string, timezone: string): Instrument => ({
  class: 'future',
  id: 'X',
  code: 'X',
  exchange,
  timezone,
});
const EURUSD: Instrument = { class: 'forex', id: 'EURUSD', code: 'EURUSD' };

const US = sessionRule(stock('SPY'));
const CME = sessionRule(future('COMEX', 'America/New_York'));
const FX = sessionRule(EURUSD);
const FX_LONDON = sessionRule(EURUSD, 'Europe/London');
const CRYPTO = sessionRule(stock('BTC-USD'));
const EUREX = sessionRule(future('EUREX', 'Europe/Berlin'));
const TOKYO = sessionRule(stock('7203.T'), undefined, 'Asia/Tokyo');
const UNKNOWN = sessionRule(stock('OCDO.L'));
const TEL_AVIV = sessionRule(stock('TEVA.TA'), undefined, 'Asia/Jerusalem');

/** The last bar that is final. */
const lastFinal = (period: Period, rule: SessionRule, now: string): string =>
  formatTradeDate(finishedEnd(period, rule, Date.parse(now), SETTLE) - DAY);

describe('a daily bar is final when its session has closed and settled', () => {
  // 2024-01-10, 03-13, 07-10 and 11-06 are Wednesdays; 01-12 is a Friday, 01-15 a Monday.
  it.each<[string, SessionRule, string, string]>([
    ['a US stock at 16:14 in winter', US, '2024-01-10T21:14:59.999Z', '2024-01-09'],
    ['a US stock at 16:15 in winter', US, '2024-01-10T21:15:00Z', '2024-01-10'],
    ['a US stock at 16:14 in summer', US, '2024-07-10T20:14:59.999Z', '2024-07-09'],
    ['a US stock at 16:15 in summer', US, '2024-07-10T20:15:00Z', '2024-07-10'],
    ['a US stock in the week that only New York is in summer time', US, '2024-03-13T20:15:00Z', '2024-03-13'],
    ['a US stock in the week that only New York is in winter time', US, '2024-11-06T20:15:00Z', '2024-11-05'],
    ['a US stock at 23:59 New York', US, '2024-01-11T04:59:00Z', '2024-01-10'],
    ['CME group at 16:14 Chicago in winter', CME, '2024-01-10T22:14:59Z', '2024-01-09'],
    ['CME group at 16:15 Chicago in winter', CME, '2024-01-10T22:15:00Z', '2024-01-10'],
    ['CME group at 16:15 Chicago in summer', CME, '2024-07-10T21:15:00Z', '2024-07-10'],
    ['CME group on Sunday evening, which is Monday', CME, '2024-01-15T01:00:00Z', '2024-01-12'],
    ['FX at 17:14 New York', FX, '2024-01-10T22:14:59Z', '2024-01-09'],
    ['FX at 17:15 New York', FX, '2024-01-10T22:15:00Z', '2024-01-10'],
    ['FX by the London day, winter', FX_LONDON, '2024-01-11T00:15:00Z', '2024-01-10'],
    ['FX by the London day, before it ends', FX_LONDON, '2024-01-11T00:14:59Z', '2024-01-09'],
    ['FX by the London day, summer', FX_LONDON, '2024-07-10T23:15:00Z', '2024-07-10'],
    ['crypto at 00:14 UTC', CRYPTO, '2024-01-10T00:14:59Z', '2024-01-08'],
    ['crypto at 00:15 UTC', CRYPTO, '2024-01-10T00:15:00Z', '2024-01-09'],
    ['crypto on a Sunday', CRYPTO, '2024-01-14T12:00:00Z', '2024-01-13'],
    ['Eurex at its next local midnight, winter', EUREX, '2024-01-10T23:15:00Z', '2024-01-10'],
    ['Eurex before its next local midnight, summer', EUREX, '2024-07-10T22:14:59Z', '2024-07-09'],
    ['Tokyo at its next local midnight', TOKYO, '2024-01-10T15:15:00Z', '2024-01-10'],
    ['Tokyo before it', TOKYO, '2024-01-10T15:14:00Z', '2024-01-09'],
    ['an unknown zone counts as UTC', UNKNOWN, '2024-01-11T00:15:00Z', '2024-01-10'],
    ['an unknown zone before its midnight', UNKNOWN, '2024-01-11T00:14:00Z', '2024-01-09'],
    ['Tel Aviv has a session on Sunday', TEL_AVIV, '2024-01-14T22:15:00Z', '2024-01-14'],
    ['Friday evening', US, '2024-01-12T21:15:00Z', '2024-01-12'],
    ['Saturday', US, '2024-01-13T12:00:00Z', '2024-01-12'],
    ['Sunday evening', US, '2024-01-14T23:59:00Z', '2024-01-12'],
    ['Monday before the close', US, '2024-01-15T21:14:59Z', '2024-01-12'],
    ['Monday after it', US, '2024-01-15T21:15:00Z', '2024-01-15'],
    ['a leap day', US, '2024-02-29T21:15:00Z', '2024-02-29'],
    ['New Year, UTC already in the next year', US, '2025-01-01T04:00:00Z', '2024-12-31'],
  ])('%s', (_, rule, now, last) => {
    expect(lastFinal('1d', rule, now)).toBe(last);
  });

  it('the rule is that of the exchange, not of the zone that stands in the catalogue', () => {
    expect(CME).toEqual({ zone: 'America/Chicago', closeMs: 16 * HOUR, weekends: false });
    expect(sessionRule(stock('GC=F'))).toEqual(CME);
    expect(sessionRule(stock('BRK-B'))).toEqual(US);
    expect(sessionRule(stock('^GSPC'), undefined, 'America/New_York')).toEqual(US);
    expect(sessionRule(stock('^GSPC'))).toEqual({ zone: 'UTC', closeMs: DAY, weekends: false });
    expect(sessionRule(stock('ETH-EUR'))).toEqual(CRYPTO);
    expect(sessionRule({ ...stock('SAP.DE'), timezone: 'Europe/Berlin' }, undefined, 'Asia/Tokyo').zone).toBe(
      'Europe/Berlin',
    );
  });
});

describe('a weekly or monthly bar is final when the last session in it has closed', () => {
  it.each<[string, Period, SessionRule, string, string]>([
    ['Friday 16:14', '1wk', US, '2024-01-12T21:14:00Z', '2024-01-07'],
    ['Friday 16:15', '1wk', US, '2024-01-12T21:15:00Z', '2024-01-14'],
    ['Sunday', '1wk', US, '2024-01-14T12:00:00Z', '2024-01-14'],
    ['Monday', '1wk', US, '2024-01-15T12:00:00Z', '2024-01-14'],
    ['a crypto week on its Sunday', '1wk', CRYPTO, '2024-01-14T23:00:00Z', '2024-01-07'],
    ['a crypto week after its Sunday', '1wk', CRYPTO, '2024-01-15T00:15:00Z', '2024-01-14'],
    // June 2024 ends on a Sunday: its last session is Friday the 28th.
    ['June 2024 on Friday 16:14', '1mo', US, '2024-06-28T20:14:00Z', '2024-05-31'],
    ['June 2024 on Friday 16:15', '1mo', US, '2024-06-28T20:15:00Z', '2024-06-30'],
    ['June 2024 on Saturday the 29th', '1mo', US, '2024-06-29T12:00:00Z', '2024-06-30'],
    // August 2024 ends on a Saturday.
    ['August 2024 on Friday the 30th at 16:15', '1mo', US, '2024-08-30T20:15:00Z', '2024-08-31'],
    ['September 2024 begins on a Sunday', '1mo', US, '2024-09-01T12:00:00Z', '2024-08-31'],
    ['July 2024 on its last day at 16:14', '1mo', US, '2024-07-31T20:14:00Z', '2024-06-30'],
    ['July 2024 on its last day at 16:15', '1mo', US, '2024-07-31T20:15:00Z', '2024-07-31'],
    ['a crypto month that ends on a Sunday', '1mo', CRYPTO, '2024-06-30T12:00:00Z', '2024-05-31'],
    ['February of a leap year', '1mo', US, '2024-02-29T21:14:00Z', '2024-01-31'],
    ['December', '1mo', US, '2024-12-31T21:15:00Z', '2024-12-31'],
  ])('%s', (_, period, rule, now, lastDay) => {
    expect(lastFinal(period, rule, now)).toBe(lastDay);
  });
});

/** Sessions that a bar of a day or longer has, by walking over its days. */
function sessionsOf(bar: number, period: Period, weekends: boolean): number[] {
  const days: number[] = [];
  for (let day = bar; barOfDate(day, period) === bar; day += DAY) {
    if (weekends || ![0, 6].includes(new Date(day).getUTCDay())) days.push(day);
  }
  return days;
}

it('over all rules and instants, the end is the one that a walk over closed sessions gives', () => {
  const rules = fc.constantFrom(US, CME, FX, FX_LONDON, CRYPTO, EUREX, TOKYO, UNKNOWN, TEL_AVIV);
  const instants = fc.integer({ min: Date.UTC(2015, 0, 1) / 60_000, max: Date.UTC(2035, 0, 1) / 60_000 });
  fc.assert(
    fc.property(rules, instants, fc.constantFrom<Period>('1d', '1wk', '1mo'), (rule, minute, period) => {
      const now = minute * 60_000;
      const closed = (day: number): boolean => wallClock(now - SETTLE, rule.zone) >= day + rule.closeMs;
      const today = Math.floor(now / DAY) * DAY;
      let end = 0;
      for (let day = today - 70 * DAY; day <= today + 2 * DAY; day += DAY) {
        const bar = barOfDate(day, period);
        const sessions = sessionsOf(bar, period, rule.weekends);
        if (!sessions.every(closed) || sessions.length === 0) continue;
        const next = barOfDate(bar + (period === '1mo' ? 31 : period === '1wk' ? 7 : 1) * DAY, period);
        end = Math.max(end, next);
      }
      expect(formatTradeDate(finishedEnd(period, rule, now, SETTLE))).toBe(formatTradeDate(end));
    }),
    { numRuns: 500 },
  );
});

describe('an intraday bar is final at its start and its period', () => {
  /** Period, its minutes, and the minutes between the instants at which bars may begin. */
  const starts: readonly (readonly [Period, number, number])[] = [
    ['1m', 1, 1],
    ['5m', 5, 5],
    ['15m', 15, 15],
    ['30m', 30, 15],
    ['1h', 60, 15],
  ];

  it('whatever quarter of an hour the bars begin at (9:30 New York, 9:15 Mumbai), none goes in early and none is late', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.nat(100_000_000),
        fc.nat(8),
        ([period, minutes, grid], second, back) => {
          const now = Date.UTC(2024, 0, 1) + second * 1000;
          const end = finishedEnd(period, CRYPTO, now, SETTLE);
          const start = (Math.floor(now / (grid * 60_000)) - back) * grid * 60_000;
          expect(start < end).toBe(start + minutes * 60_000 <= now);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Period, SessionRule, string, string]>([
    ['the 9:30 hour of New York at 10:29', '1h', US, '2024-01-10T15:29:59Z', '2024-01-10T14:30:00Z'],
    ['the 9:15 hour of Mumbai at 10:14', '1h', UNKNOWN, '2024-01-10T04:44:00Z', '2024-01-10T03:45:00Z'],
    ['on Saturday nothing after Friday is waited for', '1m', US, '2024-01-13T18:00:00Z', '2024-01-13T05:00:00Z'],
    ['on Sunday neither', '1h', CME, '2024-01-14T20:00:00Z', '2024-01-13T06:00:00Z'],
    ['FX goes on on Sunday evening', '1h', FX, '2024-01-14T23:30:00Z', '2024-01-14T22:45:00Z'],
    ['crypto has no weekend', '1h', CRYPTO, '2024-01-13T18:00:00Z', '2024-01-13T17:15:00Z'],
  ])('%s', (_, period, rule, now, end) => {
    expect(formatInstant(finishedEnd(period, rule, Date.parse(now), SETTLE))).toBe(end);
  });
});
