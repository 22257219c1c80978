import type { VortexError } from '../market/errors.ts';
import { DAY_MS } from '../market/period.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import { boundElsewhere, boundTo, homeOf } from './binding.ts';
import { mayMix } from './mixing.ts';
import type { PlannedProvider, PlanOptions } from './plan.ts';
import type { WantedSeries } from './wanted.ts';

/** A provider that can serve a series, and the symbol it has for it; or why it cannot. */
export type Service =
  | { readonly provider: PlannedProvider; readonly symbol: string }
  | { readonly reason: string; readonly elsewhere?: VortexError };

function serviceOf(provider: PlannedProvider, { series }: WantedSeries, now: number): Service {
  const { id, capabilities } = provider;
  const { instrument, contract, period } = series;
  if (!capabilities.assetClasses.includes(instrument.class)) return { reason: `${id} has no ${instrument.class}` };
  if (capabilities.periods[period] === undefined) return { reason: `${id} has no ${period} bars` };
  const symbol = provider.symbolFor(instrument, contract);
  if (symbol === undefined) return { reason: `${id} has no name for ${series.symbol}` };
  const { expiredContractDays } = capabilities;
  if (contract !== undefined && expiredContractDays !== undefined) {
    const servedUntil = contract.life.to + expiredContractDays * DAY_MS;
    if (servedUntil <= now) return { reason: `${id} does not serve contracts that have expired (${series.symbol})` };
  }
  return { provider, symbol };
}

/** The first listed provider that can serve a series. */
export function firstService(wanted: WantedSeries, { providers, now }: PlanOptions): Service {
  const services = providers.map((provider) => serviceOf(provider, wanted, now));
  return services.find((service) => 'provider' in service) ?? services[0] ?? { reason: 'no provider is listed' };
}

/** The provider of a series: the one it is bound to, else the first listed that can serve it. */
export function chooseService(wanted: WantedSeries, stored: StoredSeries, options: PlanOptions): Service {
  const bound = boundTo(stored);
  if (bound === undefined) return firstService(wanted, options);
  const provider = homeOf(bound, options);
  if (provider === undefined) {
    const elsewhere = boundElsewhere(wanted.series.symbol, bound, options);
    return { reason: elsewhere.message, elsewhere };
  }
  const service = serviceOf(provider, wanted, options.now);
  if ('provider' in service || !mayMix(stored, options)) return service;
  const guest = firstService(wanted, options);
  return 'provider' in guest ? guest : service;
}
