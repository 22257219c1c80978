import { allocateBars } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import type { Series } from '../../src/market/instrument.ts';
import type { Format } from '../../src/market/file-format.ts';
import { seriesOf } from '../../src/market/series.ts';
import type { BarChange } from '../../src/market/merge.ts';
import { SeriesStore } from '../../src/store/series-store.ts';

const DAY = 86_400_000;
const instrument = { class: 'stock', id: 'SPY', code: 'SPY' } as const;
const START = Date.UTC(2024, 0, 28);

/** What the folder of these tests holds: a series as CSV and Parquet, one in monthly parts, one with all of both. */
export const KEPT: readonly { readonly series: Series; readonly formats: readonly Format[]; readonly step: number }[] =
  [
    { series: seriesOf(instrument, undefined, '1d'), formats: ['csv', 'parquet'], step: DAY },
    { series: seriesOf(instrument, undefined, '30m'), formats: ['parquet'], step: DAY / 8 },
    { series: seriesOf(instrument, undefined, '5m'), formats: ['parquet', 'csv'], step: DAY / 4 },
  ];

/** Version n of a series: 30 bars more than the one before, the last five of which are revised. */
export function barsOf(version: number, step: number): Bars {
  const rows = version * 30;
  const bars = allocateBars(rows, []);
  for (let row = 0; row < rows; row++) {
    const revised = row >= rows - 35 && row < rows - 30 ? 0.5 : 0;
    bars.time[row] = START + row * step;
    for (const column of [bars.open, bars.high, bars.low, bars.close]) column[row] = row + revised;
    bars.volume[row] = version;
  }
  return bars;
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
const instant = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

/** Brings every series to a version, all in one group. @returns what was set aside */
export async function commitVersion(root: string, run: string, version: number): Promise<string[]> {
  const store = new SeriesStore(root, run, () => Date.UTC(2024, 6, 1));
  await store.recover();
  const committed = await Promise.all(
    KEPT.map(({ series, formats, step }) => {
      const bars = barsOf(version, step);
      const [from, to] = [START, bars.time.at(-1) ?? START];
      const range: [string, string] =
        series.period === '1d' ? [day(from), day(to)] : [instant(from), instant(to + step)];
      const change: BarChange = { time: START, column: 'Close', old: version - 1, fresh: version };
      return store.commit({
        series,
        known: store.read(series),
        bars,
        formats,
        facts: { provider: 'yahoo', coverage: [range], revisions: version },
        revisions: { changes: [change], bases: [] },
      });
    }),
  );
  await store.close();
  return committed.flatMap(({ quarantined }) => quarantined);
}
