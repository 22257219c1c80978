import type { VortexError } from '../market/errors.ts';
import type { Series } from '../market/instrument.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { Job } from '../plan/plan.ts';
import { POSTPONING } from './endings.ts';
import { exitCodeOf } from './exit-code.ts';
import { plainResult, reportedError } from './record.ts';
import type { Verdict } from './judgement.ts';
import type { SeriesResult } from './run-report.ts';
import type { Progress } from './run-tools.ts';

/** What became of the series of a run so far. */
export class Tally {
  readonly results: SeriesResult[] = [];
  readonly #codes = new Map<string, number>();
  readonly #others: number[] = [];
  readonly #places = new Map<string, number>();
  #total: number;
  readonly #onProgress: (progress: Progress) => void;
  /** Told of each series that failed. */
  readonly #onFailure: (error: VortexError) => void;

  constructor(total: number, onProgress: (progress: Progress) => void, onFailure: (error: VortexError) => void) {
    this.#total = total;
    this.#onProgress = onProgress;
    this.#onFailure = onFailure;
  }

  /** Exit codes of what went wrong. */
  get codes(): number[] {
    return [...this.#codes.values(), ...this.#others];
  }

  add(result: SeriesResult): void {
    this.#places.set(result.series, this.results.length);
    this.results.push(result);
    this.#onProgress({ done: this.results.length, total: this.#total, result });
  }

  /** A series that stays as it is. */
  addUnchanged({ series, stored, provider }: Job): void {
    this.add(plainResult(series, stored, provider, 'unchanged', undefined));
  }

  /** A series that turned out to be none of this run's. */
  leaveOut(): void {
    this.#total -= 1;
  }

  /** A series whose work was cut short. @param counted what the error counts as; @param error what it was */
  addCut(result: SeriesResult, counted: VortexError, error: VortexError): void {
    const outcome = this.#count(result.series, counted);
    this.add({ ...result, outcome, error: reportedError(counted) });
    if (outcome === 'failed') this.#onFailure(error);
  }

  /** A series of which nothing was fetched because of an error. */
  addUndone(series: Series, stored: StoredSeries | undefined, provider: string | undefined, error: VortexError): void {
    const outcome = this.#count(series.key, error);
    this.add(plainResult(series, stored, provider, outcome, error));
    if (outcome === 'failed') this.#onFailure(error);
  }

  /** What the end of a run says of a series: how far it is behind, and that it has failed. */
  judge({ series, behind, freshness, error, ended }: Verdict): void {
    this.#change(series, (result) => ({
      ...result,
      ...(behind === 0 ? {} : { sessionsBehind: behind }),
      ...(freshness === 'fresh' ? {} : { stale: true as const }),
      ...(error === undefined || result.error !== null
        ? {}
        : { outcome: 'failed' as const, error: reportedError(error) }),
    }));
    if (error !== undefined) this.#count(series, error);
    if (ended !== undefined) this.#excuse(series);
  }

  /** A series that has ended is no failure. */
  #excuse(series: string): void {
    this.#codes.delete(series);
    this.#change(series, (result) => ({ ...result, outcome: 'unchanged', error: null }));
  }

  /** Dates of a series on which a bar is due and that its source answers without one. */
  suspect(series: string, suspect: readonly string[]): void {
    if (suspect.length > 0) this.#change(series, (result) => ({ ...result, suspect }));
  }

  /** Something that fails the run and belongs to no series alone. */
  fail(error: VortexError): void {
    this.#others.push(exitCodeOf(error.code));
  }

  #change(series: string, change: (result: SeriesResult) => SeriesResult): void {
    const at = this.#places.get(series);
    const result = at === undefined ? undefined : this.results[at];
    if (at !== undefined && result !== undefined) this.results[at] = change(result);
  }

  #count(series: string, error: VortexError): 'failed' | 'postponed' {
    this.#codes.set(series, exitCodeOf(error.code));
    return POSTPONING.has(error.code) ? 'postponed' : 'failed';
  }
}
