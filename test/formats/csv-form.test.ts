import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seriesOf } from '../../src/market/series.ts';
import type { Series } from '../../src/market/instrument.ts';
import { decodeCsv, encodeCsv } from '../../src/formats/csv.ts';
import { bar, table } from '../market/rows.ts';
import { dataFiles, temporaryFolder } from '../support/folder.ts';
import { storeOf } from '../store/workspace.ts';

const HEADER = 'Datetime,Open,High,Low,Close,Volume\n';

describe('a CSV that no run has written', () => {
  it.each([
    ['a number beyond all doubles', '2024-01-02,1,1e+999,1,1,1\n', /:2: 1e\+999 is no number/],
    ['a negative one beyond them', '2024-01-02,1,1,-1e+999,1,1\n', /:2: -1e\+999 is no number/],
    ['an instant below dates', '2024-01-02,1,1,1,1,1\n2024-01-02T14:30:00Z,1,1,1,1,1\n', /:3: .*is not as dates/],
    ['a date below instants', '2024-01-02T14:30:00Z,1,1,1,1,1\n2024-01-03,1,1,1,1,1\n', /:3: .*is not as dates/],
    ['fractions of a second', '2024-01-02T14:30:00.500Z,1,1,1,1,1\n', /:2: .*is not as dates/],
    ['a digit of another script', '2024-01-02,\u0661,1,1,1,1\n', /:2: .*is no number/],
    ['a NUL, as a torn page of a disk has', '2024-01-02,1,1,1,1,\0\n', /:2: .*is no number/],
    ['a separator of thousands', '2024-01-02,1,1,1,1,1_000\n', /:2: 1_000 is no number/],
    ['NaN in words', '2024-01-02,1,1,1,1,NaN\n', /:2: NaN is no number/],
  ])('since it has %s is refused by file and line', (_, lines, message) => {
    const read = (): unknown => decodeCsv(Buffer.from(HEADER + lines), 'stocks/1d/SPY.csv');
    expect(read).toThrow(/^stocks\/1d\/SPY\.csv:\d+: /);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: 'file-corrupt', disposition: 'skip-series' }));
  });
});

describe('the stamps of a CSV', () => {
  it('are right over the change of a day, a leap day, a century and 1970', () => {
    const stamps = [
      '1969-12-31T23:59:00Z',
      '1970-01-01T00:00:00Z',
      '1999-12-31T23:59:00Z',
      '2000-02-29T00:00:00Z',
      '2024-02-29T23:59:00Z',
      '2031-01-01T00:00:00Z',
    ];
    const bars = table(stamps.map((stamp) => bar(Date.parse(stamp), 1, 1, 1, 1)));
    expect(encodeCsv(bars, '1m').toString()).toBe(HEADER + stamps.map((stamp) => `${stamp},1,1,1,1,1\n`).join(''));
  });

  it('of each period are dates from a day on, instants below', () => {
    const bars = table([bar(Date.UTC(2024, 0, 1), 1, 1, 1, 1)]);
    const stamp = (period: Series['period']): string | undefined =>
      encodeCsv(bars, period).toString().split('\n')[1]?.split(',')[0];
    for (const period of ['1d', '1wk', '1mo'] as const) expect(stamp(period)).toBe('2024-01-01');
    for (const period of ['1m', '5m', '15m', '30m', '1h'] as const) expect(stamp(period)).toBe('2024-01-01T00:00:00Z');
  });
});

describe('the files of series of any name', () => {
  it('stand where the specification says, and are read back from there', async () => {
    const root = temporaryFolder();
    const life = { from: Date.UTC(2023, 3, 30), to: Date.UTC(2024, 4, 1) };
    const contract = { year: 2024, month: 4, letter: 'J', symbol: 'GCJ24', life };
    const all: Series[] = [
      seriesOf({ class: 'future', id: 'GOLD', code: 'GC' }, contract, '1d'),
      seriesOf({ class: 'forex', id: 'EURUSD', code: 'EURUSD' }, undefined, '1h'),
      seriesOf({ class: 'stock', id: '^GSPC', code: '^GSPC' }, undefined, '1d'),
      seriesOf({ class: 'stock', id: 'R$', code: 'R$' }, undefined, '1d'),
      seriesOf({ class: 'stock', id: 'Y.', code: 'Y.' }, undefined, '1d'),
    ];
    const store = storeOf(root);
    const facts = { provider: 'yahoo', coverage: [], revisions: 0 };
    const bars = table([bar(Date.UTC(2024, 0, 2, 14), 1.5, 1.5, 1.5, 1.5, 3)]);
    await Promise.all(
      all.map((series) => store.commit({ series, known: store.read(series), bars, formats: ['csv'], facts })),
    );
    await store.close();
    expect(dataFiles(root)).toEqual([
      'forex/1h/EURUSD.csv',
      'futures/1d/GOLD/GOLD_20240400.csv',
      'stocks/1d/R%24.csv',
      'stocks/1d/Y%2E.csv',
      'stocks/1d/^GSPC.csv',
    ]);
    expect(readFileSync(join(root, 'forex/1h/EURUSD.csv'), 'utf8')).toBe(
      `${HEADER}2024-01-02T14:00:00Z,1.5,1.5,1.5,1.5,3\n`,
    );
    for (const series of all) expect(storeOf(root).read(series).stored.rows).toBe(1);
  });
});

describe('the numbers of a CSV', () => {
  /** Draws between 0 and 1, the same each time. */
  function* draws(): Generator<number, never> {
    for (let seed = 12_345; ; seed = (seed * 48_271) % 2_147_483_647) yield seed / 2_147_483_647;
  }
  const EDGES = [
    ...[0, -0, 1, -1, 9, 10, 99, 0.1, 0.5, 0.01, 0.07, 0.29, 1.005, 1.15, 0.000001, 0.0000001, 0.00000012, 4.35, 8.2],
    ...[163.82000732421875, 0.1 + 0.2, 1 / 3, 2 / 3, 99.995, 1e-320, 5e-324, 1.7976931348623157e308, 1e21, 1e22],
    ...[999_999_999, 1_000_000_000, 2_147_483_647, 2_147_483_648, 4_294_967_296, 10_000_000_000, 2 ** 53, 2 ** 53 + 2],
    ...[999_999_999_999_999, 1_000_000_000_000_000, 9_999_999_999_999.99, 99_999_999_999_999.9, 123_456_789.123456],
    ...[-37.63, -0.01, -0.5, 100, 1000, 1_000_000, 0.9999999, 0.999999, 1.0000001, 20.1, 1.1, 2.675, 1e15 + 0.5],
  ];

  it('are those that the engine writes, at every edge and in 200,000 draws of prices and volumes', () => {
    const draw = draws();
    const next = (): number => draw.next().value;
    const drawn = Array.from({ length: 20_000 }, () => [
      ...[next(), next() * 1e-6, Math.fround(next() * 500), Math.floor(next() * 2 ** 53), next() * 2 ** 70],
      ...[1e2, 1e3, 1e4, 1e6, 1e8].map((unit) => Math.round(next() * 1e11) / unit),
    ]).flat();
    for (const value of [...EDGES, ...EDGES.map((edge) => -edge), ...drawn]) {
      const bars = table([bar(Date.UTC(2024, 0, 2), value, value, value, value, 0)]);
      const text = encodeCsv(bars, '1d').toString('latin1').split('\n')[1] ?? '';
      const written = text.slice('2024-01-02,'.length, text.indexOf(',', '2024-01-02,'.length));
      if (written !== String(value)) expect(written).toBe(String(value));
    }
  });
});
