import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXTRA_COLUMNS, NO_BARS } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import { mergeBars } from '../../src/market/merge.ts';
import { anyBars, bar, COLUMNS, rowsOf, table } from './rows.ts';
import type { Row } from './rows.ts';

/** The merge by look-up: the stored rows in a map, the answer's put over them column by column. */
function byLookUp(stored: Bars, answer: Bars): { rows: Row[]; added: number; revised: number; vanished: number } {
  const rows = new Map(rowsOf(stored).map((row) => [row.time, row]));
  const fresh = rowsOf(answer);
  let [added, revised] = [0, 0];
  for (const row of fresh) {
    const old = rows.get(row.time);
    // Where the answer has no value the stored one stays.
    const told = Object.fromEntries(Object.entries(row.values).filter(([, value]) => !Number.isNaN(value)));
    rows.set(row.time, { time: row.time, values: { ...row.values, ...old?.values, ...told } });
    if (old === undefined) added += 1;
    else if (COLUMNS.some((name) => name in told && told[name] !== old.values[name])) revised += 1;
  }
  const answered = new Set(fresh.map((row) => row.time));
  const [first, last] = [fresh[0]?.time ?? Infinity, fresh.at(-1)?.time ?? -Infinity];
  const vanished = rowsOf(stored).filter(({ time }) => time > first && time < last && !answered.has(time)).length;
  const all = [...rows.values()].sort((a, b) => a.time - b.time);
  const extras = EXTRA_COLUMNS.filter((name) => stored.extras.has(name) || answer.extras.has(name));
  return { rows: rowsOf(table(all, extras)), added, revised, vanished };
}

const merged = (stored: Bars, answer: Bars): { rows: Row[]; added: number; revised: number; vanished: number } => {
  const { bars, added, revised, vanished } = mergeBars(stored, answer);
  return { rows: rowsOf(bars), added, revised, vanished };
};

describe('an answer worked into stored bars', () => {
  it('is what a look-up row by row gives, with the same counts', () => {
    fc.assert(
      fc.property(anyBars, anyBars, (stored, answer) => {
        const { rows, ...counts } = merged(stored, answer);
        const { rows: expected, ...expectedCounts } = byLookUp(stored, answer);
        // A table that was empty has no columns to keep.
        expect(rows).toEqual(stored.time.length === 0 ? rowsOf(answer) : expected);
        expect(counts).toEqual(expectedCounts);
      }),
      { numRuns: 500 },
    );
  });

  it('loses no stored bar and no value of a bar that the answer does not have', () => {
    fc.assert(
      fc.property(anyBars, anyBars, (stored, answer) => {
        const { bars, added } = mergeBars(stored, answer);
        const after = new Map(rowsOf(bars).map((row) => [row.time, row.values]));
        const answered = new Set(answer.time);
        for (const { time, values } of rowsOf(stored)) {
          expect(after.has(time)).toBe(true);
          if (!answered.has(time)) expect(after.get(time)).toMatchObject(values);
        }
        expect(bars.time.length).toBe(stored.time.length + added);
      }),
    );
  });

  it('ascends and is unique', () => {
    fc.assert(
      fc.property(anyBars, anyBars, (stored, answer) => {
        const { time } = mergeBars(stored, answer).bars;
        expect([...time]).toEqual([...new Set([...stored.time, ...answer.time])].sort((a, b) => a - b));
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyBars, anyBars, (stored, answer) => {
        const once = mergeBars(stored, answer).bars;
        const twice = mergeBars(once, answer);
        expect(twice).toMatchObject({ added: 0, revised: 0 });
        expect(rowsOf(twice.bars)).toEqual(rowsOf(once));
        expect(mergeBars(once, once)).toMatchObject({ added: 0, revised: 0, vanished: 0 });
      }),
    );
  });

  it('leaves its two inputs as they were', () => {
    fc.assert(
      fc.property(anyBars, anyBars, (stored, answer) => {
        const before = [rowsOf(stored), rowsOf(answer)];
        mergeBars(stored, answer);
        expect([rowsOf(stored), rowsOf(answer)]).toEqual(before);
      }),
    );
  });

  it('puts a bar between two stored ones, corrects one, keeps one that vanished', () => {
    const stored = table([bar(1, 1, 2, 0, 1), bar(3, 3, 4, 2, 3), bar(4, 4, 5, 3, 4), bar(5, 5, 6, 4, 5)]);
    const answer = table([bar(2, 2, 3, 1, 2), bar(3, 3, 4, 2, 3.5), bar(5, 5, 6, 4, 5), bar(6, 6, 7, 5, 6)]);
    expect(merged(stored, answer)).toEqual({
      rows: [
        bar(1, 1, 2, 0, 1),
        bar(2, 2, 3, 1, 2),
        bar(3, 3, 4, 2, 3.5),
        bar(4, 4, 5, 3, 4),
        bar(5, 5, 6, 4, 5),
        bar(6, 6, 7, 5, 6),
      ],
      added: 2,
      revised: 1,
      vanished: 1,
    });
  });

  it('keeps the values of a column that the answer lacks, and has none in it for new bars', () => {
    const stored = table([{ time: 1, values: { close: 1, 'Open Interest': 900 } }], ['Open Interest']);
    const { bars, added, revised } = mergeBars(stored, table([bar(1, NaN, NaN, NaN, 1, NaN), bar(2, 2, 2, 2, 2)]));
    expect([...(bars.extras.get('Open Interest') ?? [])]).toEqual([900, NaN]);
    expect({ added, revised }).toEqual({ added: 1, revised: 0 });
  });

  it('takes a column that only the answer has, at its place among the columns', () => {
    const stored = table([{ time: 1, values: { close: 1, Dividends: 0 } }], ['Dividends']);
    const answer = table([{ time: 1, values: { close: 1, 'Adj Close': 0.9 } }], ['Adj Close']);
    const { bars, revised } = mergeBars(stored, answer);
    expect([...bars.extras.keys()]).toEqual(['Adj Close', 'Dividends']);
    expect([...(bars.extras.get('Adj Close') ?? [])]).toEqual([0.9]);
    expect([...(bars.extras.get('Dividends') ?? [])]).toEqual([0]);
    expect(revised).toBe(1);
  });

  it('says nothing of missing values that are missing on both sides', () => {
    const bars = table([bar(1, NaN, NaN, NaN, 1, NaN)]);
    expect(mergeBars(bars, table([bar(1, NaN, NaN, NaN, 1, NaN)]))).toMatchObject({ added: 0, revised: 0 });
  });

  it('an empty answer takes nothing away', () => {
    const stored = table([bar(1, 1, 1, 1, 1), bar(2, 2, 2, 2, 2)]);
    expect(merged(stored, NO_BARS)).toEqual({ rows: rowsOf(stored), added: 0, revised: 0, vanished: 0 });
    expect(merged(NO_BARS, stored)).toEqual({ rows: rowsOf(stored), added: 2, revised: 0, vanished: 0 });
  });
});
