import { catalogue, instrumentOfMarket } from '../../src/market/catalogue.ts';
import { contractOf } from '../../src/market/futures-cycle.ts';
import { MONTH_LETTERS } from '../../src/market/instrument.ts';
import type { Contract, Instrument } from '../../src/market/instrument.ts';

/** A market of the catalogue. */
export function market(id: string): Instrument {
  const found = catalogue().get(id);
  if (found === undefined) throw new Error(`${id} is not in the catalogue`);
  return instrumentOfMarket(found);
}

/** A contract of it that lives 365 days, `Q24`. */
export function contractIn(instrument: Instrument, delivery: string): { instrument: Instrument; contract: Contract } {
  const month = MONTH_LETTERS.indexOf(delivery.charAt(0)) + 1;
  const now = Date.UTC(2024, 6, 3);
  return { instrument, contract: contractOf(instrument.code, 2000 + Number(delivery.slice(1)), month, 365, now) };
}
