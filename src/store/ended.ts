import type { StoredSeries } from '../market/stored-series.ts';
import { formatTradeDate } from '../market/calendar.ts';
import type { ManifestVersion } from './manifest-form.ts';

/** The end of a series as its manifest tells it. */
export function readEnded({ ended }: Pick<ManifestVersion, 'ended'>): Pick<StoredSeries, 'ended'> {
  if (ended === undefined) return {};
  const { kind, on, at } = ended;
  return { ended: { kind, at: Date.parse(at), ...(on === undefined ? {} : { on: Date.parse(on) }) } };
}

/** The end of a series as it goes into its manifest. */
export function writeEnded({ ended }: Pick<StoredSeries, 'ended'>): Pick<ManifestVersion, 'ended'> {
  if (ended === undefined) return {};
  const { kind, on, at } = ended;
  return {
    ended: { kind, at: new Date(at).toISOString(), ...(on === undefined ? {} : { on: formatTradeDate(on) }) },
  };
}
