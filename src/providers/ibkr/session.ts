import { addDropped } from '../../market/bar-checks.ts';
import { NO_BARS } from '../../market/bars.ts';
import type { TradeDate } from '../../market/calendar.ts';
import { utcDate } from '../../market/calendar.ts';
import type { Instrument } from '../../market/instrument.ts';
import { mergeBars } from '../../market/merge.ts';
import { DAY_MS, isIntraday } from '../../market/period.ts';
import type { Period } from '../../market/period.ts';
import type { TimeRange } from '../../market/time-range.ts';
import type { BarRequest, FetchedBars, ProviderSession, ProviderTools } from '../provider.ts';
import { Asking } from './asking.ts';
import { barsOf, stampOf } from './bars.ts';
import { dateOfText, matching, onlyOne, readDetails } from './contracts.ts';
import type { Listed } from './contracts.ts';
import { askFor } from './duration.ts';
import { factsOf } from './facts.ts';
import type { IbkrOptions } from './schema.ts';
import { nameOf, searchFor } from './naming.ts';
import type { Search } from './naming.ts';
import { contractDetails, headTimestamp, history } from './questions.ts';
import type { Stream } from './questions.ts';
import { problem } from './words.ts';

/** Older than this is history: where it begins is asked first, so that nothing before it is. */
const RECENT_MS = 10 * DAY_MS;
/** Longer than any run of holidays: bars that begin later than asked by more may have been cut off, not be absent. */
const LONGEST_PAUSE_MS = 6 * DAY_MS;
const LONGEST_PAUSES: Readonly<Partial<Record<Period, number>>> = { '1wk': 14 * DAY_MS, '1mo': 62 * DAY_MS };
const MOST_PAGES = 12;
/** So much before the first bar that the server names is looked at. */
const DAYS_BEFORE_MS = 27 * DAY_MS;

/** One series there: the contract and its hours. */
const keyOf = ({ listed, regularHours }: Stream): string => `${listed.conId} ${regularHours}`;

/** A line to TWS at work for one run. */
export class IbkrSession implements ProviderSession {
  readonly #asking: Asking;
  readonly #now: () => number;
  readonly #listed = new Map<string, Promise<Listed[]>>();
  readonly #heads = new Map<string, Promise<number | undefined>>();
  /** Whether nothing lies before the first bar that the server names. */
  readonly #confirmed = new Map<string, Promise<boolean>>();

  constructor(options: IbkrOptions, tools: Omit<ProviderTools, 'http'>) {
    this.#asking = new Asking(options, tools);
    this.#now = tools.now;
  }

  async fetchBars(request: BarRequest, signal: AbortSignal): Promise<FetchedBars> {
    const { instrument, contract, range } = request;
    const search = searchFor(instrument, contract);
    if (search === undefined || (instrument.class === 'future' && contract === undefined)) {
      throw problem(
        `ibkr has no name for ${instrument.id}; give it one as symbols.ibkr: SYMBOL@EXCHANGE`,
        'not-servable',
      );
    }
    const symbol = nameOf(search);
    if (range.from >= range.to) return { bars: NO_BARS, dropped: {}, source: { symbol } };
    const listed = onlyOne(search, await this.#find(search, signal));
    const regularHours = instrument.class === 'stock' && !request.extendedHours;
    const stream = { search, listed, regularHours };
    const head = range.from < this.#now() - RECENT_MS ? await this.#trustedHead(stream, request, signal) : undefined;
    const lived = withinLife(range, head, listed.lastDate);
    const answer =
      lived.from >= lived.to ? { bars: NO_BARS, dropped: {} } : await this.#pages(request, stream, lived, signal);
    return { ...answer, source: factsOf(stream, request, head, this.#asking.serverTime()) };
  }

  async checkAccess(signal: AbortSignal): Promise<string> {
    return this.#asking.greeting(signal);
  }

  async expiries(instrument: Instrument, signal: AbortSignal): Promise<ReadonlyMap<string, TradeDate>> {
    const search = searchFor(instrument, undefined);
    if (search?.secType !== 'FUT') return new Map();
    const found = matching(search, await this.#find(search, signal));
    return new Map(
      found.flatMap(({ month, lastDate }) =>
        lastDate === undefined ? [] : [[`${month.slice(0, 4)}-${month.slice(4)}`, lastDate] as const],
      ),
    );
  }

  close(): Promise<void> {
    this.#asking.close();
    return Promise.resolve();
  }

  /**
   * Asks backwards until the start is reached. An answer may be cut short without a word, so that what is missing at its old
   * end counts as empty only when the server says so.
   */
  async #pages(
    { period, range }: BarRequest,
    stream: Stream,
    lived: TimeRange,
    signal: AbortSignal,
  ): Promise<Pick<FetchedBars, 'bars' | 'dropped'>> {
    const what = `${period} bars of ${nameOf(stream.search)}`;
    let pages = { bars: NO_BARS, dropped: {} };
    let { to } = lived;
    for (let page = 0; page < MOST_PAGES; page++) {
      const { end, endText, duration } = askFor(period, { from: lived.from, to }, this.#now());
      const rows = await this.#asking.history(
        history(stream, period, endText, duration),
        {
          identity: `${stream.listed.conId} ${period} ${endText} ${duration} ${stream.regularHours}`,
          contract: String(stream.listed.conId),
          what,
        },
        signal,
      );
      if (rows === 'no-data') return pages;
      const oldest = rows[0];
      if (oldest === undefined) {
        throw problem(`ibkr answered no rows to ${what} and did not say that there are none`, 'bad-answer');
      }
      const wanted = page === 0 ? range : { from: range.from, to };
      // The day that is going has a bar too, and at an exchange it may be tomorrow already.
      const margin = isIntraday(period) ? 0 : DAY_MS;
      const { bars, dropped } = barsOf(rows, { period, wanted, end: end + margin, what });
      pages = { bars: mergeBars(bars, pages.bars).bars, dropped: addDropped(pages.dropped, dropped) };
      const reached = stampOf(oldest.time, period, what);
      if (reached <= lived.from + (LONGEST_PAUSES[period] ?? LONGEST_PAUSE_MS)) return pages;
      // Nothing but what we have: there is nothing older.
      if (reached >= to) return pages;
      to = reached;
    }
    throw problem(`ibkr gives ${what} in too many small pieces to reach their start`, 'bad-answer');
  }

  async #find(search: Search, signal: AbortSignal): Promise<Listed[]> {
    const name = nameOf(search);
    return remembered(this.#listed, `${search.secType} ${name} ${search.currency ?? ''}`, async () => {
      const found = await this.#asking.details(contractDetails(search), `the contract ${name}`, signal);
      return found.map((details) => readDetails(details, name));
    });
  }

  /**
   * When the series begins, where that can be believed. It is a remark of the server: one that lies after now says nothing,
   * and before anything is left out for it, the days right before it are asked for once.
   */
  async #trustedHead(stream: Stream, { range }: BarRequest, signal: AbortSignal): Promise<number | undefined> {
    const head = await this.#head(stream, signal);
    if (head === undefined || head > this.#now()) return undefined;
    const edge = withinLife(range, head, undefined).from;
    if (edge === range.from) return head;
    const holds = await remembered(this.#confirmed, keyOf(stream), () => this.#isEmptyBefore(stream, edge, signal));
    return holds ? head : undefined;
  }

  async #isEmptyBefore(stream: Stream, edge: number, signal: AbortSignal): Promise<boolean> {
    const { endText, duration } = askFor('1d', { from: edge - DAYS_BEFORE_MS, to: edge }, this.#now());
    const paced = {
      identity: `${keyOf(stream)} before ${endText}`,
      contract: String(stream.listed.conId),
      what: `bars of ${nameOf(stream.search)} before its first one`,
    };
    return (await this.#asking.history(history(stream, '1d', endText, duration), paced, signal)) === 'no-data';
  }

  /** First bar of the series; undefined when the server does not say, as of some expired contracts. */
  #head(stream: Stream, signal: AbortSignal): Promise<number | undefined> {
    return remembered(this.#heads, keyOf(stream), async () => {
      const text = await this.#asking.head(headTimestamp(stream), `the first bar of ${nameOf(stream.search)}`, signal);
      if (text === undefined) return undefined;
      if (/^\d{9,11}$/.test(text)) return Number(text) * 1000;
      const time = /^\d{8}-(\d\d:\d\d:\d\d)$/.exec(text)?.[1];
      const date = dateOfText(text);
      return date === undefined || time === undefined ? undefined : date + Date.parse(`1970-01-01T${time}Z`);
    });
  }
}

/** What of a range lies between the first bar, with a day's margin for zones, and the last trade date. */
function withinLife(range: TimeRange, head: number | undefined, last: TradeDate | undefined): TimeRange {
  const first = head === undefined ? -Infinity : utcDate(head) - DAY_MS;
  return { from: Math.max(range.from, first), to: Math.min(range.to, (last ?? Infinity) + DAY_MS) };
}

/** Asks once for each key; what failed is asked for again. */
function remembered<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  let answer = known.get(key);
  if (answer === undefined) {
    answer = ask();
    known.set(key, answer);
    answer.catch(() => known.delete(key));
  }
  return answer;
}
