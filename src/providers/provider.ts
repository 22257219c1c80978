import type { ZodType } from 'zod';
import type { HttpClient } from '../http/http-client.ts';
import type { Bars } from '../market/bars.ts';
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
  /** Ends what the session holds open. */
  close?(): Promise<void>;
}

/**
 * What a provider is handed; it has no other way to the outside. A source that is not asked over HTTP can have its answers
 * kept too: it puts its own way of asking behind an HttpClient (method and address may be words of its own, the body is
 * the answer as it came), and a `wrap(client): HttpClient` beside `http` here puts the archive around it: the recorder, or on
 * a rebuild the replay.
 */
export interface ProviderTools {
  readonly http: HttpClient;
  /**
   * Answers come from the raw archive: only what carries bars is asked for, in the order as ever; there is nothing to log in
   * to, and no token to fetch.
   */
  readonly offline?: true;
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
