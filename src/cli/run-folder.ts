import type { RunReport } from '../download/run-report.ts';
import { DAY_MS } from '../market/period.ts';
import type { Shard } from '../market/shard.ts';
import { SeriesStore } from '../store/series-store.ts';
import type { ShardLock } from '../store/shard-lock.ts';
import type { CommandContext } from './context.ts';

/** Takes what is past retention off the logs of revisions of a run's series. */
export async function forgetRevisions(
  { run, results }: RunReport,
  { settings, now, shard }: CommandContext,
): Promise<void> {
  const { revisions_days: days } = settings.retention;
  if (days === undefined) return;
  const store = new SeriesStore(settings.output_dir, run, () => now, settings.overlap_bars, shard);
  await store.forgetRevisions(
    results.map(({ series }) => series),
    now - days * DAY_MS,
  );
}

/** The lock of a shard; its code is loaded where there is one. */
export async function takeShard(root: string, run: string, shard: Shard | undefined): Promise<ShardLock | undefined> {
  if (shard === undefined) return undefined;
  const { lockShard } = await import('../store/shard-lock.ts');
  return lockShard(root, run, shard);
}
