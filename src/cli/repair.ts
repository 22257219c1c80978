import { closuresOf } from '../config/closures.ts';
import { EXIT, worstExitCode } from '../download/exit-code.ts';
import { runReport } from '../download/run-report.ts';
import type { RunReport } from '../download/run-report.ts';
import { asVortexError } from '../market/errors.ts';
import type { Format } from '../market/file-format.ts';
import type { Series } from '../market/instrument.ts';
import { seriesOf } from '../market/series.ts';
import { formatRange } from '../market/stored-series.ts';
import { subtract } from '../market/time-range.ts';
import type { TimeRange } from '../market/time-range.ts';
import type { Plan } from '../plan/plan.ts';
import { selectInstruments } from '../plan/select.ts';
import type { Selection } from '../plan/select.ts';
import type { WantedSeries } from '../plan/wanted.ts';
import { PROVIDERS } from '../providers/registry.ts';
import type { Finding } from '../quality/finding.ts';
import { reliableParts } from '../quality/reliable.ts';
import type { Reliable } from '../quality/reliable.ts';
import type { SeriesName } from '../market/series.ts';
import { verifyFolder } from '../quality/verify.ts';
import type { Audit } from '../quality/verify.ts';
import { filesBelow, requireFolder } from '../disk/listing.ts';
import { lockFolder } from '../store/lock.ts';
import { quarantinePath } from '../disk/paths.ts';
import { keepRunReport } from '../store/run-reports.ts';
import type { KnownSeries } from '../store/series-change.ts';
import { SeriesStore } from '../store/series-store.ts';
import type { CommandContext } from './context.ts';
import { exitCodeFor, runName, tailCut } from './download.ts';
import { execute } from './execute.ts';
import { logOfRun } from './log.ts';
import { planFor } from './selection.ts';
import { pathBelow } from './stored-names.ts';

/** A series with broken files. */
interface Patient {
  readonly name: SeriesName;
  readonly provider: string | undefined;
  /** By the manifest. */
  readonly rows: number;
  readonly parts: Reliable;
}

/** What a repair did. */
export interface Repair {
  readonly run: string;
  readonly results: RunReport['results'];
  /** Files that were set aside, below `.vortex/quarantine/<run>`. */
  readonly quarantined: readonly string[];
  /** What is still wrong afterwards, and what could not be brought back. */
  readonly audit: Audit;
  readonly exitCode: number;
}

function patientsOf({ broken }: Audit, store: SeriesStore): Patient[] {
  return broken.flatMap(({ name, version, broken: files }) => {
    if (version === undefined) return [];
    const before = store.read({ key: name.series, period: name.period });
    const parts = reliableParts(version, files, before, name.period);
    return [{ name, provider: version.provider, rows: version.rows, parts }];
  });
}

/** Series whose files are whole and that lack bars which others have: these ranges count as unknown again. */
function incomplete({ broken, gaps }: Audit, store: SeriesStore): Patient[] {
  const ranges = new Map<string, { name: SeriesName; lost: TimeRange[] }>();
  for (const { name, range } of gaps) {
    if (broken.some((one) => one.name.series === name.series)) continue;
    const known = ranges.get(name.series) ?? { name, lost: [] };
    known.lost.push(range);
    ranges.set(name.series, known);
  }
  return [...ranges.values()].map(({ name, lost }) => {
    const known = store.read({ key: name.series, period: name.period });
    const coverage = known.stored.coverage.flatMap((range) => subtract(range, lost));
    const parts = { known: { ...known, stored: { ...known.stored, coverage } }, lost, formats: known.formats };
    return { name, provider: known.stored.provider, rows: known.stored.rows, parts };
  });
}

/** What a name means by settings and catalogue; nothing when it has no meaning there any more. */
function selectionsOf(name: string, { configured, settings, now }: CommandContext): readonly Selection[] {
  try {
    return selectInstruments([name], { configured, daysCount: settings.days_count, now }).selections;
  } catch (error) {
    if (asVortexError(error).code === 'usage') return [];
    throw error;
  }
}

/** The series as settings and catalogue have it, with everything that a provider wants to know. */
function seriesFor(name: SeriesName, context: CommandContext): Series | undefined {
  return [name.symbol, name.instrument]
    .flatMap((text) => selectionsOf(`${name.class}:${text}`, context))
    .map(({ instrument, contract }) => seriesOf(instrument, contract, name.period))
    .find(({ key }) => key === name.series);
}

/** A series that is not asked for: its names are enough. */
const plainSeries = ({ series, class: assetClass, instrument, symbol, period }: SeriesName): Series => ({
  key: series,
  instrument: { class: assetClass, id: instrument, code: symbol },
  symbol,
  period,
});

function planRepair(patients: readonly Patient[], context: CommandContext): Plan {
  const plans: Plan[] = [];
  for (const { name, provider, parts } of patients) {
    const [first, last] = [parts.lost[0], parts.lost.at(-1)];
    if (first === undefined || last === undefined) {
      const settled = { series: plainSeries(name), outcome: 'unchanged' as const, stored: parts.known.stored };
      plans.push({ jobs: [], settled: [settled], notices: [] });
      continue;
    }
    const ids = [provider, ...(parts.known.stored.mixed ?? []).map((range) => range.provider)];
    const providers = PROVIDERS.filter(({ id }) => ids.includes(id)).sort(
      (a, b) => ids.indexOf(a.id) - ids.indexOf(b.id),
    );
    const series = seriesFor(name, context);
    if (providers.length === 0 || series === undefined) {
      const why =
        series === undefined
          ? 'no instrument of the settings or the catalogue gives it'
          : `its provider ${provider ?? ''} is not known here`;
      plans.push({ jobs: [], settled: [], notices: [`${name.series} is left as it is: ${why}`] });
      continue;
    }
    const range = { from: first.from, to: last.to };
    const wanted: WantedSeries = { series, range, named: true, suggested: false, startGiven: true };
    plans.push(
      planFor(
        { series: [wanted], notices: [], providers, restricted: true, named: true },
        {},
        context,
        () => parts.known.stored,
      ),
    );
  }
  return {
    jobs: plans.flatMap(({ jobs }) => jobs),
    settled: plans.flatMap(({ settled }) => settled),
    notices: [...new Set(plans.flatMap(({ notices }) => notices))],
  };
}

/** What was covered before and is not any more, and series that came back with fewer bars. */
function lossesOf(patients: readonly Patient[], root: string, context: CommandContext): Finding[] {
  const store = new SeriesStore(root, 'verify', () => context.now);
  return patients.flatMap(({ name: { series, period }, rows, parts }) => {
    const { coverage, rows: left } = store.read({ key: series, period }).stored;
    const losses = parts.lost.flatMap((range) => subtract(range, coverage));
    const findings = losses.map((range): Finding => {
      const [from, to] = formatRange(range, period);
      const detail = `${from} to ${to} could not be fetched again; what was there is not thrown away`;
      return { series, kind: 'not-repaired', detail, severity: 'error' };
    });
    if (losses.length > 0 || parts.lost.length === 0 || left >= rows) return findings;
    const detail = `${left} bars came back of ${rows}; what was there is set aside`;
    return [{ series, kind: 'fewer-bars', detail, severity: 'warning' }];
  });
}

/**
 * Makes broken files anew: from a whole file of the same series without a request, else by fetching what is lost from the
 * provider of the series. A broken file is set aside at the moment in which its successor is put in place; where nothing
 * comes it stays.
 * @throws VortexError `folder-locked`, `folder-unusable`
 */
export async function repairFolder(
  names: readonly string[],
  context: CommandContext,
  signal: AbortSignal,
): Promise<Repair> {
  const { settings, now, output } = context;
  const root = settings.output_dir;
  requireFolder(root);
  const below = pathBelow(root, process.cwd());
  const run = runName(now);
  const log = await logOfRun(context, run);
  const lock = lockFolder(root, run);
  try {
    const startedAt = new Date().toISOString();
    const store = new SeriesStore(root, run, () => now, settings.overlap_bars);
    await store.recover();
    const found = await verifyFolder(root, now, names, { below });
    for (const { series, period } of found.checked) {
      for (const path of store.cutTails(store.read({ key: series, period }))) output.err(`vortex: ${tailCut(path)}\n`);
    }
    const patients = [...patientsOf(found, store), ...incomplete(found, store)];
    const plan = planRepair(patients, context);
    for (const notice of plan.notices) output.err(`vortex: ${notice}\n`);
    const known = new Map<string, KnownSeries>(patients.map(({ name, parts }) => [name.series, parts.known]));
    const formats = new Map<string, readonly Format[]>(patients.map(({ name, parts }) => [name.series, parts.formats]));
    const formatsOf = (series: Series): readonly Format[] => formats.get(series.key) ?? settings.formats;
    const work = {
      plan,
      providers: PROVIDERS,
      store,
      known,
      run,
      failFast: false,
      isNowGiven: true,
      names: new Set<string>(),
      formatsOf,
    };
    const { outcome, requests } = await execute(work, context, log, signal);
    const fetched = exitCodeFor(outcome, signal);
    if (patients.length > 0) {
      const head = { run, startedAt, finishedAt: new Date().toISOString(), requests, exitCode: fetched };
      await keepRunReport(root, run, runReport(head, outcome.results, outcome.unservable, outcome.allowance));
    }
    if (outcome.aborted !== undefined) output.err(`vortex: ${outcome.aborted.message}\n`);
    const after = await verifyFolder(root, now, names, { below, closures: closuresOf(settings.closures) });
    const findings = [...lossesOf(patients, root, context), ...after.findings];
    const isBad = findings.some(({ severity }) => severity === 'error') || after.unknown.length > 0;
    return {
      run,
      results: outcome.results,
      quarantined: filesBelow(quarantinePath(root, run, '')),
      audit: { ...after, findings },
      exitCode: worstExitCode([fetched, isBad ? EXIT.failed : EXIT.ok]),
    };
  } finally {
    lock.release();
  }
}
