import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { FAULTY_PROVIDERS, faultKinds } from '../../sandbox/fault-list.ts';
import type { FaultyProvider } from '../../sandbox/fault-list.ts';
import { contents, csvRows, dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';
import { FAULT_ROWS, NO_ROW } from './fault-rows.ts';
import type { FaultRow } from './fault-rows.ts';

const NOW = '2024-07-03T06:00:00Z';
/** Only who waits for nothing should lose patience: the processor may be busy. */
const IMPATIENT = { VORTEX_HTTP_IDLE_TIMEOUT_MS: '300', VORTEX_IBKR_TIMEOUT_MS: '700' };

/** One series of each provider, and the bars that it is to be. */
const SERIES = {
  yahoo: { symbol: 'SPY', period: '1d', end: '2024-06-28', truth: 'stock/SPY', hasVolume: true },
  barchart: { symbol: 'GCQ24', period: '1d', end: '2024-06-28', truth: 'future/GCQ24', hasVolume: true },
  dukascopy: { symbol: 'EURUSD', period: '1h', end: '2024-06-28', truth: 'forex/EURUSD', hasVolume: false },
  ibkr: { symbol: 'GCQ24', period: '1d', end: '2024-06-28', truth: 'future/GCQ24', hasVolume: true },
} as const;
const START = '2024-05-01';
const NEXT_DAY = '2024-07-04T06:00:00Z';
const LAST_DAY = '2024-07-03';

const planned = z.object({ jobs: z.array(z.object({ from: z.string(), to: z.string() })) });
const lines: string[] = [];

// These tests wait for back-offs, not for the processor.
vi.setConfig({ maxConcurrency: 8, testTimeout: 120_000 });

beforeAll(() => {
  programPath();
});

afterAll(() => {
  const header = ['provider', 'fault', 'error', 'exit', 'outcome', 'coverage then', 'files are right'];
  const rule = `|${' --- |'.repeat(header.length)}`;
  process.stderr.write(`\n| ${header.join(' | ')} |\n${rule}\n${lines.sort().join('\n')}\n`);
});

/** What a plan would fetch, as text. */
async function missing(args: readonly string[], env: StandIn['env'], cwd: string): Promise<string> {
  const { stdout } = await vortex(['plan', ...args], { cwd, env });
  return JSON.stringify(planned.parse(JSON.parse(stdout)).jobs);
}

async function isTrue(provider: FaultyProvider, end: string, sandbox: StandIn, folder: string): Promise<boolean> {
  const { period, truth, hasVolume } = SERIES[provider];
  const [file, ...more] = dataFiles(folder);
  if (file === undefined || more.length > 0) return false;
  const last = new Date(Date.parse(end) + 86_400_000).toISOString().slice(0, 10);
  const instant = (date: string): string => (period === '1h' ? `${date}T00:00:00Z` : date);
  const bars = await sandbox.truth(`${truth}?period=${period}&from=${instant(START)}&to=${instant(last)}`);
  const stored = csvRows(join(folder, file));
  if (stored.some((row) => row['Adj Close'] === '')) return false;
  const rows = stored.map((row) => [
    row['Datetime'],
    ...['Open', 'High', 'Low', 'Close'].map((name) => Number(row[name])),
    hasVolume ? Number(row['Volume']) : 0,
  ]);
  const wanted = bars.map((bar) => [bar.time, bar.open, bar.high, bar.low, bar.close, hasVolume ? bar.volume : 0]);
  return wanted.length > 0 && JSON.stringify(rows) === JSON.stringify(wanted);
}

/** When the files become right that the same command left wrong. */
async function rightLater({ provider }: FaultRow, sandbox: StandIn, cwd: string): Promise<FaultRow['right'] | 'never'> {
  const { symbol, period } = SERIES[provider];
  await sandbox.change({ now: NEXT_DAY });
  const range = ['--start', START, '--end', LAST_DAY];
  const args = [symbol, '--period', period, ...range, '-p', provider, '--json', '--now', NEXT_DAY, '-o', 'out'];
  for (const [word, flags] of [
    ['next day', []],
    ['forced', ['--force']],
  ] as const) {
    await vortex(['download', ...args, ...flags], { cwd, env: sandbox.env });
    if (await isTrue(provider, LAST_DAY, sandbox, join(cwd, 'out'))) return word;
  }
  return 'never';
}

/** Runs one cell of the matrix: with the fault, what a plan says then, and without it. */
async function cell(row: FaultRow, context: TestContext) {
  const { provider, kind, written = kind } = row;
  const { symbol, period, end: usual } = SERIES[provider];
  const end = row.end ?? usual;
  const cwd = temporaryFolder(context);
  const folder = join(cwd, 'out');
  const sandbox = await standIn(NOW, `${provider}:${written}`, context);
  const common = [symbol, '--period', period, '--start', START, '--end', end, '-p', provider, '--json', '--now', NOW];
  const args = [...common, '-o', 'out'];
  const nothing = await missing([...common, '-o', 'nothing'], sandbox.env, cwd);
  const env = row.error === 'timeout' ? { ...sandbox.env, ...IMPATIENT } : sandbox.env;
  const { code, stdout } = await vortex(['download', ...args], { cwd, env });
  const [result] = readReport(stdout).results;
  const asking = row.waits === true ? args.with(args.indexOf(NOW), NEXT_DAY) : args;
  const left = await missing(asking, sandbox.env, cwd);
  const atOnce = await isTrue(provider, end, sandbox, folder);
  const stored = Object.keys(contents(folder));

  await sandbox.change({ faults: '' });
  const next = await vortex(['download', ...args], { cwd, env: sandbox.env });
  // A day's allowance that was said to be used up is not asked about again on that day.
  const nextCode = row.waits === true ? 3 : row.error === 'allowance-used' ? 5 : 0;
  context.expect(next.code, next.stderr).toBe(nextCode);
  if (row.waits === true) context.expect(readReport(next.stdout).requests).toBe(0);
  const byNext = await isTrue(provider, end, sandbox, folder);
  const right = atOnce ? 'at once' : byNext ? 'next run' : await rightLater(row, sandbox, cwd);
  const litter = everythingIn(cwd).filter((path) => path.endsWith('.tmp') || path.endsWith('/lock'));
  return {
    error: result?.error?.code ?? null,
    exit: code,
    outcome: result?.outcome,
    coverage: left === nothing ? 'unknown' : left === '[]' ? 'known' : 'partly known',
    right,
    stored: stored.length,
    litter,
  };
}

describe.concurrent('what each fault of each provider comes to', () => {
  it.for(FAULT_ROWS.map((row) => [`${row.provider}:${row.written ?? row.kind}`, row] as const))(
    '%s',
    async ([name, row], context) => {
      const { error, exit, outcome, coverage, right } = row;
      const came = await cell(row, context);
      const cells = [row.provider, name.slice(row.provider.length + 1), came.error ?? '–', came.exit];
      lines.push(`| ${[...cells, came.outcome, came.coverage, came.right].join(' | ')} |`);
      const isStored = outcome === 'updated';
      context.expect(came).toEqual({ error, exit, outcome, coverage, right, stored: isStored ? 1 : 0, litter: [] });
    },
  );
});

it.each(FAULTY_PROVIDERS)('every fault that %s has is in the matrix', (provider) => {
  const rows = FAULT_ROWS.filter((row) => row.provider === provider && !NO_ROW.includes(row.kind)).map(
    ({ kind }) => kind,
  );
  const wanted = faultKinds(provider).filter((kind) => !NO_ROW.includes(kind));
  expect([...new Set(rows)].sort()).toEqual([...wanted].sort());
});
