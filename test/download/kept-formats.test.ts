import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { duck } from '../support/duck.ts';
import { dataFiles, temporaryFolder } from '../support/folder.ts';
import { bars, commit, coveredDays, SPY, storeOf } from '../store/workspace.ts';
import { days, good, job } from './workspace.ts';
import { session, wholeRun } from './whole-run.ts';

const [CSV, PARQUET] = ['stocks/1d/SPY.csv', 'stocks/1d/SPY.parquet'];
const closes = async (path: string): Promise<unknown> =>
  (await duck(`SELECT list("Close" ORDER BY "Datetime") FROM '${path}'`))[0]?.[0];
const LATER = days('2024-01-04', '2024-01-31');
const EXPECTED = Array.from({ length: 31 }, (_, row) => 100 + row);

/** A run that wants CSV only, and gets the bars from 4 January on. */
async function csvRun(root: string): Promise<string[]> {
  const jobs = [job(root, SPY, { provider: 'yahoo', reason: 'update', requests: [LATER] })];
  const { results, warnings } = await wholeRun(root, { jobs }, () => Promise.resolve(session([good(LATER)])));
  expect(results).toMatchObject([{ outcome: 'updated', added: 28 }]);
  return [...warnings];
}

describe('a format that is not asked for any more', () => {
  it('is kept current all the same', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3), ['csv', 'parquet']);
    expect(await csvRun(root)).toEqual([]);
    expect(await closes(join(root, PARQUET))).toEqual(EXPECTED);
    expect(storeOf(root).read(SPY).formats).toEqual(['csv', 'parquet']);
  });

  it('is made new after a crash between its file and the other', async () => {
    const root = temporaryFolder();
    await commit(root, bars(2), ['csv', 'parquet']);
    const old = join(temporaryFolder(), 'old');
    copyFileSync(join(root, PARQUET), old);
    await commit(root, bars(3), ['csv', 'parquet'], 'run-2');
    copyFileSync(old, join(root, PARQUET));
    expect(coveredDays(storeOf(root))).toBe(3);
    expect(await csvRun(root)).toEqual([]);
    expect(await closes(join(root, PARQUET))).toEqual(EXPECTED);
  });

  it('is set aside and made new when somebody edited it', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3), ['csv', 'parquet']);
    const edited = readFileSync(join(root, PARQUET));
    edited[8] = (edited[8] ?? 0) ^ 1;
    writeFileSync(join(root, PARQUET), edited);
    expect(await csvRun(root)).toEqual([expect.stringContaining(PARQUET)]);
    expect(await closes(join(root, PARQUET))).toEqual(EXPECTED);
    expect(readFileSync(join(root, '.vortex/quarantine/this-run', PARQUET)).equals(edited)).toBe(true);
  });

  it('stays away when somebody removed its file', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3), ['csv', 'parquet']);
    rmSync(join(root, PARQUET));
    await csvRun(root);
    expect(dataFiles(root)).toEqual([CSV]);
    mkdirSync(join(root, 'x'));
    expect(existsSync(join(root, PARQUET))).toBe(false);
  });
});
