import { describe, expect, it } from 'vitest';
import { mustTrade } from '../../src/providers/dukascopy/empty-files.ts';
import { archive, EURO } from '../support/archive.ts';
import { candlesBody, emptyBody, instrumentBody } from '../support/candles.ts';
import { forex, refusal, stampsOf } from '../support/session.ts';

const HOUR_MS = 3_600_000;
const pathOf = (month: number) => `/candles/hour/EUR-USD/BID/2024/${month}`;
const dateOf = (month: number) => `2024-${String(month).padStart(2, '0')}-01`;
const full = (month: number) => ({ [pathOf(month)]: candlesBody({ at: dateOf(month), shift: HOUR_MS }) });
const empty = (month: number) => ({ [pathOf(month)]: emptyBody(dateOf(month), HOUR_MS) });
const hours = (from: string, to: string) =>
  ({ period: '1h', from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` }) as const;
const KNOWN = { '/instruments/EUR-USD': instrumentBody('EUR-USD') };
const MAY = hours('2024-05-01', '2024-06-01');

describe('a file without candles', () => {
  it('of all May between full months is a bad answer, whatever of the neighbours is asked for', async () => {
    const bodies = { ...KNOWN, ...full(4), ...empty(5), ...full(6) };
    for (const wish of [MAY, hours('2024-04-20', '2024-05-20'), hours('2024-05-10', '2024-06-08')]) {
      const error = await refusal((await archive(bodies)).fetch(wish));
      expect(error).toMatchObject({ code: 'bad-answer', disposition: 'skip-series' });
      expect(error.message).toContain('no hour candles of EUR-USD from 2024-05-01 to 2024-05-31');
    }
  });

  it('before the first full one is the time before the history', async () => {
    const { fetch } = await archive({ ...KNOWN, ...empty(4), ...empty(5), ...full(6) });
    expect((await fetch(MAY)).bars.time).toHaveLength(0);
  });

  it('after the last full one is told as it is: the series may have ended', async () => {
    const { fetch } = await archive({ ...KNOWN, ...full(4), ...empty(5), ...empty(6) });
    expect((await fetch(MAY)).bars.time).toHaveLength(0);
  });

  it('of a Friday between full days is a bad answer, of a Saturday it is not', async () => {
    const day = (date: number, body: (at: string) => string) => ({
      [`/candles/minute/EUR-USD/BID/2024/6/${date}`]: body(`2024-06-${String(date).padStart(2, '0')}`),
    });
    const some = (at: string) => candlesBody({ at });
    const none = (at: string) => emptyBody(at);
    const week = (friday: (at: string) => string) => ({
      ...KNOWN,
      ...day(20, some),
      ...day(21, friday),
      ...day(22, none),
      ...day(23, none),
      ...day(24, some),
    });
    const minutes = (from: string, to: string) => ({ ...hours(from, to), period: '1m' }) as const;
    const friday = await archive(week(none));
    const error = await refusal(friday.fetch(minutes('2024-06-20', '2024-06-22')));
    expect(error.message).toContain('from 2024-06-21 to 2024-06-21');
    const { fetch, paths } = await archive(week(some));
    const { bars } = await fetch(minutes('2024-06-20', '2024-06-25'));
    expect(stampsOf(bars, '1m').map((stamp) => stamp.slice(0, 10))).toEqual(['2024-06-20', '2024-06-21', '2024-06-24']);
    expect(paths().filter((path) => path.startsWith('/candles/'))).toHaveLength(5);
  });

  it.each([
    ['a weekday of a pair', 'EUR-USD', false, '2024-06-21', 1, true],
    ['Good Friday of a pair', 'EUR-USD', false, '2024-03-29', 1, true],
    ['Sunday of a pair', 'EUR-USD', false, '2024-06-23', 1, false],
    ['Christmas of a pair', 'EUR-USD', false, '2024-12-25', 1, false],
    ['New Year of a pair', 'EUR-USD', false, '2024-01-01', 1, false],
    ['Sunday of a coin', 'BTC-USD', true, '2024-06-23', 1, true],
    ['a weekday of gold', 'XAU-USD', false, '2024-03-29', 1, false],
    ['a month of gold', 'XAU-USD', false, '2024-03-01', 31, true],
    ['a weekday of an index', 'USA500.IDX-USD', false, '2024-03-29', 1, false],
  ] as const)('%s must have candles or not', (_, symbol, weekends, date, days, must) => {
    const from = Date.parse(date);
    expect(mustTrade(symbol, weekends, { from, to: from + days * 86_400_000 })).toBe(must);
  });
});

describe('where a history begins, by the word of the source', () => {
  const OLD = hours('2024-03-01', '2024-03-20');

  it('after now says nothing: what is asked for is asked for', async () => {
    const { fetch } = await archive({ '/instruments/EUR-USD': instrumentBody('EUR-USD', '2027-01-01'), ...full(3) });
    expect((await fetch(OLD)).bars.time).toHaveLength(1);
  });

  it('is believed where the month before it is empty, which is asked for once', async () => {
    const told = { '/instruments/EUR-USD': instrumentBody('EUR-USD', '2024-05-10') };
    const { fetch, paths } = await archive({ ...told, ...full(3), ...empty(4), ...full(5) });
    expect((await fetch(OLD)).bars.time).toHaveLength(0);
    expect((await fetch(OLD, EURO)).bars.time).toHaveLength(0);
    expect(paths()).toEqual(['/instruments/EUR-USD', pathOf(4)]);
  });

  it('is not believed where the month before it has candles', async () => {
    const told = { '/instruments/EUR-USD': instrumentBody('EUR-USD', '2024-05-10') };
    const { fetch } = await archive({ ...told, ...full(3), ...full(4), ...full(5) });
    expect((await fetch(OLD, forex('EURUSD'))).bars.time).toHaveLength(1);
  });
});
