import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CLASS_FOLDERS } from '../market/series.ts';
import { filesBelow } from '../disk/listing.ts';
import type { Manifest, RawHistory } from '../store/manifest-form.ts';
import { manifestPath, OWN_FOLDER } from '../disk/paths.ts';
import { SeriesStore } from '../store/series-store.ts';
import { closeEntry, openFile, wholeSeconds } from './entry.ts';
import type { SnapshotEntry } from './entry.ts';
import { manifestEntry, pinSeries, revisionsEntry } from './pinned.ts';
import { indexLengths, RAW, rawEntries } from './raw-packs.ts';

/** What the program keeps of itself and a backup leaves out: who is at work, what was set aside, logs, caches. */
const LEFT_OUT =
  /^(?:backups\.json|lock|journal|quarantine|logs?|caches?|series|revisions|raw|restore-|restic-|restored-config)/;
/** A look at a series that a run is changing is taken again after so long, milliseconds; then it counts as damaged. */
const LOOKS_MS = [0, 50, 200, 500, 1000, 2000, 4000];

/** A copy of a settings file, secrets taken out. */
export interface ConfigCopy {
  readonly name: string;
  readonly content: Buffer;
}

/** What a snapshot is to hold. */
export interface SnapshotRequest {
  /** The data folder. */
  readonly root: string;
  /** The time that the command stands for, milliseconds since the epoch, UTC. */
  readonly now: number;
  readonly config: readonly ConfigCopy[];
  /** Whether the raw archive is to be in it. */
  readonly raw: boolean;
  readonly wait: (ms: number) => Promise<void>;
}

/** What was found on the way. */
export interface SnapshotFindings {
  series: number;
  /** Keys of series whose files are not what their manifest says; they are in the snapshot as they stand. */
  readonly damaged: string[];
}

const isBusy = (root: string): boolean => readdirSync(join(root, OWN_FOLDER)).some((name) => name.startsWith('lock'));

type HistoryOf = Map<string, RawHistory | undefined>;

/** Files of a series as they stand. */
function* standing(root: string, key: string, manifest: Manifest | undefined): Generator<SnapshotEntry> {
  const path = manifestPath(root, key);
  const own = manifest === undefined ? openFile(path, path.slice(root.length + 1)) : manifestEntry(root, manifest);
  if (own !== undefined) yield own;
  for (const file of manifest?.files ?? []) {
    const entry = openFile(join(root, file.path), file.path);
    if (entry !== undefined) yield entry;
  }
  yield* revisionsEntry(root, key, Infinity);
}

async function* seriesEntries(
  { root, now, wait }: SnapshotRequest,
  found: SnapshotFindings,
  histories: HistoryOf,
): AsyncGenerator<SnapshotEntry> {
  const look = (): SeriesStore => new SeriesStore(root, 'backup', () => now);
  let keys = look().keys();
  for (const [place, pause] of LOOKS_MS.entries()) {
    const isLast = place === LOOKS_MS.length - 1 || (place > 1 && !isBusy(root));
    if (keys.length > 0 && pause > 0) await wait(pause);
    const store = look();
    const again: string[] = [];
    for (const key of keys) {
      const manifest = store.manifestOf(key);
      // A copy of another series' manifest is no series.
      if (manifest !== undefined && manifest.series !== key) continue;
      const pinned = manifest === undefined ? undefined : pinSeries(root, manifest);
      if (pinned === undefined && !isLast) {
        again.push(key);
        continue;
      }
      found.series += 1;
      histories.set(key, (pinned?.manifest ?? manifest)?.raw);
      if (pinned === undefined) found.damaged.push(key);
      yield* pinned?.entries ?? standing(root, key, manifest);
    }
    keys = again;
    if (keys.length === 0) return;
  }
}

/** Files that no manifest names, in the folders of the classes; what a run has committed meanwhile is left to its manifest. */
function* otherData({ root, now }: SnapshotRequest): Generator<SnapshotEntry> {
  const files = Object.values(CLASS_FOLDERS).flatMap((folder) =>
    filesBelow(join(root, folder)).map((path) => `${folder}/${path}`),
  );
  const store = new SeriesStore(root, 'backup', () => now);
  const named = new Set<string>();
  for (const key of store.keys()) {
    const manifest = store.manifestOf(key);
    for (const { path } of [...(manifest?.files ?? []), ...(manifest?.before?.files ?? [])]) named.add(path);
  }
  for (const path of files) if (!named.has(path)) yield* plainFile(root, path);
}

function* plainFile(root: string, path: string): Generator<SnapshotEntry> {
  if (path.endsWith('.tmp')) return;
  // Links lead to what is not ours.
  if (lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile() !== true) return;
  const entry = openFile(join(root, path), path);
  if (entry !== undefined) yield entry;
}

function* ownFiles({ root }: SnapshotRequest): Generator<SnapshotEntry> {
  for (const path of filesBelow(join(root, OWN_FOLDER))) {
    if (!LEFT_OUT.test(path) && !path.endsWith('.log')) yield* plainFile(root, `${OWN_FOLDER}/${path}`);
  }
}

/**
 * A consistent snapshot of a data folder, taken without the lock: each series is all from one moment, checked byte by byte
 * against its manifest, while a run may be at work. Each entry is good until the next one is asked for.
 * @throws VortexError `folder-unusable`
 */
export async function* takeSnapshot(request: SnapshotRequest, found: SnapshotFindings): AsyncGenerator<SnapshotEntry> {
  const { root } = request;
  const began = indexLengths(root);
  const histories: HistoryOf = new Map();
  for (const { name, content } of request.config) {
    yield { path: `config/${name}`, bytes: content.length, mtimeMs: wholeSeconds(request.now), source: content };
  }
  for await (const entry of seriesEntries(request, found, histories)) yield* held(entry);
  const rest = function* (): Generator<SnapshotEntry> {
    yield* otherData(request);
    if (request.raw) {
      yield* rawEntries(root, histories, began);
      // Tells the next run which items were not committed.
      yield* plainFile(root, `${RAW}sizes.json`);
    }
    yield* ownFiles(request);
  };
  for (const entry of rest()) yield* held(entry);
}

function* held(entry: SnapshotEntry): Generator<SnapshotEntry> {
  try {
    yield entry;
  } finally {
    closeEntry(entry);
  }
}
