import { readWhole, statFile } from '../disk/files.ts';
import type { RawHistory } from '../store/manifest-form.ts';
import { OWN_FOLDER } from '../disk/paths.ts';
import { indexText, packsOf, parseIndex } from '../raw/pack.ts';
import type { ItemPlace } from '../raw/pack.ts';
import { openRuns, readSizes } from '../raw/sizes.ts';
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

/**
 * The lines of an index that the series of a snapshot count, and those of histories that were over when it was begun.
 * @param open the run whose index it is, while it is at work or when it died: a history that it began and that no series
 *   counts was never committed
 */
function linesFor(content: Buffer, before: number, histories: Histories, open: string | undefined): ItemPlace[] {
  const older = parseIndex(content.subarray(0, before)).length;
  return parseIndex(content).filter(({ series, history, index }, line) => {
    const current = histories.get(series);
    if (current?.history === history) return index <= current.items;
    return histories.has(series) && line < older && history !== open;
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
  const atWork = openRuns(readSizes(root)).map(({ run }) => run);
  const below = (path: string): string => path.slice(root.length + 1);
  for (const { run, pack, index } of packs) {
    const isOpen = atWork.includes(run);
    const content = readWhole(index) ?? Buffer.alloc(0);
    const places = linesFor(content, began.get(index) ?? 0, histories, isOpen ? run : undefined);
    if (places.length === 0) continue;
    const end = places.reduce((most, { at, bytes }) => Math.max(most, at + bytes), 0);
    const canGrow = isOpen || statFile(pack)?.bytes !== end;
    const entry = openFile(pack, below(pack), { most: end, canGrow });
    if (entry === undefined) continue;
    const source = Buffer.from(indexText(places));
    yield { path: below(index), bytes: source.length, mtimeMs: entry.mtimeMs, source };
    yield entry;
  }
}
