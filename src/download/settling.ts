import { asVortexError } from '../market/errors.ts';
import type { VortexError } from '../market/errors.ts';
import type { Job } from '../plan/plan.ts';
import type { SeriesChange } from '../store/series-change.ts';
import { isSuggestedMonth, noBars, settleAbsences } from './absences.ts';
import type { HeldAbsence } from './absences.ts';
import { commitChange } from './committing.ts';
import { isDueWithin } from './proving.ts';
import type { RunEnd } from './run-end.ts';
import type { SeriesResult } from './run-report.ts';
import type { RunTools } from './run-tools.ts';
import type { WorkedSeries } from './series-work.ts';
import type { Tally } from './tally.ts';

/** What settling has to do with the rest of a run. */
export interface RunLinks {
  readonly tally: Tally;
  readonly end: RunEnd;
  readonly abort: (error: VortexError) => void;
  /** Why nothing is begun any more; undefined while the run goes on. */
  readonly ending: () => VortexError | undefined;
}

/** Puts what jobs came to on the disk and counts it. */
export class Settling {
  readonly #tools: RunTools;
  readonly #links: RunLinks;
  readonly #absences: HeldAbsence[] = [];
  readonly #storing = new Set<Promise<void>>();
  #uncommitted = 0;

  constructor(tools: RunTools, links: RunLinks) {
    this.#tools = tools;
    this.#links = links;
  }

  /** Everything that was to be stored is on the disk. */
  get isWhole(): boolean {
    return this.#uncommitted === 0;
  }

  /** Waits until no more than so many series wait for the disk. */
  async room(most: number): Promise<void> {
    if (this.#storing.size >= most) await Promise.race(this.#storing);
  }

  /** Waits until everything is stored; then decides on months without a bar, and waits for what comes of that. */
  async finish(): Promise<void> {
    await Promise.all(this.#storing);
    const { ending, end } = this.#links;
    if (ending() === undefined) {
      settleAbsences(this.#absences, end.standings, ({ series }) => this.#tools.newestOfMarket?.(series));
      await Promise.all(this.#storing);
    } else for (const { leave } of this.#absences) leave();
  }

  /** Work that is to be done before the run ends. */
  keep(work: Promise<void>): void {
    const tracked = work.finally(() => this.#storing.delete(tracked));
    this.#storing.add(tracked);
  }

  /** A job that was done, if with an error. */
  settle(job: Job, worked: WorkedSeries, error: VortexError | undefined): void {
    const { change, result, notices = [] } = worked.recording;
    for (const notice of notices) (this.#tools.announce ?? this.#tools.warn)(notice);
    if (change === undefined) {
      this.#report(result, error);
      if (error !== undefined) this.#links.end.addFailed(job, error);
      return;
    }
    const remember = (): void => {
      this.keep(this.#store(job, change, worked, error));
    };
    if (result.outcome !== 'empty') remember();
    else if (isSuggestedMonth(job)) this.#hold(job, result, remember);
    else if (isDueWithin(job.missing, this.#tools.tableOf?.(job.series.instrument, worked.source), job))
      this.leaveOut(job, noBars(job));
    else remember();
  }

  #hold(job: Job, result: SeriesResult, remember: () => void): void {
    const leave = (): void => {
      this.#report(result, undefined);
    };
    const fail = (error: VortexError): void => {
      this.leaveOut(job, error);
    };
    this.#absences.push({ job, remember, leave, fail });
  }

  /** A job that was not done, or not to its end, because of something that is not its own fault. */
  leaveOut(job: Job, error: VortexError): void {
    const { tally, end } = this.#links;
    end.addFailed(job, error);
    tally.addUndone(job.series, this.#tools.knownOf(job.series).stored, job.provider, error);
  }

  async #store(job: Job, change: SeriesChange, worked: WorkedSeries, error: VortexError | undefined): Promise<void> {
    const { told, recording } = worked;
    try {
      const kept = told === undefined ? change : ((await this.#tools.archive?.raw.keep(change, told)) ?? change);
      await commitChange(this.#tools, kept);
      this.#report(recording.result, error);
      this.#links.end.addStored(job, change, worked, error);
    } catch (cause) {
      const failure = asVortexError(cause);
      this.#uncommitted += 1;
      this.#links.abort(failure);
      this.leaveOut(job, failure);
    }
  }

  /** A job whose work was done or cut short; the error says how it counts. */
  #report(result: SeriesResult, error: VortexError | undefined): void {
    const { mixedFrom, provider, added, series } = result;
    const { tally, ending } = this.#links;
    if (mixedFrom !== undefined)
      (this.#tools.announce ?? this.#tools.warn)(
        `${series}, which is kept from ${provider ?? 'another'}: ${added} bars of ${mixedFrom} are mixed in`,
      );
    if (result.outcome !== 'failed' || error === undefined) tally.add(result);
    // A request that was cut off because another series ended the run is not this series' failure.
    else tally.addCut(result, error.code === 'interrupted' ? (ending() ?? error) : error, error);
  }
}
