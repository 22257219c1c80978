import { instantOf, isTimeZone } from '../src/market/time-zone.ts';
import type { Period } from '../src/market/period.ts';
import type { Fields } from './ibkr-wire.ts';
import type { ContractQuery } from './ibkr-universe.ts';

/** What the server says instead of an answer. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
}

/** One request for history, read. */
export interface HistoryRequest {
  /** Exclusive, milliseconds since the epoch, UTC. */
  readonly end: number;
  readonly count: number;
  readonly unit: 'S' | 'D' | 'W' | 'M' | 'Y';
  /** Undefined for sizes that are legal and that this stand-in has no bars of. */
  readonly period: Period | undefined;
  /** Bars of 30 seconds and less, whose pacing is enforced. */
  readonly isFine: boolean;
  readonly whatToShow: string;
  readonly epochSeconds: boolean;
}

const PERIOD_OF: Readonly<Record<string, Period>> = {
  '1 min': '1m',
  '5 mins': '5m',
  '15 mins': '15m',
  '30 mins': '30m',
  '1 hour': '1h',
  '1 day': '1d',
  '1W': '1wk',
  '1 week': '1wk',
  '1M': '1mo',
  '1 month': '1mo',
};
const FINE = ['1 secs', '5 secs', '10 secs', '15 secs', '30 secs'];
const LEGAL =
  '1 secs, 5 secs, 10 secs, 15 secs, 30 secs, 1 min, 2 mins, 3 mins, 5 mins, 10 mins, 15 mins, 20 mins, 30 mins, ' +
  '1 hour, 2 hours, 3 hours, 4 hours, 8 hours, 1 day, 1W, 1M';
const SHOWN = ['TRADES', 'MIDPOINT', 'BID', 'ASK', 'BID_ASK', 'ADJUSTED_LAST', 'HISTORICAL_VOLATILITY', 'SCHEDULE'];
const MOST_OF: Readonly<Record<string, readonly [most: number, words: string]>> = {
  S: [86_400, '86400 seconds must be made in days'],
  D: [365, '365 days must be made in years'],
  W: [52, '52 weeks must be made in years'],
  M: [12, '12 months must be made in years'],
  Y: [100, '100 years are not supported'],
};

const invalid = (cause: string): Refusal => ({ code: 321, text: `Error validating request.-'bM' : cause - ${cause}` });

const BAD_END: Refusal = {
  code: 10_314,
  text:
    'End Date/Time: The date, time, or time-zone entered is invalid.\n' +
    'The correct format is yyyymmdd hh:mm:ss xx/xxxx where yyyymmdd and xx/xxxx are optional.',
};

/** An end: empty is now, `20240131-00:00:00` UTC, `20240131 00:00:00 US/Eastern` there. */
function readEnd(text: string, now: number): number | undefined {
  if (text === '') return now;
  const match = /^(\d{4})(\d{2})(\d{2})(?:-| )(\d{2}):(\d{2}):(\d{2})(?: (\S+))?$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1, 7).map(Number);
  const date = Date.UTC(year, month - 1, day);
  if (new Date(date).getUTCDate() !== day || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const timeMs = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  const zone = match[7];
  if (zone === undefined) return date + timeMs;
  return isTimeZone(zone) ? instantOf(date, timeMs, zone) : undefined;
}

/** The contract fields that begin at `from`: number, symbol, kind, month and so on to the one that asks for expired ones. */
export function readQuery(fields: Fields, from: number): ContractQuery {
  const field = (index: number): string => fields[from + index] ?? '';
  return {
    conId: Number(field(0)) || 0,
    symbol: field(1),
    secType: field(2),
    month: field(3),
    exchange: field(7),
    currency: field(9),
    tradingClass: field(11),
    includeExpired: field(12) === '1',
  };
}

/** Reads what follows the contract in a request for history, in the order in which TWS looks at it. */
export function readHistory(fields: Fields, from: number, query: ContractQuery, now: number): HistoryRequest | Refusal {
  const field = (index: number): string => fields[from + index] ?? '';
  const [endDateTime, barSize, duration, whatToShow] = [field(0), field(1), field(2), field(4)];
  const end = readEnd(endDateTime, now);
  if (end === undefined) return BAD_END;
  if (query.secType === 'CONTFUT' && endDateTime !== '') {
    return { code: 10_339, text: 'Setting end date/time for continuous future security type is not allowed' };
  }
  const [, count = '', unit = ''] = /^(\d+) ([SDWMY])$/.exec(duration) ?? [];
  const [most, words] = MOST_OF[unit] ?? [];
  if (most === undefined || words === undefined || Number(count) < 1) {
    return invalid('Historical data query duration is invalid; please use the form integer{SPACE}unit (S|D|W|M|Y)');
  }
  if (Number(count) > most) return invalid(`Historical data request for durations longer than ${words}.`);
  if (whatToShow === 'ADJUSTED_LAST' && endDateTime !== '') {
    return invalid('End Date not supported with adjusted last');
  }
  if (!LEGAL.split(', ').includes(barSize) && PERIOD_OF[barSize] === undefined) {
    return invalid(`Historical data bar size setting is invalid. Legal ones are: ${LEGAL}`);
  }
  if (!SHOWN.includes(whatToShow)) return invalid(`Historical data query what to show is invalid: ${whatToShow}`);
  const formatDate = field(5);
  if (formatDate !== '1' && formatDate !== '2') return invalid(`Incorrect value for formatDate: ${formatDate}`);
  return {
    end,
    count: Number(count),
    unit: unit === 'S' || unit === 'D' || unit === 'W' || unit === 'M' ? unit : 'Y',
    period: PERIOD_OF[barSize],
    isFine: FINE.includes(barSize),
    whatToShow,
    epochSeconds: formatDate === '2',
  };
}
