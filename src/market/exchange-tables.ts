import type { TradeDate } from './calendar.ts';
import type { Closure, ExchangeTable } from './exchange-table.ts';
import { TFEX, XBOM, XKRX, XSCE, XSES } from './exchanges/asia.ts';
import { BVMF } from './exchanges/brazil.ts';
import { IFEU, NDEX, XLME, XLON } from './exchanges/britain.ts';
import { XETR, XEUR, XJSE, XMAD, XMIL, XPAR, XSWX, XWBO } from './exchanges/europe.ts';
import { XHKF, XHKG } from './exchanges/hong-kong.ts';
import { XOSE, XTKS } from './exchanges/japan.ts';
import { XCSE, XHEL, XOSL, XSTO } from './exchanges/nordic.ts';
import { IFCA, XMOD, XNYS, XTSE } from './exchanges/north-america.ts';
import { XASX, XNZE, XSFE } from './exchanges/pacific.ts';
import { COINS, FX } from './exchanges/round-the-clock.ts';
import type { ExchangeRules } from './exchanges/rules.ts';
import { tableOf } from './exchanges/table.ts';
import { CMES, IFUS, XCBF } from './exchanges/us-futures.ts';

/** Rules are made when their exchange is first asked for. */
const RULES = {
  XNYS,
  XTSE,
  BVMF,
  XLON,
  XPAR,
  XETR,
  XSWX,
  XMIL,
  XMAD,
  XWBO,
  XSTO,
  XHEL,
  XCSE,
  XOSL,
  XJSE,
  XTKS,
  XHKG,
  XSES,
  XKRX,
  XBOM,
  XASX,
  XNZE,
  CMES,
  IFUS,
  IFCA,
  XCBF,
  XMOD,
  IFEU,
  NDEX,
  XLME,
  XEUR,
  XOSE,
  XHKF,
  XSCE,
  XSFE,
  TFEX,
  FX,
  COINS,
} as const satisfies Record<string, () => ExchangeRules>;

/** The id of a table: a market identifier code, or a group of our own (CMES, FX, COINS). */
export type ExchangeId = keyof typeof RULES;

const BY_ID: ReadonlyMap<string, () => ExchangeRules> = new Map(Object.entries(RULES));

/** Ids of all tables. */
export function exchangeIds(): string[] {
  return [...BY_ID.keys()];
}

/** The years, both inclusive, in which a table claims bars; undefined for an unknown id. */
export function knownYears(id: string): readonly [first: number, last: number] | undefined {
  return BY_ID.get(id)?.().known;
}

const NONE: readonly Closure[] = [];
const tables = new WeakMap<readonly Closure[], Map<string, ExchangeTable>>();

/**
 * The trading days of an exchange; undefined when there is no table of that id. The same list of closures gives the same
 * table again, with the years that it has worked out.
 * @param closures days that are closed besides what the rules say; those of other exchanges do not count
 */
export function exchangeTable(id: string, closures: readonly Closure[] = NONE): ExchangeTable | undefined {
  const rules = BY_ID.get(id);
  if (rules === undefined) return undefined;
  const closed = closures.filter((closure) => closure.exchange === id);
  const list = closed.length === 0 ? NONE : closures;
  let made = tables.get(list);
  if (made === undefined) {
    made = new Map();
    tables.set(list, made);
  }
  let table = made.get(id);
  if (table === undefined) {
    table = tableOf(id, rules(), new Set<TradeDate>(closed.map(({ date }) => date)));
    made.set(id, table);
  }
  return table;
}
