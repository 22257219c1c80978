import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  cpSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { mergeBars } from '../../src/market/merge.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { buildProgram, eachOf, startChild } from '../support/child.ts';
import { duck } from '../support/duck.ts';
import { contents, everythingIn, temporaryFolder } from '../support/folder.ts';
import { appendVersion, BASE_ROWS, csvOf, LONG, longBars, longRows, workIn } from './long-versions.ts';

const program = await buildProgram(new URL('committing.ts', import.meta.url));
const CSV = 'stocks/1m/SPY.csv';
const BLOCK = 1_048_576;

async function folderAt(version: number): Promise<string> {
  const root = temporaryFolder();
  for (let each = 1; each <= version; each++) await appendVersion(root, `run-${each}`, each);
  return root;
}

function copyOf(folder: string): string {
  const root = temporaryFolder();
  cpSync(folder, root, { recursive: true, preserveTimestamps: true });
  return root;
}

const BASE = temporaryFolder({ onTestFinished: afterAll });
await appendVersion(BASE, 'run-1', 1);
const text = (root: string): string => readFileSync(join(root, CSV), 'latin1');
const wanted = (version: number): string => csvOf(longBars(0, longRows(version)));
const sha = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const known = (root: string) => new SeriesStore(root, 'look', () => 0).read(LONG);

describe('a long CSV', () => {
  it('gets new rows behind those it has: the same file, nothing before them written', async () => {
    const root = copyOf(BASE);
    const before = statSync(join(root, CSV));
    expect(before.size).toBeGreaterThan(BLOCK);
    expect(await appendVersion(root, 'run-2', 2)).toEqual([]);
    const after = statSync(join(root, CSV));
    expect(text(root)).toBe(wanted(2));
    expect([after.ino, after.size]).toEqual([before.ino, wanted(2).length]);
    expect(everythingIn(root).filter((path) => path.includes('tmp'))).toEqual([]);
  });

  it('is known by the checksums of its blocks, each of which another program finds in the file', async () => {
    const root = copyOf(BASE);
    for (const version of [2, 3, 4]) await appendVersion(root, `run-${version}`, version);
    const content = readFileSync(join(root, CSV));
    const blocks = [content.subarray(0, BLOCK), content.subarray(BLOCK)].map(sha);
    const file = known(root).version?.files.find(({ format }) => format === 'csv');
    expect(file).toMatchObject({ bytes: content.length, blocks, sha256: sha(Buffer.from(blocks.join(''))) });
    expect(file?.mtime_ms).toBe(statSync(join(root, CSV)).mtimeMs);
  });

  it('has its Parquet beside it in months, of which only the last is written', async () => {
    const root = copyOf(BASE);
    const january = statSync(join(root, 'stocks/1m/SPY_2024-01.parquet'));
    await appendVersion(root, 'run-2', 2);
    const again = statSync(join(root, 'stocks/1m/SPY_2024-01.parquet'));
    expect([again.ino, again.mtimeMs]).toEqual([january.ino, january.mtimeMs]);
    const [row] = await duck(
      `SELECT count(*)::INT AS rows, sum("Close")::DOUBLE AS total FROM '${root}/stocks/1m/*.parquet'`,
    );
    const rows = longRows(2);
    expect(row).toEqual([rows, (rows * (rows - 1)) / 2 + rows * 0.25]);
  });

  it('is written anew where a stored row was corrected', async () => {
    const root = copyOf(BASE);
    const answer = longBars(BASE_ROWS - 5, BASE_ROWS + 3);
    answer.close[1] = 1.5;
    const expected = csvOf(mergeBars(longBars(0, BASE_ROWS), answer).bars);
    expect(await workIn(root, 'run-2', answer)).toEqual([]);
    expect(text(root)).toBe(expected);
  });

  it('does not change, nor its times, when nothing is new', async () => {
    const root = copyOf(BASE);
    const before = statSync(join(root, CSV));
    await workIn(root, 'run-2', longBars(BASE_ROWS - 5, BASE_ROWS));
    expect(statSync(join(root, CSV))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs, size: before.size });
  });

  it('whose end rotted is not gone on with', async () => {
    const root = copyOf(BASE);
    await appendVersion(root, 'run-2', 2);
    const { mtime } = statSync(join(root, CSV));
    const content = readFileSync(join(root, CSV));
    content[content.length - 3] = (content[content.length - 3] ?? 0) ^ 1;
    writeFileSync(join(root, CSV), content);
    utimesSync(join(root, CSV), mtime, mtime);
    await expect(appendVersion(root, 'run-3', 3)).rejects.toThrow(/SPY\.csv: is not what was written/);
  });

  it('any sequence of answers leaves what all of them together would have left', async () => {
    const answers = fc.array(
      fc.record({
        from: fc.integer({ min: BASE_ROWS - 4_000, max: BASE_ROWS }),
        rows: fc.integer({ min: 1, max: 3_000 }),
        shift: fc.constantFrom(0, 0, 1),
      }),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(answers, fc.constant(['csv', 'parquet'] as const), async (all, formats) => {
        const root = copyOf(BASE);
        let truth = longBars(0, BASE_ROWS);
        for (const { from, rows, shift } of all) {
          const answer = longBars(from, from + rows);
          for (let row = 0; row < rows; row += 100) answer.close[row] = (answer.close[row] ?? 0) + shift;
          expect(await workIn(root, 'run', answer, formats)).toEqual([]);
          truth = mergeBars(truth, answer).bars;
        }
        expect(text(root)).toBe(csvOf(truth));
        expect(known(root).stored.rows).toBe(truth.time.length);
      }),
      { numRuns: 6 },
    );
  }, 120_000);
});

describe('what stands behind the committed part of a long CSV', () => {
  it('is cut when a crash left it there, and the next run ends as if nothing had happened', async () => {
    const root = copyOf(BASE);
    const { stdout } = await startChild(process.execPath, [program, copyOf(BASE), '2', '0', '1', 'long']).ended;
    const steps = stdout.trimEnd().split('\n').at(-1)?.split(',') ?? [];
    const after = contents(await folderAt(2));
    let torn = 0;
    const places = steps.map((_, step) => step + 1);
    await eachOf(places, 2, async (step) => {
      const copy = copyOf(root);
      const { signal } = await startChild(process.execPath, [program, copy, '2', String(step), '1', 'long']).ended;
      expect([step, signal]).toEqual([step, 'SIGKILL']);
      const lock = join(copy, '.vortex/lock');
      if (existsSync(lock) && !readFileSync(lock, 'utf8').endsWith('\n')) return;
      const size = statSync(join(copy, CSV)).size;
      if (size > wanted(1).length && size < wanted(2).length) torn += 1;
      // Whoever looks meanwhile sees the old version or the new one, whole.
      expect([step, [longRows(1), longRows(2)].includes(known(copy).stored.rows)]).toEqual([step, true]);
      lockFolder(copy, 'next').release();
      expect([step, await appendVersion(copy, 'run-2', 2)]).toEqual([step, []]);
      expect([step, contents(copy)]).toEqual([step, after]);
      expect([step, everythingIn(copy).filter((path) => /\.tmp$|quarantine/.test(path))]).toEqual([step, []]);
    });
    expect(torn).toBeGreaterThan(0);
    process.stderr.write(`appending killed at ${places.length} points\n`);
  }, 240_000);

  it('is kept when somebody else wrote it there, and the bars before it stay', async () => {
    const root = copyOf(BASE);
    appendFileSync(join(root, CSV), 'mine,too\n');
    expect(known(root).stored.rows).toBe(BASE_ROWS);
    expect(await appendVersion(root, 'run-2', 2)).toEqual([CSV]);
    expect(text(root)).toBe(wanted(2));
    expect(readFileSync(join(root, '.vortex/quarantine/run-2', `${CSV}.tail`), 'utf8')).toBe('mine,too\n');
  });

  it('a file that is shorter than committed, or another before its end, is not one of ours any more', async () => {
    const shorter = copyOf(BASE);
    const fd = openSync(join(shorter, CSV), 'r+');
    ftruncateSync(fd, BLOCK + 10);
    closeSync(fd);
    expect(known(shorter).formats).toEqual(['parquet']);
    const edited = copyOf(BASE);
    writeFileSync(join(edited, CSV), `${text(edited).replace('31000.25', '31000.26')}mine\n`);
    expect(known(edited).formats).toEqual(['parquet']);
    expect(await appendVersion(edited, 'run-2', 2)).toEqual([CSV]);
    expect(text(edited)).toBe(wanted(2));
  });
});
