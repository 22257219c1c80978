import * as z from 'zod';
import { parseTradeDate } from '../market/calendar.ts';
import { LONGEST_NAME } from '../market/name-text.ts';
import { MONTH_LETTERS } from '../market/instrument.ts';
import { isPeriod, PERIODS } from '../market/period.ts';
import { isTimeZone } from '../market/time-zone.ts';
import { suggest } from './explain.ts';
import { builtOnce } from './provider-options.ts';
import type { ProviderOptions } from './provider-options.ts';

/** The keys under which instruments stand, as we keep them. */
export const CLASS_KEYS = ['futures', 'stocks', 'forex'] as const;
export type ClassKey = (typeof CLASS_KEYS)[number];

/** The older tool's words for two of them. */
export const SINGULAR: Readonly<Partial<Record<ClassKey, string>>> = { futures: 'future', stocks: 'stock' };

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** Why a text may be no id, code or symbol: these end up in paths and URLs. Undefined when it may. */
export function idFault(text: string): string | undefined {
  const fault = (what: string): string => `${JSON.stringify(text.slice(0, LONGEST_NAME))} cannot be a name: ${what}`;
  if (text === '') return fault('it is empty');
  if (text.length > LONGEST_NAME) return fault(`it is longer than ${LONGEST_NAME} characters`);
  if (!/^[!-~]*$/.test(text))
    return fault('it may hold ASCII letters, digits and signs only, no white space or control characters');
  const separator = /[/\\:,]/.exec(text);
  if (separator !== null) return fault(`it may hold no separators, and ${separator[0]} is one`);
  if (text.includes('..')) return fault('it may not hold ..');
  return /[A-Za-z0-9]/.test(text) ? undefined : fault('it has no letter and no digit');
}

const NAME_PATTERN = String.raw`(?!.*\.\.)(?=.*[A-Za-z0-9])[!-+\-.0-9;-\[\]-~]{1,64}`;

const name = z
  .string()
  .superRefine((text, context) => {
    const fault = idFault(text);
    if (fault !== undefined) context.addIssue(fault);
  })
  .meta({ pattern: `^${NAME_PATTERN}$` });

/** An id, or a list of them in a file: `@sp500.txt`; lists are read before ids are checked. */
const idOrList = name.meta({ pattern: `^(?:@.+|${NAME_PATTERN})$` });

const cycle = z
  .string()
  .transform((letters, context) => {
    const taken = new Set<string>();
    for (const letter of letters) {
      const shown = JSON.stringify(letter);
      if (!MONTH_LETTERS.includes(letter)) {
        context.addIssue(
          `${shown} is no delivery month; allowed are letters of ${MONTH_LETTERS} (January to December)`,
        );
      } else if (taken.has(letter)) context.addIssue(`${shown} is there twice; each delivery month once`);
      taken.add(letter);
    }
    if (letters === '')
      context.addIssue(`must name a delivery month: letters of ${MONTH_LETTERS} (January to December)`);
    return Array.from(MONTH_LETTERS)
      .filter((letter) => taken.has(letter))
      .join('');
  })
  .meta({ pattern: `^[${MONTH_LETTERS}]{1,12}$` });

const periods = z.union([z.array(z.enum(PERIODS)), z.string()]).transform((value, context) => {
  const words = typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value;
  const wanted = words.filter((word) => word !== '');
  for (const word of new Set(wanted)) {
    if (!isPeriod(word)) context.addIssue(`${JSON.stringify(word)} is no period${suggest(word, PERIODS)}`);
  }
  return PERIODS.filter((period) => wanted.includes(period));
});

const date = z.string().transform((text, context) => {
  const parsed = parseTradeDate(DATE.exec(text)?.[1] ?? '');
  if (parsed === undefined) context.addIssue(`${JSON.stringify(text)} is no date; write it as 2024-01-31`);
  return parsed ?? Number.NaN;
});

/** An IANA zone. */
export const timezone = z.string().superRefine((zone, context) => {
  if (!isTimeZone(zone)) context.addIssue(`${JSON.stringify(zone)} is no IANA time zone, such as America/New_York`);
});

const currency = z.string().regex(/^[A-Za-z]{3}$/, {
  error: ({ input }) => `${JSON.stringify(input)} is no currency: three letters, such as USD`,
});

function entrySchema(providerIds: readonly string[]) {
  const symbols = Object.fromEntries(providerIds.map((id) => [id, name.optional().describe(`Symbol at ${id}`)]));
  return z.strictObject({
    code: name
      .optional()
      .describe('Root of the contract symbols (futures) or ticker; absent: the catalogue has it, else the id'),
    cycle: cycle.optional().describe('Delivery months: letters of FGHJKMNQUVXZ, January to December; futures only'),
    exchange: z.string().min(1).max(LONGEST_NAME).optional().describe('Venue, such as COMEX'),
    periods: periods.optional().describe('Bar sizes, ["1d","1h"] or "1d,1h"; "" disables the instrument'),
    start_date: date.optional().describe('First wanted trade date, daily and longer: 2009-11-24'),
    tick_date: date.optional().describe('First wanted date of intraday bars: 2009-11-24'),
    days_count: z.int().min(1).max(3660).optional().describe('Life of a contract, days, 1 to 3660; futures only'),
    timezone: timezone.optional().describe('IANA zone of the exchange, such as America/New_York'),
    currency: currency.optional().describe('Currency of the price, three letters'),
    multiplier: z.number().positive().optional().describe('Currency units per one price point, above 0'),
    symbols: z.strictObject(symbols).optional().describe('Symbols that replace the derived ones, by provider'),
  });
}

/** One instrument as a file has it, texts checked and dates read. */
export type InstrumentRecord = z.output<ReturnType<typeof entrySchema>>;

function buildSchema(providerOptions: ProviderOptions) {
  const entry = entrySchema(Object.keys(providerOptions));
  const undated = entry.extend({
    cycle: cycle
      .refine(() => false, { error: 'only futures have delivery months' })
      .optional()
      .describe('Futures only'),
  });
  const futures = entry.meta({ id: 'future_instrument' });
  const others = undated.meta({ id: 'undated_instrument' });
  return z.strictObject({
    futures: z.record(idOrList, futures).prefault({}).describe('Futures by id, or by lists of ids: "@futures.txt"'),
    stocks: z
      .record(idOrList, others)
      .prefault({})
      .describe('Shares, funds, indices and all else undated, by id, or by lists of ids: "@sp500.txt"'),
    forex: z.record(idOrList, others).prefault({}).describe('Currency pairs by id, or by lists of ids: "@pairs.txt"'),
  });
}

/** The schema of the records of instruments by class: `futures`, `stocks`, `forex`. Built once for the same options. */
export const instrumentsSchema = builtOnce(buildSchema);

/** All instruments of the configuration, by class and id. */
export type InstrumentRecords = z.output<ReturnType<typeof instrumentsSchema>>;
