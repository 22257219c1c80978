import { join, relative } from 'node:path';
import { asVortexError } from '../market/errors.ts';
import { catalogue } from '../market/catalogue.ts';
import type { Series } from '../market/instrument.ts';
import { NOTHING_STORED } from '../market/stored-series.ts';
import { seriesOf } from '../market/series.ts';
import { planJobs } from '../plan/planner.ts';
import { selectInstruments } from '../plan/select.ts';
import type { Selection } from '../plan/select.ts';
import type { Provider } from '../providers/provider.ts';
import { manifestText } from '../store/journal.ts';
import { filesBelow } from '../disk/listing.ts';
import { rawFolder } from '../disk/paths.ts';
import { storedSeries } from '../store/manifest.ts';
import type { Manifest } from '../store/manifest-form.ts';
import { forgetWeights } from '../raw/sizes.ts';
import { clearStaging, relocate, STAGING, stagingFolder } from '../store/relocation.ts';
import { filesOf, intoQuarantine, manifestFile, revisionsFile } from '../store/series-files.ts';
import { movedRevision } from '../store/moved-revision.ts';
import { SeriesStore } from '../store/series-store.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { runName } from './download.ts';
import { execute } from './execute.ts';
import { logOfRun } from './log.ts';
import { providersNamed } from './provider-access.ts';
import { atDesk, storedOrRefused } from './series-desk.ts';
import type { SeriesDesk, SeriesOutcome, Stored } from './series-desk.ts';

export interface MoveFlags extends CommonFlags {
  readonly to: string;
}

function selectionsOf(name: string, { context: { configured, settings, now } }: SeriesDesk): readonly Selection[] {
  try {
    return selectInstruments([name], { configured, daysCount: settings.days_count, now }).selections;
  } catch (error) {
    if (asVortexError(error).code === 'usage') return [];
    throw error;
  }
}

/** The series as settings and catalogue have it. */
function seriesFor({ name }: Stored, desk: SeriesDesk): Series | undefined {
  return [name.symbol, name.instrument]
    .flatMap((text) => selectionsOf(`${name.class}:${text}`, desk))
    .map(({ instrument, contract }) => seriesOf(instrument, contract, name.period))
    .find(({ key }) => key === name.series);
}

/** Fetches the whole stored range of a series into a folder of its own. @returns its manifest there, or why it is not complete */
async function fetchAside(
  one: Stored,
  series: Series,
  provider: Provider,
  staging: string,
  desk: SeriesDesk,
): Promise<Manifest | string> {
  const { context, signal } = desk;
  // Raw packs are named by their run: each series has its own.
  const run = runName(context.now);
  const { settings, now } = context;
  const { coverage } = storedSeries(one.manifest, series.period);
  const [first, last] = [coverage[0], coverage.at(-1)];
  if (first === undefined || last === undefined) return 'nothing of it is known; download it instead';
  const range = { from: first.from, to: last.to };
  const plan = planJobs([{ series, range, named: true, suggested: false, startGiven: true }], () => NOTHING_STORED, {
    providers: [provider],
    overlapBars: 0,
    settleMinutes: settings.settle_minutes,
    force: false,
    now,
  });
  const [notice] = plan.notices;
  if (plan.jobs.length === 0 || notice !== undefined) {
    const [settled] = plan.settled;
    return notice ?? (settled?.outcome === 'failed' ? settled.error.message : `${provider.id} cannot serve it`);
  }
  const store = new SeriesStore(staging, run, () => now, settings.overlap_bars);
  const formats = [...new Set(one.manifest.files.map(({ format }) => format))];
  const names = new Set(catalogue().keys());
  const work = {
    plan,
    providers: [provider],
    store,
    aside: staging,
    known: new Map(),
    run,
    failFast: false,
    isNowGiven: true,
    names,
    formatsOf: () => formats,
  };
  const { outcome } = await execute(work, context, await logOfRun(context, run), signal);
  const [result] = outcome.results;
  const fetched = store.manifestOf(series.key);
  if (outcome.aborted !== undefined) return outcome.aborted.message;
  if (result === undefined || result.error !== null) return result?.error?.message ?? 'it was not fetched';
  return fetched === undefined || fetched.rows === 0 ? `${provider.id} has no bars of it` : fetched;
}

/** The raw answers that were kept aside; below the folder. */
const packsIn = (staging: string): string[] =>
  filesBelow(rawFolder(staging))
    .filter((path) => path.includes('/'))
    .map((path) => relative(staging, join(rawFolder(staging), path)));

async function moveOne(one: Stored, provider: Provider, desk: SeriesDesk, outcome: SeriesOutcome): Promise<void> {
  const { root, run, context } = desk;
  const { manifest } = one;
  const { series: key } = manifest;
  const series = seriesFor(one, desk);
  const refuse = (reason: string): void => {
    outcome.refused.push({ series: key, reason: `${reason}; the stored history stays as it is` });
  };
  if (manifest.provider === provider.id) {
    outcome.done.push({ series: key, what: `comes from ${provider.id} already` });
    return;
  }
  if (series === undefined) {
    refuse('no instrument of the settings or the catalogue gives it');
    return;
  }
  clearStaging(root);
  const fetched = await fetchAside(one, series, provider, stagingFolder(root), desk);
  if (typeof fetched === 'string') {
    refuse(fetched);
    clearStaging(root);
    return;
  }
  const line = movedRevision(root, manifest, provider.id, run, context.now);
  const { ended } = manifest;
  const placed: Manifest = {
    ...fetched,
    commit: manifest.commit + 1,
    revisions: manifest.revisions + 1,
    revision_bytes: line.length,
    ...(ended === undefined ? {} : { ended }),
  };
  const own = [manifestFile(key), revisionsFile(key)];
  const aside = filesOf(root, manifest).filter((path) => !own.includes(path));
  await relocate(root, {
    moves: [
      ...intoQuarantine(run, aside),
      ...[...fetched.files.map(({ path }) => path), ...packsIn(stagingFolder(root))].map((path) => ({
        from: `${STAGING}/${path}`,
        to: path,
      })),
    ],
    writes: [
      { path: revisionsFile(key), text: line.toString() },
      { path: manifestFile(key), text: manifestText(placed).toString() },
    ],
  });
  clearStaging(root);
  await forgetWeights(root);
  const what = `moved from ${manifest.provider ?? 'nowhere'} to ${provider.id}, ${fetched.rows} bars in place of ${manifest.rows}; the old files lie in .vortex/quarantine/${run}`;
  outcome.done.push({ series: key, what });
}

/** `vortex series move`: each series is fetched whole from another provider, then put in place of the old one in one step. */
export function moveSeries(names: readonly string[], flags: MoveFlags, surroundings: Surroundings): Promise<number> {
  const [provider] = providersNamed([flags.to]);
  return atDesk(flags, surroundings, async (desk) => {
    const { found, refused } = storedOrRefused(names, desk);
    const outcome: SeriesOutcome = { done: [], refused };
    for (const one of found) {
      if (desk.signal.aborted || provider === undefined) break;
      await moveOne(one, provider, desk, outcome);
    }
    return outcome;
  });
}
