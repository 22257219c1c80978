import type { Contract, Instrument } from '../../market/instrument.ts';

const PAIR = /^([A-Z]{3})([A-Z]{3})$/;
/** A coin against money, BTC-USD. A ticker with another ending is a share (BRK-B), which Dukascopy has under other names. */
const COIN = /^[A-Z0-9]+-(USD|EUR|GBP|JPY)$/;

/**
 * Dukascopy's code: EUR-USD for the pair EURUSD, XAU-USD for gold, BTC-USD for the coin. Indices and the rest are named by
 * the settings (`"symbols": {"dukascopy": "USA500.IDX-USD"}`); undefined for what is not named.
 */
export function dukascopySymbol(instrument: Instrument, contract: Contract | undefined): string | undefined {
  if (contract !== undefined || instrument.class === 'future') return undefined;
  const named = instrument.symbols?.dukascopy;
  if (named !== undefined) return named;
  if (instrument.class === 'stock') return COIN.test(instrument.code) ? instrument.code : undefined;
  return PAIR.test(instrument.code) ? instrument.code.replace(PAIR, '$1-$2') : undefined;
}
