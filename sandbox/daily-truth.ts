import { firstBarFrom } from '../src/market/bars.ts';
import type { TradeDate } from '../src/market/calendar.ts';
import { DAY_MS } from '../src/market/period.ts';
import { hashText, mix, smoothNoise, unit } from './random.ts';
import type { Security } from './securities.ts';
import { sessionBefore, sessionsBetween } from './sessions.ts';
import { allocateTickBars, joinTickBars, setRow, sliceTickBars } from './tick-bars.ts';
import type { TickBar, TickBars } from './tick-bars.ts';

/** Length in days and strength of the waves that a price is made of. They add up to less than 0.7: prices stay bounded. */
const WAVES = [
  [900, 0.32],
  [170, 0.14],
  [43, 0.07],
  [11, 0.035],
  [3, 0.015],
] as const;
const DAILY_NOISE = 0.006;
/** How strongly currencies move, compared with everything else. */
const FOREX_CALM = 0.25;
/** What a futures contract costs more for each year until it expires. */
const CARRY_A_YEAR = 0.03;
const MOST_YEARS_KEPT = 4_000;

/** Makes daily bars: any day on its own, without the history before it. */
export class DailyTruth {
  readonly #seed: number;
  readonly #years = new Map<string, TickBars>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Seed of everything about one security. */
  seedOf(security: Security): number {
    return mix(this.#seed, hashText(security.key));
  }

  /** Close of a trade date in ticks after the last split. */
  closeOn(security: Security, date: TradeDate): number {
    return this.#closes(security)(date);
  }

  /** Bars of the sessions with a trade date in [from, to) within the life of the security; `time` is the trade date. */
  bars(security: Security, from: TradeDate, to: TradeDate): TickBars {
    const start = Math.max(from, security.first);
    const end = security.last === undefined ? to : Math.min(to, security.last + DAY_MS);
    const tables: TickBars[] = [];
    for (let year = yearOf(start); start < end && year <= yearOf(end - 1); year++) {
      const bars = this.#year(security, year);
      tables.push(sliceTickBars(bars, firstBarFrom(bars.time, start), firstBarFrom(bars.time, end)));
    }
    return tables.length === 1 && tables[0] !== undefined ? tables[0] : joinTickBars(tables);
  }

  #closes(security: Security): (date: TradeDate) => number {
    const own = this.seedOf(security);
    const curve = mix(this.#seed, hashText(security.curve));
    const waves = WAVES.map(([length, strength], wave) => ({ length, strength, seed: mix(curve, wave) }));
    const calm = security.class === 'forex' ? FOREX_CALM : 1;
    const expiry = security.class === 'future' ? security.last : undefined;
    return (date) => {
      const day = Math.floor(date / DAY_MS);
      let sum = DAILY_NOISE * (2 * unit(mix(own, day)) - 1);
      for (const { length, strength, seed } of waves) sum += strength * smoothNoise(seed, day / length);
      const carry = expiry === undefined ? 1 : 1 + (CARRY_A_YEAR * (expiry - date)) / (365 * DAY_MS);
      return Math.max(2, Math.round(security.level * carry * Math.exp(sum * calm)));
    };
  }

  #year(security: Security, year: number): TickBars {
    const key = `${security.key} ${year}`;
    let bars = this.#years.get(key);
    if (bars === undefined) {
      if (this.#years.size >= MOST_YEARS_KEPT) this.#years.clear();
      bars = this.#makeYear(security, year);
      this.#years.set(key, bars);
    }
    return bars;
  }

  #makeYear(security: Security, year: number): TickBars {
    const sessions = sessionsBetween(security.venue, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
    const bars = allocateTickBars(sessions.length);
    const own = this.seedOf(security);
    const closeOf = this.#closes(security);
    let before = closeOf(sessionBefore(security.venue, Date.UTC(year, 0, 1)).date);
    sessions.forEach(({ date }, row) => {
      const close = closeOf(date);
      setRow(bars, row, date, dayBar(before, close, mix(own, date / DAY_MS), security));
      before = close;
    });
    return bars;
  }
}

function dayBar(before: number, close: number, seed: number, security: Security): TickBar {
  const calm = security.class === 'forex' ? FOREX_CALM : 1;
  const reach = Math.max(1, close * 0.008 * calm);
  const open = Math.max(2, Math.round(before * (1 + 0.006 * calm * (unit(mix(seed, 1)) - 0.5))));
  const high = Math.max(open, close) + Math.round(reach * unit(mix(seed, 2)));
  const low = Math.max(1, Math.min(open, close) - Math.round(reach * unit(mix(seed, 3))));
  return { open, high, low, close, volume: Math.round(security.lots * (0.6 + 0.8 * unit(mix(seed, 4)))) };
}

function yearOf(date: TradeDate): number {
  return new Date(date).getUTCFullYear();
}
