import { seriesAsOf } from '../download/as-of.ts';
import { asVortexError } from '../market/errors.ts';
import { statusAt } from '../quality/inventory.ts';
import type { InventoryEntry, SeriesStatus } from '../quality/inventory.ts';
import { RawListing } from '../raw/reader.ts';
import { SeriesStore } from '../store/series-store.ts';
import type { CommandContext } from './context.ts';
import { readAsOf, replayProviders } from './rebuild.ts';

/** What was known at the end of a day. */
export interface StatusThen {
  /** Series of which something was known. */
  readonly series: readonly SeriesStatus[];
  /** Series of which it cannot be told, and why. */
  readonly refused: readonly string[];
}

/** The series as they were known at the end of that day (UTC), from the raw archive. @throws VortexError `usage` for no date */
export async function statusAsOf(
  entries: readonly InventoryEntry[],
  day: string,
  context: CommandContext,
  signal: AbortSignal,
): Promise<StatusThen> {
  const { output_dir: root } = context.settings;
  const instant = readAsOf(day);
  const store = new SeriesStore(root, 'as-of', () => context.now);
  const wanted = new Set(entries.map(({ name }) => name.series));
  const raw = new RawListing(root, (key) => wanted.has(key));
  const open = replayProviders(context);
  const series: SeriesStatus[] = [];
  const refused: string[] = [];
  for (const { name } of entries) {
    try {
      const then = await seriesAsOf(raw, name.series, store.manifestOf(name.series), instant, open, signal);
      if (then !== undefined) series.push(statusAt(name, then, instant));
    } catch (cause) {
      const error = asVortexError(cause);
      if (error.disposition === 'abort-run') throw error;
      refused.push(`${name.series}: ${error.message}`);
    }
  }
  return { series, refused };
}
