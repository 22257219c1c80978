import { allocateBars } from '../../src/market/bars.ts';
import type { Bars } from '../../src/market/bars.ts';
import { mergeBars } from '../../src/market/merge.ts';
import { seriesOf } from '../../src/market/series.ts';
import { SeriesStore } from '../../src/store/series-store.ts';

const MINUTE = 60_000;
export const LONG = seriesOf({ class: 'stock', id: 'SPY', code: 'SPY' }, undefined, '1m');
export const LONG_START = Date.UTC(2024, 0, 20);
/** Rows of the first version: more than a block of CSV. */
export const BASE_ROWS = 32_000;

const instant = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

/** Rows [from, to) of the long series; the price of a row is its number. */
export function longBars(from: number, to: number): Bars {
  const bars = allocateBars(to - from, []);
  for (let row = from; row < to; row++) {
    bars.time[row - from] = LONG_START + row * MINUTE;
    for (const column of [bars.open, bars.high, bars.low, bars.close]) column[row - from] = row + 0.25;
    bars.volume[row - from] = row % 7;
  }
  return bars;
}

export const longRows = (version: number): number => BASE_ROWS + 30 * (version - 1);

/** Works an answer into the long series as a run does. @returns what was set aside */
export async function workIn(
  root: string,
  run: string,
  answer: Bars,
  formats: readonly ('csv' | 'parquet')[] = ['csv', 'parquet'],
): Promise<readonly string[]> {
  const store = new SeriesStore(root, run, () => Date.UTC(2024, 6, 1));
  await store.recover();
  const known = store.read(LONG);
  const aside = [...store.cutTails(known)];
  const { bars, head } = await store.loadFrom(known, answer.time[0] ?? 0, '1m');
  const merged = mergeBars(bars, answer).bars;
  const last = Math.max(merged.time.at(-1) ?? LONG_START, LONG_START);
  const change = {
    series: LONG,
    known,
    bars: merged,
    head,
    formats,
    facts: {
      provider: 'yahoo',
      coverage: [[instant(LONG_START), instant(last + MINUTE)]] as [string, string][],
      revisions: 0,
    },
  };
  const { quarantined } = await store.commit(change);
  await store.close();
  return [...aside, ...quarantined];
}

/** Brings the series to a version: 30 rows more than the one before, five asked again. */
export async function appendVersion(root: string, run: string, version: number): Promise<readonly string[]> {
  const from = version === 1 ? 0 : longRows(version - 1) - 5;
  return workIn(root, run, longBars(from, longRows(version)));
}

/** The CSV that a version is to have, written by other means. */
export function csvOf(bars: Bars): string {
  const lines = [...bars.time].map((time, row) =>
    [
      instant(time),
      ...[bars.open, bars.high, bars.low, bars.close, bars.volume].map((column) => String(column[row])),
    ].join(),
  );
  return `Datetime,Open,High,Low,Close,Volume\n${lines.join('\n')}\n`;
}
