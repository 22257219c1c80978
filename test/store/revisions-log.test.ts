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

describe('the retention of that log', () => {
  const line = (day: string, fresh: number): string => `${day}T06:00:00.000Z,r,2024-01-02,price,Close,1,${fresh}\n`;
  const put = (root: string, text: string): void => {
    writeFileSync(join(root, '.vortex/revisions/stocks/1d/SPY.csv'), text);
  };
  const forget = async (root: string, before: string): Promise<void> => {
    const store = storeOf(root, 'later');
    await store.recover();
    await store.forgetRevisions([SPY.key, 'stocks/1d/KO'], Date.parse(before));
  };
  const known = (root: string) => manifest(root)['revision_bytes'];

  /** A folder whose log has these lines, all committed. */
  async function withLines(...lines: string[]): Promise<string> {
    const root = temporaryFolder();
    await runOf(root, 'run-1', 100, close(1, 2));
    const text = HEADER + lines.join('');
    put(root, text);
    const file = manifestFile(root);
    const stored = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...stored, revision_bytes: text.length }));
    return root;
  }

  it('takes off the lines that were seen before, and the next revision stands behind the rest', async () => {
    const root = await withLines(line('2024-01-10', 2), line('2024-02-10', 3), line('2024-03-10', 4));
    await forget(root, '2024-02-01');
    expect(log(root)).toBe(HEADER + line('2024-02-10', 3) + line('2024-03-10', 4));
    expect(known(root)).toBe(log(root).length);
    await runOf(root, 'run-2', 101, close(4, 5));
    expect(log(root)).toBe(HEADER + line('2024-02-10', 3) + line('2024-03-10', 4) + closeLine('run-2', 4, 5));
    await forget(root, '2025-01-01');
    expect(log(root)).toBe(HEADER);
    await runOf(root, 'run-3', 102, close(5, 6));
    expect(log(root)).toBe(HEADER + closeLine('run-3', 5, 6));
    expect(known(root)).toBe(log(root).length);
  });

  it('writes nothing while all lines are young', async () => {
    const root = await withLines(line('2024-02-10', 3));
    const before = [log(root), manifest(root).commit];
    await forget(root, '2024-02-01');
    expect([log(root), manifest(root).commit]).toEqual(before);
  });

  it('keeps no line that was never committed, and goes on where it was cut off before the manifest knew', async () => {
    const root = await withLines(line('2024-01-10', 2), line('2024-02-10', 3));
    appendFileSync(join(root, '.vortex/revisions/stocks/1d/SPY.csv'), line('2024-02-11', 9));
    await forget(root, '2024-02-01');
    expect(log(root)).toBe(HEADER + line('2024-02-10', 3));
    const cut = await withLines(line('2024-01-10', 2), line('2024-02-10', 3));
    put(cut, HEADER + line('2024-02-10', 3));
    await forget(cut, '2024-02-01');
    expect(known(cut)).toBe(log(cut).length);
  });
});
