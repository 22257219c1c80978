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
import type { SenseFuture } from './sense-series.ts';

/** What of a contract is a finding only where its neighbours moved meanwhile. */
export interface QuietRun {
  /** As it is to be told then. */
  readonly finding: SenseFinding;
  /** Usual size of a move of the contract, as a logarithm. */
  readonly moveNoise: number;
}

/** What does not make sense, and what may not. */
export interface Sense {
  readonly findings: readonly SenseFinding[];
  readonly quiet: readonly QuietRun[];
}

/**
 * What does not make sense in a history that is whole and readable: one finding a reason, in order of time, empty for a
 * good one. Rules about dividends, splits and adjusted closes speak only where the series has these columns. Negative
 * prices are legal: rules that compare by ratio pass over them.
 * @param bars ascending and unique in time, all of one series
 * @param future given for a future: other units are looked for, and quiet back months are no finding
 */
export function senseOf(bars: Bars, period: Period, future?: SenseFuture): Sense {
  const series = senseSeries(bars, period, future);
  const dividends = dividendsIn(series);
  const runs = runFaults(series);
  const faults = [
    ...dividendFaults(series, dividends),
    ...adjustmentFaults(series, dividends),
    ...moveFaults(series),
    ...columnFaults(series),
    ...runs.faults,
  ];
  const { moveNoise } = series;
  return {
    findings: findingsOf(faults, bars, period),
    quiet: runs.quiet.flatMap((fault) => findingsOf([fault], bars, period).map((finding) => ({ finding, moveNoise }))),
  };
}

/** The findings of `senseOf`. */
export function senseFindings(bars: Bars, period: Period, future?: SenseFuture): readonly SenseFinding[] {
  return senseOf(bars, period, future).findings;
}
