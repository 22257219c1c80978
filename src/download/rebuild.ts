import { asVortexError } from '../market/errors.ts';
import type { Manifest } from '../store/manifest-form.ts';
import { notReplayable } from '../raw/reader.ts';
import type { RawListing } from '../raw/reader.ts';
import { filesToMake, placeRemade, remakeFiles } from '../store/rebuilt-files.ts';
import type { SeriesStore } from '../store/series-store.ts';
import { refuseUnarchived, seriesAsOf } from './as-of.ts';
import { replayItems } from './replay.ts';
import type { OpenReplay } from './replay.ts';

/** What a rebuild works with. */
export interface RebuildTools {
  readonly root: string;
  readonly run: string;
  readonly raw: RawListing;
  readonly store: SeriesStore;
  readonly open: OpenReplay;
}

/** What became of one series. */
export interface RebuiltSeries {
  readonly series: string;
  readonly outcome: 'rebuilt' | 'unchanged' | 'refused';
  readonly reason?: string;
  /** Files that were not ours and stood in the way; below the data folder. */
  readonly quarantined: readonly string[];
}

async function remake(manifest: Manifest, tools: RebuildTools, signal: AbortSignal): Promise<RebuiltSeries> {
  const { series, raw } = manifest;
  const wanted = filesToMake(tools.root, manifest);
  if (wanted.length === 0) return { series, outcome: 'unchanged', quarantined: [] };
  if (raw === undefined || raw.partial === true) refuseUnarchived(manifest);
  const { formerly = [] } = manifest;
  const items = tools.raw.history(series, raw.history, formerly).read(series, raw, formerly);
  const made = await replayItems(items, tools.open, signal);
  if (made === undefined) throw notReplayable('it has no raw answers');
  const files = await remakeFiles(manifest, made.bars, wanted);
  const quarantined = await placeRemade(tools.root, tools.run, manifest, files, tools.store);
  return { series, outcome: 'rebuilt', quarantined };
}

async function orRefusal(series: string, work: () => Promise<RebuiltSeries>): Promise<RebuiltSeries> {
  try {
    return await work();
  } catch (cause) {
    const error = asVortexError(cause);
    if (error.disposition === 'abort-run') throw error;
    return { series, outcome: 'refused', reason: error.message, quarantined: [] };
  }
}

/**
 * Makes the files of a series again from its raw answers, byte for byte. Files that are what the manifest says are left
 * alone; nothing is put in place that is not what was stored.
 * @throws VortexError what concerns the whole folder; all else is a refusal with its reason
 */
export function rebuildSeries(manifest: Manifest, tools: RebuildTools, signal: AbortSignal): Promise<RebuiltSeries> {
  return orRefusal(manifest.series, () => remake(manifest, tools, signal));
}

/**
 * Makes a series again that has lost its manifest too: as its last raw answers left it. Nobody can tell whether the newest of
 * them are gone; what they had is then unknown, and the next download asks for it.
 */
export function reviveSeries(key: string, tools: RebuildTools, signal: AbortSignal): Promise<RebuiltSeries> {
  return orRefusal(key, async () => {
    const made = await seriesAsOf(tools.raw, key, undefined, Infinity, tools.open, signal);
    if (made === undefined) throw notReplayable('it has no raw answers');
    const { series, bars, formats, facts, raw } = made;
    const { quarantined } = await tools.store.commit({
      series,
      known: tools.store.read(series),
      bars,
      formats,
      facts: { ...facts, raw },
    });
    return { series: key, outcome: 'rebuilt', quarantined };
  });
}
