import { marketOfRoot } from '../../market/catalogue.ts';
import type { AssetClass, Contract, Instrument } from '../../market/instrument.ts';

/** Indices that are best known by their name at Yahoo. */
const INDICES: Readonly<Record<string, string>> = {
  '^GSPC': '$SPX',
  '^DJI': '$DOWI',
  '^IXIC': '$NASX',
  '^NDX': '$IUXX',
  '^RUT': '$IUX',
  '^VIX': '$VIX',
};

/** The part of the site that a class has its pages in. */
const SECTIONS: Readonly<Record<AssetClass, string>> = { future: 'futures', stock: 'stocks', forex: 'forex' };

/**
 * Root of the contracts: the settings' own word, else the catalogue's root at Barchart, also where the code is Yahoo's.
 * Empty where the catalogue does not know it.
 */
function rootOf({ code, symbols }: Instrument): string {
  const named = symbols?.['barchart'];
  // GC*0 stands for whatever contract is in front, and never names a single one.
  if (named !== undefined) return named.replace(/\*\d*$/, '');
  return marketOfRoot(code)?.barchartRoot ?? code;
}

/**
 * Barchart's symbol: GCJ24 for a contract, ^EURUSD for forex, $SPX for an index, the ticker for anything else (BRK.B).
 * Undefined for what Barchart has no such name for: other indices, coins and continuous futures in Yahoo's spelling.
 */
export function barchartSymbol(instrument: Instrument, contract: Contract | undefined): string | undefined {
  if (contract !== undefined) {
    // Where two digits would be read as another year, the site has no other way to say it.
    if (/\d{4}$/.test(contract.symbol)) return undefined;
    const root = rootOf(instrument);
    return root === '' ? undefined : `${root}${contract.letter}${String(contract.year % 100).padStart(2, '0')}`;
  }
  const { code, symbols } = instrument;
  if (instrument.class === 'future') return undefined;
  if (symbols?.['barchart'] !== undefined) return symbols['barchart'];
  if (instrument.class === 'forex') return `^${code.replace(/^\^/, '').replace(/=X$/, '')}`;
  if (code.startsWith('^')) return INDICES[code];
  if (/^[A-Z]+-[A-Z]$/.test(code)) return code.replace('-', '.');
  return /[=-]/.test(code) ? undefined : code;
}

/** Path of a page of the symbol, below the site's address. */
export function pagePath(
  assetClass: AssetClass,
  symbol: string,
  page: 'historical-download' | 'interactive-chart',
): string {
  return `/${SECTIONS[assetClass]}/quotes/${encodeURIComponent(symbol)}/${page}`;
}

/** True for the path of a page of the symbol, in whichever section of the site; a masked path is given the benefit of the doubt. */
export function isPageOf(path: string, symbol: string): boolean {
  const part = (text: string): string => `/quotes/${text}/`.toLowerCase();
  const lower = path.toLowerCase();
  return path.includes('***') || lower.includes(part(symbol)) || lower.includes(part(encodeURIComponent(symbol)));
}
