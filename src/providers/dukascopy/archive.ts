import { answerClock } from '../answer-clock.ts';
import type { HttpClient } from '../../http/http-client.ts';
import { checkBars } from '../../market/bar-checks.ts';
import type { CheckedBars } from '../../market/bar-checks.ts';
import { NO_BARS } from '../../market/bars.ts';
import type { Bars } from '../../market/bars.ts';
import { VortexError } from '../../market/errors.ts';
import type { TimeRange } from '../../market/time-range.ts';
import { isWithin } from '../../market/time-range.ts';
import { jsonProblem, readAnswer } from './answers.ts';
import type { CandleFile, CandleSize } from './candle-files.ts';
import { decodeCandles } from './decode.ts';
import { candlesAnswer, instrumentAnswer } from './wire.ts';
import type { InstrumentFacts } from './wire.ts';

/** Where candles come from. */
export interface ArchiveSource {
  readonly http: HttpClient;
  /** Answers come from the raw archive: they were judged when they came. */
  readonly isOffline?: boolean;
  /** Milliseconds since the epoch, UTC. */
  readonly now: () => number;
  /** What stands before /v1. */
  readonly base: string;
  readonly side: 'BID' | 'ASK';
}

/** How many complete files are remembered: those at the seams of requests, of all series that are worked on at once. */
const MOST_FILES = 32;

/** A file as it was answered. */
interface Answered {
  readonly rows: Bars;
  /** There is no such file: its time lies before the history. */
  readonly isMissing: boolean;
  /** The source's clock then, milliseconds since the epoch, UTC; undefined when it did not say. */
  readonly clock: number | undefined;
}

/** Candles of a file, and what is to be known of the file itself. */
export interface FileCandles extends CheckedBars {
  /** The file has no candle at all. */
  readonly isEmpty: boolean;
  /** There is no such file: its time lies before the history. */
  readonly isMissing: boolean;
  readonly clock: number | undefined;
}

/** The archive of one session: it asks for no complete file twice while it remembers it. */
export class Archive {
  readonly #source: ArchiveSource;
  readonly #complete = new Map<string, Answered>();
  readonly #fullUntil = new Map<string, number>();
  readonly #instruments = new Map<string, InstrumentFacts>();

  constructor(source: ArchiveSource) {
    this.#source = source;
  }

  /**
   * Candles of one file that start in the wanted range. Of the others nothing is said, but for rows that lie outside the file.
   * @throws VortexError
   */
  async candles(
    symbol: string,
    file: CandleFile,
    wanted: TimeRange,
    job: string,
    signal: AbortSignal,
  ): Promise<FileCandles> {
    const { rows, clock, isMissing } = await this.#file(symbol, file, job, signal);
    const { from, to } = file.range;
    const isEmpty = rows.time.length === 0;
    // What is in progress reaches to the source's own now, which may lie behind the time that the run stands for.
    const asked = { from, to: file.complete ? to : Number.POSITIVE_INFINITY };
    const time = rows.time.map((stamp) => (isWithin(stamp, wanted) || !isWithin(stamp, asked) ? stamp : Number.NaN));
    const inside = { from: Math.max(from, wanted.from), to: Math.min(to, wanted.to) };
    return { ...checkBars({ ...rows, time }, inside), isEmpty, isMissing, clock };
  }

  /** Takes note that a file had candles. */
  noteFull(symbol: string, { size, range }: CandleFile): void {
    const key = `${symbol} ${size}`;
    this.#fullUntil.set(key, Math.max(range.to, this.#fullUntil.get(key) ?? 0));
  }

  /** True when this session has seen a file with candles from before an instant. */
  wasFullBefore(symbol: string, size: CandleSize, instant: number): boolean {
    return (this.#fullUntil.get(`${symbol} ${size}`) ?? Infinity) <= instant;
  }

  /** Whether a file that is not part of the answer has candles; it is neither remembered nor archived. @throws VortexError */
  async hasCandles(symbol: string, file: CandleFile, signal: AbortSignal): Promise<boolean> {
    const answer = readAnswer(await this.#send(this.#path(symbol, file), undefined, signal), candlesAnswer);
    return answer !== undefined && answer.times.length > 0;
  }

  /** What is known of an instrument without asking. */
  knownFacts(symbol: string): InstrumentFacts | undefined {
    return this.#instruments.get(symbol);
  }

  /**
   * When the first candle of an instrument starts, by the source's word; minus infinity when it does not say.
   * @throws VortexError `no-such-symbol`
   */
  async firstCandle(symbol: string, size: CandleSize, job: string | undefined, signal: AbortSignal): Promise<number> {
    let facts = this.#instruments.get(symbol);
    if (facts === undefined) {
      facts = await this.#askFacts(symbol, job, signal);
      this.#instruments.set(symbol, facts);
    }
    const history = facts.histories.find(({ period }) => period === size.toUpperCase());
    const from = history?.from ?? Number.NEGATIVE_INFINITY;
    // What lies after now is no word about the past.
    return from > this.#source.now() ? Number.NEGATIVE_INFINITY : from;
  }

  async #askFacts(symbol: string, job: string | undefined, signal: AbortSignal): Promise<InstrumentFacts> {
    const response = await this.#send(`/instruments/${encodeURIComponent(symbol)}`, job, signal);
    const facts = readAnswer(response, instrumentAnswer);
    if (facts === undefined) {
      throw new VortexError(`no such symbol at dukascopy: ${symbol}`, {
        code: 'no-such-symbol',
        disposition: 'skip-series',
      });
    }
    if (facts.code !== symbol) {
      throw new VortexError(`dukascopy answered ${facts.code} when asked for ${symbol}: ${response.url}`, {
        code: 'bad-answer',
        disposition: 'skip-series',
      });
    }
    return facts;
  }

  #path(symbol: string, { size, tail }: CandleFile): string {
    return `/candles/${size}/${encodeURIComponent(symbol)}/${this.#source.side}${tail}`;
  }

  async #file(symbol: string, file: CandleFile, job: string, signal: AbortSignal): Promise<Answered> {
    const path = this.#path(symbol, file);
    const known = this.#complete.get(path);
    if (known !== undefined) return known;
    const response = await this.#send(path, job, signal);
    const answer = readAnswer(response, candlesAnswer);
    const rows =
      answer === undefined
        ? await this.#onNotFound(symbol, file, response.url, job, signal)
        : decodeCandles(answer, file, response.url);
    const answered = { rows, isMissing: answer === undefined, clock: answerClock(response) };
    if (file.complete) this.#remember(path, answered);
    return answered;
  }

  /** A 404 may mean the instrument or the time: what is told of the instrument decides. */
  async #onNotFound(symbol: string, file: CandleFile, url: string, job: string, signal: AbortSignal): Promise<Bars> {
    if (file.range.to <= (await this.firstCandle(symbol, file.size, job, signal))) return NO_BARS;
    throw new VortexError(
      `dukascopy knows ${symbol} and has no ${file.size} candles there; is the clock right? ${url}`,
      { code: 'bad-answer', disposition: 'skip-series' },
    );
  }

  #remember(path: string, answered: Answered): void {
    const [oldest] = this.#complete.keys();
    if (oldest !== undefined && this.#complete.size >= MOST_FILES) this.#complete.delete(oldest);
    this.#complete.set(path, answered);
  }

  #send(path: string, job: string | undefined, signal: AbortSignal): ReturnType<HttpClient['send']> {
    const { http, base } = this.#source;
    const headers = { Accept: 'application/json' };
    return http.send(
      { url: `${base}/v1${path}`, headers, ...(job === undefined ? {} : { job }), check: jsonProblem },
      signal,
    );
  }
}
