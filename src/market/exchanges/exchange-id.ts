import type { Instrument } from '../instrument.ts';
export function exchangeIdOf(
  instrument: Instrument,
  _source?: { exchange?: string; timezone?: string },
): string | undefined {
  if (instrument.class === 'forex') return 'FX';
  if (instrument.class === 'future')
    return ['CME', 'CBOT', 'NYMEX', 'COMEX'].includes(instrument.exchange ?? '') ? 'CMES' : undefined;
  if (/-(USD|EUR)$/.test(instrument.code)) return 'COINS';
  return /^[A-Z-]+$/.test(instrument.code) ? 'XNYS' : undefined;
}
