import type { AxiosInstance } from 'axios';
import { Agents } from './agents.ts';
import { Breaker, type BreakerOptions, type CircuitState } from './breaker.ts';
import type { Clock } from './clock.ts';
import type { HttpClient, HttpLimits, HttpLog } from './http-client.ts';
import { loadAxios } from './load-axios.ts';
import { Pace } from './pace.ts';
import { ProviderClient } from './provider-client.ts';
import { proxyChoice, type ProxySettings } from './proxy.ts';
import type { Redactor } from './redact.ts';
import type { ProviderState, Shared } from './sender.ts';
import { RequestCap, Traffic, type HttpStats } from './traffic.ts';
import type { Timeouts } from './watch.ts';

export interface HttpOptions {
  /** Real time, for pace, back-off, cool-downs and the budget of a request. */
  readonly clock: Clock;
  /** Sent with every request that names no other. */
  readonly userAgent: string;
  /** Of one try. */
  readonly timeouts: Timeouts;
  /** Most bytes of a body, packed and unpacked. */
  readonly maxBodyBytes: number;
  readonly proxy: ProxySettings;
  /** Numbers in [0, 1), for the jitter. */
  readonly random: () => number;
  readonly log: HttpLog;
  /** What must never leave; secrets that turn up later are registered on the same object. */
  readonly secrets: Redactor;
  /** The run's cap on requests sent, retries and redirects counted; absent: none. */
  readonly maxRequests?: number | undefined;
  /** Certificates to trust in place of the built-in ones, PEM. */
  readonly ca?: string | undefined;
  /** Told of each request that was sent: whom, and how long it took, milliseconds. */
  readonly onRequest?: ((provider: string, ms: number) => void) | undefined;
  /** Of every provider's circuit breaker. */
  readonly breaker?: Pick<BreakerOptions, 'faultsToOpen' | 'coolDownMs' | 'probes'> | undefined;
}

/** The one way to the network. */
export interface Http {
  /** The client of a provider; breaker and counts are the provider's, however often it is asked for. */
  forProvider(id: string, limits: HttpLimits): HttpClient;
  /**
   * Counts a request that a provider is about to send over a wire that is not HTTP; to be called with what became of it.
   * @throws VortexError `request-limit` when the cap of the run is used up
   */
  count(id: string): (outcome: string) => void;
  /** What was asked so far. */
  stats(): HttpStats;
  /** Closes the kept connections; to be called when nothing is under way any more. */
  close(): Promise<void>;
}

/**
 * Makes the client that all providers share. Nothing is loaded or opened before the first request.
 * @throws VortexError `config-invalid` when a proxy's address is none
 */
export function createHttp(options: HttpOptions): Http {
  const { clock, log, proxy, maxRequests, secrets } = options;
  for (const address of [proxy.httpProxy, proxy.httpsProxy]) registerPassword(secrets, address);
  let axios: Promise<AxiosInstance> | undefined;
  const shared: Shared = {
    ...options,
    ca: options.ca,
    pace: new Pace(clock),
    cap: new RequestCap(maxRequests),
    agents: new Agents(proxyChoice(proxy)),
    axios: () => (axios ??= loadAxios()),
  };
  const providers = new Map<string, ProviderState>();

  const open = (id: string): ProviderState => {
    const onChange = (state: CircuitState, lastFault: string): void => {
      const message = `circuit of ${id} is ${state}`;
      if (state === 'open') log.warn({ provider: id, circuit: state, lastFault }, message);
      else log.info({ provider: id, circuit: state }, message);
    };
    const breaker = new Breaker({ ...options.breaker, clock, provider: id, onChange });
    const traffic = new Traffic((ms) => options.onRequest?.(id, ms));
    const state = { id, breaker, traffic };
    providers.set(id, state);
    return state;
  };

  return {
    forProvider: (id, limits) => new ProviderClient(shared, providers.get(id) ?? open(id), limits),
    count: (id) => {
      const { traffic } = providers.get(id) ?? open(id);
      shared.cap.take(id);
      const before = clock.now();
      return (outcome) => {
        traffic.request(outcome, Math.max(0, clock.now() - before));
      };
    },
    stats: () => ({
      requests: shared.cap.sent,
      providers: Object.fromEntries(
        [...providers].map(([id, { traffic, breaker }]) => [id, traffic.read(breaker.state)]),
      ),
    }),
    close: () => shared.agents.close(),
  };
}

function registerPassword(secrets: Redactor, proxy: string | undefined): void {
  const address = proxy?.includes('://') === false ? `http://${proxy}` : (proxy ?? '');
  if (!URL.canParse(address)) return;
  const { password } = new URL(address);
  secrets.register(password);
  secrets.register(decoded(password));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
