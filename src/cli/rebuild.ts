import { join } from 'node:path';
import { seriesAsOf } from '../download/as-of.ts';
import { EXIT, stoppedCode } from '../download/exit-code.ts';
import { rebuildSeries, reviveSeries } from '../download/rebuild.ts';
import type { RebuiltSeries } from '../download/rebuild.ts';
import type { OpenReplay } from '../download/replay.ts';
import { systemClock } from '../http/clock.ts';
import { ReplayClient } from '../http/replay.ts';
import { asVortexError, usageError, VortexError } from '../market/errors.ts';
import { matchSeries, mayBeNamed } from '../market/match-series.ts';
import type { MatchOptions } from '../market/match-series.ts';
import { DAY_MS } from '../market/period.ts';
import { PROVIDERS } from '../providers/registry.ts';
import { nameOf } from '../quality/series-name.ts';
import { openAsOfFolder } from '../store/as-of-folder.ts';
import { lockFolder } from '../store/lock.ts';
import { RawListing } from '../raw/reader.ts';
import { checkDataFolder } from '../disk/listing.ts';
import { SeriesStore } from '../store/series-store.ts';
import { wasRemoved } from '../store/tombstones.ts';
import { loadContext } from './context.ts';
import type { CommandContext, CommonFlags, Surroundings } from './context.ts';
import { readDay } from './day.ts';
import { runName } from './download.ts';
import { folderOfFlag } from './folder-flag.ts';
import { writeJson } from './output.ts';
import { pathBelow } from './stored-names.ts';
import { thousands } from './table.ts';

export interface RebuildFlags extends CommonFlags {
  readonly asOf?: string;
  readonly to?: string;
}

/** Opens providers on archived answers. Nothing here can reach the network. */
export function replayProviders({ settings }: CommandContext): OpenReplay {
  return (id, now) => {
    const provider = PROVIDERS.find((entry) => entry.id === id);
    if (provider === undefined) {
      throw new VortexError(`this version has no provider ${id}`, { code: 'file-corrupt', disposition: 'skip-series' });
    }
    const http = new ReplayClient();
    const session = provider.create(settings.providers[id] ?? {}, {
      http,
      clock: systemClock,
      count: () => () => undefined,
      now: () => now,
      offline: true,
    });
    return {
      session,
      capabilities: provider.capabilities,
      load: (exchanges) => {
        http.load(exchanges);
      },
    };
  };
}

/** One series of the answer under --json, and of the lines for people. */
interface Told {
  readonly series: string;
  readonly reason: string;
}

/** What a rebuild came to. */
interface Outcome {
  readonly rebuilt: number;
  readonly unchanged: number;
  /** Series of which nothing was known on the day. */
  readonly unknown: number;
  readonly refused: readonly Told[];
}

/** Whether a series is named, so that nothing else of the archive need be listed; undefined where no name is given. */
function namedSeries(
  names: readonly string[],
  store: SeriesStore,
  context: CommandContext,
): ((key: string) => boolean) | undefined {
  if (names.length === 0) return undefined;
  const isNamed = mayBeNamed(names, matchOptions(context));
  const formerKeys = new Set(store.keys().flatMap((key) => store.manifestOf(key)?.formerly ?? []));
  return (key) => {
    const name = nameOf(store, key);
    return formerKeys.has(key) || (name !== undefined && isNamed(name));
  };
}

const matchOptions = ({ settings, now }: CommandContext): MatchOptions => ({
  now,
  below: pathBelow(settings.output_dir, process.cwd()),
});

interface Chosen {
  readonly keys: readonly string[];
  readonly nowhere: readonly Told[];
}

function chooseSeries(
  names: readonly string[],
  all: readonly string[],
  store: SeriesStore,
  context: CommandContext,
): Chosen {
  // A copy of another series' manifest is no series.
  const keys = all.filter((key) => (store.manifestOf(key)?.series ?? key) === key);
  if (names.length === 0) return { keys, nowhere: [] };
  const stored = keys.flatMap((key) => nameOf(store, key) ?? []);
  const { found, unknown } = matchSeries(names, stored, matchOptions(context));
  return {
    keys: found.map(({ series }) => series),
    nowhere: unknown.map(({ name, near }) => ({
      series: name,
      reason: `this data folder has no such series${near.length === 0 ? '' : `; nearest: ${near.join(', ')}`}`,
    })),
  };
}

function countOutcomes(all: readonly RebuiltSeries[], nowhere: readonly Told[]): Outcome {
  const count = (outcome: RebuiltSeries['outcome']): number => all.filter((each) => each.outcome === outcome).length;
  const refused = all.flatMap(({ series, outcome, reason = '' }) =>
    outcome === 'refused' ? [{ series, reason }] : [],
  );
  return { rebuilt: count('rebuilt'), unchanged: count('unchanged'), unknown: 0, refused: [...refused, ...nowhere] };
}

async function rebuildLive(names: readonly string[], context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { settings, now, output } = context;
  const root = settings.output_dir;
  const run = runName(now);
  const lock = lockFolder(root, run);
  const store = new SeriesStore(root, run, () => now);
  try {
    await store.recover();
    const raw = new RawListing(root, namedSeries(names, store, context));
    const all = [...new Set([...store.keys(), ...raw.series()])].sort();
    // Named, a series that was removed comes back.
    const withoutRemoved = (of: readonly string[]): readonly string[] =>
      of.filter((key) => store.manifestOf(key) !== undefined || !wasRemoved(root, key));
    const { keys, nowhere } = chooseSeries(names, names.length > 0 ? all : withoutRemoved(all), store, context);
    const tools = { root, run, raw, store, open: replayProviders(context) };
    const done: RebuiltSeries[] = [];
    for (const key of keys) {
      if (signal.aborted) break;
      const manifest = store.manifestOf(key);
      done.push(
        manifest === undefined ? await reviveSeries(key, tools, signal) : await rebuildSeries(manifest, tools, signal),
      );
    }
    for (const path of done.flatMap(({ quarantined }) => quarantined)) {
      output.err(`vortex: ${path} was not what this program wrote there; it is set aside under .vortex/quarantine\n`);
    }
    return countOutcomes(done, nowhere);
  } finally {
    try {
      await store.close();
    } finally {
      lock.release();
    }
  }
}

/** The instant at which the day of --as-of is over. @throws VortexError `usage` */
export const readAsOf = (day: string): number => readDay('--as-of', day) + DAY_MS;

async function rebuildAsOf(
  names: readonly string[],
  day: string,
  folder: string,
  context: CommandContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const { settings, now } = context;
  const instant = readAsOf(day);
  const live = new SeriesStore(settings.output_dir, 'as-of', () => now);
  const raw = new RawListing(settings.output_dir, namedSeries(names, live, context));
  const all = [...new Set([...live.keys(), ...raw.series()])].sort();
  const { keys, nowhere } = chooseSeries(names, all, live, context);
  openAsOfFolder(folder, day);
  const run = runName(now);
  const lock = lockFolder(folder, run);
  const target = new SeriesStore(folder, run, () => now);
  const open = replayProviders(context);
  const refused: Told[] = [...nowhere];
  let [rebuilt, unknown] = [0, 0];
  try {
    await target.recover();
    for (const key of keys) {
      if (signal.aborted) break;
      try {
        const made = await seriesAsOf(raw, key, live.manifestOf(key), instant, open, signal);
        if (made === undefined) {
          unknown += 1;
          continue;
        }
        const { series, bars, formats, facts } = made;
        await target.commit({ series, known: target.read(series), bars, formats, facts });
        rebuilt += 1;
      } catch (cause) {
        const error = asVortexError(cause);
        if (error.disposition === 'abort-run') throw error;
        refused.push({ series: key, reason: error.message });
      }
    }
  } finally {
    try {
      await target.close();
    } finally {
      lock.release();
    }
  }
  return { rebuilt, unchanged: 0, unknown, refused };
}

/** `vortex rebuild`: makes the data files again from the raw archive, offline. */
export async function rebuild(
  names: readonly string[],
  flags: RebuildFlags,
  { output, signal }: Surroundings,
): Promise<number> {
  const context = await loadContext(flags, [], output);
  const { asOf } = flags;
  if (asOf === undefined && flags.to !== undefined) throw usageError('flag --to goes with --as-of only');
  const root = context.settings.output_dir;
  const folder = flags.to === undefined ? join(root, 'as-of', asOf ?? '') : folderOfFlag('--to', flags.to);
  if (asOf !== undefined) readAsOf(asOf);
  checkDataFolder(root);
  const outcome =
    asOf === undefined
      ? await rebuildLive(names, context, signal)
      : await rebuildAsOf(names, asOf, folder, context, signal);
  const { rebuilt, unchanged, unknown, refused } = outcome;
  const exitCode = signal.aborted ? stoppedCode(signal) : refused.length > 0 ? EXIT.failed : EXIT.ok;
  for (const { series, reason } of refused) output.err(`vortex: refused: ${series}: ${reason}\n`);
  const summary =
    asOf === undefined
      ? `${thousands(rebuilt)} series rebuilt, ${thousands(unchanged)} unchanged, ${thousands(refused.length)} refused\n`
      : `${thousands(rebuilt)} series as of ${asOf} in ${folder}, ${thousands(unknown)} not known then, ${thousands(refused.length)} refused\n`;
  if (flags.json ?? false) {
    const dated = asOf === undefined ? { unchanged } : { unknown, asOf, to: folder };
    writeJson(output, { schema: 1, exitCode, rebuilt, ...dated, refused });
    output.err(summary);
  } else output.out(summary);
  return exitCode;
}
