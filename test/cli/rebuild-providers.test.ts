import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it, vi } from 'vitest';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { dataFiles, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const FIRST = '2024-06-21T06:00:00Z';
const SECOND = '2024-07-03T06:00:00Z';
const BOTH = ['--format', 'csv,parquet', '--json', '-o', 'out'];

const told = z.object({ exitCode: z.number(), rebuilt: z.number(), refused: z.array(z.unknown()) });

vi.setConfig({ testTimeout: 90_000 });

beforeAll(() => {
  programPath();
});

function checksums(folder: string): Record<string, string> {
  const sum = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  return Object.fromEntries(dataFiles(folder).map((path) => [path, sum(join(folder, path))]));
}

// Contracts, a stock and a pair, by day and within it; the last column lets a few answers through on the first day and no more.
const CASES = [
  ['barchart', ['GCJ24', 'GCQ24', 'SPY', 'EURUSD'], '1d,1h', '2024-01-02', 8, 'quota=3'],
  ['dukascopy', ['EURUSD', 'BTC-USD'], '5m,1d,1wk', '2024-06-03', 6, 'after=8@truncate'],
  ['ibkr', ['GCJ24', 'GCQ24', 'SPY', 'EURUSD'], '1d,1h', '2024-01-02', 8, 'after=14@no-permission'],
  ['yahoo', ['SPY', 'EURUSD', 'GCQ24'], '1d,1h', '2024-01-02', 6, 'after=3@html'],
] as const;

type Case = (typeof CASES)[number];

/** Downloads on two days, ends the sandbox, removes all data files, rebuilds. */
async function twoDaysAndBack([provider, symbols, periods, start, series]: Case, fault: string, context: TestContext) {
  const cwd = temporaryFolder(context);
  const sandbox = await standIn(FIRST, fault === '' ? '' : `${provider}:${fault}`, context);
  const { env } = sandbox;
  const args = ['download', ...symbols, '-p', provider, '--period', periods, '--start', start, ...BOTH];
  // What is tried again and again is waited for once only.
  const first = await vortex([...args, '--fail-fast', '--now', FIRST], { cwd, env });
  context.expect(first.code, first.stderr).toBe(fault === '' ? 0 : fault.startsWith('quota') ? 5 : 3);
  await sandbox.change({ now: SECOND, faults: '' });
  const second = await vortex([...args, '--now', SECOND], { cwd, env });
  context.expect(second.code, second.stderr).toBe(0);
  context.expect(readReport(second.stdout).series).toMatchObject({ planned: series, failed: 0 });
  const out = join(cwd, 'out');
  const before = checksums(out);
  context.expect(Object.keys(before).length).toBeGreaterThanOrEqual(series * 2);
  for (const path of dataFiles(out)) rmSync(join(out, path));
  await sandbox.stop();

  const { code, stdout, stderr } = await vortex(['rebuild', '-o', 'out', '--json', '--now', SECOND], { cwd, env });
  context.expect(code, stderr).toBe(0);
  context.expect(told.parse(JSON.parse(stdout))).toEqual({ exitCode: 0, rebuilt: series, refused: [] });
  context.expect(checksums(out)).toEqual(before);
  return readReport(first.stdout);
}

describe.concurrent('what was downloaded is made again without a server, byte for byte', () => {
  it.for(CASES)('%s', async (each, context) => {
    const report = await twoDaysAndBack(each, '', context);
    context.expect(report.series).toMatchObject({ updated: each[4] });
  });

  it.for(CASES)('%s, also what a first day full of faults had left undone', async (each, context) => {
    const report = await twoDaysAndBack(each, each[5], context);
    context.expect(report.series['updated']).toBeGreaterThan(0);
    context.expect(report.series['updated']).toBeLessThan(each[4]);
  });
});
