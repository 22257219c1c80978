import type { AssetClass } from '../src/market/instrument.ts';
import type { Security } from './securities.ts';
import type { Truth } from './truth.ts';

const SECTIONS: Readonly<Record<string, AssetClass>> = { futures: 'future', stocks: 'stock', forex: 'forex' };

function find(truth: Truth, assetClass: AssetClass, symbol: string, now: number): Security | undefined {
  if (assetClass === 'future') {
    return /^[A-Z0-9$.]+[FGHJKMNQUVXZ]\d\d$/.test(symbol) ? truth.find('future', symbol, now) : undefined;
  }
  if (assetClass === 'forex') return symbol.startsWith('^') ? truth.find('forex', symbol.slice(1), now) : undefined;
  if (symbol === '$SPX') return truth.find('stock', '^GSPC', now);
  if (/[\^=-]/.test(symbol)) return undefined;
  return truth.find('stock', symbol.replace(/^([A-Z]+)\.([A-Z])$/, '$1-$2'), now) ?? truth.find('stock', symbol, now);
}

/** What the site lists under a symbol at `now`, expired contracts too; undefined for the unknown and what does not trade yet. */
export function barchartListing(truth: Truth, symbol: string, now: number, section?: string): Security | undefined {
  const classes = section === undefined ? Object.values(SECTIONS) : [SECTIONS[section]];
  for (const assetClass of classes) {
    const security = assetClass === undefined ? undefined : find(truth, assetClass, symbol, now);
    if (security !== undefined && security.first <= now) return security;
  }
  return undefined;
}

/** The zone of the stamps within a day. */
export function stampZone(security: Security): string {
  return security.class === 'stock' ? 'America/New_York' : 'America/Chicago';
}
