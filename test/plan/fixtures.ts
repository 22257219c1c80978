import { contractOf } from '../../src/market/futures-cycle.ts';
import type { Contract, Instrument, Series } from '../../src/market/instrument.ts';
import type { Period } from '../../src/market/period.ts';
import { seriesOf } from '../../src/market/series.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import type { StoredSeries } from '../../src/market/stored-series.ts';
import type { TimeRange, TimeRanges } from '../../src/market/time-range.ts';
import type { Job, Plan, PlannedProvider, PlanOptions } from '../../src/plan/plan.ts';
import { planJobs } from '../../src/plan/planner.ts';
import type { WantedSeries } from '../../src/plan/wanted.ts';
import type { Capabilities } from '../../src/providers/provider.ts';

export const DAY = 86_400_000;
export const at = (text: string): number => Date.parse(text);
/** Whole days, both ends in the range. */
export const days = (first: string, last: string): TimeRange => ({ from: at(first), to: at(last) + DAY });

/** The first instant of a range and its last day, for people who read a failure. */
export function told(ranges: TimeRanges): string[] {
  const date = (instant: number): string => new Date(instant).toISOString().replace('T00:00:00.000Z', '');
  return ranges.map(({ from, to }) => `${date(from)} ${date(to - DAY)}`);
}

/** A Wednesday; the last final bar of a US stock is Tuesday the 9th. */
export const NOW = at('2024-07-10T12:00:00Z');

export const SPY: Instrument = { class: 'stock', id: 'SPY', code: 'SPY' };
export const BITCOIN: Instrument = { class: 'stock', id: 'BTC-USD', code: 'BTC-USD' };
export const GOLD: Instrument = { class: 'future', id: 'GOLD', code: 'GC', cycle: 'GJMQVZ', exchange: 'COMEX' };
export const SILVER: Instrument = { class: 'future', id: 'SILVER', code: 'SI', cycle: 'HKNUZ', exchange: 'COMEX' };

export const gold = (year: number, month: number): Contract => contractOf('GC', year, month, 365, NOW);

const everything: Capabilities = {
  assetClasses: ['future', 'stock', 'forex'],
  periods: { '1m': {}, '5m': {}, '15m': {}, '30m': {}, '1h': {}, '1d': {}, '1wk': {}, '1mo': {} },
  servesWholeLife: true,
  dayBoundary: {},
  paceMs: 0,
};

/** A provider of everything but what the capabilities say otherwise. */
export function provider(id: string, capabilities: Partial<Capabilities> = {}): PlannedProvider {
  return {
    id,
    capabilities: { ...everything, ...capabilities },
    symbolFor: (instrument, contract) => `${id}:${contract?.symbol ?? instrument.code}`,
  };
}

export function options(changed: Partial<PlanOptions> = {}): PlanOptions {
  return { providers: [provider('a')], overlapBars: 5, settleMinutes: 15, force: false, now: NOW, ...changed };
}

interface Wish {
  readonly instrument?: Instrument;
  readonly contract?: Contract;
  readonly period?: Period;
  readonly named?: boolean;
  readonly suggested?: boolean;
  readonly startGiven?: boolean;
}

/** A series that is wanted over a range: SPY by the day, by its name, unless said otherwise. */
export function wanted(range: TimeRange, wish: Wish = {}): WantedSeries {
  const { instrument = SPY, contract, period = '1d', named = true, suggested = false, startGiven = false } = wish;
  return { series: seriesOf(instrument, contract, period), range, named, suggested, startGiven };
}

/** What is stored: bars at the given stamps, and the ranges that are known. */
export function stored(coverage: TimeRanges, stamps: readonly number[], bound = 'a'): StoredSeries {
  const [first] = stamps;
  return {
    ...(stamps.length === 0 ? {} : { provider: bound }),
    ...(first === undefined ? {} : { first }),
    coverage,
    rows: stamps.length,
    tail: stamps.slice(-100),
  };
}

/** The days from the first to the last, weekdays only. */
export function weekdays(first: string, last: string): number[] {
  const found: number[] = [];
  for (let day = at(first); day <= at(last); day += DAY) if (new Date(day).getUTCDay() % 6 !== 0) found.push(day);
  return found;
}

/** A plan in which every series is known alike. */
export function plan(
  entries: readonly WantedSeries[],
  known: StoredSeries | ((series: Series) => StoredSeries) = NOTHING_STORED,
  changed: Partial<PlanOptions> = {},
): Plan {
  return planJobs(entries, typeof known === 'function' ? known : () => known, options(changed));
}

/** The one job of a plan. */
export function onlyJob({ jobs }: Plan): Job {
  const [job] = jobs;
  if (job === undefined || jobs.length > 1) throw new Error(`one job was expected, there are ${jobs.length}`);
  return job;
}
