import { firstBarFrom } from '../market/bars.ts';
import { formatTradeDate, isWeekday } from '../market/calendar.ts';
import { catalogue } from '../market/catalogue.ts';
import { DAY_MS, isIntraday } from '../market/period.ts';
import { sessionRule } from '../market/session.ts';
import { formatRange } from '../market/stored-series.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';
import type { Finding } from './finding.ts';
import { holes } from './holes.ts';
import type { SeriesName } from '../market/series.ts';

/** So many others have to have traded on a day before a series without a bar is told of. */
const FEWEST_OTHERS = 2;

/** What completeness is judged by: days only, so that many series fit into memory. */
export interface TradedDays {
  readonly name: SeriesName;
  /** Series with the same hours: their days are compared. */
  readonly group: string;
  /** Days with a bar, ascending: days since the epoch (the UTC day of an intraday bar). */
  readonly days: Int32Array;
  /** Ranges between the ends of its coverage that nobody has asked for. */
  readonly holes: TimeRanges;
}

/** The days of a series, and with whom they are compared. Pure. @param timezone IANA zone that the source named */
export function tradedDays(
  name: SeriesName,
  time: Float64Array,
  coverage: TimeRanges,
  timezone: string | undefined,
): TradedDays {
  const { class: assetClass, instrument, symbol, period } = name;
  const exchange = assetClass === 'future' ? catalogue().get(instrument)?.exchange : undefined;
  const rule = sessionRule({ class: assetClass, id: instrument, code: symbol }, undefined, timezone);
  const days = new Set<number>();
  for (const stamp of time) days.add(Math.floor(stamp / DAY_MS));
  return {
    name,
    group: [period, assetClass, exchange ?? timezone ?? rule.zone, rule.weekends].join(' '),
    days: Int32Array.from(days).sort(),
    holes: holes(coverage, coverage, period, rule.weekends),
  };
}

/** How many series of a group have a bar on a day, and how many are between their first and last bar then. */
class GroupDays {
  readonly #traded = new Map<number, number>();
  /** First and last days of the series, each ascending. */
  readonly #firsts: Float64Array;
  readonly #lasts: Float64Array;

  constructor(group: readonly TradedDays[]) {
    const some = group.filter(({ days }) => days.length > 0);
    this.#firsts = Float64Array.from(some, ({ days }) => days[0] ?? 0).sort();
    this.#lasts = Float64Array.from(some, ({ days }) => days.at(-1) ?? 0).sort();
    for (const { days } of some) for (const day of days) this.#traded.set(day, (this.#traded.get(day) ?? 0) + 1);
  }

  /** True when most of the others that live on that day have a bar, and enough of them. */
  mostTraded(day: number): boolean {
    const traded = this.#traded.get(day) ?? 0;
    if (traded < FEWEST_OTHERS) return false;
    const alive = firstBarFrom(this.#firsts, day + 1) - firstBarFrom(this.#lasts, day);
    // The series itself, without a bar on that day, is one of those alive.
    return traded * 2 > alive - 1;
  }
}

function daysOf({ from, to }: TimeRange): number[] {
  const days: number[] = [];
  for (let day = Math.floor(from / DAY_MS); day * DAY_MS < to; day++) days.push(day);
  return days;
}

const COMPLETE: Completeness = { findings: [], gaps: [] };

const dates = (days: readonly number[]): string => {
  const [first = 0, last = first] = [days[0], days.at(-1)];
  const text = formatTradeDate(first * DAY_MS);
  return days.length === 1 ? text : `${text} to ${formatTradeDate(last * DAY_MS)} (${days.length} days)`;
};

/** What is missing of one series. */
export interface Gap {
  readonly name: SeriesName;
  readonly range: TimeRange;
}

/** What an audit says of completeness. */
export interface Completeness {
  readonly findings: readonly Finding[];
  /** Where the others say that bars should be; in order of time for each series. */
  readonly gaps: readonly Gap[];
}

function judgeHole(series: TradedDays, hole: TimeRange, group: GroupDays): Completeness {
  const { name } = series;
  const [from, to] = formatRange(hole, name.period);
  const own = new Set(series.days);
  const missed = daysOf(hole).filter((day) => (isIntraday(name.period) || !own.has(day)) && group.mostTraded(day));
  if (missed.length === 0) {
    const detail = `nobody has asked for ${from} to ${to}`;
    return { findings: [{ series: name.series, kind: 'gap', detail, severity: 'info' }], gaps: [] };
  }
  const detail = `${from} to ${to} is unknown, and most series of its kind traded on ${dates(missed)}`;
  return {
    findings: [{ series: name.series, kind: 'missing-bars', detail, severity: 'warning' }],
    gaps: [{ name, range: hole }],
  };
}

/** Days on which a share or pair has no bar by the source's own word, though most others traded: a halt, or a fault there. */
function emptyDays({ name, days, holes: unknown }: TradedDays, group: GroupDays): Completeness {
  const [first, last] = [days[0], days.at(-1)];
  if (name.class === 'future' || name.period !== '1d' || first === undefined || last === undefined) return COMPLETE;
  const own = new Set(days);
  const empty: number[] = [];
  for (let day = first + 1; day < last; day++) {
    const date = day * DAY_MS;
    const isKnown = !unknown.some(({ from, to }) => from <= date && date < to);
    if (!own.has(day) && isKnown && isWeekday(date) && group.mostTraded(day)) empty.push(day);
  }
  if (empty.length === 0) return COMPLETE;
  const detail = `the source has no bar on ${dates(empty)}, though most series of its kind traded`;
  const gaps = empty.map((day) => ({ name, range: { from: day * DAY_MS, to: (day + 1) * DAY_MS } }));
  return { findings: [{ series: name.series, kind: 'empty-day', detail, severity: 'info' }], gaps };
}

/**
 * Holes of the coverage and days without a bar, judged by the other series of the same class, exchange (else zone) and
 * period. Pure.
 */
export function judgeCompleteness(all: readonly TradedDays[]): Completeness {
  const byGroup = new Map<string, TradedDays[]>();
  for (const series of all) {
    const members = byGroup.get(series.group);
    if (members === undefined) byGroup.set(series.group, [series]);
    else members.push(series);
  }
  const judged = [...byGroup.values()].flatMap((members) => {
    const group = new GroupDays(members);
    return members.flatMap((series) => [
      ...series.holes.map((hole) => judgeHole(series, hole, group)),
      emptyDays(series, group),
    ]);
  });
  return {
    findings: judged.flatMap(({ findings }) => findings),
    gaps: judged.flatMap(({ gaps }) => gaps).sort((a, b) => a.range.from - b.range.from),
  };
}
