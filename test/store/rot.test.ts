import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { days, good, job } from '../download/workspace.ts';
import { session, wholeRun } from '../download/whole-run.ts';
import { contents, temporaryFolder } from '../support/folder.ts';
import { bars, commit, manifestFile, SPY, storeOf } from './workspace.ts';

const [CSV, PARQUET] = ['stocks/1d/SPY.csv', 'stocks/1d/SPY.parquet'];
const LATER = days('2024-01-04', '2024-01-31');

/** Changes one byte of a file as a failing disk does: neither its length nor its time tells of it. */
function rot(root: string, path: string, at: (content: Buffer) => number): void {
  // A time that can be put back to the last digit.
  const time = new Date(86_400_000);
  const manifest = readFileSync(manifestFile(root), 'utf8').replace(/"mtime_ms": [\d.]+/g, '"mtime_ms": 86400000');
  writeFileSync(manifestFile(root), manifest);
  for (const name of [CSV, PARQUET].filter((each) => existsSync(join(root, each)))) {
    const content = readFileSync(join(root, name));
    if (name === path) content[at(content)] = (content[at(content)] ?? 0) ^ 8;
    writeFileSync(join(root, name), content);
    utimesSync(join(root, name), time, time);
    expect(statSync(join(root, name)).mtimeMs).toBe(86_400_000);
  }
}

describe('a file that rotted without a trace', () => {
  // 101 becomes 901: a good number, and a wrong one.
  const digit = (content: Buffer): number => content.indexOf('101');
  const inPage = (content: Buffer): number => content.indexOf('Open') - 60;

  it.each([
    ['CSV', ['csv'], CSV, digit],
    ['Parquet', ['parquet'], PARQUET, inPage],
  ] as const)('of %s is not taken for true, joined with new bars and signed again', async (_, formats, path, at) => {
    const root = temporaryFolder();
    await commit(root, bars(3), [...formats]);
    rot(root, path, at);
    const before = contents(root);
    const jobs = [job(root, SPY, { provider: 'yahoo', reason: 'update', requests: [LATER] })];
    const open = () => Promise.resolve(session([good(LATER)]));
    const { results, codes } = await wholeRun(root, { jobs }, open, { formats });
    expect(results).toMatchObject([{ outcome: 'failed', added: 0, error: { code: 'file-corrupt' } }]);
    expect(results[0]?.error?.message).toContain(path);
    expect([codes, contents(root)]).toEqual([[3], before]);
  });

  it('says how it is fetched again', async () => {
    const root = temporaryFolder();
    await commit(root, bars(3));
    rot(root, CSV, digit);
    const store = storeOf(root);
    await expect(store.loadBars(store.read(SPY))).rejects.toThrow(/^stocks\/1d\/SPY\.csv: .*move it away/);
  });
});
