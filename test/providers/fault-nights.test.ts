import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import type { TestContext } from 'vitest';
import { csvRows, dataFiles, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import { NIGHT_ROWS } from './night-rows.ts';
import type { Night, NightRow } from './night-rows.ts';

const SERIES = {
  yahoo: { symbol: 'SPY', period: '1d', truth: 'stock/SPY' },
  barchart: { symbol: 'GCQ24', period: '1d', truth: 'future/GCQ24' },
  dukascopy: { symbol: 'EURUSD', period: '1h', truth: 'forex/EURUSD' },
  ibkr: { symbol: 'GCQ24', period: '1d', truth: 'future/GCQ24' },
} as const;

const lines: string[] = [];

vi.setConfig({ maxConcurrency: 4, testTimeout: 120_000 });

beforeAll(() => {
  programPath();
});

afterAll(() => {
  const header = ['provider', 'fault', 'night', 'faults', 'exit', 'error', 'behind', 'requests'];
  process.stderr.write(`\n| ${header.join(' | ')} |\n|${' --- |'.repeat(header.length)}\n${lines.join('\n')}\n`);
});

const at = (date: string): string => `${date}T06:00:00Z`;

/** Runs the nights of a row one after the other, each judged by itself. @returns whether all bars are stored then */
async function nights({ provider, nights: all, start, end, name }: NightRow, context: TestContext): Promise<boolean> {
  const { symbol, period, truth } = SERIES[provider];
  const cwd = temporaryFolder(context);
  const sandbox = await standIn(at(all[0]?.date ?? start), '', context);
  const range = ['--start', start, ...(end === undefined ? [] : ['--end', end])];
  let last: Night | undefined;
  for (const night of all) {
    const { date, faults, now = date, isAsked } = night;
    await sandbox.change({ now: at(date), faults: faults === undefined ? '' : `${provider}:${faults}` });
    const args = [symbol, '--period', period, ...range, '-p', provider, '--json', '--now', at(now), '-o', 'out'];
    const { code, stdout, stderr } = await vortex(['download', ...args], { cwd, env: sandbox.env });
    const report = readReport(stdout);
    const [result] = report.results;
    const came = [provider, name, date, faults ?? '–', code, result?.error?.code ?? '–'];
    const behind = Number(result?.['sessionsBehind'] ?? 0);
    lines.push(`| ${[...came, behind, report.requests].join(' | ')} |`);
    context.expect([date, code, result?.error?.code ?? null], stderr).toEqual([date, night.exit, night.error]);
    if (night.behind !== undefined) context.expect([date, behind]).toEqual([date, night.behind]);
    if (isAsked !== undefined) context.expect([date, report.requests > 0], stderr).toEqual([date, isAsked]);
    last = night;
  }
  const [file] = dataFiles(join(cwd, 'out'));
  const instant = (date: string): string => (period === '1h' ? `${date}T00:00:00Z` : date);
  const bars = await sandbox.truth(
    `${truth}?period=${period}&from=${instant(start)}&to=${instant(end ?? last?.date ?? start)}`,
  );
  const stored = file === undefined ? [] : csvRows(join(cwd, 'out', file)).map((row) => row['Datetime']);
  return bars.length > 0 && bars.every(({ time }) => stored.includes(time));
}

describe.concurrent('what the faults of a provider come to over several nights', () => {
  it.for(NIGHT_ROWS.map((row) => [`${row.provider}: ${row.name}`, row] as const))('%s', async ([, row], context) => {
    context.expect(await nights(row, context)).toBe(row.isWhole);
  });
});
