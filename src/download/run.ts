import { asVortexError } from '../market/errors.ts';
import type { VortexError } from '../market/errors.ts';
import type { Series } from '../market/instrument.ts';
import type { Job, Plan, Settled } from '../plan/plan.ts';
import type { ProviderSession } from '../providers/provider.ts';
import type { Format } from '../market/file-format.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { StaleLimits } from '../market/freshness.ts';
import { isSuggestedMonth } from './absences.ts';
import { addMissingFormats } from './committing.ts';
import { failFast, notDone, POSTPONING, withMore, withNearest } from './endings.ts';
import { goneContract, type GoneContract } from './expired.ts';
import { FailOver } from './fail-over.ts';
import type { Attempt } from './fail-over.ts';
import type { Purse } from './purse.ts';
import { Purses } from './purses.ts';
import { plainResult } from './record.ts';
import { RunEnd } from './run-end.ts';
import type { RunReport, SeriesResult } from './run-report.ts';
import type { RunTools } from './run-tools.ts';
import { workOnSeries } from './series-work.ts';
import { Sessions } from './sessions.ts';
import { Settling } from './settling.ts';
import { Tally } from './tally.ts';

export interface RunOptions {
  readonly formats: readonly Format[];
  readonly concurrency: number;
  readonly extendedHours: boolean;
  readonly settleMs: number;
  readonly failFast: boolean;
  /** Days after which a suspect date settles as absent; absent: 30. */
  readonly suspectDays?: number;
  /** When a series that stands still is called stale; absent: at 3 sessions, failed at 5. */
  readonly stale?: StaleLimits;
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
  readonly allowance: RunReport['allowance'];
}

/** How many series may wait for the disk while the next ones are fetched. */
const WAITING_FOR_DISK = 64;
const SUSPECT_DAYS = 30;
const STALE: StaleLimits = { warnSessions: 3, failSessions: 5 };

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
  readonly #plan: Plan;
  readonly #options: RunOptions;
  readonly #tools: RunTools;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #sessions: Sessions;
  readonly #purses: Purses;
  readonly #failOver: FailOver;
  readonly #tally: Tally;
  readonly #end: RunEnd;
  readonly #settling: Settling;
  readonly #stopped = new Map<string, VortexError>();
  #next = 0;
  #unservable = 0;
  #aborted: VortexError | undefined;

  constructor(plan: Plan, options: RunOptions, tools: RunTools, signal: AbortSignal) {
    this.#plan = plan;
    this.#options = options;
    this.#tools = tools;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#purses = new Purses(tools.accounts ?? [], options.now);
    const { stale: limits = STALE, suspectDays = SUSPECT_DAYS, now } = options;
    this.#end = new RunEnd(tools, { limits, suspectDays, now });
    this.#failOver = new FailOver(plan, tools.announce ?? tools.warn);
    this.#sessions = new Sessions(async (id) => {
      const session = await tools.open(id, (job) => this.#purses.spend(id, job));
      await this.#purses.ask(id, session, this.#signal, tools.warn).catch(async (error: unknown) => {
        await session.close?.();
        throw error;
      });
      return session;
    });
    const total = plan.jobs.length + plan.settled.filter((entry) => entry.outcome !== 'unservable').length;
    this.#tally = new Tally(total, tools.onProgress, (error) => {
      if (options.failFast) this.#abort(failFast(error));
    });
    this.#settling = new Settling(tools, {
      tally: this.#tally,
      end: this.#end,
      abort: (error) => {
        this.#abort(error);
      },
      ending: () => this.#ending(),
    });
  }

  async finish(): Promise<RunOutcome> {
    for (const entry of this.#plan.settled) await this.#settle(entry);
    await Promise.all(Array.from({ length: this.#options.concurrency }, () => this.#work()));
    await this.#settling.finish();
    await this.#closeStore();
    await this.#sessions.close(this.#tools.warn);
    await this.#tools.archive?.raw.close(this.#settling.isWhole).catch((error: unknown) => {
      this.#abort(asVortexError(error));
    });
    const { results, codes } = this.#tally;
    results.sort((a, b) => (a.series < b.series ? -1 : 1));
    const [unservable, aborted, allowance] = [this.#unservable, this.#aborted, this.#purses.report()];
    return { results, unservable, codes, aborted, allowance };
  }

  /** Puts everything on the disk, then judges all series together. */
  async #closeStore(): Promise<void> {
    try {
      await this.#tools.store.close();
      if (!this.#signal.aborted) await this.#end.judge(this.#tally);
    } catch (error) {
      this.#abort(asVortexError(error));
    }
  }

  async #settle(entry: Settled): Promise<void> {
    if (entry.outcome === 'unservable') {
      this.#unservable += 1;
      return;
    }
    if (entry.outcome === 'failed') {
      this.#fail(entry.series, entry.stored, entry.error);
      return;
    }
    const { series } = entry;
    const add = () => addMissingFormats(series, this.#formatsOf(series), this.#tools, () => this.#ending());
    const error = entry.outcome === 'unchanged' ? await add() : undefined;
    if (error === undefined) {
      this.#tally.add(plainResult(entry.series, entry.stored, undefined, entry.outcome, undefined));
      this.#end.addSettled(entry);
    } else this.#fail(entry.series, entry.stored, error);
  }

  async #work(): Promise<void> {
    for (;;) {
      const job = this.#plan.jobs[this.#next];
      if (job === undefined) return;
      this.#next += 1;
      const settle = await this.#failOver.run(job, this.#stopped, (at) => this.#attempt(at), this.#tally);
      settle();
      await this.#settling.room(WAITING_FOR_DISK);
    }
  }

  /** One go at a job. Nothing is counted or stored before the attempt is settled. */
  async #attempt(job: Job): Promise<Attempt> {
    const undone = (error: VortexError): Attempt => ({
      error,
      settle: (more) => {
        this.#settling.leaveOut(job, withMore(error, more));
      },
    });
    const early = this.#stopped.get(job.provider) ?? this.#ending() ?? this.#purses.refusal(job);
    if (early !== undefined) return undone(early);
    const purse = this.#purses.of(job);
    try {
      const session = await this.#sessions.of(job.provider);
      const granted = await purse?.reserve(job);
      const late =
        this.#stopped.get(job.provider) ?? this.#ending() ?? (granted === 0 ? purse?.usedUp(job) : undefined);
      if (late !== undefined) return undone(late);
      return await this.#workOn(job, session, purse);
    } catch (cause) {
      const error = asVortexError(cause);
      this.#obey(error, job);
      return undone(error);
    } finally {
      purse?.release(job);
    }
  }

  async #workOn(job: Job, session: ProviderSession, purse: Purse | undefined): Promise<Attempt> {
    const [options, tools] = [this.#options, this.#tools];
    const known = tools.knownOf(job.series);
    const { tableOf } = tools;
    const work = {
      ...options,
      suspectDays: options.suspectDays ?? SUSPECT_DAYS,
      ...(tableOf === undefined ? {} : { tableOf }),
      ...(purse === undefined ? {} : { purse, shortage: () => purse.shortage(job.series.key) }),
      formats: this.#formatsOf(job.series),
      session,
      capabilities: tools.provider(job.provider).capabilities,
      loadFrom: tools.store.loadFrom.bind(tools.store),
      ...(tools.archive === undefined ? {} : { takeExchanges: tools.archive.takeExchanges }),
    };
    const worked = await workOnSeries(job, known, work, this.#signal);
    const { recording } = worked;
    const error = withNearest(recording.error ?? worked.error, job, tools.namesLike);
    if (error !== undefined) this.#obey(error, job);
    const gone = goneContract(error, job, known, { ...work, plan: this.#plan });
    return {
      error: recording.change === undefined && gone?.recording === undefined ? error : undefined,
      isEmpty: recording.result.outcome === 'empty' && !isSuggestedMonth(job),
      settle: (more) => {
        // Where others were asked for it and failed, there is more to say.
        if (gone !== undefined && more === undefined) this.#leaveExpired(job, gone);
        else this.#settling.settle(job, worked, error === undefined ? error : withMore(error, more));
      },
    };
  }

  #leaveExpired(job: Job, { line, recording }: GoneContract): void {
    this.#announce(line);
    if (recording !== undefined) this.#settling.settle(job, { recording, error: undefined }, undefined);
    else {
      this.#unservable += 1;
      this.#tally.leaveOut();
    }
  }

  #formatsOf(series: Series): readonly Format[] {
    return this.#tools.formatsOf?.(series) ?? this.#options.formats;
  }

  /** A series that did not come as far as a job. */
  #fail(series: Series, stored: StoredSeries | undefined, error: VortexError): void {
    if (error.disposition === 'abort-run' && !POSTPONING.has(error.code)) this.#abort(error);
    this.#tally.addUndone(series, stored, undefined, error);
  }

  #obey(error: VortexError, job: Job): void {
    // An interruption has ended the run already.
    if (error.disposition === 'abort-run' && error.code !== 'interrupted') this.#abort(error);
    if (error.disposition === 'stop-provider' && !this.#stopped.has(job.provider)) {
      this.#stopped.set(job.provider, error);
      this.#tools.warn(`${job.provider} is not asked any more in this run: ${error.message}`);
      if (error.code === 'allowance-used') this.#settling.keep(this.#noteEnd(job.provider));
    }
  }

  #announce(message: string): void {
    (this.#tools.announce ?? this.#tools.warn)(message);
  }

  #abort(error: VortexError): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = error;
    this.#stop.abort(error);
  }

  /** The ledger is to know that the provider gives no more today. */
  async #noteEnd(provider: string): Promise<void> {
    try {
      await this.#purses.end(provider);
    } catch (error) {
      this.#abort(asVortexError(error));
    }
  }

  /** What is said of series that are not reached any more. */
  #ending(): VortexError | undefined {
    return this.#signal.aborted ? notDone(this.#aborted === undefined) : undefined;
  }
}
