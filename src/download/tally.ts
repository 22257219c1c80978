import type { VortexError } from '../market/errors.ts';
import type { Series } from '../market/instrument.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { Job } from '../plan/plan.ts';
import { POSTPONING } from './endings.ts';
import { exitCodeOf } from './exit-code.ts';
import { plainResult, reportedError } from './record.ts';
import type { SeriesResult } from './run-report.ts';
import type { Progress } from './run-tools.ts';

/** What became of the series of a run so far. */
export class Tally {
  readonly results: SeriesResult[] = [];
  /** Exit codes of what went wrong. */
  readonly codes: number[] = [];
  #total: number;
  readonly #onProgress: (progress: Progress) => void;
  /** Told of each series that failed. */
  readonly #onFailure: (error: VortexError) => void;

  constructor(total: number, onProgress: (progress: Progress) => void, onFailure: (error: VortexError) => void) {
    this.#total = total;
    this.#onProgress = onProgress;
    this.#onFailure = onFailure;
  }

  add(result: SeriesResult): void {
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
    const outcome = this.#count(counted);
    this.add({ ...result, outcome, error: reportedError(counted) });
    if (outcome === 'failed') this.#onFailure(error);
  }

  /** A series of which nothing was fetched because of an error. */
  addUndone(series: Series, stored: StoredSeries | undefined, provider: string | undefined, error: VortexError): void {
    const outcome = this.#count(error);
    this.add(plainResult(series, stored, provider, outcome, error));
    if (outcome === 'failed') this.#onFailure(error);
  }

  #count(error: VortexError): 'failed' | 'postponed' {
    this.codes.push(exitCodeOf(error.code));
    return POSTPONING.has(error.code) ? 'postponed' : 'failed';
  }
}
