import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { EXIT, exitCodeOf, stoppedCode, worstExitCode } from '../download/exit-code.ts';
import type { RunOutcome } from '../download/run.ts';
import { runReport } from '../download/run-report.ts';
import type { RunReport } from '../download/run-report.ts';
import type { FlagValue } from '../config/setting-layers.ts';
import { asVortexError } from '../market/errors.ts';
import type { Series } from '../market/instrument.ts';
import { shardMark, shardName } from '../market/shard.ts';
import type { Shard } from '../market/shard.ts';
import { lockFolder } from '../store/lock.ts';
import { noteSuccess } from '../store/last-success.ts';
import { keepRunReport } from '../store/run-reports.ts';
import type { KnownSeries } from '../store/series-change.ts';
import { SeriesStore } from '../store/series-store.ts';
import { loadContext, withShard } from './context.ts';
import type { CommandContext, Surroundings } from './context.ts';
import { bucketAt } from './doctor-disk.ts';
import type { EndedRun, EndOfRun } from './ended-run.ts';
import { execute } from './execute.ts';
import { logOfRun } from './log.ts';
import { writeJson } from './output.ts';
import type { Output } from './output.ts';
import { PastOnly } from './past-only.ts';
import { printPlan } from './plan.ts';
import { metricFlags, publishRun } from './publish.ts';
import type { MetricFlags } from './publish.ts';
import { eventsTo } from './render-events.ts';
import { forgetRevisions, takeShard } from './run-folder.ts';
import { planFor, providersOfPlan, readWanted, settingFlags } from './selection.ts';
import type { SelectionFlags, Wanted } from './selection.ts';
import { problemLines, resultTable, summaryLine } from './summary.ts';

/** Name of a run: when it began (UTC), four hexadecimal digits against namesakes, and which shard it is (`1of3`). */
export function runName(now: number, shard?: Shard): string {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const part = shard === undefined ? '' : `-${shard.index}of${shard.count}`;
  return `${stamp}-${randomBytes(2).toString('hex')}${part}`;
}

/** The exit code of a run. */
export function exitCodeFor(outcome: RunOutcome, signal: AbortSignal): number {
  if (signal.aborted) return stoppedCode(signal);
  const aborted = outcome.aborted === undefined ? [] : [exitCodeOf(outcome.aborted.code)];
  return worstExitCode([...outcome.codes, ...aborted]);
}

/** Tells of a run: its report on stdout under --json, else a table on a terminal and one line. */
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

/** With what a run works, and whom it tells. */
export interface RunMeans {
  readonly run: string;
  readonly log: Logger;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Told after each series. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The main job: takes the folder, plans, fetches, merges, stores, keeps the report on disk.
 * @throws VortexError `folder-locked`, `folder-unusable`, `disk-full`: there is no report then
 */
export async function runWanted(
  wanted: Wanted,
  flags: SelectionFlags,
  context: CommandContext,
  { run, log, output, signal, onProgress }: RunMeans,
): Promise<Required<EndedRun>> {
  const { shard, settings } = context;
  const root = settings.output_dir;
  const part = await takeShard(root, run, shard);
  const lock = part ?? lockFolder(root, run);
  try {
    const started = new Date();
    const store = new SeriesStore(root, run, () => context.now, settings.overlap_bars, shard);
    if (part === undefined) await store.recover();
    const known = new Map<string, KnownSeries>();
    const past = new PastOnly(context.now);
    const storedOf = (series: Series) => {
      const state = past.cut(series, store.read(series));
      for (const path of store.cutTails(state)) output.err(`vortex: ${tailCut(path)}\n`);
      known.set(series.key, state);
      return state.stored;
    };
    const plan = planFor(wanted, flags, context, storedOf);
    const tellEvent = eventsTo(output);
    for (const message of [...past.notices(), ...plan.notices]) tellEvent({ type: 'notice', message });
    onProgress?.(0, plan.jobs.length + plan.settled.filter(({ outcome }) => outcome !== 'unservable').length);
    const names = new Set(wanted.series.map(({ series }) => series.symbol));
    const work = {
      plan,
      providers: providersOfPlan(wanted, plan),
      store,
      known,
      run,
      failFast: flags.failFast ?? false,
      isNowGiven: flags.now !== undefined,
      names,
      ...(part === undefined ? {} : { shard: part }),
      ...(onProgress === undefined ? {} : { onProgress }),
    };
    const { outcome, requests, telemetry } = await execute(work, { ...context, output }, log, signal);
    const code = exitCodeFor(outcome, signal);
    const exitCode = code === EXIT.ok && settings.backup_data ? await backedUp({ ...context, output }, signal) : code;
    const finishedAt = new Date().toISOString();
    const name = shard === undefined ? {} : { shard: shardName(shard) };
    const head = { run, ...name, startedAt: started.toISOString(), finishedAt, requests, exitCode };
    const report = runReport(head, outcome.results, outcome.unservable, outcome.allowance);
    if (outcome.aborted !== undefined) output.err(`vortex: ${outcome.aborted.message}\n`);
    const mark = shard === undefined ? '' : shardMark(shard);
    // As many runs as there are shards make one run of the whole.
    await keepRunReport(root, run, report, settings.retention.runs * (shard?.count ?? 1), mark);
    if (exitCode === EXIT.ok) await noteSuccess(root, run, finishedAt, shard);
    await forgetRevisions(report, context);
    return { run, exitCode, startedAt: started.getTime(), report, telemetry };
  } finally {
    lock.release();
  }
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
  fixed: readonly FlagValue[],
  atEnd?: EndOfRun,
): Promise<RunReport | number> {
  const context = withShard(await loadContext(flags, [...settingFlags(flags), ...fixed], output));
  const wanted = readWanted(symbols, flags, context);
  if (context.settings.dry_run) {
    const store = new SeriesStore(context.settings.output_dir, 'plan', () => context.now);
    const past = new PastOnly(context.now);
    const planned = planFor(wanted, flags, context, (series) => past.cut(series, store.read(series)).stored);
    return printPlan(planned, providersOfPlan(wanted, planned), context, flags.json ?? false);
  }
  const bucket = bucketAt(context.settings.output_dir);
  if (bucket !== undefined) output.err(`vortex: ${bucket}\n`);
  const run = runName(context.now, context.shard);
  const log = await logOfRun(context, run);
  const startedAt = new Date().getTime();
  try {
    const ended = await runWanted(wanted, flags, context, { run, log, output, signal });
    tell(ended.report, context, flags);
    await atEnd?.(ended, context);
    return ended.report;
  } catch (error) {
    await atEnd?.({ run, exitCode: exitCodeOf(asVortexError(error).code), startedAt }, context);
    throw error;
  }
}

/** A backup of what a run has made; under its lock, with everything in its place. */
async function backedUp(context: CommandContext, signal: AbortSignal): Promise<number> {
  if (context.shard !== undefined) {
    context.output.err('vortex: one of several shards makes no backup; run vortex backup create when all have ended\n');
    return EXIT.ok;
  }
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
  flags: SelectionFlags & MetricFlags,
  surroundings: Surroundings,
): Promise<number> {
  const report = await runDownload(symbols, flags, surroundings, metricFlags(flags), async (ended, context) =>
    publishRun(ended, context),
  );
  return typeof report === 'number' ? report : report.exitCode;
}
