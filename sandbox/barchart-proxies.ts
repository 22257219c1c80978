import { utcDate } from '../src/market/calendar.ts';
import { DAY_MS } from '../src/market/period.ts';
import type { Answer } from './answer.ts';
import { barchartListing } from './barchart-listing.ts';
import { longPeriod, longRows, minuteRows, minutesPeriod } from './barchart-rows.ts';
import type { BarchartRow } from './barchart-rows.ts';
import type { DrawnFaults } from './faults.ts';
import type { Truth } from './truth.ts';

const DEFAULT_RECORDS = 640;
const MOST_REQUESTS = 1_000;

/** Reads 20240501 or 202405010830; undefined for anything else. */
function readDigits(text: string | null): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d))?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, year, month, day, hour = 0, minute = 0] = match;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
}

function dailyLine(symbol: string, row: BarchartRow, isFuture: boolean): string {
  const date = new Date(row.wall).toISOString().slice(0, 10);
  const interest = isFuture ? [String(1000 + Math.round(row.volume / 10))] : [];
  return [symbol, date, row.open, row.high, row.low, row.close, row.volume, ...interest].join(',');
}

function minuteLine(row: BarchartRow): string {
  const stamp = new Date(row.wall).toISOString().slice(0, 16).replace('T', ' ');
  const day = new Date(row.wall).getUTCDate();
  return [stamp, day, row.open, row.high, row.low, row.close, row.volume].join(',');
}

/** The two addresses that charts are drawn from: they count no downloads, and tell how many requests are left. */
export class BarchartProxies {
  readonly #truth: Truth;
  #left = MOST_REQUESTS;

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  answer(kind: 'eod' | 'minutes', query: URLSearchParams, now: number, faults: DrawnFaults): Answer {
    this.#left = this.#left > 0 ? this.#left - 1 : MOST_REQUESTS;
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-ratelimit-remaining': String(this.#left) };
    const symbol = query.get('symbol') ?? '';
    const security = barchartListing(this.#truth, symbol, now);
    if (security === undefined) return { status: 404, headers, body: '' };
    const period = kind === 'eod' ? longPeriod(query.get('data')) : minutesPeriod(query.get('interval'));
    if (period === undefined) return { status: 400, headers, body: '' };
    const most = Number(query.get('maxrecords') ?? DEFAULT_RECORDS);
    const from = readDigits(query.get('start')) ?? security.first;
    const end = readDigits(query.get('end')) ?? now + DAY_MS;
    const dates = { from: utcDate(from), to: utcDate(end) + DAY_MS };
    const made = kind === 'eod' ? longRows : minuteRows;
    const rows = made(this.#truth, security, period, dates, now, faults);
    const asked = kind === 'eod' ? rows : rows.filter(({ wall }) => wall >= from && wall <= end);
    const ordered = query.get('order') === 'asc' ? asked : asked.reverse();
    const lines = ordered
      .slice(0, most)
      .map((row) => (kind === 'eod' ? dailyLine(symbol, row, security.class === 'future') : minuteLine(row)));
    return { status: 200, headers, body: lines.map((line) => `${line}\n`).join('') };
  }
}
