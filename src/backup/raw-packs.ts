import { readWhole, statFile } from '../store/files.ts';
import type { RawHistory } from '../store/manifest-form.ts';
import { OWN_FOLDER } from '../store/paths.ts';
import { indexText, packsOf, parseIndex } from '../store/raw-pack.ts';
import type { ItemPlace } from '../store/raw-pack.ts';
import { readSizes } from '../store/raw-sizes.ts';
import { openFile } from './entry.ts';
import type { SnapshotEntry } from './entry.ts';

/** Where the raw archive is in a backup. */
export const RAW = `${OWN_FOLDER}/raw/`;

/** Bytes of the indexes of the raw archive, by path: what is put behind them later is of what came later. */
export function indexLengths(root: string): ReadonlyMap<string, number> {
  return new Map(packsOf(root).map(({ index }) => [index, statFile(index)?.bytes ?? 0]));
}

/** What the series of a snapshot count in the raw archive. */
export type Histories = ReadonlyMap<string, RawHistory | undefined>;

/** The lines of an index that the series of a snapshot count, and those of histories that were over when it was begun. */
function linesFor(content: Buffer, before: number, histories: Histories): ItemPlace[] {
  const older = parseIndex(content.subarray(0, before)).length;
  return parseIndex(content).filter(({ series, history, index }, line) => {
    const current = histories.get(series);
    return current?.history === history ? index <= current.items : histories.has(series) && line < older;
  });
}

/**
 * The packs of the raw archive for a snapshot, each behind its index.
 * @param began lengths of the indexes when the snapshot was begun
 */
export function* rawEntries(
  root: string,
  histories: Histories,
  began: ReadonlyMap<string, number>,
): Generator<SnapshotEntry> {
  const packs = packsOf(root);
  // Read after the names: a run says that it is open before it begins a pack, so those of other runs do not grow.
  const { open, shards } = readSizes(root);
  const atWork = [...(open === undefined ? [] : [open]), ...Object.values(shards ?? {})].map(({ run }) => run);
  const below = (path: string): string => path.slice(root.length + 1);
  for (const { run, pack, index } of packs) {
    const places = linesFor(readWhole(index) ?? Buffer.alloc(0), began.get(index) ?? 0, histories);
    if (places.length === 0) continue;
    const end = places.reduce((most, { at, bytes }) => Math.max(most, at + bytes), 0);
    const canGrow = atWork.includes(run) || statFile(pack)?.bytes !== end;
    const entry = openFile(pack, below(pack), { most: end, canGrow });
    if (entry === undefined) continue;
    const source = Buffer.from(indexText(places));
    yield { path: below(index), bytes: source.length, mtimeMs: entry.mtimeMs, source };
    yield entry;
  }
}
