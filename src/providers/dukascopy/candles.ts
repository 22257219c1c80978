import { addDropped } from '../../market/bar-checks.ts';
import type { DroppedBars } from '../../market/bar-checks.ts';
import { barsWithin, concatBars, NO_BARS } from '../../market/bars.ts';
import type { Bars } from '../../market/bars.ts';
import { formatTradeDate } from '../../market/calendar.ts';
import { VortexError } from '../../market/errors.ts';
import { DAY_MS, periodMs } from '../../market/period.ts';
import { sessionRule } from '../../market/session.ts';
import type { TimeRange } from '../../market/time-range.ts';
import type { BarRequest, FetchedBars } from '../provider.ts';
import { Archive } from './archive.ts';
import type { ArchiveSource } from './archive.ts';
import { CANDLE_MS, CANDLE_OF, candleFiles } from './candle-files.ts';
import type { CandleFile, CandleSize } from './candle-files.ts';
import { mustTrade, suspectFile } from './empty-files.ts';
import type { AnsweredFile } from './empty-files.ts';
import { factsOf } from './facts.ts';
import { bucketsOf, foldBars } from './longer-bars.ts';
import type { Buckets } from './longer-bars.ts';
import { dukascopySymbol } from './symbols.ts';

/** Turns a request into bars. @throws VortexError and nothing else */
export type CandleSource = (request: BarRequest, signal: AbortSignal) => Promise<FetchedBars>;

/** From so many files back on it is worth a request to learn where the history begins. */
const FEW_FILES = 3;
/** Leaves out bars that are not over. */
function finished(bars: Bars, buckets: Buckets, now: number): { readonly bars: Bars; readonly unfinished: number } {
  let rows = bars.time.length;
  while (rows > 0 && buckets.endOf(bars.time[rows - 1] ?? 0) > now) rows -= 1;
  const end = bars.time[rows] ?? Number.POSITIVE_INFINITY;
  return { bars: barsWithin(bars, Number.NEGATIVE_INFINITY, end), unfinished: bars.time.length - rows };
}

/** How far to look for the nearest file with trade: over a weekend and a feast, into the next month or year. */
const LOOK_MS: Readonly<Record<CandleSize, number>> = { minute: 5 * DAY_MS, hour: DAY_MS, day: DAY_MS };

/** A leap year and a day: the longest file lies in it whole. */
const LONGEST_FILE_MS = 2 * 366 * DAY_MS;

function emptyBetween(symbol: string, { size, range }: CandleFile): VortexError {
  const dates = `${formatTradeDate(range.from)} to ${formatTradeDate(range.to - DAY_MS)}`;
  return new VortexError(
    `dukascopy has no ${size} candles of ${symbol} from ${dates}, and candles before and after it: a fault there; run again later`,
    { code: 'bad-answer', disposition: 'skip-series' },
  );
}

/** Bars of one session of the provider. */
export function candleSource(source: ArchiveSource): CandleSource {
  const archive = new Archive(source);
  /** Whether nothing lies before the first candle that the source names, by symbol and size. */
  const confirmed = new Map<string, Promise<boolean>>();

  /** The files of a range, without those before the history when they are many. */
  async function filesOf(
    symbol: string,
    range: TimeRange,
    request: BarRequest,
    signal: AbortSignal,
  ): Promise<CandleFile[]> {
    const size = CANDLE_OF[request.period];
    const now = source.now();
    const files = candleFiles(size, range, now);
    if (candleFiles(size, { from: range.from, to: now }, now).length <= FEW_FILES) return files;
    const first = await archive.firstCandle(symbol, size, request.job, signal);
    const inHistory = files.filter((file) => file.range.to > first);
    if (inHistory.length === files.length || source.isOffline === true) return inHistory;
    return (await isEmptyBefore(symbol, size, first, signal)) ? inHistory : files;
  }

  /** Whether the file that ends where the history is said to begin has no candle: asked once. */
  function isEmptyBefore(symbol: string, size: CandleSize, first: number, signal: AbortSignal): Promise<boolean> {
    const key = `${symbol} ${size}`;
    const known = confirmed.get(key);
    if (known !== undefined) return known;
    const before = candleFiles(size, { from: first - LONGEST_FILE_MS, to: first }, source.now());
    const file = before.findLast(({ range }) => range.to <= first);
    const answer =
      file === undefined ? Promise.resolve(true) : archive.hasCandles(symbol, file, signal).then((has) => !has);
    confirmed.set(key, answer);
    answer.catch(() => confirmed.delete(key));
    return answer;
  }

  /**
   * Looks whether a file in the middle of the history came without candles: a fault upstream, and no proof of anything.
   * @throws VortexError `bad-answer`
   */
  async function expectWhole(
    symbol: string,
    answered: readonly AnsweredFile[],
    weekends: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const [first] = answered;
    if (first === undefined) return;
    const isDue = (range: TimeRange): boolean => mustTrade(symbol, weekends, range);
    const { size } = first.file;
    const wasFull = archive.wasFullBefore(symbol, size, first.file.range.from);
    for (const { file, isEmpty } of answered) if (!isEmpty) archive.noteFull(symbol, file);
    const suspect = suspectFile(answered, wasFull, isDue);
    if (suspect === undefined) return;
    const last = answered.at(-1) ?? first;
    const look = (range: TimeRange, order: 1 | -1): Promise<boolean> =>
      hasTrade(symbol, size, range, order, (file) => !file.complete || isDue(file.range), signal);
    const { from } = first.file.range;
    const { to } = last.file.range;
    const isMiddle =
      (suspect.isFullAfter || (await look({ from: to, to: to + LOOK_MS[size] }, 1))) &&
      (suspect.isFullBefore || (await look({ from: from - LOOK_MS[size], to: from }, -1)));
    if (isMiddle) throw emptyBetween(symbol, suspect.file);
  }

  /** Whether the nearest file of a range in whose time there was trade has candles. @param order 1: the first, -1: the last */
  async function hasTrade(
    symbol: string,
    size: CandleSize,
    range: TimeRange,
    order: 1 | -1,
    isDue: (file: CandleFile) => boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    const due = candleFiles(size, range, source.now()).filter(isDue);
    const nearest = due.at(order === 1 ? 0 : -1);
    return nearest !== undefined && archive.hasCandles(symbol, nearest, signal);
  }

  return async (request, signal) => {
    const { instrument, contract, period, range, job } = request;
    const symbol = dukascopySymbol(instrument, contract);
    if (symbol === undefined) {
      throw new VortexError(`dukascopy has no name for ${instrument.id}; give it one as symbols.dukascopy`, {
        code: 'not-servable',
        disposition: 'skip-series',
      });
    }
    const { weekends } = sessionRule(instrument);
    const buckets = bucketsOf(period, weekends);
    const wanted = buckets.candlesFor(range);
    if (wanted.from >= wanted.to) return { bars: NO_BARS, dropped: {}, source: { symbol } };
    const tables: Bars[] = [];
    const answered: AnsweredFile[] = [];
    let dropped: DroppedBars = {};
    let clock: number | undefined;
    for (const file of await filesOf(symbol, wanted, request, signal)) {
      const checked = await archive.candles(symbol, file, wanted, job, signal);
      tables.push(checked.bars);
      if (!checked.isMissing) answered.push({ file, isEmpty: checked.isEmpty });
      dropped = addDropped(dropped, checked.dropped);
      ({ clock } = checked);
    }
    if (source.isOffline !== true) await expectWhole(symbol, answered, weekends, signal);
    const facts = factsOf(symbol, request, { ...source, clock, told: archive.knownFacts(symbol) });
    const candles = concatBars(tables);
    const made = CANDLE_MS[CANDLE_OF[period]] === periodMs(period) ? candles : foldBars(candles, buckets);
    const { bars, unfinished } = finished(made, buckets, source.now());
    return { bars, dropped: unfinished === 0 ? dropped : addDropped(dropped, { unfinished }), source: facts };
  };
}
