import { formatTradeDate } from '../market/calendar.ts';
import type { TradeDate } from '../market/calendar.ts';
import { dueUnits } from '../market/due-units.ts';
import type { DueUnit } from '../market/due-units.ts';
import type { ExchangeTable } from '../market/exchange-table.ts';
import { VortexError } from '../market/errors.ts';
import { DAY_MS } from '../market/period.ts';
import { hasUnit, isLiveSeries, isRegularSeries } from './standing.ts';
import type { Standing } from './standing.ts';

/** Least number of series that must have been asked before an exchange is called silent on a date. */
const LEAST_ASKED = 3;
/** Silent dates in a row from which on it is no holiday. */
const MARKET_SILENT = 3;
/** How far back an exchange is looked at, and how long its silent dates are remembered, days. */
const LOOK_DAYS = 14;
const KEPT_DAYS = 120;

/** Dates by exchange. */
export type SilentDates = Readonly<Record<string, readonly TradeDate[]>>;

/** What a run has to say about exchanges. */
export interface SilentWord {
  /** Dates that were not silent before, as questions. */
  readonly questions: readonly string[];
  readonly errors: readonly VortexError[];
}

interface Exchange {
  readonly table: ExchangeTable;
  readonly series: readonly Standing[];
}

function exchangesOf(standings: readonly Standing[], now: number): Map<string, Exchange> {
  const found = new Map<string, Exchange>();
  for (const standing of standings) {
    const { table, series, isAnswered } = standing;
    if (table?.isProven !== true || series.period !== '1d' || !isAnswered) continue;
    if (!isLiveSeries(standing, now) || !isRegularSeries(standing)) continue;
    found.set(table.id, { table, series: [...(found.get(table.id)?.series ?? []), standing] });
  }
  return found;
}

function isSilent({ series }: Exchange, unit: DueUnit): boolean {
  const asked = series.filter(({ stored }) => {
    const to = stored.coverage.at(-1)?.to ?? 0;
    return to >= unit.to && (stored.first ?? Infinity) < unit.from;
  });
  return asked.length >= LEAST_ASKED && !asked.some((standing) => hasUnit(standing, unit));
}

/** Sessions of exchanges of which no series has a bar: holidays that no table knows, or a market of which nothing comes. */
export class SilentDays {
  readonly #before: SilentDates;
  readonly #now: ReadonlyMap<string, readonly TradeDate[]>;
  readonly #fresh: ReadonlyMap<string, readonly TradeDate[]>;
  readonly #inARow: ReadonlyMap<string, readonly TradeDate[]>;

  /** @param before what earlier runs found; @param now milliseconds since the epoch, UTC */
  constructor(standings: readonly Standing[], before: SilentDates, now: number) {
    this.#before = before;
    const [all, fresh, row] = [
      new Map<string, TradeDate[]>(),
      new Map<string, TradeDate[]>(),
      new Map<string, TradeDate[]>(),
    ];
    for (const [id, exchange] of [...exchangesOf(standings, now)].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const units = [...dueUnits(exchange.table, { from: now - LOOK_DAYS * DAY_MS, to: now + 2 * DAY_MS }, '1d')];
      const silent = units.filter((unit) => isSilent(exchange, unit)).map(({ date }) => date);
      const heard = units.filter(
        ({ date }) =>
          !silent.includes(date) && exchange.series.some((one) => hasUnit(one, { from: date, to: date + DAY_MS })),
      );
      const last = heard.at(-1)?.date ?? -Infinity;
      all.set(id, silent);
      fresh.set(
        id,
        silent.filter((date) => before[id]?.includes(date) !== true),
      );
      row.set(
        id,
        silent.filter((date) => date > last),
      );
    }
    [this.#now, this.#fresh, this.#inARow] = [all, fresh, row];
  }

  has(exchange: string, date: TradeDate): boolean {
    return this.#now.get(exchange)?.includes(date) === true || this.#before[exchange]?.includes(date) === true;
  }

  /** What people are to be told. */
  word(): SilentWord {
    const questions: string[] = [];
    const errors: VortexError[] = [];
    for (const [id, dates] of this.#inARow) {
      const first = dates[0];
      if (first !== undefined && dates.length >= MARKET_SILENT) {
        const since = formatTradeDate(first);
        errors.push(
          new VortexError(
            `${id}: no series of this exchange has had a bar since ${since}, ${dates.length} sessions in a row; ` +
              `if it is closed, add the dates to "closures" in the settings, else look at the source`,
            { code: 'market-silent', disposition: 'skip-series' },
          ),
        );
        continue;
      }
      for (const date of this.#fresh.get(id) ?? [])
        questions.push(`${id} ${formatTradeDate(date)}: holiday? No series of this exchange has a bar`);
    }
    return { questions, errors };
  }

  /** What is to be remembered; undefined when nothing has changed. @param now milliseconds since the epoch, UTC */
  remembered(now: number): SilentDates | undefined {
    const kept: Record<string, readonly TradeDate[]> = {};
    let changed = false;
    const ids = new Set([...Object.keys(this.#before), ...this.#now.keys()]);
    for (const id of [...ids].sort()) {
      const before = this.#before[id] ?? [];
      const silent = this.#now.get(id) ?? [];
      // A date that has bars after all is silent no more.
      const looked = this.#now.has(id) ? now - LOOK_DAYS * DAY_MS : Infinity;
      const old = before.filter((date) => date < looked && date > now - KEPT_DAYS * DAY_MS);
      const dates = [...new Set([...old, ...silent])].sort((a, b) => a - b);
      changed ||= dates.join() !== before.join();
      if (dates.length > 0) kept[id] = dates;
    }
    return changed ? kept : undefined;
  }
}
