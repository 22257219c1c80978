import type { ZodType } from 'zod';
import type { HttpClient } from '../http/http-client.ts';
import type { Bars } from '../market/bars.ts';
import type { TradeDate } from '../market/calendar.ts';
import type { AssetClass, Contract, Instrument } from '../market/instrument.ts';
import { VortexError } from '../market/errors.ts';
import { DAY_MS } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import type { TimeRange } from '../market/time-range.ts';
import type { DroppedBars } from '../market/bar-checks.ts';
import type { SessionWord } from '../market/finished.ts';

/** How far one period reaches at a provider. */
export interface PeriodReach {
  /** Longest span of one request, whole days; absent: no limit. */
  readonly spanDays?: number;
  /** How far back from now the provider goes, whole days; absent: to the first bar. */
  readonly depthDays?: number;
}

/** What a provider can do, as data: ask before calling. */
export interface Capabilities {
  readonly assetClasses: readonly AssetClass[];
  /** The periods it serves and how far each reaches. */
  readonly periods: Readonly<Partial<Record<Period, PeriodReach>>>;
  /** For how many days after its last day a contract is still served; 0: live contracts only; absent: for ever. */
  readonly expiredContractDays?: number;
  /** True when it serves the whole life of each contract that it lists, so that a 404 proves absence. */
  readonly servesWholeLife: boolean;
  /** IANA zone whose midnight ends its day, for classes that have no exchange session of their own. */
  readonly dayBoundary: Readonly<Partial<Record<AssetClass, string>>>;
  /** Paid or counted downloads an account has per day, and the zone in which that day ends. */
  readonly allowance?: { readonly perDay: number; readonly timezone: string };
  /** Least time between two requests that the vendor bears, milliseconds. */
  readonly paceMs: number;
}

/** One request: bars of one series whose stamps lie in the range. */
export interface BarRequest {
  readonly instrument: Instrument;
  readonly contract?: Contract;
  readonly period: Period;
  readonly range: TimeRange;
  /** Ask for bars outside the regular session too. */
  readonly extendedHours: boolean;
  /** Tag of log lines. */
  readonly job: string;
}

/** What the source said about the series beside its bars. */
export interface SourceFacts {
  /** The symbol on the wire: GCJ24.CMX. */
  readonly symbol: string;
  readonly timezone?: string;
  readonly currency?: string;
  /** The zone whose midnight ends a day, or `exchange`. */
  readonly dayBoundary?: string;
  readonly session?: SessionWord;
  /** First trade date or instant that the source has for the series, milliseconds since the epoch, UTC. */
  readonly firstBar?: number;
}

/** A good answer. No bars means that the source has none in the range: proven empty. */
export interface FetchedBars {
  /** Ascending, unique, inside the asked range. */
  readonly bars: Bars;
  readonly dropped: DroppedBars;
  readonly source: SourceFacts;
}

/** A provider at work: it turns one request into bars. It keeps no files, retries nothing, sleeps never. */
export interface ProviderSession {
  /** @throws VortexError and nothing else. */
  fetchBars(request: BarRequest, signal: AbortSignal): Promise<FetchedBars>;
  /**
   * Reaches the provider and is let in: the cheapest request there is. Says in words who answered.
   * @throws VortexError that says what to check
   */
  checkAccess?(signal: AbortSignal): Promise<string>;
  /**
   * The true last trade date of every contract of a futures market that the provider lists, expired ones included, by
   * delivery month (`2024-02`, as `deliveryMonth` writes it). A month that is absent is not listed there. It replaces the
   * end of the month as the end of a contract's life. A free probe.
   * @throws VortexError `no-such-symbol` when the market is not known there
   */
  expiries?(instrument: Instrument, signal: AbortSignal): Promise<ReadonlyMap<string, TradeDate>>;
  /** Ends what the session holds open. */
  close?(): Promise<void>;
}

/** Real time, for a provider whose wire is no HTTP and so waits by itself; never the time that the run stands for. */
export interface RealTime {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
  /** @throws VortexError `interrupted` as soon as the signal aborts; no timer is left then */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** What a provider is handed; it has no other way to the outside. */
export interface ProviderTools {
  readonly http: HttpClient;
  readonly clock: RealTime;
  /**
   * Counts a request that is about to be sent over a wire that is not HTTP; to be called with what became of it.
   * @throws VortexError `request-limit` when the run may send no more
   */
  readonly count: () => (outcome: string) => void;
  /** Milliseconds since the epoch, UTC; the time that the run stands for. */
  readonly now: () => number;
}

/** One source of bars. */
export interface Provider {
  readonly id: string;
  readonly capabilities: Capabilities;
  /** Its settings under `providers.<id>`. */
  readonly Options: ZodType;
  /** The symbol on the wire; undefined when it cannot be named there. Pure. */
  symbolFor(instrument: Instrument, contract: Contract | undefined): string | undefined;
  /** @param options what `Options` accepts */
  create(options: unknown, tools: ProviderTools): ProviderSession;
}

/** Why the capabilities exclude a request, in words; undefined when they do not. */
function exclusionOf(capabilities: Capabilities, request: BarRequest, now: number): string | undefined {
  const { instrument, contract, period, range } = request;
  const reach = capabilities.periods[period];
  if (!capabilities.assetClasses.includes(instrument.class)) return `has no ${instrument.class}`;
  if (reach === undefined) return `has no ${period} bars`;
  if (range.to - range.from > (reach.spanDays ?? Infinity) * DAY_MS) {
    return `gives ${period} bars of at most ${reach.spanDays ?? 0} days a request`;
  }
  if (range.from < now - (reach.depthDays ?? Infinity) * DAY_MS) {
    return `goes back ${reach.depthDays ?? 0} days for ${period} bars`;
  }
  const keptDays = capabilities.expiredContractDays ?? Infinity;
  if (contract !== undefined && contract.life.to + keptDays * DAY_MS <= now) return `has dropped ${contract.symbol}`;
  return undefined;
}

/** The session, asked only for what the capabilities do not exclude. */
function withinCapabilities(
  { id, capabilities }: Pick<Provider, 'id' | 'capabilities'>,
  session: ProviderSession,
  now: () => number,
): ProviderSession {
  const ask = session.fetchBars.bind(session);
  // Assigned, not copied: a session may be an instance of a class.
  return Object.assign(session, {
    fetchBars: async (request: BarRequest, signal: AbortSignal): Promise<FetchedBars> => {
      const exclusion = exclusionOf(capabilities, request, now());
      if (exclusion === undefined) return ask(request, signal);
      throw new VortexError(`${request.job}: not asked for, ${id} ${exclusion}`, {
        code: 'not-servable',
        disposition: 'skip-series',
      });
    },
  });
}

/** A provider whose `create` takes its options already read by its own schema, and whose session keeps to its capabilities. */
export function defineProvider<Options>(
  provider: Omit<Provider, 'Options' | 'create'> & {
    readonly Options: ZodType<Options>;
    readonly create: (options: Options, tools: ProviderTools) => ProviderSession;
  },
): Provider {
  return {
    ...provider,
    create: (options, tools) =>
      withinCapabilities(provider, provider.create(provider.Options.parse(options), tools), tools.now),
  };
}
