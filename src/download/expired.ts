import type { VortexError } from '../market/errors.ts';
import type { Contract } from '../market/instrument.ts';
import { formatStamp } from '../market/stored-series.ts';
import type { Job } from '../plan/plan.ts';
import type { Capabilities } from '../providers/provider.ts';

const months = (year: number, month: number): number => year * 12 + month;

/** Whether it is the month of delivery or the one before, in one of which every contract expires. */
function isNearDelivery({ year, month }: Contract, now: number): boolean {
  const today = new Date(now);
  const left = months(year, month) - months(today.getUTCFullYear(), today.getUTCMonth() + 1);
  return left === 0 || left === 1;
}

/**
 * Whether "no such symbol" means that a contract with stored bars has expired: where expired ones are not served, the true
 * expiry may be told by nothing else. One that was named outright is a failure, and so is one far from its delivery.
 * @param now milliseconds since the epoch, UTC
 */
export function hasExpired(
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
export function expiredLine({ series, provider, stored }: Job): string {
  const last = stored.tail.at(-1);
  const end = last === undefined ? '' : `; its last bar is of ${formatStamp(last, series.period)}`;
  return `${series.key}: ${provider} has no ${series.symbol} any more, as of contracts that have expired${end}; counted as unservable`;
}
