import { addDropped } from '../../market/bar-checks.ts';
import type { DroppedBars } from '../../market/bar-checks.ts';
import { barsWithin, concatBars, NO_BARS } from '../../market/bars.ts';
import type { Bars } from '../../market/bars.ts';
import { utcDate } from '../../market/calendar.ts';
import { VortexError } from '../../market/errors.ts';
import type { SessionWord } from '../../market/finished.ts';
import { DAY_MS, isIntraday, periodMs } from '../../market/period.ts';
import { sessionRule } from '../../market/session.ts';
import type { TimeRange } from '../../market/time-range.ts';
import type { BarRequest, FetchedBars, SourceFacts } from '../provider.ts';
import { Archive } from './archive.ts';
import type { ArchiveSource } from './archive.ts';
import { CANDLE_MS, CANDLE_OF, candleFiles } from './candle-files.ts';
import type { CandleFile } from './candle-files.ts';
import { bucketsOf, foldBars } from './longer-bars.ts';
import type { Buckets } from './longer-bars.ts';
import { dukascopySymbol } from './symbols.ts';

/** Turns a request into bars. @throws VortexError and nothing else */
export type CandleSource = (request: BarRequest, signal: AbortSignal) => Promise<FetchedBars>;

/** From so many files back on it is worth a request to learn where the history begins. */
const FEW_FILES = 3;
/** So long after midnight the day before is the one to speak of: it may not have settled. */
const SETTLED_MS = DAY_MS / 3;

/** The UTC day that is going or, just after midnight, the one that has ended. */
function sessionWord(now: number): SessionWord {
  const tradeDate = utcDate(now - SETTLED_MS);
  return { tradeDate, closesAt: tradeDate + DAY_MS };
}

function factsOf(symbol: string, { period }: BarRequest, now: number): SourceFacts {
  return {
    symbol,
    timezone: 'UTC',
    currency: symbol.slice(symbol.lastIndexOf('-') + 1),
    dayBoundary: 'UTC',
    ...(isIntraday(period) ? {} : { session: sessionWord(now) }),
  };
}

/** Leaves out bars that are not over. */
function finished(bars: Bars, buckets: Buckets, now: number): { readonly bars: Bars; readonly unfinished: number } {
  let rows = bars.time.length;
  while (rows > 0 && buckets.endOf(bars.time[rows - 1] ?? 0) > now) rows -= 1;
  const end = bars.time[rows] ?? Number.POSITIVE_INFINITY;
  return { bars: barsWithin(bars, Number.NEGATIVE_INFINITY, end), unfinished: bars.time.length - rows };
}

/** Bars of one session of the provider. */
export function candleSource(source: ArchiveSource): CandleSource {
  const archive = new Archive(source);

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
    return files.filter((file) => file.range.to > first);
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
    const buckets = bucketsOf(period, sessionRule(instrument).weekends);
    const wanted = buckets.candlesFor(range);
    const facts = factsOf(symbol, request, source.now());
    if (wanted.from >= wanted.to) return { bars: NO_BARS, dropped: {}, source: facts };
    const tables: Bars[] = [];
    let dropped: DroppedBars = {};
    for (const file of await filesOf(symbol, wanted, request, signal)) {
      const checked = await archive.candles(symbol, file, wanted, job, signal);
      tables.push(checked.bars);
      dropped = addDropped(dropped, checked.dropped);
    }
    const candles = concatBars(tables);
    const made = CANDLE_MS[CANDLE_OF[period]] === periodMs(period) ? candles : foldBars(candles, buckets);
    const { bars, unfinished } = finished(made, buckets, source.now());
    return { bars, dropped: unfinished === 0 ? dropped : addDropped(dropped, { unfinished }), source: facts };
  };
}
