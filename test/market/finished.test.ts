import { describe, expect, it } from 'vitest';
import { allocateBars } from '../../src/market/bars.ts';
import { formatTradeDate } from '../../src/market/calendar.ts';
import { cutUnfinished, finalEnd } from '../../src/market/finished.ts';
import type { SessionWord } from '../../src/market/finished.ts';
import type { Period } from '../../src/market/period.ts';
import { finishedEnd, sessionRule } from '../../src/market/session.ts';

const DAY = 86_400_000;
const SETTLE = 15 * 60_000;
const US = sessionRule({ class: 'stock', id: 'SPY', code: 'SPY' });
const at = (text: string): number => Date.parse(text);
const word = (date: string, closesAt: string): SessionWord => ({ tradeDate: at(date), closesAt: at(closesAt) });

/** The last day whose bar is final, when the plan asked up to the end of the day of `now`. */
function lastFinal(period: Period, said: SessionWord | undefined, now: string, asked?: string): string {
  const end = asked === undefined ? Math.floor(at(now) / DAY) * DAY + DAY : at(asked) + DAY;
  return formatTradeDate(finalEnd(period, end, US, said, at(now), SETTLE) - DAY);
}

describe("the source's own word on the session counts before the table", () => {
  it.each<[string, Period, SessionWord | undefined, string, string]>([
    [
      'a half day that closed at 13:00',
      '1d',
      word('2024-07-03', '2024-07-03T17:00:00Z'),
      '2024-07-03T17:15:00Z',
      '2024-07-03',
    ],
    [
      'a half day not yet settled',
      '1d',
      word('2024-07-03', '2024-07-03T17:00:00Z'),
      '2024-07-03T17:14:59Z',
      '2024-07-02',
    ],
    [
      'a session longer than the table',
      '1d',
      word('2024-07-10', '2024-07-10T21:00:00Z'),
      '2024-07-10T20:30:00Z',
      '2024-07-09',
    ],
    [
      'a word on the next session',
      '1d',
      word('2024-07-11', '2024-07-11T20:00:00Z'),
      '2024-07-10T21:00:00Z',
      '2024-07-10',
    ],
    ['no word: the table, before the close', '1d', undefined, '2024-07-10T20:14:59Z', '2024-07-09'],
    ['no word: the table, after it', '1d', undefined, '2024-07-10T20:15:00Z', '2024-07-10'],
    [
      'a week that closes early on a Friday',
      '1wk',
      word('2024-11-29', '2024-11-29T18:00:00Z'),
      '2024-11-29T18:14:00Z',
      '2024-11-24',
    ],
    [
      'a month whose last session goes on',
      '1mo',
      word('2024-08-30', '2024-08-30T20:00:00Z'),
      '2024-08-30T20:14:00Z',
      '2024-07-31',
    ],
  ])('%s', (_, period, said, now, last) => {
    expect(lastFinal(period, said, now)).toBe(last);
  });

  it('a word never moves the end beyond what was asked', () => {
    const said = word('2024-07-10', '2024-07-10T20:00:00Z');
    expect(lastFinal('1d', said, '2024-07-10T23:00:00Z', '2024-07-05')).toBe('2024-07-05');
    expect(lastFinal('1d', word('2024-07-11', '2024-07-11T20:00:00Z'), '2024-07-10T23:00:00Z', '2024-07-05')).toBe(
      '2024-07-05',
    );
    expect(lastFinal('1d', undefined, '2024-07-10T23:00:00Z', '2024-07-05')).toBe('2024-07-05');
  });

  it('intraday bars are final by the clock alone', () => {
    const now = at('2024-07-10T15:00:00Z');
    const end = finishedEnd('1m', US, now, SETTLE);
    expect(finalEnd('1m', end, US, word('2024-07-10', '2024-07-10T20:00:00Z'), now, SETTLE)).toBe(now);
  });
});

describe('bars that are not final', () => {
  const bars = allocateBars(3, ['Dividends']);
  bars.time.set([at('2024-07-08'), at('2024-07-09'), at('2024-07-10')]);
  bars.close.set([1, 2, 3]);

  it('are left out and counted; the bar at the end itself is one of them', () => {
    const cut = cutUnfinished(bars, at('2024-07-09'));
    expect([...cut.bars.time]).toEqual([at('2024-07-08')]);
    expect([...cut.bars.close]).toEqual([1]);
    expect(cut.bars.extras.get('Dividends')).toHaveLength(1);
    expect(cut.unfinished).toBe(2);
  });

  it('leave the table as it is when there are none, and empty when all are', () => {
    expect(cutUnfinished(bars, at('2024-07-11'))).toEqual({ bars, unfinished: 0 });
    expect(cutUnfinished(bars, at('2024-07-01')).bars.time).toHaveLength(0);
    expect(cutUnfinished(bars, at('2024-07-01')).unfinished).toBe(3);
  });
});
