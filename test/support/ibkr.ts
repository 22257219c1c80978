import { ibkr } from '../../src/providers/ibkr/index.ts';
import { onTestFinished } from 'vitest';
import type { BarRequest, FetchedBars, ProviderSession, RealTime } from '../../src/providers/provider.ts';
import { systemClock } from '../../src/http/clock.ts';
import { standIn } from './stand-in.ts';
import type { StandIn } from './stand-in.ts';

/** Settings that point the provider at a stand-in. */
export function optionsFor({ env }: Pick<StandIn, 'env'>): { host: string; port: number; pace_ms: number } {
  return { host: env['VORTEX_IBKR_HOST'] ?? '', port: Number(env['VORTEX_IBKR_PORT']), pace_ms: 0 };
}

type Desk = Required<Pick<ProviderSession, 'fetchBars' | 'checkAccess' | 'expiries' | 'close'>>;

/** A session of the provider; it ends with the test. */
export function ibkrAt(options: unknown, now: string, clock: RealTime = systemClock): Desk {
  const http = { keepSecret: () => undefined, send: () => Promise.reject(new Error('its wire is no HTTP')) };
  const session = ibkr.create(options, { http, clock, count: () => () => undefined, now: () => Date.parse(now) });
  const missing = (): never => {
    throw new Error('the provider lacks an optional member that this one has');
  };
  onTestFinished(() => session.close?.());
  return {
    fetchBars: (request, signal) => session.fetchBars(request, signal),
    checkAccess: (signal) => session.checkAccess?.(signal) ?? missing(),
    expiries: (instrument, signal) => session.expiries?.(instrument, signal) ?? missing(),
    close: () => session.close?.() ?? missing(),
  };
}

/** A stand-in and the provider at work on it. */
export async function desk(
  now: string,
  faults = '',
  options: Readonly<Record<string, unknown>> = {},
  clock?: RealTime,
): Promise<{
  readonly sandbox: StandIn;
  readonly session: Desk;
  readonly fetch: (request: BarRequest, signal?: AbortSignal) => Promise<FetchedBars>;
}> {
  const sandbox = await standIn(now, faults);
  const session = ibkrAt({ ...optionsFor(sandbox), ...options }, now, clock);
  return {
    sandbox,
    session,
    fetch: (request, signal = new AbortController().signal) => session.fetchBars(request, signal),
  };
}

/** Real time in which waits of a second and more last a hundredth, but those for an answer: they are as they are. */
export class SoonClock implements RealTime {
  readonly #answerMs: number;

  constructor(answerMs = 60_000) {
    this.#answerMs = answerMs;
  }

  now(): number {
    return systemClock.now();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    const isAnswer = ms === this.#answerMs || ms === 10_000;
    return systemClock.sleep(ms >= 1_000 && !isAnswer ? ms / 100 : ms, signal);
  }
}
