import { catalogue, instrumentOfMarket } from '../market/catalogue.ts';
import { usageError, VortexError } from '../market/errors.ts';
import { contractOf } from '../market/futures-cycle.ts';
import type { Instrument, Series } from '../market/instrument.ts';
import { nearest } from '../market/nearest.ts';
import { seriesOf } from '../market/series.ts';
import { contractDays, selectInstruments } from '../plan/select.ts';
import type { ForeignName } from '../adopt/names.ts';
import { PROVIDER_IDS } from '../adopt/sidecar.ts';
import type { CommandContext } from './context.ts';

/** What bars without a word on their source are said to come from. */
const DEFAULT_SOURCE = 'barchart';

/** What a market may be called that neither the catalogue nor the settings know. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Reads --provider: one id. @throws VortexError `usage` */
export function readSource(text: string | undefined): string {
  const id = text ?? DEFAULT_SOURCE;
  if (PROVIDER_IDS.includes(id)) return id;
  const [near] = nearest(id, PROVIDER_IDS, 1);
  const advice = near === undefined ? '' : `; did you mean ${near}?`;
  throw usageError(`flag --provider: ${id} is no provider; allowed: ${PROVIDER_IDS.join(', ')}${advice}`);
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

const futureNamed = (id: string, context: CommandContext): Instrument | undefined =>
  futureOf(id, context) ?? futureOf(decoded(id), context);

/** What is said of a futures market that neither the catalogue nor the settings know; undefined for one that they do. */
export function unlistedAdvice({ delivery, id }: ForeignName, context: CommandContext): string | undefined {
  if (delivery === undefined || !PLAIN_NAME.test(id) || futureNamed(id, context) !== undefined) return undefined;
  const near = nearestIds(id, context);
  const nearby = near.length === 0 ? '' : ` (nearest: ${near.join(', ')})`;
  return `${id}: no futures market of the catalogue or the settings is called so${nearby}; its files are adopted under that name, and kept current once its code and cycle stand under "futures"`;
}

/** The series that a foreign file stands for, or why there is none. A futures market that nobody knows goes by its name. */
export function seriesOfName(name: ForeignName, context: CommandContext): Series | { readonly reason: string } {
  const { delivery, id, period } = name;
  if (delivery === undefined) {
    const instrument = undatedOf(name, context);
    return 'reason' in instrument ? instrument : seriesOf(instrument, undefined, period);
  }
  const known = futureNamed(id, context);
  if (known === undefined && !PLAIN_NAME.test(id)) return { reason: `${id} is no name of a futures market` };
  const instrument: Instrument = known ?? { class: 'future', id, code: id };
  const { year, month } = delivery;
  const contract = contractOf(instrument.code, year, month, contractDays(instrument), context.now);
  return seriesOf(instrument, contract, period);
}
