import { DAY_MS } from '../market/period.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { WantedSeries } from './wanted.ts';

/**
 * The wish up to the end of a series that has ended: by the user's word up to that date, by force too; a contract that has
 * ended by itself only by force. Of a market that has ended, months that have no bars yet are not wanted.
 * @returns undefined when nothing is left to ask
 */
export function untilEnd(wanted: WantedSeries, stored: StoredSeries, force: boolean): WantedSeries | undefined {
  const { ended } = stored;
  if (ended === undefined || ended.kind === 'presumed') return wanted;
  if (ended.kind === 'contract') return force ? wanted : undefined;
  if (ended.on === undefined) return undefined;
  const end = ended.on + DAY_MS;
  const { contract } = wanted.series;
  if (contract !== undefined && stored.rows === 0 && contract.life.to > end) return undefined;
  const range = { from: wanted.range.from, to: Math.min(wanted.range.to, end) };
  return range.from < range.to ? { ...wanted, range } : undefined;
}
