import { utcDate } from '../../market/calendar.ts';
import type { SessionWord } from '../../market/finished.ts';
import { DAY_MS, isIntraday } from '../../market/period.ts';
import type { BarRequest, SourceFacts } from '../provider.ts';
import type { ArchiveSource } from './archive.ts';
import type { InstrumentFacts } from './wire.ts';

/** So long after midnight the day before is the one to speak of: it may not have settled. */
const SETTLED_MS = DAY_MS / 3;

/** The UTC day that is going or, just after midnight, the one that has ended. */
function sessionWord(now: number): SessionWord {
  const tradeDate = utcDate(now - SETTLED_MS);
  return { tradeDate, closesAt: tradeDate + DAY_MS };
}

/** What the source told beside candles. */
interface Told extends Pick<ArchiveSource, 'now' | 'side'> {
  /** Its clock, milliseconds since the epoch, UTC. */
  readonly clock: number | undefined;
  /** Of the instrument, where it was asked. */
  readonly told: InstrumentFacts | undefined;
}

/** What an answer says beside its bars. */
export function factsOf(symbol: string, { period }: BarRequest, { now, side, clock, told }: Told): SourceFacts {
  const currency = symbol.slice(symbol.lastIndexOf('-') + 1);
  const name = told?.description || told?.name;
  return {
    symbol,
    timezone: 'UTC',
    currency,
    dayBoundary: 'UTC',
    ...(isIntraday(period) ? {} : { session: sessionWord(now()) }),
    ...(clock === undefined ? {} : { clock }),
    identity: { currency, ...(name ? { name } : {}) },
    ...(side === 'BID' ? { closeKind: 'bid' as const } : {}),
  };
}
