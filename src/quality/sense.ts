import type { Bars } from '../market/bars.ts';
import type { Period } from '../market/period.ts';
import { adjustmentFaults } from './sense-adjustments.ts';
import { columnFaults } from './sense-columns.ts';
import { dividendFaults, dividendsIn } from './sense-dividends.ts';
import { findingsOf } from './sense-finding.ts';
import type { SenseFinding } from './sense-finding.ts';
import { moveFaults } from './sense-moves.ts';
import { runFaults } from './sense-runs.ts';
import { senseSeries } from './sense-series.ts';

/**
 * What does not make sense in a history that is whole and readable: one finding a reason, in order of time, empty for a
 * good one. Rules about dividends, splits and adjusted closes speak only where the series has these columns. Negative
 * prices are legal: rules that compare by ratio pass over them.
 * @param bars ascending and unique in time, all of one series
 */
export function senseFindings(bars: Bars, period: Period): SenseFinding[] {
  const series = senseSeries(bars, period);
  const dividends = dividendsIn(series);
  const faults = [
    ...dividendFaults(series, dividends),
    ...adjustmentFaults(series, dividends),
    ...moveFaults(series),
    ...columnFaults(series),
    ...runFaults(series),
  ];
  return findingsOf(faults, bars, period);
}
