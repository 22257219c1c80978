import { withoutFuture } from '../market/future-coverage.ts';
import type { Series } from '../market/instrument.ts';
import type { KnownSeries } from '../store/series-change.ts';

/** Cuts coverage back that reaches into the future: a run with a wrong clock made it. */
export class PastOnly {
  readonly #latest: number;
  #first: string | undefined;
  #count = 0;

  /** @param now the time that the command stands for, milliseconds since the epoch, UTC; the later of it and today counts */
  constructor(now: number) {
    this.#latest = Math.max(now, new Date().getTime());
  }

  cut(series: Pick<Series, 'key' | 'period'>, known: KnownSeries): KnownSeries {
    const stored = withoutFuture(known.stored, series.period, this.#latest);
    if (stored === undefined) return known;
    this.#count += 1;
    this.#first ??= series.key;
    return { ...known, stored };
  }

  /** What people are told of it: one line, or none. */
  notices(): string[] {
    if (this.#first === undefined) return [];
    const more = this.#count === 1 ? '' : ` and ${this.#count - 1} more series`;
    return [
      `coverage of ${this.#first}${more} reached into the future: a run with a wrong clock wrote it. ` +
        'Vortex cut it back to the last bar and asks for what follows',
    ];
  }
}
