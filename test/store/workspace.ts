import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { allocateBars } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import { seriesOf } from '../../src/market/series.ts';
import type { Series } from '../../src/market/instrument.ts';
import type { Format } from '../../src/market/file-format.ts';
import type { KnownSeries, SeriesChange } from '../../src/store/series-change.ts';
import { SeriesStore } from '../../src/store/series-store.ts';

export const NOW = Date.parse('2024-07-01T12:00:00Z');

export function stock(ticker: string): Series {
  return seriesOf({ class: 'stock', id: ticker, code: ticker }, undefined, '1d');
}

export const SPY = stock('SPY');

/** Daily bars from 2024-01-01 on whose prices are `level`, `level + 1` … */
export function bars(count: number, level = 100): Bars {
  const table = allocateBars(count, []);
  for (let row = 0; row < count; row++) {
    table.time[row] = Date.UTC(2024, 0, 1 + row);
    for (const column of [table.open, table.high, table.low, table.close]) column[row] = level + row;
    table.volume[row] = 1000;
  }
  return table;
}

/** A store of a run on a folder. */
export function storeOf(root: string, run = 'run-1'): SeriesStore {
  return new SeriesStore(root, run, () => NOW);
}

/** The change that gives a series these bars and covers their days. */
export function change(series: Series, known: KnownSeries, table: Bars, formats: Format[] = ['csv']): SeriesChange {
  const to = new Date(table.time.at(-1) ?? NOW).toISOString().slice(0, 10);
  const facts = { provider: 'yahoo', coverage: [['2024-01-01', to] as [string, string]], revisions: 0 };
  return { series, known, bars: table, formats, facts };
}

/** Commits in a run of its own, to the end. */
export async function commit(
  root: string,
  table: Bars,
  formats: Format[] = ['csv'],
  run = 'run-1',
  series = SPY,
): Promise<void> {
  const store = storeOf(root, run);
  await store.recover();
  await store.commit(change(series, store.read(series), table, formats));
  await store.close();
}

const manifestForm = z.looseObject({
  commit: z.number(),
  rows: z.number(),
  files: z.array(z.looseObject({ path: z.string(), bytes: z.number(), sha256: z.string(), mtime_ms: z.number() })),
});

export const manifestFile = (root: string, key = SPY.key): string => join(root, '.vortex/series', `${key}.json`);

/** The manifest as it stands on disk. */
export function manifest(root: string, key = SPY.key): z.infer<typeof manifestForm> {
  return manifestForm.parse(JSON.parse(readFileSync(manifestFile(root, key), 'utf8')));
}

/** Days that the folder claims to know of a series. */
export function coveredDays(store: SeriesStore, series = SPY): number {
  return store.read(series).stored.coverage.reduce((days, { from, to }) => days + (to - from) / 86_400_000, 0);
}

export const journalFile = (root: string): string => join(root, '.vortex/journal');

export function journalText(root: string): string {
  return existsSync(journalFile(root)) ? readFileSync(journalFile(root), 'utf8') : '';
}
