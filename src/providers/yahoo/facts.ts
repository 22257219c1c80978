import { answerClock } from '../answer-clock.ts';
import type { HttpResponse } from '../../http/http-client.ts';
import type { TradeDate } from '../../market/calendar.ts';
import { undoFloat32 } from '../../market/float32.ts';
import type { SessionWord } from '../../market/finished.ts';
import type { CloseKind, SeriesIdentity } from '../../market/identity.ts';
import { isIntraday } from '../../market/period.ts';
import { localDate, offsetAt } from '../../market/time-zone.ts';
import type { BarRequest, CapitalGain, SourceFacts } from '../provider.ts';
import { dateOfStamp } from './bars.ts';
import type { ChartResult } from './wire.ts';

/** Kinds whose day ends with an auction, and whose bars inside it with the last trade. */
const LISTED = new Set(['EQUITY', 'ETF']);
/** Kinds whose bars inside a day end with the last trade; of their daily close Yahoo does not say what it is. */
const TRADED = new Set(['FUTURE', 'CRYPTOCURRENCY']);

function closeKindOf({ meta }: ChartResult, { period }: BarRequest): CloseKind | undefined {
  const type = meta.instrumentType ?? '';
  if (LISTED.has(type)) return isIntraday(period) ? 'last' : 'auction';
  return TRADED.has(type) && isIntraday(period) ? 'last' : undefined;
}

const dateOf = (seconds: number, zone: string): TradeDate =>
  dateOfStamp(seconds * 1000, offsetAt(seconds * 1000, zone));

/** Of a front month (GC=F) the name is that of the contract which is nearest now, so that it says nothing of the series. */
function nameOf({ meta }: ChartResult, symbol: string): string | undefined {
  return symbol.endsWith('=F') ? undefined : meta.longName || meta.shortName || undefined;
}

function identityOf(result: ChartResult, symbol: string, request: BarRequest): SeriesIdentity {
  const { currency, exchangeName, instrumentType, firstTradeDate, exchangeTimezoneName } = result.meta;
  const name = nameOf(result, symbol);
  const { instrument, period, extendedHours } = request;
  return {
    ...(currency ? { currency } : {}),
    ...(exchangeName ? { exchange: exchangeName } : {}),
    ...(instrumentType ? { instrumentType } : {}),
    ...(name === undefined ? {} : { name }),
    ...(typeof firstTradeDate === 'number' ? { firstTradeDate: dateOf(firstTradeDate, exchangeTimezoneName) } : {}),
    ...(instrument.class === 'stock' && isIntraday(period)
      ? { hours: extendedHours ? ('extended' as const) : ('regular' as const) }
      : {}),
  };
}

function sessionOf({ meta }: ChartResult): SessionWord | undefined {
  const regular = meta.currentTradingPeriod?.regular;
  if (regular === undefined || regular === null) return undefined;
  return { tradeDate: localDate(regular.start * 1000, meta.exchangeTimezoneName), closesAt: regular.end * 1000 };
}

function capitalGainsOf({ meta, events }: ChartResult): CapitalGain[] {
  return Object.values(events?.capitalGains ?? {}).map(({ amount, date }) => ({
    date: dateOf(date, meta.exchangeTimezoneName),
    amount: undoFloat32(amount),
  }));
}

/** What an answer without a chart says: its time. */
export function factsOfNothing(response: HttpResponse, symbol: string): SourceFacts {
  const clock = answerClock(response);
  return { symbol, ...(clock === undefined ? {} : { clock }) };
}

/** What an answer says beside its bars. */
export function factsOf(response: HttpResponse, result: ChartResult, symbol: string, request: BarRequest): SourceFacts {
  const { currency, exchangeTimezoneName: zone, firstTradeDate } = result.meta;
  const session = sessionOf(result);
  const closeKind = closeKindOf(result, request);
  const capitalGains = capitalGainsOf(result);
  return {
    ...factsOfNothing(response, symbol),
    timezone: zone,
    ...(currency ? { currency } : {}),
    dayBoundary: request.instrument.class === 'forex' ? zone : 'exchange',
    ...(session === undefined ? {} : { session }),
    ...(typeof firstTradeDate === 'number' ? { firstBar: firstTradeDate * 1000 } : {}),
    identity: identityOf(result, symbol, request),
    ...(closeKind === undefined ? {} : { closeKind }),
    ...(capitalGains.length === 0 ? {} : { capitalGains }),
  };
}
