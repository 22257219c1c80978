import type { RunReport, SeriesResult } from '../download/run-report.ts';
import { badRowLines } from './bad-row-lines.ts';
import { counted, textTable, thousands } from './table.ts';

/** How many different problems are told one by one. */
const TOLD_PROBLEMS = 20;

/** One line on a run: `12 series: 5 updated, 6 unchanged, 1 failed; 1,234 bars added; 17 requests`. Pure. */
export function summaryLine(report: RunReport): string {
  const { series, bars } = report;
  const counts = (['updated', 'unchanged', 'empty', 'postponed', 'failed'] as const)
    .filter((outcome) => series[outcome] > 0)
    .map((outcome) => `${thousands(series[outcome])} ${outcome}`);
  const unservable =
    series.unservable > 0 ? ` (${thousands(series.unservable)} more that no listed provider can serve)` : '';
  const beside = (['stale', 'suspect'] as const)
    .filter((what) => series[what] > 0)
    .map((what) => `, ${thousands(series[what])} ${what === 'suspect' ? 'with suspect dates' : what}`);
  const revised = bars.revised > 0 ? `, ${thousands(bars.revised)} revised` : '';
  const dropped = bars.dropped > 0 ? `, ${counted(bars.dropped, 'bad row')} dropped` : '';
  return (
    `${thousands(series.planned)} series: ${counts.join(', ') || 'nothing to do'}${beside.join('')}${unservable}; ` +
    `${counted(bars.added, 'bar')} added${revised}${dropped}; ${counted(report.requests, 'request')}`
  );
}

/** A table of the series of a run that changed or went wrong. Pure. */
export function resultTable(results: readonly SeriesResult[]): string {
  return textTable(
    ['series', 'provider', 'outcome', 'added', 'revised', 'first', 'last'],
    results.map((result) => [
      result.series,
      result.provider ?? '',
      result.outcome,
      result.added,
      result.revised,
      result.first ?? '',
      result.last ?? '',
    ]),
  );
}

/** Lines that tell what went wrong, for stderr: a line for each different thing and each kind of bad row, long lists cut. Pure. */
export function problemLines(report: RunReport, reportPath: string): string[] {
  const byProblem = new Map<string, string[]>();
  for (const { outcome, error, series } of report.results) {
    if (error === null) continue;
    const problem = `${outcome}: ${error.message}`;
    const told = byProblem.get(problem);
    if (told === undefined) byProblem.set(problem, [series]);
    else told.push(series);
  }
  const lines = [...byProblem].slice(0, TOLD_PROBLEMS).map(([problem, series]) => `${problem} (${namesOf(series)})`);
  const rest = byProblem.size - lines.length;
  const more = rest === 0 ? [] : [`… and ${thousands(rest)} more; all of them are in ${reportPath}`];
  return [...lines, ...more, ...badRowLines(report.results)];
}

function namesOf(series: readonly string[]): string {
  const [first = '', second] = series;
  if (series.length > 2) return `${first} and ${thousands(series.length - 1)} more`;
  return second === undefined ? first : `${first}, ${second}`;
}
