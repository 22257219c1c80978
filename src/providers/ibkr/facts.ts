import { isIntraday } from '../../market/period.ts';
import type { SeriesIdentity } from '../../market/identity.ts';
import type { BarRequest, SourceFacts } from '../provider.ts';
import { priceUnit } from './contracts.ts';
import { nameOf } from './naming.ts';
import type { Stream } from './questions.ts';

function identityOf({ search, listed, regularHours }: Stream, { instrument, period }: BarRequest): SeriesIdentity {
  const exchange = listed.primaryExchange || listed.exchange;
  return {
    ...(listed.currency === '' ? {} : { currency: priceUnit(listed) }),
    ...(exchange === '' ? {} : { exchange }),
    instrumentType: search.secType,
    ...(listed.longName === '' ? {} : { name: listed.longName }),
    conId: String(listed.conId),
    ...(instrument.class === 'stock' && isIntraday(period)
      ? { hours: regularHours ? ('regular' as const) : ('extended' as const) }
      : {}),
  };
}

/**
 * What the server says beside bars. What the close of a day is, it says of pairs only: the middle between bid and ask.
 * @param head when its bars begin, where that is believed
 * @param clock the server's time; both milliseconds since the epoch, UTC
 */
export function factsOf(
  stream: Stream,
  request: BarRequest,
  head: number | undefined,
  clock: number | undefined,
): SourceFacts {
  const { search, listed } = stream;
  const closeKind = search.secType === 'CASH' ? 'mid' : isIntraday(request.period) ? 'last' : undefined;
  return {
    symbol: nameOf(search),
    ...(listed.timezone === undefined ? {} : { timezone: listed.timezone }),
    ...(listed.currency === '' ? {} : { currency: priceUnit(listed) }),
    dayBoundary: 'exchange',
    ...(head === undefined ? {} : { firstBar: head }),
    ...(request.contract === undefined || listed.lastDate === undefined ? {} : { expires: listed.lastDate }),
    ...(clock === undefined ? {} : { clock }),
    identity: identityOf(stream, request),
    ...(closeKind === undefined ? {} : { closeKind }),
  };
}
