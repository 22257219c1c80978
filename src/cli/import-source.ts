import { catalogue, instrumentOfMarket } from '../market/catalogue.ts';
import { usageError, VortexError } from '../market/errors.ts';
import { contractOf } from '../market/futures-cycle.ts';
import type { Instrument, Series } from '../market/instrument.ts';
import { nearest } from '../market/nearest.ts';
import { seriesOf } from '../market/series.ts';
import { contractDays, selectInstruments } from '../plan/select.ts';
import type { ForeignName } from '../store/foreign-names.ts';
import { PROVIDER_IDS } from '../store/foreign-sidecar.ts';
import type { CommandContext } from './context.ts';

/** What bars without a word on their source are said to come from. */
const DEFAULT_SOURCE = 'barchart';

/** Reads --provider: one id. @throws VortexError `usage` */
export function readSource(text: string | undefined): string {
  const id = text ?? DEFAULT_SOURCE;
  if (PROVIDER_IDS.includes(id)) return id;
  throw usageError(`flag --provider: ${id} is no provider; allowed: ${PROVIDER_IDS.join(', ')}`);
}

function futureOf(id: string, { configured, settings }: CommandContext): Instrument | undefined {
  const own = configured.find((entry) => entry.class === 'future' && entry.id === id);
  const market = catalogue().get(id);
  if (own !== undefined || market === undefined) return own;
  const days = settings.days_count;
  return { ...instrumentOfMarket(market), ...(days === undefined ? {} : { contractDays: days }) };
}

/** The id that a path part stands for: names of this program's own are percent-encoded. */
function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function undatedOf(name: ForeignName, context: CommandContext): Instrument | { readonly reason: string } {
  const { configured, now } = context;
  try {
    const { selections } = selectInstruments([`${name.class}:${decoded(name.id)}`], { configured, now });
    const instrument = selections[0]?.instrument;
    return instrument ?? { reason: `${name.id} is no instrument` };
  } catch (error) {
    if (error instanceof VortexError) return { reason: error.message };
    throw error;
  }
}

/** Ids that are spelled nearly so, or that the name begins with: CRUDE_W for CRUDE_W_micro. */
function nearestIds(id: string, { configured }: CommandContext): string[] {
  const ids = [...configured.map((entry) => entry.id), ...catalogue().keys()];
  const shorter = ids.filter((known) => id.startsWith(`${known}_`) || id.startsWith(`${known}-`));
  return [...new Set([...shorter, ...nearest(id, ids)])].slice(0, 3);
}

/** The series that a foreign file stands for, or why there is none. */
export function seriesOfName(name: ForeignName, context: CommandContext): Series | { readonly reason: string } {
  const { delivery, id, period } = name;
  if (delivery === undefined) {
    const instrument = undatedOf(name, context);
    return 'reason' in instrument ? instrument : seriesOf(instrument, undefined, period);
  }
  const instrument = futureOf(id, context) ?? futureOf(decoded(id), context);
  if (instrument === undefined) {
    const near = nearestIds(id, context);
    const advice = near.length === 0 ? '' : `; nearest: ${near.join(', ')}`;
    return {
      reason: `no futures market of the catalogue or the settings is called ${id}${advice}; name its code and cycle under "futures"`,
    };
  }
  const { year, month } = delivery;
  const contract = contractOf(instrument.code, year, month, contractDays(instrument), context.now);
  return seriesOf(instrument, contract, period);
}
