import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateBars, EXTRA_COLUMNS } from '../../src/market/bars.ts';
import type { Bars, ExtraColumn } from '../../src/market/bars.ts';
import { decodeCsv, encodeCsv } from '../../src/formats/csv.ts';
import { encodeSeries } from '../../src/store/encoding.ts';
import { decodeParquet, encodeParquet } from '../../src/formats/parquet.ts';
import { duck } from '../support/duck.ts';
import { temporaryFolder } from '../support/folder.ts';

const DAY = 86_400_000;
const LABELS = { instrument: 'GOLD', symbol: 'GCJ24', provider: 'yahoo', period: '1m' };

/** Bars from rows of [stamp, open, high, low, close, volume]; null is no value. */
function table(rows: readonly (readonly [string, ...(number | null)[]])[], extras: readonly ExtraColumn[] = []): Bars {
  const bars = allocateBars(rows.length, extras);
  const columns = [bars.open, bars.high, bars.low, bars.close, bars.volume, ...bars.extras.values()];
  rows.forEach(([stamp, ...values], row) => {
    bars.time[row] = Date.parse(stamp);
    columns.forEach((column, index) => {
      column[row] = values[index] ?? Number.NaN;
    });
  });
  return bars;
}

const value = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((number) => (number === 0 ? 0 : number)),
  fc.constant(Number.NaN),
  fc.integer({ min: 1, max: 99_999_999 }).map((cents) => cents / 100),
);
const anyBars = fc
  .tuple(fc.uniqueArray(fc.integer({ min: -20_000, max: 40_000 }), { maxLength: 40 }), fc.subarray([...EXTRA_COLUMNS]))
  .chain(([days, extras]) =>
    fc.array(value, { minLength: days.length * 9, maxLength: days.length * 9 }).map((values) => {
      const bars = allocateBars(days.length, extras);
      const columns = [bars.open, bars.high, bars.low, bars.close, bars.volume, ...bars.extras.values()];
      days
        .sort((a, b) => a - b)
        .forEach((day, row) => {
          bars.time[row] = day * DAY;
          columns.forEach((column, index) => {
            column[row] = values[row * 9 + index] ?? Number.NaN;
          });
        });
      return bars;
    }),
  );

describe('CSV', () => {
  it('of daily bars has dates, the shortest numbers, and nothing where there is no value', () => {
    const bars = table(
      [
        ['2024-01-02', 10, 10.5, 9.75, 10.25, 1_200_000, 10.1, 0, 0],
        ['2024-02-29', -37.63, 0.1, -40.32, 1e-7, null, 0.1 + 0.2, 0.24, 4],
      ],
      ['Adj Close', 'Dividends', 'Stock Splits'],
    );
    expect(encodeCsv(bars, '1d').toString()).toBe(
      'Datetime,Open,High,Low,Close,Volume,Adj Close,Dividends,Stock Splits\n' +
        '2024-01-02,10,10.5,9.75,10.25,1200000,10.1,0,0\n' +
        '2024-02-29,-37.63,0.1,-40.32,1e-7,,0.30000000000000004,0.24,4\n',
    );
  });

  it('of intraday bars has instants in UTC', () => {
    const bars = table([
      ['2024-03-10T06:59:00Z', 1, 2, 0.5, 1.5, 0],
      ['2024-03-10T07:00:30Z', 1, 2, 0.5, 1.5, null],
    ]);
    expect(encodeCsv(bars, '1m').toString()).toBe(
      'Datetime,Open,High,Low,Close,Volume\n2024-03-10T06:59:00Z,1,2,0.5,1.5,0\n2024-03-10T07:00:30Z,1,2,0.5,1.5,\n',
    );
  });

  it('reads back to the very same doubles', () => {
    fc.assert(
      fc.property(anyBars, (bars) => {
        expect(decodeCsv(encodeCsv(bars, '1d'), 'x.csv')).toEqual(bars);
      }),
    );
  });

  it.each([
    [
      'a torn last line',
      'Datetime,Open,High,Low,Close,Volume\n2024-01-02,1,1,1,1,1\n2024-01-03,1,1',
      /:3: .*not whole/,
    ],
    ['no header', '2024-01-02,1,1,1,1,1\n', /:1: unknown header/],
    ['an unknown column', 'Datetime,Open,High,Low,Close,Volume,Mood\n', /:1: unknown header/],
    ['a field too many', 'Datetime,Open,High,Low,Close,Volume\n2024-01-02,1,1,1,1,1,1\n', /:2: 7 fields, not 6/],
    ['an earlier stamp', 'Datetime,Open,High,Low,Close,Volume\n2024-01-03,1,1,1,1,1\n2024-01-02,1,1,1,1,1\n', /:3: /],
    ['a stamp twice', 'Datetime,Open,High,Low,Close,Volume\n2024-01-02,1,1,1,1,1\n2024-01-02,1,1,1,1,1\n', /:3: /],
    ['text for a number', 'Datetime,Open,High,Low,Close,Volume\n2024-01-02,1,high,1,1,1\n', /:2: high is no number/],
    ['CRLF', 'Datetime,Open,High,Low,Close,Volume\r\n2024-01-02,1,1,1,1,1\r\n', /:1: unknown header/],
    ['a byte order mark', '\uFEFFDatetime,Open,High,Low,Close,Volume\n', /:1: unknown header/],
    ['nothing', '', /:1: /],
  ])('with %s is refused by file and line', (_, text, message) => {
    expect(() => decodeCsv(Buffer.from(text), 'stocks/1d/SPY.csv')).toThrow(message);
    expect(() => decodeCsv(Buffer.from(text), 'stocks/1d/SPY.csv')).toThrow(
      expect.objectContaining({ code: 'file-corrupt', disposition: 'skip-series' }),
    );
  });
});

/** A column of n values, every 7th of which is missing in the volume. */
function many(rows: number, first = '2023-12-01'): Bars {
  const bars = allocateBars(rows, ['Open Interest']);
  for (let row = 0; row < rows; row++) {
    bars.time[row] = Date.parse(first) + row * 60_000;
    for (const column of [bars.open, bars.high, bars.low, bars.close]) column[row] = 100 + (row % 977) / 8;
    bars.volume[row] = row % 7 === 3 ? Number.NaN : row;
    bars.extras.get('Open Interest')?.set([row % 2 === 0 ? Number.NaN : -row], row);
  }
  return bars;
}

describe('Parquet, read by DuckDB', () => {
  it.each([1, 250, 100_000, 100_001])('has every row and value of %i', async (rows) => {
    const path = join(temporaryFolder(), 'bars.parquet');
    const bars = many(rows);
    writeFileSync(path, await encodeParquet(bars, LABELS));
    const volumes = [...bars.volume].filter((volume) => !Number.isNaN(volume));
    const [[count, opens, volumeCount, volumeSum, oddCount, first, last] = []] = await duck(
      `SELECT count(*), sum("Open" * 8), count("Volume"), sum("Volume"), count("Open Interest"),
              epoch_ms(min("Datetime")), epoch_ms(max("Datetime")) FROM '${path}'`,
    );
    expect(Number(count)).toBe(rows);
    expect(Number(opens)).toBe(bars.open.reduce((sum, open) => sum + open * 8, 0));
    expect(Number(volumeCount)).toBe(volumes.length);
    expect(Number(volumeSum)).toBe(volumes.reduce((sum, volume) => sum + volume, 0));
    expect(Number(oddCount)).toBe(Math.floor(rows / 2));
    expect([Number(first), Number(last)]).toEqual([bars.time[0], bars.time[rows - 1]]);
    const groups = await duck(`SELECT DISTINCT row_group_num_rows FROM parquet_metadata('${path}')`);
    expect(groups.every(([size]) => Number(size) <= 100_000)).toBe(true);
  });

  it('has the columns of the CSV in their order, timestamps and doubles, true statistics, and says what it holds', async () => {
    const path = join(temporaryFolder(), 'bars.parquet');
    const bars = table(
      [
        ['1962-01-02', 7.713, 7.713, 7.626, 7.626, 387_200, 1.5],
        ['1969-12-31', -3, 8, -4, 7, null, 1.25],
        ['2024-01-02', 1, 2, 0, 1, 5, null],
      ],
      ['Adj Close'],
    );
    writeFileSync(path, await encodeParquet(bars, { ...LABELS, period: '1d' }));
    const columns = await duck(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${path}')`);
    expect(columns).toEqual([
      ['Datetime', 'TIMESTAMP'],
      ...['Open', 'High', 'Low', 'Close', 'Volume', 'Adj Close'].map((name) => [name, 'DOUBLE']),
    ]);
    const statistics = await duck(
      `SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count, stats_distinct_count, compression
       FROM parquet_metadata('${path}') ORDER BY column_id`,
    );
    expect(statistics[0]).toEqual(['Datetime', '1962-01-02 00:00:00', '2024-01-02 00:00:00', '0', null, 'GZIP']);
    expect(statistics[1]?.slice(1, 5)).toEqual(['-3.0', '7.713', '0', null]);
    expect(statistics[5]?.slice(1, 5)).toEqual(['5.0', '387200.0', '1', null]);
    const labels = await duck(`SELECT decode(key), decode(value) FROM parquet_kv_metadata('${path}')`);
    expect(Object.fromEntries(labels)).toMatchObject({ instrument: 'GOLD', provider: 'yahoo', period: '1d' });
    const rows = await duck(`SELECT strftime("Datetime", '%Y-%m-%d'), "Volume", "Adj Close" FROM '${path}'`);
    expect(rows).toEqual([
      ['1962-01-02', 387_200, 1.5],
      ['1969-12-31', null, 1.25],
      ['2024-01-02', 5, null],
    ]);
  });

  it('comes back to us as it was, and a cut file is refused', async () => {
    for (const rows of [1, 250, 100_003]) {
      const bars = many(rows);
      expect(await decodeParquet(await encodeParquet(bars, LABELS), 'x.parquet')).toEqual(bars);
    }
    const whole = await encodeParquet(many(250), LABELS);
    for (const length of [0, 4, 100, whole.length - 1]) {
      await expect(decodeParquet(whole.subarray(0, length), 'x.parquet')).rejects.toMatchObject({
        code: 'file-corrupt',
      });
    }
  });

  it('of periods under an hour is in a file a month, of longer ones in one file', async () => {
    const bars = many(60 * 24 * 70, '2023-12-15');
    for (const period of ['1m', '5m', '15m', '30m'] as const) {
      const files = await encodeSeries(`stocks/${period}/SPY`, period, bars, 'parquet', LABELS);
      expect(files.map(({ path }) => path)).toEqual(
        ['2023-12', '2024-01', '2024-02'].map((month) => `stocks/${period}/SPY_${month}.parquet`),
      );
      const parts = await Promise.all(files.map(({ content, path }) => decodeParquet(content, path)));
      expect(parts.map(({ time }) => time.length)).toEqual([17 * 1440, 31 * 1440, 22 * 1440]);
    }
    for (const period of ['1h', '1d', '1wk', '1mo'] as const) {
      const files = await encodeSeries(`stocks/${period}/SPY`, period, bars, 'parquet', LABELS);
      expect(files.map(({ path }) => path)).toEqual([`stocks/${period}/SPY.parquet`]);
    }
  });

  it('and CSV of no bars are no files', async () => {
    for (const format of ['csv', 'parquet'] as const) {
      expect(await encodeSeries('stocks/1d/SPY', '1d', allocateBars(0, []), format, LABELS)).toEqual([]);
    }
  });
});
