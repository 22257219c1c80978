import type { ContractDetails } from '@stoqey/ib';
import type { VortexError } from '../../market/errors.ts';
import type { ProviderTools, RealTime } from '../provider.ts';
import type { IbkrOptions } from './schema.ts';
import type { FarmKind } from './farms.ts';
import { Link } from './link.ts';
import type { HistoryRow, Question } from './link.ts';
import { BOUNDS, Pacing, within } from './timing.ts';
import type { Paced } from './timing.ts';
import { LinkLost, problem, refusalOf, ServerWord, Silence } from './words.ts';

interface PacedAs extends Paced {
  /** For messages: `1d bars of SPY`. */
  readonly what: string;
}

/** Asks over the line, and asks again what a lost line or a pacing violation ended: bounded, and in no other case. */
export class Asking {
  readonly #link: Link;
  readonly #clock: RealTime;
  readonly #pacing: Pacing;
  #silences = 0;

  constructor(options: IbkrOptions, { clock, count }: Pick<ProviderTools, 'clock' | 'count'>) {
    this.#link = new Link(options, clock, count);
    this.#clock = clock;
    this.#pacing = new Pacing(clock, options.pace_ms);
  }

  /** @throws VortexError */
  greeting(signal: AbortSignal): Promise<string> {
    return this.#link.greeting(signal);
  }

  close(): void {
    this.#link.close();
  }

  /** Contract details; none when the server knows no such contract. @throws VortexError */
  async details(question: Question<ContractDetails[]>, what: string, signal: AbortSignal): Promise<ContractDetails[]> {
    let found: ContractDetails[] = [];
    try {
      found = await this.#ask(question, what, signal);
    } catch (error) {
      if (!(error instanceof ServerWord) || error.meaning !== 'not-found') throw this.#ending(error, what);
    }
    if (found.length === 0 && this.#link.farms.isAway('definitions')) throw this.#unproven('definitions', what);
    return found;
  }

  /** When a series begins, as text; undefined when the server does not say. @throws VortexError */
  async head(question: Question<string>, what: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.#ask(question, what, signal);
    } catch (error) {
      // It only saves requests: whatever else is wrong, the request for bars will tell.
      if (error instanceof ServerWord || error instanceof Silence) return undefined;
      throw this.#ending(error, what);
    }
  }

  /**
   * Rows of history, or the server's word that it has none there. While a farm is away that word proves nothing: it is asked
   * once more when the farm is there.
   * @throws VortexError
   */
  async history(
    question: Question<HistoryRow[]>,
    { what, ...paced }: PacedAs,
    signal: AbortSignal,
  ): Promise<HistoryRow[] | 'no-data'> {
    const { farms } = this.#link;
    const rows = await this.#rows(question, what, paced, signal);
    if (rows !== 'no-data' || !(farms.isAway('history') || farms.isAway('market'))) return rows;
    const isThere = (): boolean => !farms.isAway('history') && !farms.isAway('market', 'broken');
    await this.#waitUntil(isThere, signal);
    const again = await this.#rows(question, what, paced, signal);
    if (again === 'no-data' && !isThere()) throw this.#unproven('history', what);
    return again;
  }

  /** The server's time, milliseconds since the epoch, UTC; undefined when it has not told it. */
  serverTime(): number | undefined {
    return this.#link.serverClock.now();
  }

  async #rows(
    question: Question<HistoryRow[]>,
    what: string,
    paced: Paced,
    signal: AbortSignal,
  ): Promise<HistoryRow[] | 'no-data'> {
    try {
      return await this.#ask(question, what, signal, paced);
    } catch (error) {
      if (error instanceof ServerWord && error.meaning === 'no-data') return 'no-data';
      throw this.#ending(error, what);
    }
  }

  /** Waits for farms, no longer than is bearable. @throws VortexError `interrupted` */
  async #waitUntil(isThere: () => boolean, signal: AbortSignal): Promise<void> {
    try {
      await within<undefined>(this.#clock, BOUNDS.farmMs, signal, (resolve) => {
        this.#link.farms.when(isThere, () => {
          resolve(undefined);
        });
      });
    } catch (error) {
      if (!(error instanceof Silence)) throw error;
    }
  }

  #unproven(kind: FarmKind, what: string): VortexError {
    return problem(
      `ibkr has nothing for ${what} while a farm of ${kind} is inactive or broken; that proves nothing, run again later`,
      'provider-fault',
    );
  }

  async #ask<T>(question: Question<T>, what: string, signal: AbortSignal, paced?: Paced): Promise<T> {
    const met = { losses: 0, violations: 0 };
    for (;;) {
      try {
        if (paced !== undefined) await this.#pacing.turn(paced, signal);
        const answer = await this.#link.ask(question, signal);
        this.#silences = 0;
        return answer;
      } catch (error) {
        if (error instanceof Silence) this.#silences += 1;
        if (error instanceof ServerWord) this.#silences = 0;
        if (!(await this.#mayAskAgain(error, met, signal))) throw error;
      }
    }
  }

  async #mayAskAgain(
    error: unknown,
    met: { losses: number; violations: number },
    signal: AbortSignal,
  ): Promise<boolean> {
    // Where nothing answers any more, each new line would only be waited on in turn.
    if (error instanceof LinkLost) return ++met.losses <= BOUNDS.losses && this.#silences < BOUNDS.silences;
    if (!(error instanceof ServerWord) || error.meaning !== 'pacing') return false;
    const wait = BOUNDS.violationWaitsMs[met.violations++];
    if (wait === undefined) return false;
    this.#pacing.complained();
    await this.#clock.sleep(wait, signal);
    return true;
  }

  #ending(error: unknown, what: string): unknown {
    if (error instanceof ServerWord) return refusalOf(error, what);
    if (error instanceof LinkLost)
      return problem(
        `${error.message} again and again while ibkr was asked for ${what}`,
        'network',
        'skip-series',
        error,
      );
    if (!(error instanceof Silence)) return error;
    const isGone = this.#silences >= BOUNDS.silences;
    const advice = isGone
      ? `${this.#silences} requests in a row got none: restart TWS or IB Gateway`
      : 'timeout_ms is how long it is waited for';
    return problem(
      `${error.message} from ibkr to ${what}; ${advice}`,
      'timeout',
      isGone ? 'stop-provider' : 'skip-series',
      error,
    );
  }
}
