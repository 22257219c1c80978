import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { seriesAsOf } from '../../src/download/as-of.ts';
import { systemClock } from '../../src/http/clock.ts';
import { sandbox as madeUp } from '../../src/providers/sandbox/index.ts';
import { RawListing } from '../../src/raw/reader.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { contents, everythingIn, identities, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const answer = z.strictObject({
  schema: z.literal(1),
  exitCode: z.number(),
  rebuilt: z.number(),
  unknown: z.number(),
  asOf: z.string(),
  to: z.string(),
  refused: z.array(z.object({ series: z.string(), reason: z.string() })),
});

const WISH = ['AAPL', 'KO', '-p', 'yahoo', '--start', '2024-04-01', '--format', 'csv,parquet'];

/** A folder that is updated over a split, corrections, and a series that is fetched anew; its data files after each day. */
async function livedThrough() {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-06-03T22:00:00Z');
  const days = new Map<string, Record<string, string>>();
  const live = join(cwd, 'data');
  const run = async (day: string, wish: readonly string[] = WISH, faults = ''): Promise<void> => {
    const now = `${day}T22:00:00Z`;
    await sandbox.change({ now, faults });
    const { code, stderr } = await vortex(['download', ...wish, '--now', now], { cwd, env: sandbox.env });
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const { ...files } = contents(live);
    days.set(day, files);
  };
  await run('2024-06-03', ['AAPL', ...WISH.slice(2)]);
  await run('2024-06-05');
  await run('2024-06-06', WISH, 'yahoo:revise');
  await run('2024-06-12');
  await run('2024-06-13', [...WISH, '--force']);
  await run('2024-06-18');
  return { cwd, live, days, sandbox };
}

const inventoryOf = z.object({
  series: z.array(z.object({ series: z.string(), rows: z.number(), first: z.string(), last: z.string() })),
});

it('every series as of a day is what its files were that day, beside the live ones, which nothing touches', async () => {
  const { cwd, live, days } = await livedThrough();
  const [before, names] = [identities(live), everythingIn(live)];
  for (const [day, files] of days) {
    const { code, stdout } = await vortex(['rebuild', '--as-of', day, '--to', `at-${day}`, '--json'], { cwd });
    expect([day, code, answer.parse(JSON.parse(stdout)).refused]).toEqual([day, 0, []]);
    expect([day, contents(join(cwd, `at-${day}`))]).toEqual([day, files]);
    const status = await vortex(['status', '--as-of', day, '--json'], { cwd });
    const counted = Object.entries(files)
      .filter(([path]) => path.endsWith('.csv'))
      .map(([path, content]) => {
        const lines = Buffer.from(content, 'base64').toString('latin1').trimEnd().split('\n');
        const dates = lines.slice(1).map((line) => line.split(',')[0]);
        return { series: path.slice(0, -'.csv'.length), rows: dates.length, first: dates[0], last: dates.at(-1) };
      });
    expect([day, status.code, inventoryOf.parse(JSON.parse(status.stdout)).series]).toEqual([day, 0, counted]);
  }
  expect(await vortex(['rebuild', 'KO', '--as-of', '2024-06-10', '--to', 'x'], { cwd })).toMatchObject({ code: 0 });
  expect(contents(join(cwd, 'x'))['stocks/1d/KO.csv']).toBe(days.get('2024-06-06')?.['stocks/1d/KO.csv']);
  const early = await vortex(['rebuild', '--as-of', '2024-06-04', '--to', 'y', '--json'], { cwd });
  expect(answer.parse(JSON.parse(early.stdout))).toMatchObject({ exitCode: 0, rebuilt: 1, unknown: 1 });
  expect([identities(live), everythingIn(live)]).toEqual([before, names]);

  // Twice the same, and by itself below the data folder; a folder with anything else in it is refused.
  expect((await vortex(['rebuild', '--as-of', '2024-06-12', '--to', 'at-2024-06-12'], { cwd })).code).toBe(0);
  expect((await vortex(['rebuild', '--as-of', '2024-06-13', '--to', 'at-2024-06-12'], { cwd })).code).toBe(2);
  expect((await vortex(['rebuild', '--as-of', '2024-06-13', '--to', 'data'], { cwd })).code).toBe(2);
  expect((await vortex(['rebuild', '--as-of', '2024-06-05'], { cwd })).code).toBe(0);
  expect(existsSync(join(live, 'as-of/2024-06-05/stocks/1d/KO.csv'))).toBe(true);
}, 120_000);

it('a series as of a day is refused by name when an answer is gone that may have been seen by then', async () => {
  const { cwd, live, days } = await livedThrough();
  const second = everythingIn(live).find((path) => /raw\/.*2024\/06\/05\/.*\.index$/.test(path)) ?? '';
  const lines = readFileSync(join(live, second), 'utf8').split('\n');
  writeFileSync(join(live, second), lines.filter((line) => !line.startsWith('stocks/1d/AAPL\t')).join('\n'));
  const asOf = (day: string) => vortex(['rebuild', '--as-of', day, '--to', `at-${day}`, '--json'], { cwd });
  // Nobody can tell that the second one came after this day.
  expect((await asOf('2024-06-03')).code).toBe(3);
  const told = answer.parse(JSON.parse((await asOf('2024-06-06')).stdout));
  expect(told).toMatchObject({ exitCode: 3, rebuilt: 1, refused: [{ series: 'stocks/1d/AAPL' }] });
  // What was fetched anew as a whole does not need it.
  expect((await asOf('2024-06-18')).code).toBe(0);
  expect(contents(join(cwd, 'at-2024-06-18'))).toEqual(days.get('2024-06-18'));
}, 120_000);

it('the function behind it tells rows, first and last bar, coverage and revisions of that day', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-06-03T22:00:00Z');
  const env = { ...sandbox.env };
  for (const now of ['2024-06-03T22:00:00Z', '2024-06-05T22:00:00Z']) {
    await sandbox.change({ now });
    await vortex(['download', 'SPY', '-p', 'sandbox', '--start', '2024-05-01', '--now', now], { cwd, env });
  }
  const root = join(cwd, 'data');
  const key = 'stocks/1d/SPY';
  const manifest = new SeriesStore(root, 'x', () => 0).manifestOf(key);
  const { ReplayClient } = await import('../../src/http/replay.ts');
  const at = (instant: string) =>
    seriesAsOf(
      new RawListing(root),
      key,
      manifest,
      Date.parse(instant),
      (_, now) => {
        const http = new ReplayClient();
        const load = http.load.bind(http);
        const session = madeUp.create(
          {},
          {
            http,
            clock: systemClock,
            count: () => () => undefined,
            now: () => now,
            offline: true,
          },
        );
        return { session, capabilities: madeUp.capabilities, load };
      },
      new AbortController().signal,
    );
  expect(await at('2024-06-03T22:00:00Z')).toBeUndefined();
  const then = await at('2024-06-04');
  expect(then?.revisions).toBe(0);
  expect(then?.stored).toMatchObject({
    provider: 'sandbox',
    rows: 23,
    first: Date.parse('2024-05-01'),
    coverage: [{ from: Date.parse('2024-05-01'), to: Date.parse('2024-06-04') }],
  });
  expect(then?.stored.tail.at(-1)).toBe(Date.parse('2024-06-03'));
  expect((await at('2024-06-06'))?.stored.rows).toBe(
    readFileSync(join(root, `${key}.csv`), 'utf8')
      .trimEnd()
      .split('\n').length - 1,
  );
});
