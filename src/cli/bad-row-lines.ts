import type { SeriesResult } from '../download/run-report.ts';
import { counted, thousands } from './table.ts';

/** How many series are named for one kind. */
const NAMED_SERIES = 5;

/** What is wrong with a row, for people. */
const WORDS: Readonly<Partial<Record<string, string>>> = {
  'null-close': 'volume but no close',
  'not-a-number': 'a value that is not a number',
  'high-below-low': 'high below low',
  'out-of-order': 'out of order',
  'duplicate-time': 'replaced by a second row for the same time',
  'broken-row': 'wrong number of fields',
  'unreadable-time': 'time that cannot be read',
};

/** A kind of bad row in words. */
export function badRowKind(kind: string): string {
  return WORDS[kind] ?? kind;
}

/**
 * One line for each kind of bad row: how many, and in which series, those with the most first:
 * `3 bad rows: high below low (stocks/1d/SPY 2, stocks/1d/QQQ 1)`. Pure.
 */
export function badRowLines(results: readonly Pick<SeriesResult, 'series' | 'droppedReasons'>[]): string[] {
  const byKind = new Map<string, { series: string; count: number }[]>();
  for (const { series, droppedReasons = {} } of results) {
    for (const [kind, count = 0] of Object.entries(droppedReasons)) {
      const known = byKind.get(kind);
      if (known === undefined) byKind.set(kind, [{ series, count }]);
      else known.push({ series, count });
    }
  }
  return [...byKind].map(([kind, found]) => {
    const sorted = found.toSorted((a, b) => b.count - a.count);
    const names = sorted.slice(0, NAMED_SERIES).map(({ series, count }) => `${series} ${thousands(count)}`);
    const more = sorted.length > NAMED_SERIES ? ` and ${thousands(sorted.length - NAMED_SERIES)} more series` : '';
    const total = found.reduce((sum, { count }) => sum + count, 0);
    return `${counted(total, 'bad row')}: ${badRowKind(kind)} (${names.join(', ')}${more})`;
  });
}
