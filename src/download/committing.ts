import { asVortexError } from '../market/errors.ts';
import type { VortexError } from '../market/errors.ts';
import type { Format } from '../market/file-format.ts';
import type { Series } from '../market/instrument.ts';
import { versionFacts } from '../store/manifest.ts';
import type { SeriesChange } from '../store/series-change.ts';
import { keptFormats } from './record.ts';
import type { RunTools } from './run-tools.ts';

/** Puts a change on the disk, and says what stood in its way. @throws VortexError `disk-full`, `folder-unusable` */
export async function commitChange({ store, warn }: RunTools, change: SeriesChange): Promise<void> {
  const { quarantined } = await store.commit(change);
  for (const path of quarantined) {
    warn(`${path} was not what this program wrote there; it is set aside under .vortex/quarantine and made anew`);
  }
}

/**
 * Nothing is to be fetched, but a format is wanted that the series does not have yet, or not whole.
 * @param ending why nothing is begun any more
 * @returns why it could not be added
 */
export async function addMissingFormats(
  series: Series,
  wanted: readonly Format[],
  tools: RunTools,
  ending: () => VortexError | undefined,
): Promise<VortexError | undefined> {
  const known = tools.knownOf(series);
  const formats = keptFormats(known, wanted);
  if (known.version === undefined || known.stored.rows === 0) return undefined;
  if (formats.every((format) => known.formats.includes(format))) return undefined;
  const end = ending();
  if (end !== undefined) return end;
  try {
    const bars = await tools.store.loadBars(known);
    await commitChange(tools, { series, known, bars, formats, facts: versionFacts(known.version) });
    return undefined;
  } catch (error) {
    return asVortexError(error);
  }
}
