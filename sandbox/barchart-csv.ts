import { parseTradeDate } from '../src/market/calendar.ts';
import { DAY_MS, HOUR_MS, isIntraday } from '../src/market/period.ts';
import type { Period } from '../src/market/period.ts';
import type { TimeRange } from '../src/market/time-range.ts';
import { offsetAt } from '../src/market/time-zone.ts';
import { longPeriod, longRows, minuteRows, minutesPeriod } from './barchart-rows.ts';
import type { BarchartRow } from './barchart-rows.ts';
import type { DrawnFaults } from './faults.ts';
import type { Security } from './securities.ts';
import type { Truth } from './truth.ts';

const CHICAGO = 'America/Chicago';
const LEAST_ROWS = 1;
const MOST_ROWS = 20_000;

/** What a form asks for; undefined when it cannot be read. */
function readForm(form: URLSearchParams): { period: Period; dates: TimeRange; limit: number } | undefined {
  const period = form.get('type') === 'eod' ? longPeriod(form.get('period')) : minutesPeriod(form.get('interval'));
  const from = parseTradeDate(form.get('startDate') ?? '');
  const last = parseTradeDate(form.get('endDate') ?? '');
  const limit = Number(form.get('limit') ?? MOST_ROWS);
  if (period === undefined || from === undefined || last === undefined || !(limit >= LEAST_ROWS)) return undefined;
  return { period, dates: { from, to: last + DAY_MS }, limit: Math.min(limit, MOST_ROWS) };
}

function dateText(wall: number, period: Period, american: boolean): string {
  const iso = new Date(wall).toISOString();
  const [year = '', month = '', day = ''] = iso.slice(0, 10).split('-');
  const date = american ? `${month}/${day}/${year}` : `${year}-${month}-${day}`;
  return isIntraday(period) ? `${date} ${iso.slice(11, 16)}` : date;
}

function numberText(value: number, quoted: boolean): string {
  const text = String(value);
  if (!quoted || Math.abs(value) < 1_000) return text;
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `"${grouped}${fraction === undefined ? '' : `.${fraction}`}"`;
}

/** `Downloaded from Barchart.com as of 05-05-2026 08:09am CDT` */
function footer(now: number, bare: boolean): string {
  const offset = offsetAt(now, CHICAGO);
  const wall = new Date(now + offset).toISOString();
  const hour = Number(wall.slice(11, 13));
  const time = `${String(hour % 12 || 12).padStart(2, '0')}:${wall.slice(14, 16)}${hour < 12 ? 'am' : 'pm'}`;
  const date = `${wall.slice(5, 7)}-${wall.slice(8, 10)}-${wall.slice(0, 4)}`;
  const text = `Downloaded from Barchart.com as of ${date} ${time} ${offset === -5 * HOUR_MS ? 'CDT' : 'CST'}`;
  return bare ? text : `"${text}"`;
}

function lineOf(
  row: BarchartRow,
  before: BarchartRow | undefined,
  period: Period,
  faults: DrawnFaults,
  interest: boolean,
): string {
  const { quirks } = faults;
  const quoted = quirks.has('quoted');
  const stamp = dateText(row.wall, period, quirks.has('us-dates'));
  const time = quoted && isIntraday(period) ? `"${stamp}"` : stamp;
  const price = (value: number): string => (quirks.has('rows-text') ? `$${value}` : numberText(value, quoted));
  const prices = [row.open, row.high, row.low, row.close].map(price);
  const volume = numberText(row.volume, quoted);
  if (!quirks.has('default-columns')) return [time, ...prices, volume].join(',');
  const change = before === undefined ? 0 : row.close - before.close;
  const percent = before === undefined || before.close === 0 ? 0 : (change / before.close) * 100;
  const sign = percent < 0 ? '' : '+';
  const extras = [
    change.toFixed(2),
    `${sign}${percent.toFixed(2)}%`,
    volume,
    ...(interest ? [String(1000 + Math.round(row.volume / 10))] : []),
  ];
  return [time, ...prices, ...extras].join(',');
}

function headerOf(faults: DrawnFaults, interest: boolean): string {
  const { quirks } = faults;
  if (quirks.has('default-columns')) {
    return `Time,Open,High,Low,Latest,Change,%Change,Volume${interest ? ',"Open Int"' : ''}`;
  }
  const close = quirks.has('drifted') ? 'Price' : quirks.has('latest') ? 'Latest' : 'Last';
  return `Time,Open,High,Low,${close},Volume`;
}

/** The file of a download; undefined for a form that asks for nothing there is. */
export function downloadCsv(
  truth: Truth,
  security: Security,
  form: URLSearchParams,
  now: number,
  faults: DrawnFaults,
): string | undefined {
  const wish = readForm(form);
  if (wish === undefined) return undefined;
  const { period, dates, limit } = wish;
  const { quirks } = faults;
  const made = isIntraday(period) ? minuteRows : longRows;
  let rows = quirks.has('no-data') ? [] : made(truth, security, period, dates, now, faults);
  const newestFirst = quirks.has('newest-first') || form.get('orderDir') !== 'asc';
  rows = newestFirst ? rows.slice(-limit) : rows.slice(0, limit);
  const interest = security.class === 'future' && !isIntraday(period);
  const lines = rows.map((row, index) => lineOf(row, rows[index - 1], period, faults, interest));
  if (newestFirst) lines.reverse();
  const text = [headerOf(faults, interest), ...lines, footer(now, quirks.has('footer-bare'))].join(
    quirks.has('crlf') ? '\r\n' : '\n',
  );
  return quirks.has('bom') ? `\uFEFF${text}` : text;
}
