import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RawArchive } from '../../src/raw/archive.ts';
import { decodeItem } from '../../src/raw/item.ts';
import { appendItems } from '../../src/raw/pack.ts';
import type { RawLimits } from '../../src/raw/sizes.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import type { Series } from '../../src/market/instrument.ts';
import { shardIndex } from '../../src/market/shard.ts';
import { lockShard } from '../../src/store/shard-lock.ts';
import type { ShardLock } from '../../src/store/shard-lock.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { archived, bodies, daysOf, listed, NO_LIMITS, packs, told, weight } from './archiving.ts';
import { bars, change, SPY, stock } from '../store/workspace.ts';

interface Way {
  readonly limits?: RawLimits;
  readonly series?: Series;
  /** Ends before the commit, as a crash would. */
  readonly dies?: boolean;
  readonly body?: string;
}

/** A run on a day that keeps one answer of a series and commits its change. */
async function runOn(
  root: string,
  day: string,
  { limits = NO_LIMITS, series = SPY, dies = false, body = day }: Way = {},
) {
  const now = Date.parse(day);
  const run = `${day.replaceAll('-', '')}T000000Z-aaaa`;
  const store = new SeriesStore(root, run, () => now);
  const raw = new RawArchive(root, run, now, limits, (key) => store.manifestOf(key));
  const known = store.read(series);
  const kept = await raw.keep(change(series, known, bars(10 + known.commit)), told(body));
  if (dies) return;
  await store.commit(kept);
  await store.close();
  await raw.close(true);
}

describe('retention', () => {
  it('by age removes the days before, oldest first, and says so of what is missing', async () => {
    const root = temporaryFolder();
    for (const day of ['2024-01-01', '2024-01-10', '2024-01-31']) await runOn(root, day);
    expect(daysOf(root)).toEqual(['2024/01/01', '2024/01/10', '2024/01/31']);
    await runOn(root, '2024-02-09', { limits: { days: 30, bytes: undefined } });
    expect(daysOf(root)).toEqual(['2024/01/10', '2024/01/31', '2024/02/09']);
    expect(() => bodies(root)).toThrow('raw item 1 of 4 is gone (past retention)');
  });

  it('by size removes the oldest days until the rest is small enough, also days of another provider', async () => {
    const root = temporaryFolder();
    for (const day of ['2024-01-01', '2024-01-02', '2024-01-03']) await runOn(root, day);
    await runOn(root, '2024-01-04', { limits: { days: undefined, bytes: weight(root) + 100 } });
    expect(daysOf(root)).toEqual(['2024/01/02', '2024/01/03', '2024/01/04']);
    await runOn(root, '2024-01-05', { limits: { days: undefined, bytes: 0 } });
    expect(daysOf(root)).toEqual([]);
    expect(() => bodies(root)).toThrow('past retention');
  });

  it('counts anew when its own figures are lost, and writes nothing when there is nothing to do', async () => {
    const root = temporaryFolder();
    for (const day of ['2024-01-01', '2024-01-02']) await runOn(root, day);
    const sizes = join(root, '.vortex/raw/sizes.json');
    const figures = readFileSync(sizes, 'utf8');
    rmSync(sizes);
    const idle = new RawArchive(root, 'r', Date.parse('2024-01-03'), NO_LIMITS, () => undefined);
    await idle.close(true);
    expect(everythingIn(root)).not.toContain('.vortex/raw/sizes.json');
    await runOn(root, '2024-01-02', { series: stock('KO') });
    const { days } = JSON.parse(readFileSync(sizes, 'utf8')) as { days: Record<string, number> };
    expect(days['yahoo/2024/01/01']).toBe(
      (JSON.parse(figures) as { days: Record<string, number> }).days['yahoo/2024/01/01'],
    );
  });

  it('passes by age also in a run that fetches nothing', async () => {
    const root = temporaryFolder();
    await runOn(root, '2024-01-01');
    await new RawArchive(root, 'r', Date.parse('2024-06-01'), { days: 30, bytes: undefined }, () => undefined).close(
      true,
    );
    expect(archived(root)).toEqual([]);
  });
});

describe('what a run that died had archived', () => {
  it('without a commit is removed by the next run, and never taken for what was committed', async () => {
    const root = temporaryFolder();
    await runOn(root, '2024-01-01');
    await runOn(root, '2024-01-02', { dies: true, body: 'never committed' });
    await runOn(root, '2024-01-02', { dies: true, series: stock('KO'), body: 'never committed' });
    expect(bodies(root)).toEqual(['2024-01-01']);
    await runOn(root, '2024-01-03');
    expect(daysOf(root)).toEqual(['2024/01/01', '2024/01/03']);
    expect(bodies(root)).toEqual(['2024-01-01', '2024-01-03']);
  });

  it('with a commit stays', async () => {
    const root = temporaryFolder();
    await runOn(root, '2024-01-01');
    const sizes = join(root, '.vortex/raw/sizes.json');
    writeFileSync(
      sizes,
      JSON.stringify({ schema: 1, days: {}, open: { run: '20240101T000000Z-aaaa', day: '2024/01/01' } }),
    );
    await runOn(root, '2024-01-03');
    expect(bodies(root)).toEqual(['2024-01-01', '2024-01-03']);
  });

  it('and that stands beside the committed one is told apart', async () => {
    const root = temporaryFolder();
    await runOn(root, '2024-01-01');
    await runOn(root, '2024-01-02');
    await runOn(root, '2024-01-03');
    const second = packs(root).find((path) => path.includes('/02/')) ?? '';
    const index = second.replace('.items.gz', '.index');
    const stray = join(root, '.vortex/raw', second.replace('2024/01/02', '2023/12/31'));
    mkdirSync(dirname(stray), { recursive: true });
    writeFileSync(stray, 'half');
    writeFileSync(stray.replace('.items.gz', '.index'), readFileSync(join(root, '.vortex/raw', index)));
    expect(bodies(root)).toEqual(['2024-01-01', '2024-01-02', '2024-01-03']);
  });
});

it('an item is one line of JSON and the answer as it came', async () => {
  const root = temporaryFolder();
  await runOn(root, '2024-01-01', { body: 'a\nb\u0000' });
  const [path = ''] = packs(root);
  const item = decodeItem(readFileSync(join(root, '.vortex/raw', path)));
  expect(item).toMatchObject({ provider: 'yahoo', series: SPY.key, index: 1, prev: '', now: Date.parse('2024-01-01') });
  expect(item?.exchanges[0]).toMatchObject({
    method: 'GET',
    url: 'http://x/SPY',
    status: 200,
    body: Buffer.from('a\nb\u0000'),
  });
});

describe('the archive of shards', () => {
  const COUNT = 2;
  const DAY = '2024-01-10';
  const now = Date.parse(DAY);
  const sizes = (root: string) =>
    JSON.parse(readFileSync(join(root, '.vortex/raw/sizes.json'), 'utf8')) as {
      days: Record<string, number>;
      shards?: Record<string, unknown>;
    };
  const mine = (index: number): Series[] =>
    ['SPY', 'KO', 'QQQ', 'AAPL', 'MSFT', 'GE', 'T', 'F']
      .map(stock)
      .filter(({ key }) => shardIndex(key, COUNT) === index);

  /** A run of a shard with its archive, in steps. */
  function running(root: string, lock: ShardLock, run: string, limits: RawLimits = NO_LIMITS) {
    const store = new SeriesStore(root, run, () => now, 0, lock.shard);
    const raw = new RawArchive(root, run, now, limits, (key) => store.manifestOf(key), lock);
    const keep = (series: Series) => raw.keep(change(series, store.read(series), bars(10)), told(series.key));
    return {
      write: async (series: Series) => {
        appendItems(root, run, (await keep(series)).raw ?? []);
      },
      commit: async (series: Series) => {
        await store.commit(await keep(series));
      },
      end: async () => {
        await store.close();
        await raw.close(true);
        lock.release();
      },
    };
  }
  const take = (root: string, index: number) => lockShard(root, `run-${index}`, { index, count: COUNT });

  it('is weighed to the byte when the last of them has ended, and only the last removes what is past retention', async () => {
    const root = temporaryFolder();
    await runOn(root, '2024-01-01', { series: stock('OLD') });
    const limits = { days: 5, bytes: undefined };
    const both = await Promise.all(
      [0, 1].map(async (index) => running(root, await take(root, index), `r${index}`, limits)),
    );
    await Promise.all(both.map((shard, index) => Promise.all(mine(index).map(shard.commit))));
    await both[1]?.end();
    expect(daysOf(root)).toContain('2024/01/01');
    await both[0]?.end();
    expect(daysOf(root)).not.toContain('2024/01/01');
    expect(sizes(root)).toEqual({ schema: 1, days: { 'yahoo/2024/01/10': weight(root) }, removed: '2024/01/01' });
  });

  it('loses what a dead shard never committed, and nothing of a shard that is just about to commit', async () => {
    const root = temporaryFolder();
    const [first, second] = [mine(0), mine(1)];
    const dead = await take(root, 0);
    const living = running(root, await take(root, 1), 'living');
    const dying = running(root, dead, 'dying');
    await dying.commit(first[0] ?? SPY);
    await dying.write(first[1] ?? SPY);
    await living.write(second[0] ?? SPY);
    expect(Object.keys(sizes(root).shards ?? {}).sort()).toEqual(['0-of-2', '1-of-2']);
    expect(listed(root)).toHaveLength(3);
    // Killed: its lock goes, its mark in the archive stays.
    dead.release();
    const next = running(root, await take(root, 0), 'next');
    await next.commit(first[2] ?? SPY);
    expect(listed(root)).toHaveLength(3);
    expect(listed(root)).not.toContain(first[1]?.key);
    expect(listed(root)).toContain(second[0]?.key);
    await living.commit(second[0] ?? SPY);
    await living.end();
    await next.end();
    expect(sizes(root)).toEqual({ schema: 1, days: { 'yahoo/2024/01/10': weight(root) } });
  });

  it('loses all of that when a run on its own comes, or a shard of another number', async () => {
    for (const next of ['alone', 'of-3']) {
      const root = temporaryFolder();
      const dead = await take(root, 0);
      await running(root, dead, 'dying').write(mine(0)[0] ?? SPY);
      dead.release();
      expect(listed(root)).toHaveLength(1);
      if (next === 'alone') await runOn(root, DAY, { series: stock('NEW') });
      else (await lockShard(root, 'next', { index: 1, count: 3 })).release();
      expect(packs(root)).toHaveLength(next === 'alone' ? 1 : 0);
      expect(sizes(root).shards).toBeUndefined();
    }
  });
});
