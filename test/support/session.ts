import { onTestFinished } from 'vitest';
import { createHttp } from '../../src/http/axios-client.ts';
import { systemClock } from '../../src/http/clock.ts';
import { Redactor } from '../../src/http/redact.ts';
import type { Bars } from '../../src/market/bars.ts';
import { VortexError } from '../../src/market/errors.ts';
import type { Contract, Instrument } from '../../src/market/instrument.ts';
import { DAY_MS, isIntraday } from '../../src/market/period.ts';
import type { Period } from '../../src/market/period.ts';
import { formatStamp } from '../../src/market/stored-series.ts';
import type {
  BarRequest,
  FetchedBars,
  Provider,
  ProviderSession,
  ProviderTools,
} from '../../src/providers/provider.ts';
import { answer, serve } from './loopback.ts';

/** A provider at work over the real HTTP client. */
export interface Work {
  fetch(request: BarRequest, signal?: AbortSignal): Promise<FetchedBars>;
  readonly session: ProviderSession;
  /** What the client masks; what was told in its log. */
  readonly secrets: Redactor;
  readonly told: readonly string[];
}

/** Opens a provider with the client of the program: real sockets, no wait between tries, a breaker that never opens. */
export function atWork(
  provider: Provider,
  options: unknown,
  now: string,
  more: Pick<ProviderTools, 'spend'> = {},
): Work {
  const told: string[] = [];
  const tell = (fields: unknown, message: string): void => void told.push(`${JSON.stringify(fields)} ${message}`);
  const secrets = new Redactor();
  const http = createHttp({
    clock: systemClock,
    userAgent: 'test',
    timeouts: { connectMs: 5_000, idleMs: 5_000, totalMs: 10_000 },
    maxBodyBytes: 10_000_000,
    proxy: { httpProxy: undefined, httpsProxy: undefined, noProxy: undefined },
    random: () => 0,
    log: { debug: tell, info: tell, warn: tell },
    secrets,
    breaker: { faultsToOpen: 1_000_000 },
  });
  onTestFinished(() => http.close());
  const client = http.forProvider(provider.id, { paceMs: 0 });
  const session = provider.create(options, {
    http: client,
    clock: systemClock,
    count: () => http.count(provider.id),
    now: () => Date.parse(now),
    ...more,
  });
  return {
    fetch: (request, signal = new AbortController().signal) => session.fetchBars(request, signal),
    session,
    secrets,
    told,
  };
}

export function stock(code: string): Instrument {
  return { class: 'stock', id: code, code };
}

export function forex(code: string): Instrument {
  return { class: 'forex', id: code, code };
}

/** What is asked of a series: dates or instants, `to` exclusive. */
export interface Wish {
  readonly instrument: Instrument;
  readonly contract?: Contract;
  readonly period: Period;
  readonly from: string;
  readonly to: string;
  readonly extendedHours?: boolean;
}

export function request({ instrument, contract, period, from, to, extendedHours = false }: Wish): BarRequest {
  return {
    instrument,
    ...(contract === undefined ? {} : { contract }),
    period,
    range: { from: Date.parse(from), to: Date.parse(to) },
    extendedHours,
    job: 'test',
  };
}

/** What is asked of SPY. */
export const spy = (period: Period, from: string, to: string): BarRequest =>
  request({ instrument: stock('SPY'), period, from, to });

/** Stamps of bars as they stand in files. */
export function stampsOf(bars: Bars, period: Period): string[] {
  return Array.from(bars.time, (time) => formatStamp(time, period));
}

/** What is wrong with the order, the range or the grid of bars; empty when nothing is. */
export function faultsOf(bars: Bars, { period, range }: BarRequest): string[] {
  const unit = isIntraday(period) ? 60_000 : DAY_MS;
  return Array.from(bars.time).flatMap((time, row) => {
    const at = `row ${row} at ${new Date(time).toISOString()}`;
    return [
      ...(time >= range.from && time < range.to ? [] : [`${at} is outside the range`]),
      ...(row === 0 || time > (bars.time[row - 1] ?? Infinity) ? [] : [`${at} does not follow the row before`]),
      ...(time % unit === 0 ? [] : [`${at} is on no grid`]),
      ...(Number.isFinite(bars.close[row]) ? [] : [`${at} has no close`]),
    ];
  });
}

/** The VortexError that a promise ends in; anything else fails the test. */
export async function refusal(promise: Promise<unknown>): Promise<VortexError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VortexError) return error;
    throw new Error(`not a VortexError: ${String(error)}`, { cause: error });
  }
  throw new Error('an error was expected, and there was none');
}

/** What a provider makes of one answer of a server that says always the same. */
export async function made(
  provider: Provider,
  body: string,
  wish: Wish,
  { status = 200, type = 'application/json' }: { status?: number; type?: string } = {},
): Promise<FetchedBars & { readonly stamps: string[] }> {
  const server = await serve((_, response) => {
    answer(response, status, body, type);
  });
  const fetched = await atWork(provider, { base_url: server.url }, '2024-07-13T12:00:00Z').fetch(request(wish));
  return { ...fetched, stamps: stampsOf(fetched.bars, wish.period) };
}
