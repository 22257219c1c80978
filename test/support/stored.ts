import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allocateBars } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import { DAY_MS, isIntraday } from '../../src/market/period.ts';
import type { Period } from '../../src/market/period.ts';
import type { AssetClass, Series } from '../../src/market/instrument.ts';
import type { Format } from '../../src/market/file-format.ts';
import { gridOf } from '../../src/market/grid.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { UNKNOWN_SERIES } from '../../src/store/series-change.ts';

const FOLDERS: Readonly<Record<AssetClass, string>> = { future: 'futures', stock: 'stocks', forex: 'forex' };

/** Bars with these stamps: the first opens at 10, each next one higher by 1. */
export function barsAt(stamps: readonly string[]): Bars {
  const bars = allocateBars(stamps.length, []);
  stamps.forEach((stamp, row) => {
    bars.time[row] = Date.parse(stamp);
    bars.open[row] = 10 + row;
    bars.high[row] = 12 + row;
    bars.low[row] = 9 + row;
    bars.close[row] = 11 + row;
    bars.volume[row] = 100;
  });
  return bars;
}

/** A series to be put into a folder. */
export interface StoredWish {
  readonly class?: AssetClass;
  readonly id: string;
  readonly period?: Period;
  readonly stamps: readonly string[];
  /** Days, both in; instants, exclusive at the end. Absent: from the first to the last stamp. */
  readonly coverage?: readonly (readonly [string, string])[];
  readonly formats?: readonly Format[];
  readonly facts?: Readonly<{
    rebase_pending?: boolean;
    revisions?: number;
    timezone?: string;
    absent?: { provider: string; checked_at: string };
  }>;
}

export function seriesNamed(id: string, period: Period = '1d', assetClass: AssetClass = 'stock'): Series {
  const key = `${FOLDERS[assetClass]}/${period}/${id}`;
  return { key, instrument: { class: assetClass, id, code: id }, period, symbol: id };
}

/** Puts series into a folder through the store itself, as a run does. @returns their keys */
export async function putSeries(root: string, wishes: readonly StoredWish[]): Promise<string[]> {
  const store = new SeriesStore(root, 'run-1', () => Date.parse('2024-07-03T06:00:00Z'));
  const series = wishes.map((wish) => seriesNamed(wish.id, wish.period, wish.class));
  await Promise.all(
    wishes.map((wish, index) => {
      const { period = '1d', stamps, formats = ['csv'], facts = {} } = wish;
      const bars = barsAt(stamps);
      const end = isIntraday(period) ? new Date(Date.parse(stamps.at(-1) ?? '') + DAY_MS).toISOString() : stamps.at(-1);
      const whole: [string, string][] = stamps.length === 0 ? [] : [[stamps[0] ?? '', end ?? '']];
      return store.commit({
        series: series[index] ?? seriesNamed(wish.id),
        known: UNKNOWN_SERIES,
        bars,
        formats,
        facts: {
          provider: 'yahoo',
          revisions: 0,
          ...(isIntraday(period) ? { grid: gridOf(bars.time, period) } : {}),
          ...facts,
          coverage: wish.coverage?.map(([from, to]): [string, string] => [from, to]) ?? whole,
        },
      });
    }),
  );
  await store.close();
  return series.map(({ key }) => key);
}

/** Changes the text of a file. */
export function edit(root: string, path: string, change: (text: string) => string): void {
  const file = join(root, path);
  writeFileSync(file, change(readFileSync(file, 'latin1')), 'latin1');
}
