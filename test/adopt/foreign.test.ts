import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatStamp } from '../../src/market/stored-series.ts';
import type { Period } from '../../src/market/period.ts';
import { foreignBars } from '../../src/adopt/bars.ts';
import { readForeignCsv, readForeignNumber } from '../../src/adopt/csv.ts';
import { readForeignName } from '../../src/adopt/names.ts';
import { readSidecar } from '../../src/adopt/sidecar.ts';
import { readForeignStamp } from '../../src/adopt/stamps.ts';

const HEADER = 'Time,Open,High,Low,Close,Volume\n';

function read(text: string, period: Period = '1d', sourceZone?: string) {
  return foreignBars(readForeignCsv(Buffer.from(text), 'x.csv'), { period, sourceZone });
}

const stamps = (text: string, period: Period = '1d', sourceZone?: string): string[] =>
  Array.from(read(text, period, sourceZone).bars.time, (time) => formatStamp(time, period));

describe('names of foreign files', () => {
  it.each([
    ['Day_GOLD_20240400.csv', 'bc-utils', 'future', 'GOLD', '1d'],
    ['deep/er/Hour_GOLD_micro_20240400.csv', 'bc-utils', 'future', 'GOLD_micro', '1h'],
    ['Day_BRENT-LAST_19990100.CSV', 'bc-utils', 'future', 'BRENT-LAST', '1d'],
    ['futures/1d/GOLD/GOLD_20240400.csv', 'python', 'future', 'GOLD', '1d'],
    ['old/data/futures/1M/GOLD/GOLD_20240400.csv', 'python', 'future', 'GOLD', '1mo'],
    ['stocks/1d/SPY.csv', 'python', 'stock', 'SPY', '1d'],
    ['stocks/1m/BRK-B.csv', 'python', 'stock', 'BRK-B', '1m'],
    ['forex/1W/EURUSD.csv', 'python', 'forex', 'EURUSD', '1wk'],
  ])('%s is read', (path, tool, assetClass, id, period) => {
    expect(readForeignName(path)).toMatchObject({ tool, class: assetClass, id, period });
  });

  it.each([
    'Minute_GOLD_20240400.csv',
    'GOLD_20240400.csv',
    'Day_GOLD_20241300.csv',
    'Day_GOLD_20240000.csv',
    'Day_GOLD_202404.csv',
    'Day_GOLD_20240401.csv',
    'futures/1d/SILVER/GOLD_20240400.csv',
    'futures/2m/GOLD/GOLD_20240400.csv',
    'stocks/1d/US/SPY.csv',
    'notes.csv',
    '__proto__/1d/SPY.csv',
    'constructor/1d/SPY.csv',
  ])('%s is left alone, with a reason', (path) => {
    expect(readForeignName(path)).toEqual({ reason: expect.any(String) as unknown });
  });
});

describe('stamps of foreign files', () => {
  const day = (text: string, timezone?: string): string => {
    const time = readForeignStamp(text, { period: '1d', timezone }, -Infinity);
    return time === undefined ? 'unreadable' : formatStamp(time, '1d');
  };

  it.each([
    ['2024-01-02T06:00:00+0000', '2024-01-02'], // midnight of Chicago, winter
    ['2024-07-02T05:00:00+0000', '2024-07-02'], // and summer
    ['2024-01-02T05:00:00+0000', '2024-01-02'], // midnight of New York, winter
    ['2024-07-02T04:00:00+0000', '2024-07-02'],
    ['2024-07-01T23:00:00+0000', '2024-07-02'], // midnight of London, summer
    ['2024-01-02T00:00:00Z', '2024-01-02'],
    ['2024-01-02T00:00:00-05:00', '2024-01-02'],
    ['2024-01-02 00:00:00', '2024-01-02'],
    ['2024-01-02', '2024-01-02'],
    ['2024-02-29', '2024-02-29'],
    ['2023-02-29', 'unreadable'],
    ['2024-01-02T14:30:00+0000', 'unreadable'],
    ['2024-01-02T15:00:00+0000', 'unreadable'],
    ['2024-01-02T24:00:00+0000', 'unreadable'],
    ['yesterday', 'unreadable'],
    ['', 'unreadable'],
  ])('a daily bar stamped %s is that of %s', (text, date) => {
    expect(day(text)).toBe(date);
  });

  it('midnight at the exchange is the date of a daily bar', () => {
    expect(day('2024-01-02T15:00:00+0000', 'Asia/Tokyo')).toBe('2024-01-03');
  });

  it('midnight of Chicago and of New York is the date, on every day and in every year', () => {
    const zone = fc.constantFrom('America/Chicago', 'America/New_York');
    const date = fc.integer({ min: 0, max: 25_000 });
    fc.assert(
      fc.property(date, zone, (days, timeZone) => {
        const civil = new Date(days * 86_400_000).toISOString().slice(0, 10);
        // The hour at which it is midnight there, found by trying.
        const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
        const hour = [4, 5, 6].find((h) => clock.format(days * 86_400_000 + h * 3_600_000) === `${civil} 00:00:00`);
        if (hour === undefined) throw new Error(`no midnight on ${civil}`);
        expect(day(`${civil}T0${hour}:00:00+0000`)).toBe(civil);
      }),
    );
  });

  it('an hour keeps its instant; one without a zone is on the source’s clock, or unreadable', () => {
    expect(stamps(`${HEADER}2024-01-02T05:00:00+0000,1,1,1,1,1\n`, '1h')).toEqual(['2024-01-02T05:00:00Z']);
    expect(stamps(`${HEADER}2024-01-02 05:00,1,1,1,1,1\n`, '1h', 'America/Chicago')).toEqual(['2024-01-02T11:00:00Z']);
    expect(stamps(`${HEADER}01/02/2024 05:00,1,1,1,1,1\n`, '1h', 'America/Chicago')).toEqual(['2024-01-02T11:00:00Z']);
    expect(read(`${HEADER}2024-01-02 05:00,1,1,1,1,1\n`, '1h').dropped).toEqual({ 'unreadable-time': 1 });
  });

  it('the hour that a clock shows twice loses no bar, nor does the one that it leaves out', () => {
    const rows = (list: string[]): string => HEADER + list.map((time) => `${time},1,1,1,1,1\n`).join('');
    const autumn = ['00:30', '01:00', '01:30', '01:00', '01:30', '02:00'].map((time) => `2024-11-03 ${time}`);
    expect(stamps(rows(autumn), '30m', 'America/Chicago')).toEqual(
      ['05:30', '06:00', '06:30', '07:00', '07:30', '08:00'].map((time) => `2024-11-03T${time}:00Z`),
    );
    const spring = ['01:30', '03:00', '03:30'].map((time) => `2024-03-10 ${time}`);
    expect(stamps(rows(spring), '30m', 'America/Chicago')).toEqual(
      ['07:30', '08:00', '08:30'].map((time) => `2024-03-10T${time}:00Z`),
    );
  });

  it('a week is stamped with its Monday and a month with its first', () => {
    expect(stamps(`${HEADER}2024-01-05T06:00:00+0000,1,1,1,1,1\n`, '1wk')).toEqual(['2024-01-01']);
    expect(stamps(`${HEADER}2024-01-31T06:00:00+0000,1,1,1,1,1\n`, '1mo')).toEqual(['2024-01-01']);
  });
});

describe('rows of foreign files', () => {
  it('takes a byte order mark, CRLF, quotes, thousands, blank lines, a footer and columns in any order', () => {
    const text =
      '\uFEFF"Time","Latest","%Change","Volume","Open","High","Low","Open Int"\r\n' +
      '"2024-01-03","2.5","+1.75%","1,195,900","2","3","1","12,345"\r\n\r\n' +
      '2024-01-02,1.5,0%,"17",1,2,1,\r\n' +
      '"Downloaded from Barchart.com as of 05-05-2026 08:09am CDT"';
    const { bars, dropped, unsorted } = read(text);
    expect(dropped).toEqual({});
    expect(unsorted).toBe(2); // newest first
    expect(Array.from(bars.time, (time) => formatStamp(time, '1d'))).toEqual(['2024-01-02', '2024-01-03']);
    expect([...bars.open, ...bars.high, ...bars.low, ...bars.close]).toEqual([1, 2, 2, 3, 1, 1, 1.5, 2.5]);
    expect([...bars.volume]).toEqual([17, 1_195_900]);
    expect([...(bars.extras.get('Open Interest') ?? [])]).toEqual([Number.NaN, 12_345]);
  });

  it('a file of closes only has no other values, and a missing volume is none', () => {
    const { bars } = read('Close,Datetime\n1.5,2024-01-02\n');
    expect([bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0]]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      1.5,
      Number.NaN,
    ]);
  });

  it('drops bad rows, counts each with its reason, and knows which stamps are unknown by that', () => {
    const { bars, dropped, holes } = read(
      HEADER +
        '1970-01-01T06:00:00+0000,0,0,0,0,0\n' +
        '2024-01-02,1,1,1,1,1\n' +
        '2024-01-02,2,2,2,2,2\n' + // the same stamp again: the second counts
        '2024-01-02,2,2,2,2,2\n' + // and once more the same
        '2024-01-03,1,1,1,,1\n' + // no close
        '2024-01-04,1,1,2,1,1\n' + // high below low
        '2024-01-05,1,1,1,131-16,1\n' + // no number
        '2024-01-08,1,1,1,1\n' + // too few fields
        'total,1,1,1,1,1\n' +
        '2024-01-08,1,1,1,,0\n' + // no trade: its date is known
        '2024-01-09,-1,-1,-2,-1.5,0\n', // a negative price is legal
    );
    expect(Array.from(bars.time, (time) => formatStamp(time, '1d'))).toEqual(['2024-01-02', '2024-01-09']);
    expect(bars.close[0]).toBe(2);
    expect(dropped).toEqual({
      placeholder: 1,
      'duplicate-time': 1,
      'repeated-row': 1,
      'no-trade': 1,
      'null-close': 1,
      'high-below-low': 1,
      'not-a-number': 1,
      'broken-row': 1,
      'unreadable-time': 1,
    });
    expect(holes.map((time) => formatStamp(time, '1d'))).toEqual(['2024-01-03', '2024-01-04', '2024-01-05']);
  });

  it('keeps a settlement row, whose high is below its low on a day without trade', () => {
    const { bars, dropped, holes } = read(`${HEADER}2023-08-04,0.9533,0.9531,0.9533,0.9533,0\n`);
    expect([[...bars.high], [...bars.low], dropped, holes]).toEqual([[0.9531], [0.9533], {}, []]);
  });

  it('of two rows for one date the second in the file counts, also where the file begins with the newest', () => {
    const rows = ['2024-01-03,3,3,3,3,3', '2024-01-02,1,1,1,1,1', '2024-01-02,2,2,2,2,2', '2024-01-01,4,4,4,4,4'];
    expect([...read(`${HEADER}${rows.join('\n')}\n`).bars.close]).toEqual([4, 2, 3]);
    const ascending = ['2024-01-01,4,4,4,4,4', '2024-01-02,1,1,1,1,1', '2024-01-02,2,2,2,2,2'];
    expect([...read(`${HEADER}${ascending.join('\n')}\n`).bars.close]).toEqual([4, 2]);
  });

  it('a good row counts where a bad one has the same stamp', () => {
    const { bars, holes } = read(`${HEADER}2024-01-02,1,1,2,1,1\n2024-01-02,3,3,3,3,3\n`);
    expect([[...bars.close], holes]).toEqual([[3], []]);
  });

  it('rows in any order give the same bars', () => {
    const dates = Array.from({ length: 12 }, (_, index) => `2024-01-${String(index + 1).padStart(2, '0')}`);
    fc.assert(
      fc.property(fc.shuffledSubarray(dates, { minLength: 12 }), (order) => {
        const text = HEADER + order.map((date) => `${date},1,1,1,${Number(date.slice(-2))},1\n`).join('');
        const { bars, dropped } = read(text);
        expect([[...bars.close], dropped]).toEqual([dates.map((_, index) => index + 1), {}]);
      }),
    );
  });

  it.each(['', '\n\n', 'no header at all\n1,2\n', 'Open,High,Low,Close\n1,1,1,1\n', 'a\0b'])(
    'a file that is none is refused: %j',
    (text) => {
      expect(() => readForeignCsv(Buffer.from(text), 'x.csv')).toThrow(/^x\.csv: /);
    },
  );

  it('a header alone is a file without bars', () => {
    expect(read(HEADER).bars.time.length).toBe(0);
  });

  it('numbers are read as they are written, and nothing else is', () => {
    expect(['1,195,900', '-0.5', '1e3', '.5', '5.', ''].map(readForeignNumber)).toEqual([
      1_195_900,
      -0.5,
      1000,
      0.5,
      5,
      Number.NaN,
    ]);
    expect(['1,19', '0x10', 'Infinity', '1 2', '12-16', '--'].map(readForeignNumber)).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
  });
});

describe('sidecars of the older tool', () => {
  it('names the provider in our words, and the time in UTC', () => {
    const text =
      '{"symbol":"GOOGL","period":"1d","data_provider":"YahooFinance","created_date":"2025-08-03T07:26:17.29"}';
    expect(readSidecar(Buffer.from(text))).toEqual({
      symbol: 'GOOGL',
      period: '1d',
      provider: 'yahoo',
      writtenAt: Date.parse('2025-08-03T07:26:17.290Z'),
    });
    expect(readSidecar(Buffer.from('{"data_provider":"Barchart"}'))).toEqual({ provider: 'barchart' });
    expect(readSidecar(Buffer.from('{"data_provider":"InteractiveBrokers"}'))).toEqual({ provider: 'ibkr' });
    expect(readSidecar(Buffer.from('{"data_provider":"Bloomberg"}'))).toEqual({ strangeProvider: 'Bloomberg' });
    expect(readSidecar(Buffer.from('{"data_provider":null}'))).toEqual({});
  });

  it.each(['', '{', '[]', '7', '{"symbol":{}}'])('%j is no sidecar', (text) => {
    expect(readSidecar(Buffer.from(text))).toBeUndefined();
  });
});
