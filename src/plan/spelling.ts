import { catalogue } from '../market/catalogue.ts';
import { usageError } from '../market/errors.ts';
import type { AssetClass, Instrument } from '../market/instrument.ts';
import { inCapitals } from '../market/name-text.ts';
import { isOneEdit } from '../market/nearest.ts';

/** Fewest letters of a name that may be a slip of the pen, and of the catalogue's name it is near to. */
const SLIP_LETTERS = 5;
const MEANT_LETTERS = 4;

let byCapitals: ReadonlyMap<string, string> | undefined;

/** The catalogue's name that has these capitals: GOLD_micro of GOLD_MICRO. */
function catalogueName(capitals: string): string | undefined {
  byCapitals ??= new Map([...catalogue().keys()].map((id) => [id.toUpperCase(), id]));
  return byCapitals.get(capitals);
}

/**
 * The name that is meant where capitals were not minded: that of the settings, else that of the catalogue, else the name in
 * capitals. A name that is written as it is configured or in the catalogue stays as it is.
 * @throws VortexError `usage` when it may mean several configured names
 */
export function spelledOut(symbol: string, wanted: AssetClass | undefined, configured: readonly Instrument[]): string {
  const ids = new Set(configured.filter((entry) => wanted === undefined || entry.class === wanted).map(({ id }) => id));
  const ofCatalogue = wanted === undefined || wanted === 'future';
  if (ids.has(symbol) || (ofCatalogue && catalogue().has(symbol))) return symbol;
  const capitals = inCapitals(symbol);
  const known = ofCatalogue ? catalogueName(capitals) : undefined;
  if (capitals === symbol) return known ?? symbol;
  const alike = [...ids].filter((id) => inCapitals(id) === capitals);
  if (alike.length > 1) throw usageError(`${symbol} may be ${alike.join(' or ')}; write it as the settings do`);
  return alike[0] ?? known ?? capitals;
}

/** The name of the catalogue that a name of five or more letters misses by one edit: GOLD of GOLDD. */
export function nearMiss(symbol: string): string | undefined {
  if (!/^[A-Z0-9_]+$/.test(symbol) || symbol.replace(/[^A-Z]/g, '').length < SLIP_LETTERS) return undefined;
  return [...catalogue().keys()].find((id) => id.length >= MEANT_LETTERS && isOneEdit(symbol, id.toUpperCase()));
}

/** What instruments of one class have names that differ in capitals only: their files would be one where a disk ignores case. */
export function capitalTwins(selected: readonly Instrument[], configured: readonly Instrument[]): string[] {
  const seen = new Map(configured.map((entry) => [`${entry.class}:${entry.id.toLowerCase()}`, entry.id]));
  return selected.flatMap(({ class: cls, id }) => {
    const key = `${cls}:${id.toLowerCase()}`;
    const twin = seen.get(key);
    seen.set(key, twin ?? id);
    return twin === undefined || twin === id
      ? []
      : [`${cls}:${id} differs only in capitals from ${cls}:${twin}; use one name for both`];
  });
}
