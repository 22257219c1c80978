import { firstOfMonth, firstOfNextMonth, mondayOf, utcDate } from '../src/market/calendar.ts';
import type { TradeDate } from '../src/market/calendar.ts';
import { firstBarFrom } from '../src/market/bars.ts';
import type { AssetClass } from '../src/market/instrument.ts';
import { DAY_MS, isIntraday, MINUTE_MS, periodMs } from '../src/market/period.ts';
import type { Period } from '../src/market/period.ts';
import type { TimeRange } from '../src/market/time-range.ts';
import { adjustmentsOf, isAhead } from './corporate-actions.ts';
import type { Adjustments } from './corporate-actions.ts';
import { DailyTruth } from './daily-truth.ts';
import { FuturesList } from './futures-list.ts';
import type { FuturesRoot } from './futures-list.ts';
import { minutesOf } from './minute-truth.ts';
import { mix } from './random.ts';
import { splitFactor } from './securities.ts';
import type { Security } from './securities.ts';
import { sessionsBetween } from './sessions.ts';
import type { Session } from './sessions.ts';
import { pairOf, stockOf } from './stock-list.ts';
import { allocateTickBars, foldBars, joinTickBars, rowOf, setRow, sliceTickBars } from './tick-bars.ts';
import type { TickBars } from './tick-bars.ts';

const NO_TICK_BARS = allocateTickBars(0);
const WEEK_MS = 7 * DAY_MS;
const NO_ADJUSTMENTS: Adjustments = { dates: [], factors: [] };

/** The made-up market that every stand-in of a provider reads: all periods of a security come from its daily bars. */
export class Truth {
  readonly futures: FuturesList;
  readonly #daily: DailyTruth;
  readonly #adjustments = new Map<string, Adjustments>();

  constructor(seed: number, futures: readonly FuturesRoot[]) {
    this.#daily = new DailyTruth(seed);
    this.futures = new FuturesList(futures);
  }

  /** The security of that class and symbol (SPY, GC=F, EURUSD, GCJ24); undefined when there is none. */
  find(assetClass: AssetClass, symbol: string, now: number): Security | undefined {
    if (assetClass === 'future') return this.futures.named(symbol, now);
    if (assetClass === 'forex') return pairOf(symbol);
    const root = symbol.endsWith('=F') ? this.futures.rootOf(symbol.slice(0, -2)) : undefined;
    return root === undefined ? stockOf(symbol) : this.futures.continuous(root);
  }

  /** Its sessions with a trade date in [from, to). */
  sessions(security: Security, from: TradeDate, to: TradeDate): Session[] {
    const end = security.last === undefined ? to : Math.min(to, security.last + DAY_MS);
    return sessionsBetween(security.venue, Math.max(from, security.first), end);
  }

  /** Its daily bars with a trade date in [from, to), one for each session, the future included. */
  daily(security: Security, from: TradeDate, to: TradeDate): TickBars {
    if (security.frontOf === undefined) return this.#daily.bars(security, from, to);
    const tables: TickBars[] = [];
    for (let date = Math.max(from, security.first); date < to;) {
      const contract = this.#priced(security, date);
      const end = Math.min(to, (contract.last ?? to) + DAY_MS);
      tables.push(this.#daily.bars(contract, date, end));
      date = end;
    }
    return joinTickBars(tables);
  }

  /** One-minute bars of one session; they add up to its daily bar. */
  minutes(security: Security, session: Session): TickBars {
    const priced = this.#priced(security, session.date);
    const day = rowOf(this.#daily.bars(priced, session.date, session.date + DAY_MS), 0);
    if (day === undefined) return NO_TICK_BARS;
    return minutesOf(session, day, mix(this.#daily.seedOf(priced), session.date / DAY_MS));
  }

  /** The minutes of a session that have begun at `now`; of the one that is going only the open is known. */
  minutesSoFar(security: Security, session: Session, now: number): TickBars {
    const minutes = this.minutes(security, session);
    if (session.closesAt <= now) return minutes;
    const begun = firstBarFrom(minutes.time, now + 1);
    const going = rowOf(minutes, begun - 1);
    const time = minutes.time[begun - 1] ?? 0;
    if (going !== undefined && time + MINUTE_MS > now) {
      const { open } = going;
      const volume = Math.floor((going.volume * (now - time)) / MINUTE_MS);
      setRow(minutes, begun - 1, time, { open, high: open, low: open, close: open, volume });
    }
    return sliceTickBars(minutes, 0, begun);
  }

  /**
   * The bars of a period that are finished at `now` and whose stamp lies in the range. Daily and longer: `time` is the
   * trade date, of a week its Monday, of a month its 1st; intraday the start, on a grid from the open of the session.
   */
  bars(security: Security, period: Period, range: TimeRange, now: number): TickBars {
    const bars = isIntraday(period)
      ? this.#intraday(security, period, range, now)
      : this.#days(security, period, range, now);
    return sliceTickBars(bars, firstBarFrom(bars.time, range.from), firstBarFrom(bars.time, range.to));
  }

  /** What prices are multiplied by and lots are worth as long as a split lies ahead at `now`. */
  scaleAt(security: Security, now: number): { price: number; volume: number } {
    const price = splitFactor(security, (split) => isAhead(security, split, now));
    return { price, volume: security.lot / price };
  }

  /** Dividends known at `now`, as factors of the closes before them. */
  adjustments(security: Security, now: number): Adjustments {
    if (security.dividends === undefined) return NO_ADJUSTMENTS;
    // Sessions open at whole minutes, so that nothing changes within one.
    const key = `${security.key} ${Math.floor(now / MINUTE_MS)}`;
    let adjustments = this.#adjustments.get(key);
    if (adjustments === undefined) {
      if (this.#adjustments.size > 1_000) this.#adjustments.clear();
      adjustments = adjustmentsOf(this.#daily, security, now);
      this.#adjustments.set(key, adjustments);
    }
    return adjustments;
  }

  /** Close in ticks after the last split, of any trade date. */
  closeOn(security: Security, date: TradeDate): number {
    return this.#daily.closeOn(this.#priced(security, date), date);
  }

  #priced(security: Security, date: TradeDate): Security {
    const root = security.frontOf === undefined ? undefined : this.futures.rootOf(security.frontOf);
    return (root && this.futures.frontOn(root, date)) ?? security;
  }

  #days(security: Security, period: Period, range: TimeRange, now: number): TickBars {
    const { start, next } = calendarUnit(period);
    const days = this.daily(security, start(range.from), next(Math.min(range.to, now + WEEK_MS)));
    const bars = period === '1d' ? days : foldBars(days, start);
    let finished = bars.time.length;
    for (; finished > 0; finished--) {
      const date = bars.time[finished - 1] ?? 0;
      if ((this.sessions(security, date, next(date)).at(-1)?.closesAt ?? Infinity) <= now) break;
    }
    return sliceTickBars(bars, 0, finished);
  }

  #intraday(security: Security, period: Period, range: TimeRange, now: number): TickBars {
    const length = periodMs(period);
    const tables: TickBars[] = [];
    const to = Math.min(range.to, now);
    for (const session of this.sessions(security, range.from - 2 * DAY_MS, to + 2 * DAY_MS)) {
      if (session.closesAt <= range.from || session.opensAt >= to) continue;
      const minutes = this.minutes(security, session);
      const offset = session.opensAt;
      tables.push(foldBars(minutes, (time) => offset + Math.floor((time - offset) / length) * length));
    }
    const bars = joinTickBars(tables);
    return sliceTickBars(bars, 0, firstBarFrom(bars.time, now - length + 1));
  }
}

/** First trade date of the day, week or month that holds a date, and of the one after it. */
export function calendarUnit(period: Period): {
  start: (date: number) => TradeDate;
  next: (date: number) => TradeDate;
} {
  if (period === '1wk') return { start: mondayOf, next: (date) => mondayOf(date) + WEEK_MS };
  if (period === '1mo') return { start: firstOfMonth, next: firstOfNextMonth };
  return { start: utcDate, next: (date) => utcDate(date) + DAY_MS };
}
