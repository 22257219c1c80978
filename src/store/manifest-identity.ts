import { formatTradeDate, utcDate } from '../market/calendar.ts';
import type { SeriesIdentity } from '../market/identity.ts';
import type { ManifestVersion } from './manifest-form.ts';

/** Who a manifest says that the series is; currencies of older manifests stand outside `identity`. */
export function readIdentity(version: Pick<ManifestVersion, 'identity' | 'currency'> | undefined): SeriesIdentity {
  const { identity = {}, currency } = version ?? {};
  const known = identity.currency ?? currency;
  return {
    ...(known === undefined ? {} : { currency: known }),
    ...(identity.exchange === undefined ? {} : { exchange: identity.exchange }),
    ...(identity.instrument_type === undefined ? {} : { instrumentType: identity.instrument_type }),
    ...(identity.name === undefined ? {} : { name: identity.name }),
    ...(identity.con_id === undefined ? {} : { conId: identity.con_id }),
    ...(identity.first_trade_date === undefined ? {} : { firstTradeDate: Date.parse(identity.first_trade_date) }),
    ...(identity.hours === undefined ? {} : { hours: identity.hours }),
  };
}

/** An identity as it stands in a manifest; the first trade date is a date of UTC. */
export function writeIdentity(identity: SeriesIdentity): NonNullable<ManifestVersion['identity']> {
  const { instrumentType, conId, firstTradeDate, ...same } = identity;
  return {
    ...same,
    ...(instrumentType === undefined ? {} : { instrument_type: instrumentType }),
    ...(conId === undefined ? {} : { con_id: conId }),
    ...(firstTradeDate === undefined ? {} : { first_trade_date: formatTradeDate(utcDate(firstTradeDate)) }),
  };
}
