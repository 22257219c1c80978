import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../src/market/instrument.ts';
import type { Period } from '../../src/market/period.ts';
import { dukascopy } from '../../src/providers/dukascopy/index.ts';
import { atWork, forex, request, stock } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import { rowsOf } from '../support/truth.ts';
import type { TruthBar } from '../support/truth.ts';

// A Saturday.
const SATURDAY = '2024-07-13T12:00:00Z';
const EURO = forex('EURUSD');
const YEN = forex('USDJPY');
const GOLD = forex('XAUUSD');
const COIN = stock('BTC-USD');
/** What the truth is asked for days of UTC; by itself the day of a pair is London's. */
const UTC = '&day_boundary=UTC';

interface Asked {
  readonly now?: string;
  readonly period: Period;
  readonly from: string;
  readonly to: string;
  readonly extra?: string;
}

/** What the provider makes of the stand-in's answers, and the truth about the same. */
async function both(instrument: Instrument, { now = SATURDAY, period, from, to, extra = '' }: Asked) {
  const sandbox = await standIn(now);
  const work = atWork(dukascopy, { base_url: `${sandbox.url}/dukascopy` }, now);
  const { bars, dropped } = await work.fetch(request({ instrument, period, from, to }));
  const path = `${instrument.class}/${instrument.code}`;
  const truth = await sandbox.truth(`${path}?period=${period}&from=${from}&to=${to}${extra}`);
  return { ours: rowsOf(bars, period), truth, dropped, sandbox };
}

/** One bar for all rows of a day of UTC, added up here. */
function dayOf(minutes: readonly TruthBar[]): TruthBar[] {
  const days = new Map<string, TruthBar[]>();
  for (const minute of minutes) {
    const date = minute.time.slice(0, 10);
    days.set(date, [...(days.get(date) ?? []), minute]);
  }
  return [...days].map(([time, rows]) => ({
    time,
    open: rows[0]?.open ?? Number.NaN,
    high: Math.max(...rows.map(({ high }) => high)),
    low: Math.min(...rows.map(({ low }) => low)),
    close: rows.at(-1)?.close ?? Number.NaN,
    volume: rows.reduce((sum, { volume }) => sum + volume, 0),
  }));
}

describe('what comes from Dukascopy is the truth, bar for bar', () => {
  describe.each([
    ['a pair', EURO],
    ['a pair in yen', YEN],
    ['gold', GOLD],
    ['a coin that never rests', COIN],
  ])('%s', (_, instrument) => {
    it.each([
      // The clocks of New York change on 10 March, those of London on 31 March.
      ['1m', '2024-03-08T00:00:00Z', '2024-03-12T00:00:00Z', 2_000],
      ['1m', '2024-03-29T00:00:00Z', '2024-04-02T00:00:00Z', 2_000],
      ['5m', '2024-03-28T00:00:00Z', '2024-04-02T00:00:00Z', 500],
      ['15m', '2024-10-25T00:00:00Z', '2024-10-29T00:00:00Z', 150],
      ['30m', '2024-03-08T00:00:00Z', '2024-03-13T00:00:00Z', 100],
      ['1h', '2024-03-04T00:00:00Z', '2024-04-03T00:00:00Z', 400],
    ] as const)('%s from %s', async (period, from, to, least) => {
      const { ours, truth } = await both(instrument, { now: '2024-11-09T12:00:00Z', period, from, to });
      expect(ours).toEqual(truth);
      expect(ours.length).toBeGreaterThan(least);
    });

    it.each([
      ['1d', '2023-07-15', '2024-07-13', 290],
      ['1wk', '2023-07-10', '2024-07-08', 51],
      ['1mo', '2023-08-01', '2024-07-01', 11],
    ] as const)('%s, by days of UTC', async (period, from, to, least) => {
      const { ours, truth } = await both(instrument, { period, from, to, extra: UTC });
      expect(ours).toEqual(truth);
      expect(ours.length).toBeGreaterThanOrEqual(least);
    });
  });

  it('a day is what its minutes add up to; the hour that London is ahead in summer is there on Sunday', async () => {
    const { ours, sandbox } = await both(EURO, { period: '1d', from: '2024-03-25', to: '2024-04-10' });
    const minutes = await sandbox.truth('forex/EURUSD?period=1m&from=2024-03-25T00:00:00Z&to=2024-04-10T00:00:00Z');
    expect(ours).toEqual(dayOf(minutes));
    expect(ours.map(({ time }) => time)).toContain('2024-04-07');
    expect(ours.map(({ time }) => time)).not.toContain('2024-04-06');
  });

  it('in winter the day of London is the day of UTC', async () => {
    const { ours, truth } = await both(EURO, { period: '1d', from: '2023-11-01', to: '2024-03-01' });
    expect(ours).toEqual(truth);
    expect(ours.length).toBeGreaterThan(80);
  });

  it('a week has the Sunday evening before its Monday: it is the truth’s own week, in summer too', async () => {
    const { ours, truth } = await both(EURO, { period: '1wk', from: '2023-09-04', to: '2024-07-08' });
    expect(ours).toEqual(truth);
    expect(ours).toHaveLength(44);
  });

  it('the leap day is there once, in its month', async () => {
    const days = await both(EURO, { period: '1d', from: '2024-02-27', to: '2024-03-02', extra: UTC });
    expect(days.ours.map(({ time }) => time)).toEqual(['2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01']);
    const minutes = await both(EURO, {
      period: '1m',
      from: '2024-02-28T23:50:00Z',
      to: '2024-03-01T00:10:00Z',
    });
    expect(minutes.ours).toEqual(minutes.truth);
    expect(minutes.ours).toHaveLength(10 + 1_440 + 10);
  });
});

describe('bars that are not finished', () => {
  it.each([
    ['1m', '2024-05-15T19:00:00Z', '2024-05-15T19:09:00Z'],
    ['5m', '2024-05-15T18:00:00Z', '2024-05-15T19:05:00Z'],
    ['30m', '2024-05-15T12:00:00Z', '2024-05-15T18:30:00Z'],
    ['1h', '2024-05-15T00:00:00Z', '2024-05-15T18:00:00Z'],
    ['1d', '2024-05-10', '2024-05-14'],
    ['1wk', '2024-04-22', '2024-05-06'],
    ['1mo', '2024-03-01', '2024-04-01'],
  ] as const)('%s: the last one is over, and the going one is counted', async (period, from, last) => {
    const now = '2024-05-15T19:10:20Z';
    const to = period.length > 2 || period === '1d' ? '2024-05-16' : '2024-05-16T00:00:00Z';
    const { ours, truth, dropped } = await both(EURO, { now, period, from, to, extra: UTC });
    expect(ours).toEqual(truth);
    expect(ours.at(-1)?.time).toBe(last);
    expect(dropped).toEqual({ unfinished: 1 });
  });

  it('the week of a pair is over on Saturday, that of a coin on Monday', async () => {
    const weeks = async (instrument: Instrument, now: string) => {
      const asked = { now, period: '1wk', from: '2024-06-24', to: '2024-07-15', extra: UTC } as const;
      const { ours, truth } = await both(instrument, asked);
      expect(ours).toEqual(truth);
      return ours.at(-1)?.time;
    };
    expect(await weeks(EURO, '2024-07-05T23:00:00Z')).toBe('2024-06-24');
    expect(await weeks(EURO, '2024-07-06T00:00:00Z')).toBe('2024-07-01');
    expect(await weeks(COIN, '2024-07-07T23:59:59Z')).toBe('2024-06-24');
    expect(await weeks(COIN, '2024-07-08T00:00:00Z')).toBe('2024-07-01');
  });

  it('Sunday evening, 31 March, counts to April and changes nothing of March', async () => {
    const months = async (now: string) => {
      const asked = { now, period: '1mo', from: '2024-02-01', to: '2024-05-01', extra: UTC } as const;
      const { ours, truth } = await both(EURO, asked);
      expect(ours).toEqual(truth);
      return ours;
    };
    const saturday = await months('2024-03-30T00:30:00Z');
    expect(saturday.map(({ time }) => time)).toEqual(['2024-02-01', '2024-03-01']);
    expect((await months('2024-05-02T00:00:00Z')).slice(0, 2)).toEqual(saturday);
  });
});

describe('ranges with borders in the middle of a bar', () => {
  it.each([
    ['5m', '2024-05-14T23:57:00Z', '2024-05-15T00:11:00Z', ['00:00', '00:05', '00:10']],
    ['30m', '2024-05-14T23:31:00Z', '2024-05-15T00:31:00Z', ['00:00', '00:30']],
    ['1h', '2024-04-30T22:30:00Z', '2024-05-01T00:59:59Z', ['23:00', '00:00']],
    ['1m', '2024-05-14T23:58:30Z', '2024-05-15T00:00:01Z', ['23:59', '00:00']],
  ] as const)('%s: the bars that begin inside, whole', async (period, from, to, times) => {
    const { ours, truth } = await both(EURO, { period, from, to });
    expect(ours).toEqual(truth);
    expect(ours.map(({ time }) => time.slice(11, 16))).toEqual(times);
  });

  it('weeks and months that begin inside, whole', async () => {
    const weeks = await both(EURO, { period: '1wk', from: '2024-05-15', to: '2024-06-12', extra: UTC });
    expect(weeks.ours).toEqual(weeks.truth);
    expect(weeks.ours.map(({ time }) => time)).toEqual(['2024-05-20', '2024-05-27', '2024-06-03', '2024-06-10']);
    const months = await both(COIN, { period: '1mo', from: '2023-11-15', to: '2024-02-02', extra: UTC });
    expect(months.ours).toEqual(months.truth);
    expect(months.ours.map(({ time }) => time)).toEqual(['2023-12-01', '2024-01-01', '2024-02-01']);
  });
});

it('any range at any time gives the truth', async () => {
  const begin = Date.parse('2023-01-01');
  const units = { '1m': 60_000, '15m': 60_000, '1h': 60_000, '1d': 86_400_000, '1wk': 86_400_000, '1mo': 86_400_000 };
  const most = { '1m': 7, '15m': 7, '1h': 31, '1d': 366, '1wk': 366, '1mo': 366 };
  const sandbox = await standIn(SATURDAY);
  const periods = fc.constantFrom('1m', '15m', '1h', '1d', '1wk', '1mo');
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(periods, fc.constantFrom(EURO, COIN), part, part, part, async (period, instrument, ...parts) => {
      const [start, length, later] = parts;
      const whole = (instant: number): number => Math.floor(instant / units[period]) * units[period];
      const from = whole(begin + start * 500 * 86_400_000);
      const to = whole(from + length * most[period] * 86_400_000);
      const now = new Date(from + later * (to - from) * 1.2).toISOString();
      await sandbox.change({ now });
      const work = atWork(dukascopy, { base_url: `${sandbox.url}/dukascopy` }, now);
      const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      const { bars } = await work.fetch(request({ instrument, period, ...range }));
      const path = `${instrument.class}/${instrument.code}?period=${period}&from=${range.from}&to=${range.to}${UTC}`;
      expect(rowsOf(bars, period)).toEqual(await sandbox.truth(path));
    }),
    { numRuns: 80 },
  );
});
