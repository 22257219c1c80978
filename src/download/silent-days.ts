import { formatTradeDate } from '../market/calendar.ts';
import type { TradeDate } from '../market/calendar.ts';
import { dueUnits } from '../market/due-units.ts';
import type { DueUnit } from '../market/due-units.ts';
import type { ExchangeTable } from '../market/exchange-table.ts';
import { VortexError } from '../market/errors.ts';
import { usualDelay } from '../market/freshness.ts';
import { DAY_MS } from '../market/period.ts';
import { groupedBy } from './groups.ts';
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

/** Remembers between runs on which sessions exchanges were silent. */
export interface SilentNotes {
  readonly before: SilentDates;
  readonly note: (dates: SilentDates) => Promise<void>;
}

/** What a run has to say about exchanges. */
export interface SilentWord {
  /** Dates that were not silent before, as questions. */
  readonly questions: readonly string[];
  readonly errors: readonly VortexError[];
}

interface Exchange {
  readonly table: ExchangeTable;
  readonly units: readonly DueUnit[];
  readonly series: readonly Asked[];
}

/** A series, and how many of the units looked at it was asked for, but for those by which its bars usually come late. */
interface Asked {
  readonly standing: Standing;
  readonly units: number;
}

function isHeard(standing: Standing, now: number): boolean {
  const { table, series, isAnswered } = standing;
  if (table?.isProven !== true || series.period !== '1d' || !isAnswered) return false;
  return isLiveSeries(standing, now) && isRegularSeries(standing);
}

function exchangesOf(standings: readonly Standing[], now: number): Exchange[] {
  const heard = standings.filter((standing) => isHeard(standing, now));
  return [...groupedBy(heard, ({ table }) => table?.id).values()].flatMap((all): Exchange[] => {
    const table = all[0]?.table;
    if (table === undefined) return [];
    const units = [...dueUnits(table, { from: now - LOOK_DAYS * DAY_MS, to: now + 2 * DAY_MS }, '1d')];
    const series = all.map((standing): Asked => {
      const to = standing.stored.coverage.at(-1)?.to ?? 0;
      const covered = units.filter((unit) => unit.to <= to).length;
      return { standing, units: covered - usualDelay(standing.stored.delays ?? []) };
    });
    return [{ table, units, series }];
  });
}

function isSilent({ series }: Exchange, unit: DueUnit, row: number): boolean {
  const asked = series.filter(
    ({ standing: { stored }, units }) => row < units && (stored.first ?? Infinity) < unit.from,
  );
  return asked.length >= LEAST_ASKED && !asked.some(({ standing }) => hasUnit(standing, unit));
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
    for (const exchange of exchangesOf(standings, now)) {
      const { table, units, series } = exchange;
      const { id } = table;
      const silent = units.filter((unit, row) => isSilent(exchange, unit, row)).map(({ date }) => date);
      const heard = units.filter(
        (unit) => !silent.includes(unit.date) && series.some(({ standing }) => hasUnit(standing, unit)),
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
