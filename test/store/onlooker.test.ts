import { expect, it } from 'vitest';
import { SeriesStore } from '../../src/store/series-store.ts';
import { buildProgram, startChild } from '../support/child.ts';
import { contents, temporaryFolder } from '../support/folder.ts';
import { barsOf, commitVersion, KEPT } from './versions.ts';

const program = await buildProgram(new URL('committing.ts', import.meta.url));
const ROUNDS = 6;

it('who looks at a folder without its lock while a run works on it sees versions that were stored, and disturbs nothing', async () => {
  const root = temporaryFolder();
  await commitVersion(root, 'run-1', 1);
  const child = startChild(process.execPath, [program, root, '2', '0', String(ROUNDS)]);
  const newest = KEPT.map(() => 1);
  let [looks, over] = [0, false];
  void child.ended.then(() => {
    over = true;
  });
  while (!over) {
    const store = new SeriesStore(root, 'look', () => 0);
    KEPT.forEach(({ series, step }, index) => {
      const { stored, version } = store.read(series);
      // Between a manifest and its file a series may be unknown for a moment; it is never known to be what it is not.
      if (stored.coverage.length === 0) return;
      const seen = Number((version?.run ?? '').replace(/^\D+/, ''));
      const bars = barsOf(seen, step);
      if (series.period === '1d') {
        expect(stored.rows).toBe(bars.time.length);
        expect(stored.tail).toEqual([...bars.time.slice(-10)]);
      }
      for (const { from, to } of stored.coverage) {
        expect(from).toBeGreaterThanOrEqual(bars.time[0] ?? 0);
        expect(to).toBeLessThanOrEqual((bars.time.at(-1) ?? 0) + 86_400_000);
      }
      newest[index] = Math.max(newest[index] ?? 0, seen);
    });
    looks += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await child.ended).code).toBe(0);
  expect(looks).toBeGreaterThan(10);
  expect(Math.max(...newest)).toBeGreaterThan(1);
  const undisturbed = temporaryFolder();
  for (let version = 1; version <= ROUNDS + 1; version++) await commitVersion(undisturbed, `run-${version}`, version);
  expect(contents(root)).toEqual(contents(undisturbed));
}, 60_000);
