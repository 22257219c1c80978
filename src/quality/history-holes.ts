import type { Bars } from '../market/bars.ts';
import { firstBarFrom } from '../market/bars.ts';
import { dueUnitsBefore } from '../market/due-units.ts';
import type { DueUnit } from '../market/due-units.ts';
import type { ExchangeTable } from '../market/exchange-table.ts';
import { missingRuns } from '../market/proof.ts';
import { formatStamp } from '../market/stored-series.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import { SUSPECT_UNITS } from '../market/suspects.ts';
import { isWithin } from '../market/time-range.ts';
import type { Fault } from './finding.ts';
import type { SeriesName } from '../market/series.ts';

/** So many bars before a date must have had a volume, before a contract's silence on it says something. */
const VOLUME_BARS = 5;
/** Dates that are named; the rest is counted. */
const MOST_NAMED = 3;

/** Before which instant a date is too old to be asked for each night. @param now milliseconds since the epoch, UTC */
function oldBefore(table: ExchangeTable, { period }: SeriesName, now: number): number {
  let [from, count] = [now, 0];
  for (const unit of dueUnitsBefore(table, now, period)) {
    if (count >= SUSPECT_UNITS) break;
    from = unit.from;
    count += 1;
  }
  return from;
}

function hadVolume({ time, volume }: Bars, { from }: DueUnit): boolean {
  const row = firstBarFrom(time, from);
  return row >= VOLUME_BARS && volume.subarray(row - VOLUME_BARS, row).every((value) => value > 0);
}

/**
 * Dates (daily and longer) or sessions (intraday) between two bars that are more than 60 sessions old, on which a bar is due
 * and the series has none, though its source has answered for them. One finding a series: nothing on the disk is wrong,
 * bars may be missing at the source. What many equal answers have confirmed as empty is left out. Only tables that recorded
 * sessions have proved count. Pure.
 * @param now milliseconds since the epoch, UTC
 */
export function historyHoles(
  name: SeriesName,
  bars: Bars,
  { table, stored }: { readonly table: ExchangeTable | undefined; readonly stored: StoredSeries },
  now: number,
): Fault[] {
  if (table?.isProven !== true || bars.time.length === 0) return [];
  const kind = name.class === 'future' ? 'contract' : 'undated';
  const { period } = name;
  const confirmed = (stored.refused ?? []).filter(({ isConfirmed }) => isConfirmed);
  const before = oldBefore(table, name, now);
  const dates = missingRuns({ time: bars.time, period, kind, table, ranges: stored.coverage })
    .filter(({ place, isExpected }) => place === 'between' && isExpected)
    .flatMap(({ units }) => units)
    .filter((unit) => unit.to <= before && !confirmed.some((range) => isWithin(unit.stamp, range)))
    .filter((unit) => kind === 'undated' || hadVolume(bars, unit));
  if (dates.length === 0) return [];
  const named = dates.slice(0, MOST_NAMED).map(({ stamp }) => formatStamp(stamp, period));
  const more = dates.length > named.length ? ` and ${dates.length - named.length} more` : '';
  const detail = `no bar on ${named.join(', ')}${more}, though its exchange traded; the source answered without one`;
  return [{ kind: 'history-hole', detail, severity: 'info' }];
}
