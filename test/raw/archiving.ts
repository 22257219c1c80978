import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RawAnswers } from '../../src/raw/archive.ts';
import { RawListing } from '../../src/raw/reader.ts';
import type { RawLimits } from '../../src/raw/sizes.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import type { Series } from '../../src/market/instrument.ts';
import { everythingIn } from '../support/folder.ts';
import { SPY } from '../store/workspace.ts';

export const NO_LIMITS: RawLimits = { days: undefined, bytes: undefined };

export const told = (body: string): RawAnswers => ({
  provider: 'yahoo',
  reason: 'update',
  suggested: false,
  extendedHours: false,
  settleMs: 0,
  whole: true,
  answers: [
    {
      range: { from: 0, to: 1 },
      exchanges: [
        { method: 'GET', url: 'http://x/SPY', requestedAt: 0, status: 200, headers: {}, body: Buffer.from(body) },
      ],
    },
  ],
});

export const archived = (root: string): string[] =>
  everythingIn(join(root, '.vortex/raw')).filter((path) => /\.(?:items\.gz|index)$/.test(path));
export const packs = (root: string): string[] => archived(root).filter((path) => path.endsWith('.items.gz'));
export const daysOf = (root: string): string[] =>
  packs(root).map((path) => path.slice('yahoo/'.length, 'yahoo/2024/01/01'.length));
export const weight = (root: string): number =>
  archived(root).reduce((sum, path) => sum + readFileSync(join(root, '.vortex/raw', path)).length, 0);
/** Series of all lines of all indexes. */
export const listed = (root: string): string[] =>
  archived(root)
    .filter((path) => path.endsWith('.index'))
    .flatMap((path) =>
      readFileSync(join(root, '.vortex/raw', path), 'utf8')
        .split('\n')
        .slice(0, -1),
    )
    .map((line) => line.split('\t')[0] ?? '');

/** The bodies that the manifest's history leads to. */
export function bodies(root: string, series: Series = SPY): string[] {
  const raw = new SeriesStore(root, 'x', () => 0).manifestOf(series.key)?.raw;
  if (raw === undefined) throw new Error('no history');
  const read = [...new RawListing(root).history(series.key, raw.history).read(series.key, raw)];
  return read.map(({ exchanges }) => exchanges[0]?.body.toString('utf8') ?? '');
}
