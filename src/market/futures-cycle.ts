import { formatTradeDate, lastDayOfMonth, utcDate } from './calendar.ts';
import { MONTH_LETTERS } from './instrument.ts';
import type { Contract } from './instrument.ts';
import { DAY_MS } from './period.ts';
import { intersect } from './time-range.ts';
import type { TimeRange } from './time-range.ts';

/** How far around now a two-digit year may lie: the nearest such year in [now − 79, now + 20]. */
const YEARS_BACK = 79;
const YEARS_AHEAD = 20;

/** A window is dropped when last − first is fewer days than this. */
const SHORTEST_WINDOW_DAYS = 3;

const yearOf = (instant: number): number => new Date(instant).getUTCFullYear();

/** Writes the year of a contract symbol: two digits, or four where two would be read as another year. */
function yearText(year: number, now: number): string {
  const current = yearOf(now);
  const clear = year >= current - YEARS_BACK && year <= current + YEARS_AHEAD;
  return clear ? String(year % 100).padStart(2, '0') : String(year);
}

/** Reads the year of a contract symbol: 24 is 2024 in 2026, 99 is 1999, 31 is 2031. */
export function contractYear(text: string, now: number): number {
  if (text.length === 4) return Number(text);
  const latest = yearOf(now) + YEARS_AHEAD;
  return latest - ((((latest - Number(text)) % 100) + 100) % 100);
}

/**
 * The year of a contract whose symbol has one digit of it: the delivery month nearest to now, of two equally near ones the later.
 * @param month 1 to 12
 */
export function yearOfDigit(digit: number, month: number, now: number): number {
  const today = new Date(now);
  const latest = yearOf(now) + 10;
  const ahead = latest - ((((latest - digit) % 10) + 10) % 10);
  const away = (year: number): number => Math.abs((year - yearOf(now)) * 12 + month - 1 - today.getUTCMonth());
  return away(ahead) <= away(ahead - 10) ? ahead : ahead - 10;
}

/**
 * One contract of a root. Its life is [last calendar day of its month − daysCount, last calendar day of its month], both
 * ends traded.
 * @param month 1 to 12
 * @param daysCount life in days
 */
export function contractOf(code: string, year: number, month: number, daysCount: number, now: number): Contract {
  const letter = MONTH_LETTERS.charAt(month - 1);
  const lastDay = lastDayOfMonth(year, month);
  return {
    year,
    month,
    letter,
    symbol: `${code}${letter}${yearText(year, now)}`,
    life: { from: lastDay - daysCount * DAY_MS, to: lastDay + DAY_MS },
  };
}

/** A contract together with the trade dates wanted of it, half-open. */
export interface WantedContract {
  readonly contract: Contract;
  readonly wanted: TimeRange;
}

/** What of a contract's life lies in the range and is not ahead of today; undefined when nothing does. */
export function livedWithin({ life }: Contract, range: TimeRange, now: number): TimeRange | undefined {
  return intersect(life, { from: range.from, to: Math.min(range.to, utcDate(now) + DAY_MS) });
}

/** What of a contract's life is wanted; undefined when that is too short to be worth a file. */
export function wantedWindow(contract: Contract, range: TimeRange, now: number): TimeRange | undefined {
  const window = livedWithin(contract, range, now);
  if (window === undefined) return undefined;
  const lastDay = window.to - DAY_MS;
  return lastDay - window.from < SHORTEST_WINDOW_DAYS * DAY_MS ? undefined : window;
}

/**
 * The contracts of a cycle that trade within a range, oldest delivery first.
 * @param range trade dates, half-open
 * @param daysCount life of a contract in days, at least 1
 */
export function resolveCycle(
  code: string,
  cycle: string,
  range: TimeRange,
  daysCount: number,
  now: number,
): WantedContract[] {
  const found: WantedContract[] = [];
  const first = new Date(range.from);
  const last = new Date(range.to - DAY_MS + daysCount * DAY_MS);
  const months = (date: Date): number => date.getUTCFullYear() * 12 + date.getUTCMonth();
  for (let index = months(first); index <= months(last); index++) {
    const month = (((index % 12) + 12) % 12) + 1;
    if (!cycle.includes(MONTH_LETTERS.charAt(month - 1))) continue;
    const contract = contractOf(code, Math.floor(index / 12), month, daysCount, now);
    const wanted = wantedWindow(contract, range, now);
    if (wanted !== undefined) found.push({ contract, wanted });
  }
  return found;
}

/** The month as `2024-02`. */
export function deliveryMonth(contract: Contract): string {
  return formatTradeDate(Date.UTC(contract.year, contract.month - 1, 1)).slice(0, 7);
}
