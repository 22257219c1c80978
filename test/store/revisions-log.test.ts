import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Revisions } from '../../src/store/revisions.ts';
import { temporaryFolder } from '../support/folder.ts';
import { bars, change, manifest, manifestFile, SPY, storeOf } from './workspace.ts';

const HEADER = 'Seen,Run,Datetime,Kind,Column,Old,New\n';
const JANUARY_2 = Date.UTC(2024, 0, 2);
const log = (root: string): string => readFileSync(join(root, '.vortex/revisions/stocks/1d/SPY.csv'), 'utf8');

/** One close of 2 January that the source has changed. */
const close = (old: number, fresh: number): Revisions => ({
  changes: [{ time: JANUARY_2, column: 'Close', old, fresh }],
  bases: [],
});
const closeLine = (run: string, old: number, fresh: number): string =>
  `2024-07-01T12:00:00.000Z,${run},2024-01-02,price,Close,${old},${fresh}\n`;

/** A run that stores three bars, and what the source has changed. */
async function runOf(root: string, run: string, level: number, revisions?: Revisions): Promise<void> {
  const store = storeOf(root, run);
  await store.recover();
  const wish = change(SPY, store.read(SPY), bars(3, level));
  await store.commit(revisions === undefined ? wish : { ...wish, revisions });
  await store.close();
}

describe('the log of what a source has changed', () => {
  it('has a line for each value and each bar that vanished, and one for a change of basis', async () => {
    const root = temporaryFolder();
    await runOf(root, 'run-1', 100, {
      bases: [{ columns: 'prices', factor: 0.5, difference: 0, bars: 3 }],
      changes: [
        { time: JANUARY_2, column: 'Open', old: 100, fresh: 101.5 },
        { time: JANUARY_2, column: 'Volume', old: Number.NaN, fresh: 7 },
        { time: JANUARY_2, column: 'Open Interest', old: 3, fresh: 4 },
        { time: JANUARY_2 + 86_400_000 },
      ],
    });
    const head = '2024-07-01T12:00:00.000Z,run-1';
    expect(log(root)).toBe(
      `${HEADER}${head},,rebase,Open High Low Close,,factor 0.5\n` +
        `${head},2024-01-02,price,Open,100,101.5\n` +
        `${head},2024-01-02,volume,Volume,,7\n` +
        `${head},2024-01-02,volume,Open Interest,3,4\n` +
        `${head},2024-01-03,vanished,,,\n`,
    );
    expect(manifest(root)['revision_bytes']).toBe(log(root).length);
  });

  it('grows, and loses only what a crash left behind its committed end', async () => {
    const root = temporaryFolder();
    await runOf(root, 'run-1', 100, close(1, 2));
    appendFileSync(join(root, '.vortex/revisions/stocks/1d/SPY.csv'), closeLine('killed', 2, 9).slice(0, 40));
    await runOf(root, 'run-2', 101);
    await runOf(root, 'run-3', 102, close(2, 3));
    expect(log(root)).toBe(HEADER + closeLine('run-1', 1, 2) + closeLine('run-3', 2, 3));
  });

  it.each([
    ['gone', undefined],
    ['torn', '{"schema":1,"ser'],
  ])('is kept whole when the manifest of the series is %s', async (_, left) => {
    const root = temporaryFolder();
    await runOf(root, 'run-1', 100, close(1, 2));
    rmSync(manifestFile(root));
    if (left !== undefined) writeFileSync(manifestFile(root), left);
    // Fetched again as a new series; later the source changes a bar once more.
    await runOf(root, 'run-2', 100);
    await runOf(root, 'run-3', 101, close(2, 3));
    expect(log(root)).toBe(HEADER + closeLine('run-1', 1, 2) + closeLine('run-3', 2, 3));
  });
});
