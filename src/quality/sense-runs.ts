import { DAY_MS } from '../market/period.ts';
import type { Fault } from './sense-finding.ts';
import { at, move } from './sense-series.ts';
import type { SenseSeries } from './sense-series.ts';

/** Bars that repeat, price for price and lot for lot, though there was trade: a copy, from this many bars on. */
const COPIED_BARS = 4;
/** Something that at most one bar in 20 does elsewhere is unusual in this series. */
const UNUSUAL_SHARE = 0.05;
/** A run is no accident when bars that do so independently would make it once in e^16 (9 million) times. */
const SURE_RUN = 16;
/** Intraday, nights, weekends and holidays may have bars without trade: longer runs only. */
const LONGEST_CLOSURE_MS = 4 * DAY_MS;

/** Bars that repeat or have no volume mean something in a contract only so near to the end of its life, */
const NEAR_END_MS = 45 * DAY_MS;
/** or where the price after them jumps by this many usual moves. */
const JUMP = 4;

/** Rows that do something, one after the other; `to` is exclusive, both are positions in the rows with a close. */
interface Run {
  readonly from: number;
  readonly to: number;
}

function runsOf(length: number, does: (index: number) => boolean): { runs: Run[]; count: number } {
  const runs: Run[] = [];
  let count = 0;
  for (let index = 0; index < length; index++) {
    if (!does(index)) continue;
    const from = index;
    while (index < length && does(index)) index++;
    runs.push({ from, to: index });
    count += index - from;
  }
  return { runs, count };
}

/** Runs of something that is rare in the rest of the series, and too long for an accident; in the midst of it only. */
function unusualRuns({ bars, rows, isIntraday }: SenseSeries, does: (index: number) => boolean): Run[] {
  const { runs, count } = runsOf(rows.length, does);
  return runs.filter(({ from, to }) => {
    const length = to - from;
    const elsewhere = (count - length + 1) / (rows.length - length + 1);
    if (from === 0 || to === rows.length || elsewhere > UNUSUAL_SHARE) return false;
    const lasts = at(bars.time, rows[to - 1] ?? -1) - at(bars.time, rows[from] ?? -1);
    return -length * Math.log(elsewhere) > SURE_RUN && (!isIntraday || lasts > LONGEST_CLOSURE_MS);
  });
}

/** Whether a bar has the prices of the one before it; prices that are not there are equal too. */
function repeats({ bars, rows }: SenseSeries): (index: number) => boolean {
  const { open, high, low, close } = bars;
  return (index) => {
    const [before, row] = [rows[index - 1] ?? -1, rows[index] ?? -1];
    return (
      close[before] === close[row] &&
      Object.is(at(open, before), at(open, row)) &&
      Object.is(at(high, before), at(high, row)) &&
      Object.is(at(low, before), at(low, row))
    );
  };
}

function copyFaults(series: SenseSeries, isRepeat: (index: number) => boolean): Fault[] {
  const { bars, rows } = series;
  const isCopy = (index: number): boolean => {
    const row = rows[index] ?? -1;
    const volume = at(bars.volume, row);
    const moved = at(bars.high, row) > at(bars.low, row);
    return volume > 0 && moved && volume === at(bars.volume, rows[index - 1] ?? -1) && isRepeat(index);
  };
  return runsOf(rows.length, isCopy)
    .runs.filter(({ from, to }) => to - from + 1 >= COPIED_BARS)
    .map(({ from, to }) => ({
      kind: 'stale-bars',
      severity: 'error',
      row: rows[from - 1] ?? 0,
      lastRow: rows[to - 1] ?? 0,
      reason: 'bars copied with their volume',
      figures: () => `${to - from + 1} bars`,
    }));
}

/** Whether a run is odd by itself. Back months are quiet for weeks: theirs are, only near the end or where a jump follows. */
function isOddRun({ bars, rows, future, moveNoise }: SenseSeries, { from, to }: Run): boolean {
  if (future === undefined) return true;
  const [first, last, next] = [from, to - 1, to].map((index) => rows[index] ?? -1);
  const isNearEnd = future.end !== undefined && at(bars.time, first ?? -1) >= future.end - NEAR_END_MS;
  return isNearEnd || Math.abs(move(at(bars.close, last ?? -1), at(bars.close, next ?? -1))) > JUMP * moveNoise;
}

/** Whether the close stands still in all of a run, and in the bar before it. */
function standsStill({ bars, rows }: SenseSeries, { from, to }: Run): boolean {
  const close = at(bars.close, rows[from - 1] ?? -1);
  return rows.subarray(from, to).every((row) => at(bars.close, row) === close);
}

/** What runs of a series come to. */
export interface RunFaults {
  readonly faults: readonly Fault[];
  /** Of a contract: runs that mean something only where its neighbours moved meanwhile. */
  readonly quiet: readonly Fault[];
}

/** Bars that only repeat, and volumes that are missing amid trading. */
export function runFaults(series: SenseSeries): RunFaults {
  const { bars, rows } = series;
  const found: Fault[] = [];
  for (const row of rows) {
    if (at(bars.volume, row) < 0) found.push({ kind: 'volume', severity: 'error', row, reason: 'a volume below zero' });
  }
  const isRepeat = repeats(series);
  const copies = copyFaults(series, isRepeat);
  const toFault = (kind: 'stale-bars' | 'volume', reason: string, { from, to }: Run): Fault => ({
    kind,
    severity: 'warning',
    row: rows[from] ?? 0,
    lastRow: rows[to - 1] ?? 0,
    reason,
    figures: () => `${to - from} bars`,
  });
  const isTold = (row: number): boolean => copies.some((copy) => row >= copy.row && row <= (copy.lastRow ?? copy.row));
  const stale = unusualRuns(series, isRepeat).filter(({ from }) => !isTold(rows[from] ?? -1));
  const silent = unusualRuns(series, (index) => at(bars.volume, rows[index] ?? -1) === 0);
  const told = [
    ...stale.map((run) => ({ run, fault: toFault('stale-bars', 'bars that repeat the one before', run) })),
    ...silent.map((run) => ({ run, fault: toFault('volume', 'no volume amid trading', run) })),
  ];
  const [odd, others] = [true, false].map((isOdd) => told.filter(({ run }) => isOddRun(series, run) === isOdd));
  return {
    faults: [...found, ...copies, ...(odd ?? []).map(({ fault }) => fault)],
    quiet: (others ?? []).filter(({ run }) => standsStill(series, run)).map(({ fault }) => fault),
  };
}
