import { defineProvider } from '../provider.ts';
import type { Capabilities, ProviderSession, ProviderTools } from '../provider.ts';
import { ibkrSymbol } from './naming.ts';
import { Options, PACE_MS } from './schema.ts';
import type { IbkrOptions } from './schema.ts';

// Intraday bars begin about 2004, daily ones about 1980.
const INTRADAY_DAYS = 8_000;
const DAILY_DAYS = 16_800;
// With the margin of a day these are 1 W, 1 M, 6 M and 5 Y on the wire.
const MINUTES = { spanDays: 27, depthDays: INTRADAY_DAYS };

const capabilities: Capabilities = {
  assetClasses: ['future', 'stock', 'forex'],
  periods: {
    '1m': { spanDays: 6, depthDays: INTRADAY_DAYS },
    '5m': MINUTES,
    '15m': MINUTES,
    '30m': MINUTES,
    '1h': { spanDays: 167, depthDays: INTRADAY_DAYS },
    '1d': { spanDays: 1_820, depthDays: DAILY_DAYS },
    '1wk': { spanDays: 7_280, depthDays: DAILY_DAYS },
    '1mo': { spanDays: 7_240, depthDays: DAILY_DAYS },
  },
  expiredContractDays: 730,
  servesWholeLife: true,
  // A pair's day ends at 17:00 in New York, as the rule for forex says.
  dayBoundary: {},
  paceMs: PACE_MS,
};

type Opened = Required<Pick<ProviderSession, 'fetchBars' | 'checkAccess' | 'expiries' | 'close'>>;

function create(options: IbkrOptions, tools: ProviderTools): ProviderSession {
  let session: Promise<Opened> | undefined;
  // Loaded with the first request: a plan does without the client library.
  const opened = (): Promise<Opened> =>
    (session ??= import('./session.ts').then((module) => new module.IbkrSession(options, tools)));
  return {
    fetchBars: async (request, signal) => {
      const { archived } = await import('./archived.ts');
      const ask = archived(async (...asked) => (await opened()).fetchBars(...asked), tools);
      return ask(request, signal);
    },
    checkAccess: async (signal) => (await opened()).checkAccess(signal),
    expiries: async (instrument, signal) => (await opened()).expiries(instrument, signal),
    close: async () => (await session)?.close(),
  };
}

/** Interactive Brokers by the socket of TWS or IB Gateway: futures (two years after they expired too), stocks, forex. */
export const ibkr = defineProvider({
  id: 'ibkr',
  capabilities,
  Options,
  needs: 'TWS or IB Gateway, logged in',
  symbolFor: ibkrSymbol,
  create,
});
