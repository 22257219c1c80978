/** No provider is waited for longer than this, milliseconds; longer values are cut to it. */
const LONGEST_MS = 365 * 86_400_000;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The three forms of RFC 9110, 5.6.7: fixdate, RFC 850, asctime. */
const FIXDATE = /^\w{3}, (?<day>\d{2}) (?<month>\w{3}) (?<year>\d{4}) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) GMT$/i;
const RFC850 = /^\w{6,9}, (?<day>\d{2})-(?<month>\w{3})-(?<year>\d{2}) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) GMT$/i;
const ASCTIME = /^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) (?<year>\d{4})$/i;

/**
 * How long a Retry-After header asks to wait, milliseconds from `now`, at most a year; 0 for a negative number or a date in
 * the past; undefined when it is absent or says nothing that can be understood.
 * @param value seconds, or an HTTP date (always GMT)
 * @param now milliseconds since the epoch, UTC
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  const wait = /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseHttpDate(text, now) - now;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_MS, Math.max(0, Math.ceil(wait)));
}

/** Milliseconds since the epoch, UTC; NaN for anything else than an HTTP date. */
function parseHttpDate(text: string, now: number): number {
  const parts = (FIXDATE.exec(text) ?? RFC850.exec(text) ?? ASCTIME.exec(text))?.groups;
  if (parts === undefined) return NaN;
  const number = (name: string): number => Number(parts[name]);
  const month = MONTHS.indexOf((parts.month ?? '').toLowerCase());
  const year = parts.year?.length === 2 ? nearestYear(number('year'), now) : number('year');
  const second = Math.min(59, number('s')); // a leap second is written 60
  const time = Date.UTC(year, month, number('day'), number('h'), number('m'), second);
  const read = new Date(time);
  const isReal =
    read.getUTCMonth() === month && read.getUTCDate() === number('day') && number('h') < 24 && number('m') < 60;
  return isReal && number('s') <= 60 ? time : NaN;
}

/** A year of two digits is never more than 50 years ahead (RFC 9110, 5.6.7). */
function nearestYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
