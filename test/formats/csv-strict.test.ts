import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXTRA_COLUMNS } from '../../src/market/bars.ts';
import { decodeCsv, encodeCsv } from '../../src/formats/csv.ts';
import { bar, rowsOf, table } from '../market/rows.ts';
import { duck } from '../support/duck.ts';
import { temporaryFolder } from '../support/folder.ts';

const HEADER = 'Datetime,Open,High,Low,Close,Volume\n';
const at = (text: string): number => Date.parse(text);

/** Doubles at the edges of what one can hold, and what prices look like. */
const EDGES = [
  1e-7,
  -1e-7,
  5e-324,
  1.7976931348623157e308,
  2.2250738585072014e-308,
  0.1 + 0.2,
  9007199254740992,
  123456789.12345679,
  1e21,
  1e-6,
  -37.63,
  0,
  100,
  106.0078125,
];

describe('numbers in a CSV', () => {
  it('read back as the very same double: tiny, huge, seventeen digits, negative', () => {
    const bars = table(EDGES.map((value, day) => bar(day * 86_400_000, value, value, value, value, value)));
    expect(rowsOf(decodeCsv(encodeCsv(bars, '1d'), 'x.csv'))).toEqual(rowsOf(bars));
  });

  it('are the same to DuckDB', async () => {
    const bars = table(EDGES.map((value, day) => bar(day * 86_400_000, value, value, value, value, value)));
    const path = join(temporaryFolder(), 'edges.csv');
    writeFileSync(path, encodeCsv(bars, '1d'));
    const rows = await duck(
      `SELECT "Close"::VARCHAR FROM read_csv('${path}', types = {'Datetime': 'DATE', 'Open': 'DOUBLE', 'High': 'DOUBLE',
        'Low': 'DOUBLE', 'Close': 'DOUBLE', 'Volume': 'DOUBLE'}) ORDER BY "Datetime"`,
    );
    expect(rows.map(([close]) => Number(close))).toEqual(EDGES);
  });

  it('of an intraday file come back for any minute, gaps and every choice of extra columns included', () => {
    const number = fc.oneof(
      fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => (value === 0 ? 0 : value)),
      fc.constant(Number.NaN),
    );
    const cells = fc.record({
      open: number,
      high: number,
      low: number,
      close: number,
      volume: number,
      ...Object.fromEntries(EXTRA_COLUMNS.map((name) => [name, number])),
    });
    const minutes = fc.integer({ min: at('1999-12-31T23:59:00Z') / 60_000, max: at('2031-01-01T00:00:00Z') / 60_000 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(minutes, cells), { maxLength: 20, selector: ([minute]) => minute }),
        fc.subarray([...EXTRA_COLUMNS]),
        (found, extras) => {
          const rows = found.sort(([a], [b]) => a - b).map(([minute, values]) => ({ time: minute * 60_000, values }));
          const bars = table(rows, extras);
          const text = encodeCsv(bars, '1m');
          expect(rowsOf(decodeCsv(text, 'x.csv'))).toEqual(rowsOf(bars));
          expect(encodeCsv(decodeCsv(text, 'x.csv'), '1m').equals(text)).toBe(true);
        },
      ),
    );
  });
});

describe('a CSV that is not as it was written', () => {
  it.each([
    // Each of these would otherwise become a bar that nobody gave.
    ['a blank for a missing volume', '2024-01-02,1,1,1,1, \n', /:2: {3}is no number/],
    ['CRLF on one line of many', '2024-01-02,1,1,1,1,1\n2024-01-03,1,1,1,1,\r\n', /:3: \\x0d is no number/],
    ['CRLF behind a number', '2024-01-02,1,1,1,1,1\r\n', /:2: 1\\x0d is no number/],
    ['a hexadecimal number', '2024-01-02,0x10,1,1,1,1\n', /:2: 0x10 is no number/],
    ['an infinite price', '2024-01-02,Infinity,1,1,1,1\n', /:2: Infinity is no number/],
    ['a day that the month does not have', '2024-02-30,1,1,1,1,1\n', /:2: 2024-02-30 is not as dates/],
    ['a date in another order', '01/02/2024,1,1,1,1,1\n', /:2: 01\/02\/2024 is not as dates/],
    ['an instant without its zone', '2024-01-02T14:30:00,1,1,1,1,1\n', /:2: 2024-01-02T14:30:00 is not as dates/],
    ['an offset for UTC', '2024-01-02T05:00:00+0000,1,1,1,1,1\n', /:2: .* is not as dates/],
    ['no date', ',1,1,1,1,1\n', /:2: {2}does not follow/],
    ['a field too few', '2024-01-02,1,1,1,1\n', /:2: 5 fields, not 6/],
    ['an empty line', '2024-01-02,1,1,1,1,1\n\n2024-01-03,1,1,1,1,1\n', /:3: 1 fields, not 6/],
    ['a quoted number', '2024-01-02,"1",1,1,1,1\n', /:2: "1" is no number/],
  ])('but has %s is refused by file and line', (_, lines, message) => {
    const read = (): unknown => decodeCsv(Buffer.from(HEADER + lines), 'stocks/1d/SPY.csv');
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: 'file-corrupt' }));
  });

  it.each(['Dividends,Adj Close', 'Dividends,Dividends', 'Adj Close,', 'Open'])(
    'but has the extra columns %s is refused, lest one column be taken for another',
    (extras) => {
      const text = `${HEADER.trimEnd()},${extras}\n2024-01-02,1,1,1,1,1,2,3\n`;
      expect(() => decodeCsv(Buffer.from(text), 'x.csv')).toThrow(/x\.csv:1: unknown header/);
    },
  );

  it('is refused at whatever byte it was torn off, or is a shorter whole', () => {
    const rows = [1, 2, 3].map((day) => bar(day * 86_400_000, 10.5, 11, 10, 10.25, 1200));
    const text = encodeCsv(table(rows), '1d');
    for (let length = 0; length < text.length; length++) {
      const torn = text.subarray(0, length);
      const lines = torn.toString().split('\n').length - 1;
      if (torn.at(-1) === 10) expect(rowsOf(decodeCsv(torn, 'x.csv'))).toEqual(rowsOf(table(rows.slice(0, lines - 1))));
      else expect(() => decodeCsv(torn, 'x.csv')).toThrow(/x\.csv:\d+: /);
    }
  });
});
