import { expect, it } from 'vitest';
import { badRowLines } from '../../src/cli/bad-row-lines.ts';
import { runReport } from '../../src/download/run-report.ts';
import { problemLines, summaryLine } from '../../src/cli/summary.ts';
import { plainResult } from '../../src/download/record.ts';

const result = (id: string, droppedReasons: Readonly<Record<string, number>>, leftOut = {}) => {
  const instrument = { class: 'stock', id, code: id } as const;
  const series = { key: `stocks/1d/${id}`, instrument, symbol: id, period: '1d' } as const;
  const dropped = Object.values(droppedReasons).reduce((sum, count) => sum + count, 0);
  return { ...plainResult(series, undefined, 'yahoo', 'updated', undefined), dropped, droppedReasons, leftOut };
};

const HEAD = { run: 'r', startedAt: '', finishedAt: '', requests: 1, exitCode: 0 };

it('bad rows are told by kind, each with the series that have them, the most first', () => {
  const results = [result('SPY', { 'high-below-low': 1, 'null-close': 1 }), result('QQQ', { 'high-below-low': 1_200 })];
  expect(badRowLines(results)).toEqual([
    '1,201 bad rows: high below low (stocks/1d/QQQ 1,200, stocks/1d/SPY 1)',
    '1 bad row: volume but no close (stocks/1d/SPY 1)',
  ]);
  expect(problemLines(runReport(HEAD, results, 0), 'report.json')).toEqual(badRowLines(results));
});

it('of many series with one kind of bad row five are named', () => {
  const results = Array.from({ length: 7 }, (_, index) => result(`S${index}`, { 'out-of-order': 7 - index }));
  expect(badRowLines(results)).toEqual([
    '28 bad rows: out of order (stocks/1d/S0 7, stocks/1d/S1 6, stocks/1d/S2 5, stocks/1d/S3 4, stocks/1d/S4 3 and 2 more series)',
  ]);
});

it("today's unfinished bars are left out, and a summary does not call them bad", () => {
  const results = [result('SPY', {}, { unfinished: 6, 'no-trade': 2 })];
  const report = runReport(HEAD, results, 0);
  expect(report.bars.dropped).toBe(0);
  expect(summaryLine(report)).toBe('1 series: 1 updated; 0 bars added; 1 request');
  expect(problemLines(report, 'report.json')).toEqual([]);
});
