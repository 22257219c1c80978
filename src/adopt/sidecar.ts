import * as z from 'zod';

/** What a sidecar (`SPY.csv.json`) of the older tool says of its CSV. */
export interface Sidecar {
  /** Its provider by our id; undefined when it names none. */
  readonly provider?: string;
  /** Its word for the provider when that is none that we know. */
  readonly strangeProvider?: string;
  /** The symbol on the wire. */
  readonly symbol?: string;
  readonly period?: string;
  /** When the older tool wrote it, milliseconds since the epoch; its clock was in UTC. */
  readonly writtenAt?: number;
}

/** Providers by id, and what the older tool called them. */
const PROVIDER_NAMES: ReadonlyMap<string, string> = new Map([
  ['barchart', 'barchart'],
  ['yahoo', 'yahoo'],
  ['yahoofinance', 'yahoo'],
  ['yfinance', 'yahoo'],
  ['ibkr', 'ibkr'],
  ['interactivebrokers', 'ibkr'],
  ['dukascopy', 'dukascopy'],
  ['sandbox', 'sandbox'],
]);

/** Every provider that bars can be said to come from. */
export const PROVIDER_IDS: readonly string[] = [...new Set(PROVIDER_NAMES.values())];

const sidecar = z.looseObject({
  symbol: z.string().nullish(),
  period: z.string().nullish(),
  data_provider: z.string().nullish(),
  provider: z.string().nullish(),
  created_date: z.string().nullish(),
});

function instantIn(text: string): number {
  return Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
}

/** Reads a sidecar; undefined when it is no JSON object of that kind. Pure. */
export function readSidecar(content: Buffer): Sidecar | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const known = sidecar.safeParse(value);
  if (!known.success) return undefined;
  const { symbol, period, data_provider, provider, created_date } = known.data;
  const named = data_provider ?? provider;
  const id = PROVIDER_NAMES.get(named?.toLowerCase().replace(/[^a-z]/g, '') ?? '');
  const writtenAt = instantIn(created_date ?? '');
  return {
    ...(id === undefined ? {} : { provider: id }),
    ...(id === undefined && named ? { strangeProvider: named } : {}),
    ...(symbol ? { symbol } : {}),
    ...(period ? { period } : {}),
    ...(Number.isNaN(writtenAt) ? {} : { writtenAt }),
  };
}
