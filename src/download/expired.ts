import type { VortexError } from '../market/errors.ts';
import { formatTradeDate } from '../market/calendar.ts';
import type { TradeDate } from '../market/calendar.ts';
import type { Contract, Series } from '../market/instrument.ts';
import { DAY_MS } from '../market/period.ts';
import { formatStamp } from '../market/stored-series.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { Job, Plan } from '../plan/plan.ts';
import type { Capabilities } from '../providers/provider.ts';
import { writeEnded } from '../store/ended.ts';
import { versionFacts } from '../store/manifest.ts';
import type { KnownSeries, SeriesChange } from '../store/series-change.ts';
import { plainResult } from './record.ts';
import type { Recording } from './record.ts';

const months = (year: number, month: number): number => year * 12 + month;

/** Whether it is the month of delivery or the one before, in one of which every contract expires. */
function isNearDelivery({ year, month }: Contract, now: number): boolean {
  const today = new Date(now);
  const left = months(year, month) - months(today.getUTCFullYear(), today.getUTCMonth() + 1);
  return left === 0 || left === 1;
}

/** From so many days before the last day of its month on, a contract may have ended. */
const MAY_END_DAYS = 45;

/**
 * Whether "no such symbol" means that a contract with stored bars has ended: late in its life, while a later month of its
 * market has newer bars.
 * @param newestLater stamp of the newest bar of the later months, of the folder
 * @param now milliseconds since the epoch, UTC
 * @returns the last trade date, its last bar's; undefined when it means nothing of the kind
 */
function endedOn(
  error: VortexError | undefined,
  { series, stored }: Pick<Job, 'series' | 'stored'>,
  newestLater: number | undefined,
  now: number,
): TradeDate | undefined {
  const { contract } = series;
  const last = stored.tail.at(-1);
  if (error?.code !== 'no-such-symbol' || contract === undefined || last === undefined) return undefined;
  const monthEnd = Date.UTC(contract.year, contract.month, 1);
  if (now < monthEnd - MAY_END_DAYS * DAY_MS || newestLater === undefined || newestLater <= last) return undefined;
  return Math.floor(last / DAY_MS) * DAY_MS;
}

/** The commit that says so. */
function endedChange({ series }: Job, known: KnownSeries, on: TradeDate, now: number): SeriesChange | undefined {
  if (known.version === undefined) return undefined;
  const ended = writeEnded({ ...known.stored, ended: { kind: 'contract', on, at: now } });
  return { series, known, formats: known.formats, facts: { ...versionFacts(known.version), ...ended } };
}

/** The stamp of the newest bar that the later months of a contract's market have, by plan and folder. */
function newestLaterBar(
  { series }: Job,
  jobs: readonly { readonly series: Series; readonly stored?: StoredSeries }[],
): number | undefined {
  const { contract, instrument, period } = series;
  if (contract === undefined) return undefined;
  const mine = months(contract.year, contract.month);
  const stamps = jobs.flatMap(({ series: other, stored }) => {
    const later = other.contract;
    if (later === undefined || other.instrument.id !== instrument.id || other.period !== period) return [];
    return months(later.year, later.month) > mine ? (stored?.tail.slice(-1) ?? []) : [];
  });
  return stamps.length === 0 ? undefined : Math.max(...stamps);
}

/** What is said of a contract that has ended. */
const endedLine = ({ series, provider }: Job, on: TradeDate): string =>
  `${series.key}: ${provider} has no ${series.symbol} any more, and a later month has newer bars: it has ended; its last bar is of ${formatTradeDate(on)}`;

/**
 * Whether "no such symbol" means that a contract with stored bars has expired: where expired ones are not served, the true
 * expiry may be told by nothing else. One that was named outright is a failure, and so is one far from its delivery.
 * @param now milliseconds since the epoch, UTC
 */
function hasExpired(
  error: VortexError | undefined,
  { series, stored, named }: Job,
  { expiredContractDays }: Capabilities,
  now: number,
): boolean {
  const { contract } = series;
  if (error?.code !== 'no-such-symbol' || contract === undefined || stored.rows === 0 || named === true) return false;
  return expiredContractDays === 0 && isNearDelivery(contract, now);
}

/** What is said of such a contract. */
function expiredLine({ series, provider, stored }: Job): string {
  const last = stored.tail.at(-1);
  const end = last === undefined ? '' : `; its last bar is of ${formatStamp(last, series.period)}`;
  return `${series.key}: ${provider} has no ${series.symbol} any more, as of contracts that have expired${end}; counted as unservable`;
}

/** A contract that its provider has no more: what is said of it, and, where it has ended, what is stored. */
export interface GoneContract {
  readonly line: string;
  /** That it has ended; absent: its provider does not serve expired contracts, and it may be asked again. */
  readonly recording?: Recording;
}

/**
 * What "no such symbol" means for a contract with stored bars: it has ended, or it has expired at a provider that does not
 * serve expired ones; undefined when it is a failure.
 */
export function goneContract(
  error: VortexError | undefined,
  job: Job,
  known: KnownSeries,
  { capabilities, plan, now }: { readonly capabilities: Capabilities; readonly plan: Plan; readonly now: number },
): GoneContract | undefined {
  const on = endedOn(error, job, newestLaterBar(job, [...plan.jobs, ...plan.settled]), now);
  const change = on === undefined ? undefined : endedChange(job, known, on, now);
  if (on !== undefined && change !== undefined) {
    const result = plainResult(job.series, known.stored, job.provider, 'unchanged', undefined);
    return { line: endedLine(job, on), recording: { change, result } };
  }
  return hasExpired(error, job, capabilities, now) ? { line: expiredLine(job) } : undefined;
}
