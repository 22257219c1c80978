import { DAY_MS } from './period.ts';

/**
 * Trade dates are held as the UTC midnight of that date in milliseconds since the epoch, so that one range algebra
 * serves dates and instants. A range of trade dates [from, to) ends before the midnight that follows its last day.
 */
export type TradeDate = number;

const DATE_TEXT = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Trade date of a civil date; month is 1 to 12. */
export function tradeDate(year: number, month: number, day: number): TradeDate {
  return Date.UTC(year, month - 1, day);
}

/** Trade date that the UTC day of an instant is; milliseconds since the epoch, UTC. */
export function utcDate(instant: number): TradeDate {
  return Math.floor(instant / DAY_MS) * DAY_MS;
}

/** Reads `2024-01-31`; undefined when the text is no date of the calendar. */
export function parseTradeDate(text: string): TradeDate | undefined {
  const match = DATE_TEXT.exec(text);
  if (match === null) return undefined;
  const date = tradeDate(Number(match[1]), Number(match[2]), Number(match[3]));
  return formatTradeDate(date) === text ? date : undefined;
}

/** Writes `2024-01-31`. */
export function formatTradeDate(date: TradeDate): string {
  return new Date(date).toISOString().slice(0, 10);
}

/** Writes `2024-01-02T14:30:00Z`: whole seconds, UTC. */
export function formatInstant(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** Last calendar day of a month; month is 1 to 12. */
export function lastDayOfMonth(year: number, month: number): TradeDate {
  return Date.UTC(year, month, 0);
}

/** 0 Sunday to 6 Saturday. */
export function weekday(date: TradeDate): number {
  return (((Math.floor(date / DAY_MS) + 4) % 7) + 7) % 7;
}

/** True from Monday to Friday. */
export function isWeekday(date: TradeDate): boolean {
  const day = weekday(date);
  return day >= 1 && day <= 5;
}

/** Monday of the week that holds the date. */
export function mondayOf(date: TradeDate): TradeDate {
  return date - ((weekday(date) + 6) % 7) * DAY_MS;
}

/** First day of the month that holds the date. */
export function firstOfMonth(date: TradeDate): TradeDate {
  const day = new Date(date);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1);
}

/** First day of the month after the one that holds the date. */
export function firstOfNextMonth(date: TradeDate): TradeDate {
  const day = new Date(date);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1);
}
