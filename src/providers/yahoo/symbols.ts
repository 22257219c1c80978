import type { Contract, Instrument } from '../../market/instrument.ts';
import { withHyphenatedClass } from '../../market/share-class.ts';

/** Yahoo's ending of a single contract, by exchange; used where the settings name only a root. */
const SUFFIX_BY_EXCHANGE: Readonly<Record<string, string>> = {
  COMEX: 'CMX',
  NYMEX: 'NYM',
  CBOT: 'CBT',
  CME: 'CME',
  'ICE/US': 'NYB',
};

function contractRoot(instrument: Instrument): { root: string; suffix: string } | undefined {
  const named = instrument.symbols?.yahoo;
  const suffix = instrument.yahooSuffix ?? SUFFIX_BY_EXCHANGE[instrument.exchange ?? ''];
  if (named !== undefined) {
    const dated = /^(.+)\.([A-Z]+)$/.exec(named);
    if (dated?.[1] !== undefined && dated[2] !== undefined) return { root: dated[1], suffix: dated[2] };
    return suffix === undefined ? undefined : { root: named.replace(/=F$/, ''), suffix };
  }
  return instrument.yahooRoot === undefined || suffix === undefined
    ? undefined
    : { root: instrument.yahooRoot, suffix };
}

/**
 * Yahoo's symbol: GCJ24.CMX for a contract, EURUSD=X for forex, the ticker for anything else (BRK-B). Undefined when Yahoo has no
 * name for it. A contract never gets the front month's symbol (GC=F), whatever the settings say: that would file other bars
 * under its name.
 */
export function yahooSymbol(instrument: Instrument, contract: Contract | undefined): string | undefined {
  if (contract !== undefined) {
    const names = contractRoot(instrument);
    if (names === undefined) return undefined;
    return `${names.root}${contract.letter}${String(contract.year % 100).padStart(2, '0')}.${names.suffix}`;
  }
  const named = instrument.symbols?.yahoo;
  if (named !== undefined) return named;
  if (instrument.class === 'forex') return `${instrument.code.replace(/^\^/, '')}=X`;
  return instrument.class === 'stock' ? withHyphenatedClass(instrument.code) : undefined;
}
