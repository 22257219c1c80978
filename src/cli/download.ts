import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { AnswerBook } from '../download/answer-book.ts';
import { EXIT, exitCodeOf, worstExitCode } from '../download/exit-code.ts';
import { runPlan } from '../download/run.ts';
import type { RunOutcome } from '../download/run.ts';
import type { Progress } from '../download/run-tools.ts';
import { runReport } from '../download/run-report.ts';
import type { RunReport } from '../download/run-report.ts';
import type { FlagValue } from '../config/setting-layers.ts';
import type { HttpClient } from '../http/http-client.ts';
import { catalogue } from '../market/catalogue.ts';
import { nearest } from '../market/nearest.ts';
import type { Format } from '../market/file-format.ts';
import type { Series } from '../market/instrument.ts';
import type { Plan } from '../plan/plan.ts';
import type { Provider } from '../providers/provider.ts';
import { lockFolder } from '../store/lock.ts';
import { RawArchive } from '../store/raw-archive.ts';
import { keepRunReport } from '../store/run-reports.ts';
import { UNKNOWN_SERIES } from '../store/series-change.ts';
import type { KnownSeries } from '../store/series-change.ts';
import { SeriesStore } from '../store/series-store.ts';
import { allowanceAccounts } from './allowance.ts';
import { loadContext } from './context.ts';
import type { CommandContext, Surroundings } from './context.ts';
import { openLog } from './log.ts';
import { writeJson } from './output.ts';
import { paceOf, printPlan } from './plan.ts';
import { progressLine } from './progress.ts';
import { planFor, readWanted, settingFlags } from './selection.ts';
import type { SelectionFlags } from './selection.ts';
import { problemLines, resultTable, summaryLine } from './summary.ts';

const MINUTE_MS = 60_000;

/** Name of a run: when it began (UTC), and four hexadecimal digits against namesakes. */
export function runName(now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** The network, opened when the first job needs it. */
async function openNetwork(context: CommandContext, log: Logger) {
  const [{ connect }, { systemClock }, { recordingClient }] = await Promise.all([
    import('./network.ts'),
    import('../http/clock.ts'),
    import('../http/recorder.ts'),
  ]);
  const { client, secrets } = connect(context, log);
  const record = (http: HttpClient, answers: AnswerBook): HttpClient =>
    recordingClient(http, secrets, (job, exchange) => {
      answers.add(job, exchange);
    });
  return { client, record, clock: systemClock };
}

/** The archive of a run, and what is asked and answered on its behalf. */
function openArchive({ settings, now }: CommandContext, run: string, store: SeriesStore) {
  if (!settings.raw_archive) return undefined;
  const { raw_days: days, raw_bytes: bytes } = settings.retention;
  const raw = new RawArchive(settings.output_dir, run, now, { days, bytes }, (series) => store.manifestOf(series));
  const book = new AnswerBook();
  return { raw, book, takeExchanges: (job: string) => book.take(job) };
}

/** Shows how far a run is: a bar on a terminal, else a log line a series. */
function progressTo(context: CommandContext, log: Logger): { show: (progress: Progress) => void; clear: () => void } {
  const { output } = context;
  const started = performance.now();
  let failed = 0;
  let drawn = -Infinity;
  return {
    show: ({ done, total, result }) => {
      if (result.outcome === 'failed') failed += 1;
      if (!output.isTerminal) {
        const { series, outcome, added, revised, dropped, provider, error } = result;
        const facts = { series, outcome, added, revised, dropped, provider };
        if (error === null) log.info(facts, `${series} ${outcome}`);
        else if (outcome === 'postponed')
          log.warn({ ...facts, code: error.code }, `${series} ${outcome}: ${error.message}`);
        else log.error({ ...facts, code: error.code }, `${series} ${outcome}: ${error.message}`);
        return;
      }
      const now = performance.now();
      if (now - drawn < 100 && done < total) return;
      drawn = now;
      const state = { done, total, failed, elapsedMs: now - started, current: result.series };
      output.err(`\r\u001B[2K${progressLine(state, output.columns)}`);
    },
    clear: () => {
      if (output.isTerminal) output.err('\r\u001B[2K');
    },
  };
}

/** A plan with what it takes to run it. */
export interface Work {
  readonly plan: Plan;
  readonly providers: readonly Provider[];
  readonly store: SeriesStore;
  readonly known: ReadonlyMap<string, KnownSeries>;
  readonly run: string;
  readonly failFast: boolean;
  /** What else was asked for, as a help against slips of the pen. */
  readonly names: ReadonlySet<string>;
  /** Formats of a series; absent: those of the settings, for all. */
  readonly formatsOf?: (series: Series) => readonly Format[];
}

/** Runs a plan under a lock that is held, over the network of the settings. */
export async function execute(work: Work, context: CommandContext, log: Logger, signal: AbortSignal) {
  const { settings, now } = context;
  let network: ReturnType<typeof openNetwork> | undefined;
  const providerOf = (id: string): Provider => {
    const provider = work.providers.find((entry) => entry.id === id);
    if (provider === undefined) throw new Error(`no provider ${id}`);
    return provider;
  };
  const progress = progressTo(context, log);
  const archive = openArchive(context, work.run, work.store);
  const outcome = await runPlan(
    work.plan,
    {
      formats: settings.formats,
      concurrency: settings.concurrency,
      extendedHours: settings.extended_hours,
      settleMs: settings.settle_minutes * MINUTE_MS,
      failFast: work.failFast,
      now,
    },
    {
      store: work.store,
      ...(archive === undefined ? {} : { archive }),
      knownOf: (series) => work.known.get(series.key) ?? UNKNOWN_SERIES,
      ...(work.formatsOf === undefined ? {} : { formatsOf: work.formatsOf }),
      provider: providerOf,
      accounts: allowanceAccounts(context, work.providers, work.run),
      open: async (id, spend) => {
        network ??= openNetwork(context, log);
        const provider = providerOf(id);
        const { client, record, clock } = await network;
        const plain = client.forProvider(id, { paceMs: paceOf(context, provider) });
        const http = archive === undefined ? plain : record(plain, archive.book);
        return provider.create(settings.providers[id] ?? {}, {
          http,
          ...(archive === undefined ? {} : { archive: (other: HttpClient) => record(other, archive.book) }),
          clock,
          count: () => client.count(id),
          spend,
          now: () => now,
        });
      },
      namesLike: (symbol) =>
        nearest(symbol, [...context.configured.map((entry) => entry.id), ...catalogue().keys(), ...work.names]),
      onProgress: progress.show,
      announce: (message) => {
        progress.clear();
        context.output.err(`vortex: ${message}\n`);
      },
      warn: (message) => {
        progress.clear();
        log.warn(message);
      },
    },
    signal,
  );
  progress.clear();
  const opened = await network;
  await opened?.client.close();
  return { outcome, requests: opened?.client.stats().requests ?? 0 };
}

/** The exit code of a run. */
export function exitCodeFor(outcome: RunOutcome, signal: AbortSignal): number {
  if (signal.aborted) return signal.reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  const aborted = outcome.aborted === undefined ? [] : [exitCodeOf(outcome.aborted.code)];
  return worstExitCode([...outcome.codes, ...aborted]);
}

/** Ends a run: report on disk, on stdout under --json, else a table on a terminal and one line. */
function tell(report: RunReport, context: CommandContext, flags: SelectionFlags): void {
  const { output } = context;
  const json = flags.json ?? false;
  for (const line of problemLines(report, `.vortex/runs/${report.run}.json`)) output.err(`vortex: ${line}\n`);
  if (json) writeJson(output, report);
  const write = (text: string): void => {
    if (json) output.err(text);
    else output.out(text);
  };
  const changed = report.results.filter((result) => result.outcome !== 'unchanged' && result.outcome !== 'empty');
  if (output.isTerminal && changed.length > 0 && changed.length <= 50) write(resultTable(changed));
  write(`${summaryLine(report)}\n`);
}

/**
 * Runs the main job for symbols and flags, and tells of it.
 * @param fixed settings that the calling command decides
 * @returns the report, or the exit code of a dry run
 */
export async function runDownload(
  symbols: readonly string[],
  flags: SelectionFlags,
  { output, signal }: Surroundings,
  fixed: readonly FlagValue[] = [],
): Promise<RunReport | number> {
  const context = await loadContext(flags, [...settingFlags(flags), ...fixed], output);
  const wanted = readWanted(symbols, flags, context);
  const root = context.settings.output_dir;
  if (context.settings.dry_run) {
    const store = new SeriesStore(root, 'plan', () => context.now);
    const planned = planFor(wanted, flags, context, (series) => store.read(series).stored);
    return printPlan(planned, wanted.providers, context, flags.json ?? false);
  }
  const run = runName(context.now);
  const log = await openLog(context.settings.logging, run, output.isTerminal, !context.noColor);
  const lock = lockFolder(root, run);
  try {
    const startedAt = new Date().toISOString();
    const store = new SeriesStore(root, run, () => context.now, context.settings.overlap_bars);
    await store.recover();
    const known = new Map<string, KnownSeries>();
    const storedOf = (series: Series) => {
      const state = store.read(series);
      for (const path of store.cutTails(state)) output.err(`vortex: ${tailCut(path)}\n`);
      known.set(series.key, state);
      return state.stored;
    };
    const plan = planFor(wanted, flags, context, storedOf);
    for (const notice of plan.notices) output.err(`vortex: ${notice}\n`);
    const names = new Set(wanted.series.map(({ series }) => series.symbol));
    const work = { plan, providers: wanted.providers, store, known, run, failFast: flags.failFast ?? false, names };
    const { outcome, requests } = await execute(work, context, log, signal);
    const code = exitCodeFor(outcome, signal);
    const exitCode = code === EXIT.ok && context.settings.backup_data ? await backedUp(context, signal) : code;
    const head = { run, startedAt, finishedAt: new Date().toISOString(), requests, exitCode };
    const report = runReport(head, outcome.results, outcome.unservable, outcome.allowance);
    if (outcome.aborted !== undefined) output.err(`vortex: ${outcome.aborted.message}\n`);
    await keepRunReport(root, run, report, context.settings.retention.runs);
    tell(report, context, flags);
    return report;
  } finally {
    lock.release();
  }
}

/** A backup of what a run has made; under its lock, with everything in its place. */
async function backedUp(context: CommandContext, signal: AbortSignal): Promise<number> {
  const { backupAfterRun } = await import('./backup.ts');
  return backupAfterRun(context, signal);
}

/** What is said of a long file that somebody wrote to. */
export function tailCut(path: string): string {
  return `${path}: what stood behind its last bar was not written by this program; it is set aside under .vortex/quarantine`;
}

/** `vortex download`: plan, fetch, merge, store, report. */
export async function download(
  symbols: readonly string[],
  flags: SelectionFlags,
  surroundings: Surroundings,
): Promise<number> {
  const report = await runDownload(symbols, flags, surroundings);
  return typeof report === 'number' ? report : report.exitCode;
}
