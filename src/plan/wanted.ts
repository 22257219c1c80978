import { formatTradeDate, parseTradeDate, utcDate } from '../market/calendar.ts';
import type { TradeDate } from '../market/calendar.ts';
import { contractDays } from './select.ts';
import type { Selection } from './select.ts';
import { livedWithin, resolveCycle } from '../market/futures-cycle.ts';
import type { Contract, Series } from '../market/instrument.ts';
import { DAY_MS, isIntraday } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { seriesOf } from '../market/series.ts';
import type { TimeRange } from '../market/time-range.ts';

/** What the caller and the settings ask for, beside the names. */
export interface Wish {
  /** First day; absent: the instrument's own, else by class. */
  readonly start?: TradeDate;
  /** Last day, in the range; absent: the last finished bar. */
  readonly end?: TradeDate;
  /** Periods for all; absent: the instrument's own, else `defaultPeriods`. */
  readonly periods?: readonly Period[];
  readonly defaultPeriods: readonly Period[];
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}

/** A series with the stamps that are wanted of it, before anything is known of a provider. */
export interface WantedSeries {
  readonly series: Series;
  readonly range: TimeRange;
  /** The caller named this contract or instrument. */
  readonly named: boolean;
  /** Only the cycle suggests that the contract exists. */
  readonly suggested: boolean;
  /** The caller gave the first day. */
  readonly startGiven: boolean;
}

/** Before anything that a provider has. */
const BEGINNING: TradeDate = parseTradeDate('1900-01-01') ?? 0;

/** One year before a date, by the calendar. */
export function oneYearBefore(date: TradeDate): TradeDate {
  const day = new Date(date);
  return Date.UTC(day.getUTCFullYear() - 1, day.getUTCMonth(), day.getUTCDate());
}

function startOf(selection: Selection, period: Period, wish: Wish, today: TradeDate): TradeDate {
  if (wish.start !== undefined) return wish.start;
  const { instrument, contract } = selection;
  const own = isIntraday(period) ? (instrument.tickDate ?? instrument.startDate) : instrument.startDate;
  if (own !== undefined) return own;
  if (contract !== undefined) return contract.life.from;
  return isIntraday(period) || instrument.class === 'future' ? oneYearBefore(today) : BEGINNING;
}

interface Window {
  readonly contract: Contract | undefined;
  readonly range: TimeRange;
}

function windowsOf({ instrument, contract }: Selection, range: TimeRange, wish: Wish): Window[] {
  if (contract !== undefined) {
    // Named outright, a short window is wanted too.
    const window = livedWithin(contract, range, wish.now);
    return [{ contract, range: window ?? { from: contract.life.from, to: contract.life.from } }];
  }
  if (instrument.class !== 'future') return [{ contract: undefined, range }];
  const days = contractDays(instrument);
  const found = resolveCycle(instrument.code, instrument.cycle ?? '', range, days, wish.now);
  return found.map((entry) => ({ contract: entry.contract, range: entry.wanted }));
}

/** The series that the selections stand for, contract by contract and period by period. */
export function wantedSeries(selections: readonly Selection[], wish: Wish): WantedSeries[] {
  const today = utcDate(wish.now);
  const wanted: WantedSeries[] = [];
  for (const selection of selections) {
    const { instrument, named } = selection;
    for (const period of wish.periods ?? instrument.periods ?? wish.defaultPeriods) {
      // Tomorrow is in: zones east of UTC are ahead. What is not finished is cut off by the planner.
      const range = { from: startOf(selection, period, wish, today), to: (wish.end ?? today + DAY_MS) + DAY_MS };
      for (const window of windowsOf(selection, range, wish)) {
        wanted.push({
          series: seriesOf(instrument, window.contract, period),
          range: window.range,
          named: selection.contract !== undefined || (named && instrument.class !== 'future'),
          suggested: selection.contract === undefined && window.contract !== undefined,
          startGiven: wish.start !== undefined,
        });
      }
    }
  }
  return wanted;
}

/** The day a range begins with, for messages. */
export function firstDay(range: TimeRange): string {
  return formatTradeDate(utcDate(range.from));
}
