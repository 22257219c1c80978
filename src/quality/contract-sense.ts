import { firstBarFrom } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { firstOfNextMonth, parseTradeDate, tradeDate } from '../market/calendar.ts';
import { figure } from './sense-finding.ts';
import { at, move, unitPower, unitReason } from './sense-series.ts';
import type { SenseFuture } from './sense-series.ts';
import type { Finding } from './finding.ts';
import type { QuietRun } from './sense.ts';
import type { SeriesName } from '../market/series.ts';

/*
 * What only the other months of a market tell of a contract. Pure.
 */

/** The neighbours have moved when one of their closes is this many usual moves from where it was before the run. */
const MOVED = 3;

/** Closes looked at to tell the level of a contract. */
const LEVEL_SAMPLE = 1_000;

/** What the rules have to know of a future; undefined for any other series. @param expires its last trade date, by a source */
export function futureOf(name: SeriesName, expires: string | undefined): SenseFuture | undefined {
  if (name.class !== 'future') return undefined;
  const [, year, month] = /_(\d{4})(\d{2})00$/.exec(name.series) ?? [];
  const monthEnd = year === undefined ? Infinity : firstOfNextMonth(tradeDate(Number(year), Number(month), 1));
  const end = Math.min(monthEnd, parseTradeDate(expires ?? '') ?? Infinity);
  return { end: Number.isFinite(end) ? end : undefined };
}

/** How far the closes of a neighbour got, as a logarithm, from the last one before a run to its end; NaN: it has none there. */
export function moveMeanwhile(neighbour: Bars, { from, to }: { readonly from: number; readonly to: number }): number {
  const first = firstBarFrom(neighbour.time, from);
  const start = at(neighbour.close, first - 1);
  let most = Number.NaN;
  for (let row = first; row < neighbour.time.length && at(neighbour.time, row) <= to; row++) {
    const size = Math.abs(move(start, at(neighbour.close, row)));
    if (!(size <= most)) most = size;
  }
  return most;
}

/**
 * Whether a run in which a contract stood still is a fault: where all its neighbours with bars there moved.
 * @param moves of the neighbours, see `moveMeanwhile`
 */
export function isFault({ moveNoise }: QuietRun, moves: readonly number[]): boolean {
  const known = moves.filter((size) => !Number.isNaN(size));
  return known.length > 0 && known.every((size) => size > MOVED * moveNoise);
}

/** The prices of a contract, in short. */
export interface ContractLevel {
  readonly name: SeriesName;
  /** Stamps of its first and last bar. */
  readonly from: number;
  readonly to: number;
  /** The median of its closes. */
  readonly close: number;
}

/** The level of a contract; undefined where it has no bars or is none. */
export function levelOf(name: SeriesName, bars: Bars): ContractLevel | undefined {
  const [from, to] = [bars.time[0], bars.time.at(-1)];
  if (name.class !== 'future' || from === undefined || to === undefined) return undefined;
  const step = Math.max(1, Math.floor(bars.close.length / LEVEL_SAMPLE));
  const closes = bars.close.filter((close, row) => row % step === 0 && !Number.isNaN(close)).sort();
  const close = closes[Math.floor((closes.length - 1) / 2)];
  return close === undefined ? undefined : { name, from, to, close };
}

/** Contracts whose prices stand a power of ten from those of most other months of their market, next to next. */
export function unitFindings(levels: readonly ContractLevel[]): Finding[] {
  const markets = new Map<string, ContractLevel[]>();
  for (const level of levels) {
    const market = level.name.series.slice(0, level.name.series.lastIndexOf('/'));
    const known = markets.get(market);
    if (known === undefined) markets.set(market, [level]);
    else known.push(level);
  }
  return [...markets.values()].flatMap(marketFindings);
}

function marketFindings(levels: readonly ContractLevel[]): Finding[] {
  const sorted = levels.toSorted((a, b) => (a.name.series < b.name.series ? -1 : 1));
  let power = 0;
  const powers = sorted.map((level, index) => {
    const before = sorted[index - 1];
    // Months that never traded together may be decades apart.
    if (before !== undefined && before.to >= level.from) {
      power += unitPower(move(before.close, level.close), { end: undefined }) ?? 0;
    }
    return power;
  });
  const counts = new Map<number, number>();
  for (const each of powers) counts.set(each, (counts.get(each) ?? 0) + 1);
  const usual = [...counts].reduce((most, next) => (next[1] > most[1] ? next : most), [0, 0])[0];
  return sorted.flatMap(({ name, close }, index) => {
    const off = (powers[index] ?? usual) - usual;
    if (off === 0) return [];
    const side = off > 0 ? 'above' : 'below';
    const text = `prices ${10 ** Math.abs(off)} times ${side} those of most other months of ${name.instrument}`;
    const detail = `${unitReason(text, { end: undefined })} (its closes are about ${figure(close)})`;
    return [{ series: name.series, kind: 'price-unit', detail, severity: 'warning' }];
  });
}
