import { lastDayOfMonth, utcDate } from './calendar.ts';
import type { TradeDate } from './calendar.ts';
import { marketOfInstrument } from './catalogue.ts';
import type { Contract, Instrument } from './instrument.ts';
import { lastTradeDate } from './last-trade-date.ts';
import { DAY_MS } from './period.ts';

/** A contract whose last bar is so many days or fewer before its month's end has ended there. */
const BEFORE_MONTH_END = 45;
/** The same, counted from the true last trade date where the rule of the exchange is known. */
const AROUND_LAST_TRADE = 10;
/** So many other dead contracts of a market show where its contracts end, and a contract may be so many days off. */
const LEAST_OTHERS = 3;
const OFF_THE_OTHERS = 5;

type Delivery = Pick<Contract, 'year' | 'month'>;

/** Days from a contract's last bar to the last day of its delivery month; negative beyond it. */
export function daysToMonthEnd({ year, month }: Delivery, last: TradeDate): number {
  return (lastDayOfMonth(year, month) - utcDate(last)) / DAY_MS;
}

/** True when the delivery month is over. @param now milliseconds since the epoch, UTC */
export function isMonthOver({ year, month }: Delivery, now: number): boolean {
  return lastDayOfMonth(year, month) + DAY_MS <= now;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}

/**
 * True when the bars of a contract reach to where it ended, so that nothing follows them: its month is over, and the last
 * bar lies near the month's end or the true last trade date, and where the market's other contracts end, if three or more
 * are known. A last bar on or after the true last trade date needs no others.
 * @param last stamp of the last bar
 * @param now milliseconds since the epoch, UTC
 * @param others of the market's other dead contracts: days from the last bar to the month's end
 */
export function hasEnded(
  instrument: Instrument,
  contract: Delivery,
  last: TradeDate,
  now: number,
  others: () => readonly number[],
): boolean {
  if (!isMonthOver(contract, now)) return false;
  const days = daysToMonthEnd(contract, last);
  const market = marketOfInstrument(instrument)?.id ?? instrument.id;
  const lastTrade = lastTradeDate(market, contract.year, contract.month);
  const beforeLastTrade = lastTrade === undefined ? Infinity : (lastTrade - utcDate(last)) / DAY_MS;
  if (beforeLastTrade <= 0) return true;
  if (days > BEFORE_MONTH_END && beforeLastTrade > AROUND_LAST_TRADE) return false;
  const known = others();
  return known.length < LEAST_OTHERS || Math.abs(days - median(known)) <= OFF_THE_OTHERS;
}
