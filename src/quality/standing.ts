import { catalogue } from '../market/catalogue.ts';
import { dueUnits } from '../market/due-units.ts';
import type { Closure, ExchangeTable } from '../market/exchange-table.ts';
import { exchangeIdOf } from '../market/exchange-id.ts';
import { exchangeTable } from '../market/exchange-tables.ts';
import { freshnessOf, unitsBehind, usualDelay } from '../market/freshness.ts';
import type { StaleLimits } from '../market/freshness.ts';
import { DAY_MS, isIntraday, periodMs } from '../market/period.ts';
import { isRegular } from '../market/rhythm.ts';
import { formatStamp } from '../market/stored-series.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { Manifest, ManifestVersion } from '../store/manifest-form.ts';

/** The limits of the settings' defaults. */
export const STALE_LIMITS: StaleLimits = { warnSessions: 3, failSessions: 5 };

/** How old a series is, and what of it is in doubt. */
export interface SeriesStanding {
  /** Seconds since the end of the session of its last bar; null when it has none. */
  readonly ageSeconds: number | null;
  /** Seconds since the newest good answer; null when none is known. */
  readonly checkedSeconds: number | null;
  /** Due dates between its last bar and the newest answer; 0 where no table tells. */
  readonly sessionsBehind: number;
  /** Dates on which a bar is due and that the source answers without one, oldest first. */
  readonly suspect: readonly string[];
  /** Sessions since the oldest of them. */
  readonly suspectSessions: number;
  readonly isStale: boolean;
  readonly hasFailed: boolean;
}

type Kept = Pick<Manifest, 'class' | 'instrument' | 'symbol' | 'period'> &
  Pick<ManifestVersion, 'identity' | 'timezone' | 'source_symbol'>;

/** Finds the trading days of series by what their manifests say; each table is made once. */
export class SeriesTables {
  readonly #closures: readonly Closure[];
  readonly #tables = new Map<string, ExchangeTable | undefined>();

  constructor(closures: readonly Closure[] = []) {
    this.#closures = closures;
  }

  of({ class: assetClass, instrument, symbol, identity, timezone }: Kept): ExchangeTable | undefined {
    const exchange = assetClass === 'future' ? catalogue().get(instrument)?.exchange : undefined;
    const known = { class: assetClass, id: instrument, code: symbol, ...(exchange === undefined ? {} : { exchange }) };
    const id = exchangeIdOf(known, {
      ...(identity?.exchange === undefined ? {} : { exchange: identity.exchange }),
      ...(timezone === undefined ? {} : { timezone }),
    });
    if (id === undefined) return undefined;
    if (!this.#tables.has(id)) this.#tables.set(id, exchangeTable(id, this.#closures));
    return this.#tables.get(id);
  }
}

/** When the session of the last bar was over, milliseconds since the epoch, UTC. */
export function endOfBar(last: number, period: Manifest['period'], table: ExchangeTable | undefined): number {
  if (isIntraday(period)) return last + periodMs(period);
  const end = period === '1d' ? last : last + periodMs(period) - DAY_MS;
  return (period === '1d' ? table?.day(last).session?.close : undefined) ?? end + DAY_MS;
}

const secondsSince = (instant: number, now: number): number => Math.max(0, Math.floor((now - instant) / 1000));

/** How a stored series stands at a time, milliseconds since the epoch, UTC. Pure. */
export function standingAt(
  stored: StoredSeries,
  { key, period }: { readonly key: string; readonly period: Manifest['period'] },
  table: ExchangeTable | undefined,
  now: number,
): SeriesStanding {
  const last = stored.tail.at(-1);
  const to = stored.coverage.at(-1)?.to;
  const kind = key.startsWith('futures/') ? 'contract' : 'undated';
  const isMeasured =
    table?.isProven === true &&
    stored.ended === undefined &&
    (stored.rhythm === undefined || isRegular(stored.rhythm, kind));
  const units =
    last === undefined || to === undefined || !isMeasured
      ? []
      : unitsBehind({ last, to, period, table, isCounted: () => true });
  const sessionsBehind = Math.max(0, units.length - usualDelay(stored.delays ?? []));
  const freshness = freshnessOf(sessionsBehind, period, STALE_LIMITS);
  const suspects = stored.suspects ?? [];
  const oldest = suspects.find(({ isOld }) => !isOld);
  return {
    ageSeconds: last === undefined ? null : secondsSince(endOfBar(last, period, table), now),
    checkedSeconds: stored.answeredAt === undefined ? null : secondsSince(stored.answeredAt, now),
    sessionsBehind,
    suspect: suspects.map(({ stamp }) => formatStamp(stamp, period)),
    suspectSessions:
      oldest === undefined || table === undefined
        ? 0
        : [...dueUnits(table, { from: oldest.stamp, to: Math.max(to ?? 0, oldest.stamp + 1) }, period)].length,
    isStale: freshness !== 'fresh',
    hasFailed: freshness === 'failed',
  };
}
