import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allocateBars } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import { encodeCsv } from '../../src/formats/csv.ts';
import { encodeParquet } from '../../src/formats/parquet.ts';
import { bar, table } from '../market/rows.ts';
import { duck } from '../support/duck.ts';
import { temporaryFolder } from '../support/folder.ts';

const LABELS = { instrument: 'R$', symbol: 'EURUSD', provider: 'dukascopy', period: '1m' };
const START = Date.parse('1969-11-01T00:00:00Z');

/** Minutes from before 1970 on; falling prices, so that least and greatest stand at known ends; volume missing at the last row. */
function minutes(rows: number): Bars {
  const bars = allocateBars(rows, ['Adj Close', 'Open Interest']);
  for (let row = 0; row < rows; row++) {
    bars.time[row] = START + row * 60_000;
    for (const column of [bars.open, bars.high, bars.low, bars.close]) column[row] = (rows - row) / 64 - 1000;
    bars.volume[row] = row === rows - 1 ? Number.NaN : row;
    bars.extras.get('Adj Close')?.set([row % 3 === 0 ? Number.NaN : row / 4], row);
  }
  return bars;
}

async function written(bars: Bars): Promise<{ csv: string; parquet: string }> {
  const folder = temporaryFolder();
  const [csv, parquet] = [join(folder, 'bars.csv'), join(folder, 'bars.parquet')];
  writeFileSync(csv, encodeCsv(bars, '1m'));
  writeFileSync(parquet, await encodeParquet(bars, LABELS));
  return { csv, parquet };
}

const CSV_TYPES = `{'Datetime': 'TIMESTAMP', 'Open': 'DOUBLE', 'High': 'DOUBLE', 'Low': 'DOUBLE', 'Close': 'DOUBLE',
  'Volume': 'DOUBLE', 'Adj Close': 'DOUBLE', 'Open Interest': 'DOUBLE'}`;
const stamp = (row: number): string =>
  new Date(START + row * 60_000).toISOString().replace('T', ' ').replace('.000Z', '');

describe('Parquet and CSV of the same bars', () => {
  it.each([1, 2, 100_001])('are the same table to DuckDB, of %i rows', async (rows) => {
    const { csv, parquet } = await written(minutes(rows));
    const asText = `SELECT * FROM read_csv('${csv}', types = ${CSV_TYPES})`;
    const both = await duck(
      `SELECT (SELECT count(*) FROM '${parquet}'),
              (SELECT count(*) FROM ((SELECT * FROM '${parquet}') EXCEPT ALL (${asText}))),
              (SELECT count(*) FROM ((${asText}) EXCEPT ALL (SELECT * FROM '${parquet}')))`,
    );
    expect(both[0]?.map(Number)).toEqual([rows, 0, 0]);
    const order = await duck(`SELECT count(*) FROM (SELECT "Datetime" - lag("Datetime") OVER () AS step
      FROM '${parquet}') WHERE step <> INTERVAL 1 MINUTE`);
    expect(order[0]?.map(Number)).toEqual([0]);
  });
});

describe('the row groups of a Parquet file', () => {
  it.each([
    [1, [1]],
    [100_000, [100_000]],
    [100_001, [100_000, 1]],
  ])(
    'of %i rows are %j, each with true least and greatest values and no count of distinct ones',
    async (rows, sizes) => {
      const { parquet } = await written(minutes(rows));
      const facts = await duck(
        `SELECT row_group_id, path_in_schema, row_group_num_rows, num_values, stats_min_value, stats_max_value,
              stats_null_count, stats_distinct_count, compression, type
       FROM parquet_metadata('${parquet}') ORDER BY row_group_id, column_id`,
      );
      expect(facts).toHaveLength(sizes.length * 8);
      sizes.forEach((size, group) => {
        const [first, last] = [group * 100_000, group * 100_000 + size - 1];
        const of = (name: string): unknown[] => facts.find(([id, path]) => Number(id) === group && path === name) ?? [];
        expect(of('Datetime').slice(2, 7)).toEqual([String(size), String(size), stamp(first), stamp(last), '0']);
        const close = of('Close').slice(4, 6).map(Number);
        expect(close).toEqual([(rows - last) / 64 - 1000, (rows - first) / 64 - 1000]);
        // The last row of all has no volume.
        const volumes = last === rows - 1 ? size - 1 : size;
        expect(Number(of('Volume')[6])).toBe(size - volumes);
        if (volumes > 0) expect(of('Volume').slice(4, 6).map(Number)).toEqual([first, first + volumes - 1]);
        // A column without a value claims no least and no greatest.
        expect(of('Open Interest').slice(4, 7)).toEqual([null, null, String(size)]);
        expect(of('Adj Close')[6]).toBe(
          String(Array.from({ length: size }, (_, row) => row + first).filter((row) => row % 3 === 0).length),
        );
      });
      for (const [, , , , , , , distinct, compression] of facts)
        expect([distinct, compression]).toEqual([null, 'GZIP']);
    },
  );

  it('let DuckDB skip by them without losing a row', async () => {
    const { parquet } = await written(minutes(100_001));
    const count = async (where: string): Promise<number> =>
      Number((await duck(`SELECT count(*) FROM '${parquet}' WHERE ${where}`))[0]?.[0]);
    expect(await count(`"Datetime" = TIMESTAMP '${stamp(100_000)}'`)).toBe(1);
    expect(await count(`"Datetime" = TIMESTAMP '${stamp(99_999)}'`)).toBe(1);
    expect(await count(`"Datetime" < TIMESTAMP '1970-01-01'`)).toBe(61 * 1440);
    expect(await count(`"Close" < -999.98`)).toBe(1);
    expect(await count(`"Volume" IS NULL`)).toBe(1);
  });

  it('say whose bars they are, in names of any characters', async () => {
    const { parquet } = await written(table([bar(0, 1, 1, 1, 1)]));
    const labels = await duck(`SELECT decode(key), decode(value) FROM parquet_kv_metadata('${parquet}')`);
    expect(Object.fromEntries(labels)).toEqual(LABELS);
  });

  it('hold the doubles that CSV holds: tiny, huge, negative', async () => {
    const edges = [1e-7, -37.63, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, -9007199254740991];
    const bars = table(edges.map((value, day) => bar(day * 86_400_000, value, value, value, value, value)));
    const { parquet } = await written(bars);
    expect((await duck(`SELECT "Low"::VARCHAR FROM '${parquet}'`)).map(([low]) => Number(low))).toEqual(edges);
  });
});
