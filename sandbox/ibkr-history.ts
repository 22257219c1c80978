import { formatInstant, utcDate } from '../src/market/calendar.ts';
import { firstBarFrom } from '../src/market/bars.ts';
import { DAY_MS, isIntraday, periodMs } from '../src/market/period.ts';
import type { Period } from '../src/market/period.ts';
import { offsetAt } from '../src/market/time-zone.ts';
import type { DrawnFaults } from './faults.ts';
import type { HistoryRequest, Refusal } from './ibkr-request.ts';
import type { ListedContract } from './ibkr-universe.ts';
import { barsThere, toldFirst } from './row-faults.ts';
import { priceOf } from './securities.ts';
import type { Security } from './securities.ts';
import { allocateTickBars, foldBars, foldRows, joinTickBars, setRow, sliceTickBars } from './tick-bars.ts';
import type { TickBars } from './tick-bars.ts';
import { calendarUnit } from './truth.ts';
import type { Truth } from './truth.ts';

const SERVICE = 'Historical Market Data Service error message:';
const NEW_YORK = 'America/New_York';

/** How the service names what it was asked for: GCJ4@COMEX Trades. */
function streamName({ localSymbol, symbol, secType, exchange }: ListedContract, whatToShow: string): string {
  const kind = whatToShow === 'TRADES' ? 'Trades' : whatToShow.charAt(0) + whatToShow.slice(1).toLowerCase();
  return `${secType === 'CASH' ? symbol : localSymbol}@${secType === 'CASH' ? 'IDEALPRO' : exchange} ${kind}`;
}

/** Where the asked duration begins: trading days for D, the calendar for longer units. */
function startOf({ end, count, unit }: HistoryRequest, contract: ListedContract, truth: Truth): number {
  if (unit === 'S') return end - count * 1000;
  if (unit === 'W') return end - count * 7 * DAY_MS;
  const at = new Date(end);
  if (unit === 'M') return at.setUTCMonth(at.getUTCMonth() - count);
  if (unit === 'Y') return at.setUTCFullYear(at.getUTCFullYear() - count);
  const sessions = truth.sessions(contract.security, end - (count * 2 + 10) * DAY_MS, end + 2 * DAY_MS);
  const opened = sessions.filter(({ opensAt }) => opensAt < end);
  return opened.at(-count)?.opensAt ?? end - count * DAY_MS;
}

/** Daily bars whose session overlaps the time; the one that the end or the clock cuts is what it was by then. */
function days(truth: Truth, { security }: ListedContract, from: number, end: number, now: number): TickBars {
  const cut = Math.min(end, now);
  const tables: TickBars[] = [];
  const midnight = utcDate(from);
  for (const session of truth.sessions(security, midnight - DAY_MS, end + 2 * DAY_MS)) {
    if (session.closesAt <= from || session.opensAt >= cut) continue;
    const isOver = session.closesAt <= (security.class === 'forex' ? now : cut);
    if (isOver) tables.push(truth.daily(security, session.date, session.date + DAY_MS));
    else if (security.class !== 'forex') {
      const minutes = truth.minutesSoFar(security, session, cut);
      const day = allocateTickBars(minutes.time.length === 0 ? 0 : 1);
      if (minutes.time.length > 0) setRow(day, 0, session.date, foldRows(minutes, 0, minutes.time.length));
      tables.push(day);
    }
  }
  return joinTickBars(tables);
}

/** Bars that have begun by the end; the last one is what it was by then. */
function intraday(truth: Truth, security: Security, period: Period, from: number, cut: number): TickBars {
  const length = periodMs(period);
  const whole = truth.bars(security, period, { from, to: cut }, cut);
  const begun = [whole];
  for (const session of truth.sessions(security, cut - 3 * DAY_MS, cut + 2 * DAY_MS)) {
    if (session.opensAt >= cut || session.closesAt <= cut - length) continue;
    const minutes = truth.minutesSoFar(security, session, cut);
    const after = Math.max(from, (whole.time.at(-1) ?? -Infinity) + length);
    const rest = sliceTickBars(minutes, firstBarFrom(minutes.time, after), firstBarFrom(minutes.time, cut));
    const { opensAt } = session;
    begun.push(foldBars(rest, (time) => opensAt + Math.floor((time - opensAt) / length) * length));
  }
  return joinTickBars(begun);
}

/** Weekly and monthly bars are stamped with their last trade date. */
function longer(daily: TickBars, period: '1wk' | '1mo'): TickBars {
  const { start } = calendarUnit(period);
  const bars = foldBars(daily, start);
  let row = 0;
  for (let index = 0; index < bars.time.length; index++) {
    const bucket = bars.time[index] ?? 0;
    while (row < daily.time.length && start(daily.time[row] ?? 0) === bucket) row++;
    bars.time[index] = daily.time[row - 1] ?? bucket;
  }
  return bars;
}

function barsOf(
  truth: Truth,
  contract: ListedContract,
  request: HistoryRequest,
  now: number,
  faults: DrawnFaults,
): TickBars {
  const there = (bars: TickBars): TickBars => barsThere(bars, contract.security.key, faults, now);
  const { period, end } = request;
  if (period === undefined) return allocateTickBars(0);
  const from = startOf(request, contract, truth);
  if (isIntraday(period)) return there(intraday(truth, contract.security, period, from, Math.min(end, now)));
  const daily = there(days(truth, contract, from, end, now));
  return period === '1wk' || period === '1mo' ? longer(daily, period) : daily;
}

const compact = (instant: number): string => formatInstant(instant).slice(0, 10).replaceAll('-', '');
const clockTime = (instant: number): string => formatInstant(instant).slice(11, 19);

/** Trading dates as they are; instants as seconds, or as the wall clock of New York. */
function stampText(time: number, { period, epochSeconds }: HistoryRequest): string {
  if (period === undefined || !isIntraday(period)) return compact(time);
  if (epochSeconds) return String(time / 1000);
  const local = time + offsetAt(time, NEW_YORK);
  return `${compact(local)} ${clockTime(local)} US/Eastern`;
}

/** Milliseconds in place of seconds, a date with dashes. */
const driftedStamp = (stamp: string): string =>
  stamp.length > 8 ? `${stamp}000` : `${stamp.slice(0, 4)}-${stamp.slice(4, 6)}-${stamp.slice(6)}`;

/** Head of an answer and its rows, as they follow the number of the request; or what the service says instead. */
export function historyAnswer(
  truth: Truth,
  contract: ListedContract,
  request: HistoryRequest,
  now: number,
  faults: DrawnFaults,
): (string | number)[] | Refusal {
  const { quirks } = faults;
  const { whatToShow, end } = request;
  const { security, secType, symbol } = contract;
  const isPair = secType === 'CASH';
  if (isPair && (whatToShow === 'TRADES' || whatToShow === 'ADJUSTED_LAST')) {
    return { code: 162, text: `${SERVICE}No historical market data for ${symbol}/CASH@FXSUBPIP Last` };
  }
  const bars = barsOf(truth, contract, request, now, faults);
  const count = bars.time.length;
  if (count === 0) {
    return { code: 162, text: `${SERVICE}HMDS query returned no data: ${streamName(contract, whatToShow)}` };
  }
  const scale = truth.scaleAt(security, now);
  const price = (ticks: number | undefined): number => priceOf((ticks ?? 0) * scale.price, security.price);
  const edge = (instant: number): string => `${compact(instant)}  ${clockTime(instant)}`;
  const answer: (string | number)[] = [edge(startOf(request, contract, truth)), edge(end), count];
  for (let row = 0; row < count; row++) {
    const volume = (bars.volume[row] ?? 0) * scale.volume;
    const prices = [bars.open[row], bars.high[row], bars.low[row], bars.close[row]].map(price);
    const trades = isPair ? [-1, -1, -1] : [volume, prices[3] ?? 0, Math.ceil(volume / 100)];
    const stamp = stampText(bars.time[row] ?? 0, request);
    const sent = quirks.has('rows-text') ? prices.map((value) => `$${value}`) : prices;
    answer.push(quirks.has('drifted') ? driftedStamp(stamp) : stamp, ...sent, ...trades);
  }
  return answer;
}

/** When the history of a contract begins, seconds since the epoch or the same in UTC. */
export function headAnswer(
  truth: Truth,
  { security }: ListedContract,
  epochSeconds: boolean,
  faults: DrawnFaults,
  now: number,
): string {
  const told = toldFirst(security.first, faults, now);
  const opens =
    told !== security.first
      ? told
      : (truth.sessions(security, security.first, security.first + 14 * DAY_MS)[0]?.opensAt ?? security.first);
  return epochSeconds ? String(opens / 1000) : `${compact(opens)}-${clockTime(opens)}`;
}
