import { EXIT, stoppedCode } from '../download/exit-code.ts';
import type { Series } from '../market/instrument.ts';
import { matchSeries } from '../market/match-series.ts';
import type { SeriesName } from '../market/series.ts';
import { nameOf } from '../quality/series-name.ts';
import { checkDataFolder } from '../disk/listing.ts';
import { lockFolder } from '../store/lock.ts';
import type { Manifest } from '../store/manifest-form.ts';
import { SeriesStore } from '../store/series-store.ts';
import { loadContext } from './context.ts';
import type { CommandContext, CommonFlags, Surroundings } from './context.ts';
import { runName } from './download.ts';
import { writeJson } from './output.ts';
import { pathBelow } from './stored-names.ts';

/** What a series command did, and what it would not do; the shape under --json. */
export interface SeriesOutcome {
  readonly done: { readonly series: string; readonly what: string }[];
  readonly refused: { readonly series: string; readonly reason: string }[];
}

/** With what a series command works, under the lock of the data folder. */
export interface SeriesDesk {
  readonly context: CommandContext;
  readonly root: string;
  readonly run: string;
  readonly store: SeriesStore;
  readonly signal: AbortSignal;
}

/** A stored series with its manifest. */
export interface Stored {
  readonly name: SeriesName;
  readonly manifest: Manifest;
}

/** The stored series that a name means, as every command of the folder reads names. */
export function storedNamed(
  name: string,
  { store, root, context }: Pick<SeriesDesk, 'store' | 'root' | 'context'>,
): Stored[] {
  const all = store.keys().flatMap((key) => nameOf(store, key) ?? []);
  const { found } = matchSeries([name], all, { now: context.now, below: pathBelow(root, process.cwd()) });
  return found.flatMap((one) => {
    const manifest = store.manifestOf(one.series);
    return manifest?.series === one.series ? [{ name: one, manifest }] : [];
  });
}

/** The stored series that some names mean, each once; a name that means none is refused. */
export function storedOrRefused(names: readonly string[], desk: SeriesDesk) {
  const found = new Map<string, Stored>();
  const refused: SeriesOutcome['refused'] = [];
  for (const name of names) {
    const meant = storedNamed(name, desk);
    if (meant.length === 0) refused.push({ series: name, reason: 'nothing is stored under this name' });
    for (const one of meant) found.set(one.name.series, one);
  }
  return { found: [...found.values()], refused };
}

/** A series as the store needs it: its names are enough. */
export const plainSeries = ({ series, class: assetClass, instrument, symbol, period }: SeriesName): Series => ({
  key: series,
  instrument: { class: assetClass, id: instrument, code: symbol },
  symbol,
  period,
});

/**
 * Runs a series command under the lock and tells of it: one line a series, or JSON.
 * @returns 0, or 3 when something was refused
 * @throws VortexError `folder-locked`, `folder-unusable`, `usage`
 */
export async function atDesk(
  flags: CommonFlags,
  { output, signal }: Surroundings,
  work: (desk: SeriesDesk) => Promise<SeriesOutcome>,
): Promise<number> {
  const context = await loadContext(flags, [], output);
  const root = context.settings.output_dir;
  checkDataFolder(root);
  const run = runName(context.now);
  const lock = lockFolder(root, run);
  const store = new SeriesStore(root, run, () => context.now, context.settings.overlap_bars);
  let outcome: SeriesOutcome;
  try {
    await store.recover();
    outcome = await work({ context, root, run, store, signal });
  } finally {
    try {
      await store.close();
    } finally {
      lock.release();
    }
  }
  const { done, refused } = outcome;
  for (const { series, reason } of refused) output.err(`vortex: refused: ${series}: ${reason}\n`);
  if (flags.json ?? false) writeJson(output, { schema: 1, done, refused });
  else for (const { series, what } of done) output.out(`${series}: ${what}\n`);
  if (signal.aborted) return stoppedCode(signal);
  return refused.length > 0 ? EXIT.failed : EXIT.ok;
}
