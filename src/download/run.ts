import { asVortexError, VortexError } from '../market/errors.ts';
import type { Series } from '../market/instrument.ts';
import type { Job, Plan, Settled } from '../plan/plan.ts';
import { versionFacts } from '../store/manifest.ts';
import type { Format } from '../market/file-format.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { SeriesChange } from '../store/series-change.ts';
import type { RawAnswers } from '../store/raw-archive.ts';
import { failFast, notDone, POSTPONING } from './endings.ts';
import { exitCodeOf } from './exit-code.ts';
import { keptFormats, plainResult, reportedError } from './record.ts';
import type { Recording } from './record.ts';
import type { SeriesResult } from './run-report.ts';
import type { RunTools } from './run-tools.ts';
import { workOnSeries } from './series-work.ts';
import { Sessions } from './sessions.ts';

export interface RunOptions {
  readonly formats: readonly Format[];
  readonly concurrency: number;
  readonly extendedHours: boolean;
  readonly settleMs: number;
  readonly failFast: boolean;
  /** Milliseconds since the epoch, UTC; the time that the run stands for. */
  readonly now: number;
}

/** What became of the series, and the exit codes of what went wrong. */
export interface RunOutcome {
  readonly results: readonly SeriesResult[];
  readonly unservable: number;
  readonly codes: readonly number[];
  /** The error that ended the run before its time. */
  readonly aborted: VortexError | undefined;
}

/** How many series may wait for the disk while the next ones are fetched. */
const WAITING_FOR_DISK = 64;

/** Runs a plan: a few series at a time, each stored as soon as it is there, the dispositions of errors obeyed. */
export async function runPlan(
  plan: Plan,
  options: RunOptions,
  tools: RunTools,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const run = new PlanRun(plan, options, tools, signal);
  return run.finish();
}

class PlanRun {
  private readonly plan: Plan;
  private readonly options: RunOptions;
  private readonly tools: RunTools;
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  private readonly sessions: Sessions;
  private readonly stopped = new Map<string, VortexError>();
  private readonly results: SeriesResult[] = [];
  private readonly codes: number[] = [];
  private readonly storing = new Set<Promise<void>>();
  private readonly total: number;
  private next = 0;
  private unservable = 0;
  private uncommitted = 0;
  private aborted: VortexError | undefined;

  constructor(plan: Plan, options: RunOptions, tools: RunTools, signal: AbortSignal) {
    this.plan = plan;
    this.options = options;
    this.tools = tools;
    this.sessions = new Sessions(tools.open);
    this.signal = AbortSignal.any([signal, this.stop.signal]);
    this.total = plan.jobs.length + plan.settled.filter((entry) => entry.outcome !== 'unservable').length;
  }

  async finish(): Promise<RunOutcome> {
    for (const entry of this.plan.settled) await this.settle(entry);
    await Promise.all(Array.from({ length: this.options.concurrency }, () => this.work()));
    await Promise.all(this.storing);
    await this.tools.store.close().catch((error: unknown) => {
      this.abort(asVortexError(error));
    });
    await this.sessions.close(this.tools.warn);
    await this.tools.archive?.raw.close(this.uncommitted === 0).catch((error: unknown) => {
      this.abort(asVortexError(error));
    });
    this.results.sort((a, b) => (a.series < b.series ? -1 : 1));
    return { results: this.results, unservable: this.unservable, codes: this.codes, aborted: this.aborted };
  }

  private async settle(entry: Settled): Promise<void> {
    if (entry.outcome === 'unservable') {
      this.unservable += 1;
      return;
    }
    if (entry.outcome === 'failed') {
      this.fail(entry.series, undefined, entry.error);
      return;
    }
    const error = entry.outcome === 'unchanged' ? await this.addMissingFormats(entry.series) : undefined;
    if (error === undefined) this.report(plainResult(entry.series, entry.stored, undefined, entry.outcome, undefined));
    else this.fail(entry.series, entry.stored, error);
  }

  /** Nothing is to be fetched, but a format is wanted that the series does not have yet, or not whole. */
  private async addMissingFormats(series: Series): Promise<VortexError | undefined> {
    const known = this.tools.knownOf(series);
    const formats = keptFormats(known, this.formatsOf(series));
    if (known.version === undefined || known.stored.rows === 0) return undefined;
    if (formats.every((format) => known.formats.includes(format))) return undefined;
    const ending = this.ending();
    if (ending !== undefined) return ending;
    try {
      const bars = await this.tools.store.loadBars(known);
      const facts = versionFacts(known.version);
      await this.commit({ series, known, bars, formats, facts });
      return undefined;
    } catch (error) {
      return asVortexError(error);
    }
  }

  private async work(): Promise<void> {
    for (;;) {
      const job = this.plan.jobs[this.next];
      if (job === undefined) return;
      this.next += 1;
      await this.runJob(job);
      if (this.storing.size >= WAITING_FOR_DISK) await Promise.race(this.storing);
    }
  }

  private async runJob(job: Job): Promise<void> {
    const stopped = this.stopped.get(job.provider) ?? this.ending();
    if (stopped !== undefined) {
      this.leaveOut(job, stopped);
      return;
    }
    const known = this.tools.knownOf(job.series);
    try {
      const { capabilities } = this.tools.provider(job.provider);
      const { options, tools, signal } = this;
      const session = await this.sessions.of(job.provider);
      const work = {
        ...options,
        formats: this.formatsOf(job.series),
        session,
        capabilities,
        loadFrom: tools.store.loadFrom.bind(tools.store),
        ...(tools.archive === undefined ? {} : { takeExchanges: tools.archive.takeExchanges }),
      };
      const { recording, error, told } = await workOnSeries(job, known, work, signal);
      this.settleJob(job, recording, this.withNearest(recording.error ?? error, job), told);
    } catch (cause) {
      const error = asVortexError(cause);
      this.obey(error, job);
      this.leaveOut(job, error);
    }
  }

  private settleJob(
    job: Job,
    { change, result }: Recording,
    error: VortexError | undefined,
    told: RawAnswers | undefined,
  ): void {
    if (error !== undefined) this.obey(error, job);
    if (change === undefined) this.reportJob(job, result, error);
    else this.keep(this.store(job, change, result, error, told));
  }

  private async store(
    job: Job,
    change: SeriesChange,
    result: SeriesResult,
    error: VortexError | undefined,
    told: RawAnswers | undefined,
  ): Promise<void> {
    try {
      const kept = told === undefined ? change : ((await this.tools.archive?.raw.keep(change, told)) ?? change);
      await this.commit(kept);
      this.reportJob(job, result, error);
    } catch (cause) {
      const failure = asVortexError(cause);
      this.uncommitted += 1;
      this.abort(failure);
      this.leaveOut(job, failure);
    }
  }

  private async commit(change: SeriesChange): Promise<void> {
    const { quarantined } = await this.tools.store.commit(change);
    for (const path of quarantined) {
      this.tools.warn(
        `${path} was not what this program wrote there; it is set aside under .vortex/quarantine and made anew`,
      );
    }
  }

  private formatsOf(series: Series): readonly Format[] {
    return this.tools.formatsOf?.(series) ?? this.options.formats;
  }

  private keep(work: Promise<void>): void {
    const tracked = work.finally(() => this.storing.delete(tracked));
    this.storing.add(tracked);
  }

  /** A job whose work was done or cut short; the error says how it counts. */
  private reportJob(job: Job, result: SeriesResult, error: VortexError | undefined): void {
    if (result.outcome !== 'failed' || error === undefined) {
      this.report(result);
      return;
    }
    // A request that was cut off because another series ended the run is not this series' failure.
    const counted = error.code === 'interrupted' ? (this.ending() ?? error) : error;
    const { outcome } = this.countError(counted);
    this.report({ ...result, outcome, error: reportedError(counted) });
    if (this.options.failFast && outcome === 'failed') this.abort(failFast(error));
  }

  /** A series that did not come as far as a job. */
  private fail(series: Series, stored: StoredSeries | undefined, error: VortexError): void {
    const { outcome } = this.countError(error);
    this.report(plainResult(series, stored, undefined, outcome, error));
    if (outcome !== 'failed') return;
    if (error.disposition === 'abort-run') this.abort(error);
    if (this.options.failFast) this.abort(failFast(error));
  }

  /** A job that was not done, or not to its end, because of something that is not its own fault. */
  private leaveOut(job: Job, error: VortexError): void {
    const { outcome } = this.countError(error);
    const known = this.tools.knownOf(job.series);
    this.report(plainResult(job.series, known.stored, job.provider, outcome, error));
    if (this.options.failFast && outcome === 'failed') this.abort(failFast(error));
  }

  private countError(error: VortexError): { readonly outcome: 'failed' | 'postponed' } {
    this.codes.push(exitCodeOf(error.code));
    return { outcome: POSTPONING.has(error.code) ? 'postponed' : 'failed' };
  }

  private obey(error: VortexError, job: Job): void {
    // An interruption has ended the run already.
    if (error.disposition === 'abort-run' && error.code !== 'interrupted') this.abort(error);
    if (error.disposition === 'stop-provider' && !this.stopped.has(job.provider)) {
      this.stopped.set(job.provider, error);
      this.tools.warn(`${job.provider} is not asked any more in this run: ${error.message}`);
    }
  }

  private abort(error: VortexError): void {
    if (this.aborted !== undefined) return;
    this.aborted = error;
    this.stop.abort(error);
  }

  /** A symbol that nobody knows may be a slip of the pen: the nearest names stand beside it. */
  private withNearest(error: VortexError | undefined, { series }: Job): VortexError | undefined {
    if (error?.code !== 'no-such-symbol') return error;
    const names = this.tools.namesLike(series.symbol).filter((name) => name !== series.symbol);
    if (names.length === 0) return error;
    return new VortexError(`${error.message}; nearest: ${names.join(', ')}`, error);
  }

  /** What is said of series that are not reached any more. */
  private ending(): VortexError | undefined {
    return this.signal.aborted ? notDone(this.aborted === undefined) : undefined;
  }

  private report(result: SeriesResult): void {
    this.results.push(result);
    this.tools.onProgress({ done: this.results.length, total: this.total, result });
  }
}
