import { splitProviders } from '../config/settings.ts';
import { catalogue, instrumentOfMarket } from '../market/catalogue.ts';
import { utcDate } from '../market/calendar.ts';
import type { TradeDate } from '../market/calendar.ts';
import { VortexError } from '../market/errors.ts';
import { contractOf, livedWithin } from '../market/futures-cycle.ts';
import type { AssetClass, Contract, Instrument } from '../market/instrument.ts';
import { matchSeries, unknownLine } from '../market/match-series.ts';
import { DAY_MS } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { seriesOf } from '../market/series.ts';
import { contractDays } from '../plan/select.ts';
import type { WantedSeries } from '../plan/wanted.ts';
import { nameOf } from '../quality/series-name.ts';
import { contractOfKey } from '../adopt/names.ts';
import { checkDataFolder } from '../disk/listing.ts';
import type { Manifest } from '../store/manifest-form.ts';
import { SeriesStore } from '../store/series-store.ts';
import { pathBelow } from './stored-names.ts';
import type { CommandContext } from './context.ts';
import { thousands } from './table.ts';

/** What narrows the stored series. */
export interface StoredFilter {
  /** Names as other commands of the folder take them; none: all series. */
  readonly names: readonly string[];
  readonly onlyClass?: AssetClass | undefined;
  readonly periods?: readonly Period[] | undefined;
  /** First day; absent: the first that is known of the series. */
  readonly start?: TradeDate | undefined;
  /** Last day, included. */
  readonly end?: TradeDate | undefined;
  /** The comma list of --provider. */
  readonly provider?: string | undefined;
}

/** Stored series that are wanted, and the providers that they are kept from. */
export interface StoredWanted {
  readonly series: readonly WantedSeries[];
  readonly notices: readonly string[];
  readonly providers: readonly string[];
}

/** The instrument of a manifest: by the settings, else the catalogue, else as it is stored. */
function instrumentOf(manifest: Manifest, { configured, settings }: CommandContext): Instrument {
  const { class: assetClass, instrument: id, symbol } = manifest;
  const own = configured.find((entry) => entry.class === assetClass && entry.id === id);
  if (own !== undefined) return own;
  const market = assetClass === 'future' ? catalogue().get(id) : undefined;
  const days = settings.days_count;
  if (market !== undefined) {
    return { ...instrumentOfMarket(market), ...(days === undefined ? {} : { contractDays: days }) };
  }
  // A contract's symbol is its market's root, a month letter and a year of two or four digits.
  const code = assetClass === 'future' ? symbol.replace(/[A-Z](\d{4}|\d{2})$/, '') : symbol;
  return { class: assetClass, id, code };
}

function contractOfManifest({ series }: Manifest, instrument: Instrument, now: number): Contract | undefined {
  const delivery = contractOfKey(series);
  if (instrument.class !== 'future' || delivery === undefined) return undefined;
  return contractOf(instrument.code, delivery.year, delivery.month, contractDays(instrument), now);
}

function wantedOf(manifest: Manifest, filter: StoredFilter, context: CommandContext): WantedSeries | undefined {
  const { now } = context;
  const instrument = instrumentOf(manifest, context);
  const contract = contractOfManifest(manifest, instrument, now);
  const first = manifest.coverage[0]?.[0] ?? manifest.first;
  const from = filter.start ?? Date.parse(first ?? '');
  if (Number.isNaN(from)) return undefined;
  const asked = { from, to: (filter.end ?? utcDate(now) + DAY_MS) + DAY_MS };
  const range = contract === undefined ? asked : livedWithin(contract, asked, now);
  if (range === undefined) return undefined;
  return {
    series: seriesOf(instrument, contract, manifest.period),
    range,
    named: false,
    suggested: false,
    startGiven: filter.start !== undefined,
  };
}

function isAskedFor(manifest: Manifest, { onlyClass, periods }: StoredFilter): boolean {
  if (onlyClass !== undefined && manifest.class !== onlyClass) return false;
  return periods === undefined || periods.includes(manifest.period);
}

/** The manifests that the names mean. @throws VortexError `no-such-symbol` for a name that no series has */
function namedOnes(store: SeriesStore, names: readonly string[], root: string, now: number): Manifest[] {
  const options = { now, below: pathBelow(root, process.cwd()) };
  const all = store.keys().flatMap((key) => nameOf(store, key) ?? []);
  const { found, unknown } = matchSeries(names, all, options);
  if (unknown.length > 0) {
    const message = `${unknown.map(unknownLine).join('; ')} (${root}); vortex status lists what there is`;
    throw new VortexError(message, { code: 'no-such-symbol', disposition: 'abort-run', context: { root } });
  }
  return found.flatMap(({ series }) => store.manifestOf(series) ?? []);
}

const seriesHave = (count: number, one: string, more: string): string =>
  `${thousands(count)} series ${count === 1 ? one : more}`;

/**
 * What lies in the data folder, each series from the provider that it is kept from. Series that have ended, and those
 * without a bar, are left out.
 * @throws VortexError `usage` for a folder that is none, `no-such-symbol` for a name that no series has
 */
export function storedWanted(filter: StoredFilter, context: CommandContext): StoredWanted {
  const { settings, now } = context;
  const root = settings.output_dir;
  checkDataFolder(root);
  const store = new SeriesStore(root, 'plan', () => now);
  const manifests = namedOnes(store, filter.names, root, now);
  const chosen = manifests.filter((manifest) => manifest.rows > 0 && isAskedFor(manifest, filter));
  const live = chosen.filter(({ ended }) => ended === undefined || ended.kind === 'presumed');
  const only = filter.provider === undefined ? undefined : splitProviders(filter.provider);
  const kept = live.filter(({ provider }) => only === undefined || provider === undefined || only.includes(provider));
  const bound = new Set(kept.flatMap(({ provider }) => provider ?? splitProviders(settings.default_provider)));
  const [ended, elsewhere] = [chosen.length - live.length, live.length - kept.length];
  const notices = [
    ...(ended === 0 ? [] : [`${seriesHave(ended, 'has', 'have')} ended and will get no more bars`]),
    ...(elsewhere === 0
      ? []
      : [
          `${seriesHave(elsewhere, 'is', 'are')} kept from other providers than ${only?.join(', ') ?? ''} and left out`,
        ]),
  ];
  return {
    series: kept.flatMap((manifest) => wantedOf(manifest, filter, context) ?? []),
    notices,
    providers: [
      ...(only ?? []).filter((id) => bound.has(id)),
      ...[...bound].filter((id) => !(only ?? []).includes(id)),
    ],
  };
}
