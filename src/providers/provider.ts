import type { ZodType } from 'zod';
import type { HttpClient } from '../http/http-client.ts';
import type { Bars } from '../market/bars.ts';
import { formatTradeDate } from '../market/calendar.ts';
import type { TradeDate } from '../market/calendar.ts';
import type { CloseKind, SeriesIdentity } from '../market/identity.ts';
import type { AssetClass, Contract, Instrument } from '../market/instrument.ts';
import { VortexError } from '../market/errors.ts';
import { DAY_MS } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import type { TimeRange } from '../market/time-range.ts';
import type { DroppedBars } from '../market/bar-checks.ts';
import type { SessionWord } from '../market/finished.ts';
import { believedFirst, expectUsable } from './usable.ts';

/** How far one period reaches at a provider. */
export interface PeriodReach {
  /** Longest span of one request, whole days; absent: no limit. */
  readonly spanDays?: number;
  /** Whole days of UTC that one answer holds, where a longer request takes several; absent: one answer a request. */
  readonly answerDays?: number;
  /** How far back from now the provider goes, whole days; absent: to the first bar. */
  readonly depthDays?: number;
  /** First trade date, or UTC midnight, of which it has anything at all; absent: it goes back to the first bar. */
  readonly since?: TradeDate;
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
  /** How many requests on the wire one request for bars takes; absent: one. */
  readonly wireRequests?: number;
  /** Least time between two requests that the vendor bears, milliseconds. */
  readonly paceMs: number;
  /** True when its answers carry no time of their own: the machine's clock stands in for it. */
  readonly hasNoClock?: true;
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
  /** The contract's true last trade date. */
  readonly expires?: TradeDate;
  /**
   * First trade date or instant that the source says it has for the series, milliseconds since the epoch, UTC. A remark:
   * it proves nothing. Absent where it lies after now or after a bar of the answer.
   */
  readonly firstBar?: number;
  /**
   * The source's own clock when it answered (`Date` plus `Age` of an HTTP answer, the server's time of a socket),
   * milliseconds since the epoch, UTC. Absent: it has none.
   */
  readonly clock?: number;
  /** Who the source says the series is. */
  readonly identity?: SeriesIdentity;
  readonly closeKind?: CloseKind;
  /** Capital gains that a fund paid out: no part of its dividends. */
  readonly capitalGains?: readonly CapitalGain[];
}

/** A payment of a fund out of gains on what it sold. */
export interface CapitalGain {
  /** The ex date. */
  readonly date: TradeDate;
  /** A share, in the currency of the prices. */
  readonly amount: number;
}

/** A good answer. No bars means that the source says it has none in the range; what that proves is decided by `download`. */
export interface FetchedBars {
  /** Ascending, unique, inside the asked range. */
  readonly bars: Bars;
  readonly dropped: DroppedBars;
  /** Bars whose stamp is in doubt: a lone one in the hour that a clock change repeats has the earlier instant. */
  readonly undecided?: number;
  readonly source: SourceFacts;
}

/** What an account has used of its allowance, by the provider's own word. */
export interface AllowanceState {
  /** Downloads counted on the provider's day that is going. */
  readonly used: number;
  /** Downloads that the account has per day. */
  readonly limit: number;
  /** When the provider's day ends, milliseconds since the epoch, UTC. */
  readonly endsAt: number;
}

/** A provider at work: it turns one request into bars. It keeps no files, retries nothing, sleeps never. */
export interface ProviderSession {
  /** @throws VortexError and nothing else. */
  fetchBars(request: BarRequest, signal: AbortSignal): Promise<FetchedBars>;
  /**
   * Signs in, or makes the cheapest request there is; spends no allowance. Says in words who answered.
   * @throws VortexError `refused`, `bot-wall`, and those of the network
   */
  checkAccess?(signal: AbortSignal): Promise<string>;
  /**
   * Asks the provider what is used of the allowance; spends none.
   * @throws VortexError `refused`, `bot-wall`, and those of the network
   */
  allowance?(signal: AbortSignal): Promise<AllowanceState>;
  /**
   * Whether the provider has bars in the range, asked without spending allowance. Undefined: it cannot be told this way.
   * A yes promises no certain bar, and a no says that a download would give none.
   * @throws VortexError `no-such-symbol`, `not-servable`, `bot-wall`, and those of the network
   */
  probe?(request: BarRequest, signal: AbortSignal): Promise<boolean | undefined>;
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
  /**
   * Puts the raw archive around a source that is not asked over HTTP and whose way of asking is put behind an HttpClient:
   * method and address may be words of its own, the body is the answer. Absent: nothing is kept.
   */
  readonly archive?: (client: HttpClient) => HttpClient;
  /**
   * Answers come from the raw archive: only what carries bars is asked for, in the order as ever; there is nothing to log in
   * to, and no token to fetch.
   */
  readonly offline?: true;
  readonly clock: RealTime;
  /**
   * Counts a request that is about to be sent over a wire that is not HTTP; to be called with what became of it.
   * @throws VortexError `request-limit` when the run may send no more
   */
  readonly count: () => (outcome: string) => void;
  /**
   * Writes down a download that counts against the allowance; to be called right before it is asked for. Absent: nobody counts.
   * @throws VortexError `allowance-used` when none is left; the download is not to be asked for then
   */
  readonly spend?: (job: string) => Promise<void>;
  /** Milliseconds since the epoch, UTC; the time that the run stands for. */
  readonly now: () => number;
}

/** One source of bars. */
export interface Provider {
  readonly id: string;
  readonly capabilities: Capabilities;
  /** Its settings under `providers.<id>`. */
  readonly Options: ZodType;
  /** What a person must have to use it, in words; absent: nothing. */
  readonly needs?: string;
  /** Whether the settings hold what it signs in with; absent: it takes no credentials. Pure. @param options what `Options` accepts */
  hasCredentials?(options: unknown): boolean;
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
  if (reach.since !== undefined && range.from < reach.since) {
    return `has ${period} bars from ${formatTradeDate(reach.since)} on`;
  }
  if (range.from < now - (reach.depthDays ?? Infinity) * DAY_MS) {
    return `goes back ${reach.depthDays ?? 0} days for ${period} bars`;
  }
  const keptDays = capabilities.expiredContractDays ?? Infinity;
  if (contract !== undefined && contract.life.to + keptDays * DAY_MS <= now) return `has dropped ${contract.symbol}`;
  return undefined;
}

/** The session, asked only for what the capabilities do not exclude, and believed only where its answers are usable. */
function withinCapabilities(
  { id, capabilities, symbolFor }: Pick<Provider, 'id' | 'capabilities' | 'symbolFor'>,
  session: ProviderSession,
  { now, offline }: Pick<ProviderTools, 'now' | 'offline'>,
): ProviderSession {
  const refuseExcluded = (request: BarRequest): void => {
    const exclusion = exclusionOf(capabilities, request, now());
    if (exclusion === undefined) return;
    throw new VortexError(`${request.job}: not asked for, ${id} ${exclusion}`, {
      code: 'not-servable',
      disposition: 'skip-series',
    });
  };
  const ask = session.fetchBars.bind(session);
  const probe = session.probe?.bind(session);
  // Assigned, not copied: a session may be an instance of a class.
  return Object.assign(session, {
    fetchBars: async (request: BarRequest, signal: AbortSignal): Promise<FetchedBars> => {
      refuseExcluded(request);
      const answer = await ask(request, signal);
      const { instrument, contract, period } = request;
      // What was archived was judged when it came.
      if (offline !== true) {
        expectUsable(answer, `${id}'s answer for ${symbolFor(instrument, contract) ?? instrument.id}, ${period}`);
      }
      const { firstBar: said, ...source } = answer.source;
      const firstBar = believedFirst(said, answer.bars, now());
      return { ...answer, source: firstBar === undefined ? source : { ...source, firstBar } };
    },
    ...(probe === undefined
      ? {}
      : {
          probe: async (request: BarRequest, signal: AbortSignal): Promise<boolean | undefined> => {
            refuseExcluded(request);
            return probe(request, signal);
          },
        }),
  });
}

/** A provider whose `create` takes its options already read by its own schema, and whose session keeps to its capabilities. */
export function defineProvider<Options>({
  hasCredentials,
  ...provider
}: Omit<Provider, 'Options' | 'create' | 'hasCredentials'> & {
  readonly Options: ZodType<Options>;
  readonly create: (options: Options, tools: ProviderTools) => ProviderSession;
  readonly hasCredentials?: (options: Options) => boolean;
}): Provider {
  return {
    ...provider,
    ...(hasCredentials === undefined
      ? {}
      : { hasCredentials: (options: unknown) => hasCredentials(provider.Options.parse(options)) }),
    create: (options, tools) =>
      withinCapabilities(provider, provider.create(provider.Options.parse(options), tools), tools),
  };
}
